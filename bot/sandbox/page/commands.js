// The list of commands above the composer: opened by its button or by typing "/", filtered while typing.

import { h } from "./element.js";

export class CommandMenu {
  #all = [];
  #shown = [];
  #at = 0;
  #wanted = 0; // only the newest request may open the list

  /** `load()` → [{command, description}]; `send(text)` says a command; `write(text)` puts it into the composer. */
  constructor({ id, load, send, write }) {
    this.load = load;
    this.send = send;
    this.write = write;
    this.element = h("div", { class: "commands", id, role: "listbox", "aria-label": "Commands", hidden: true, data: { testid: "commands" } });
    // the text keeps the focus while the pointer chooses
    this.element.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  get open() {
    return !this.element.hidden;
  }

  /** The id of the chosen line, for aria-activedescendant. */
  get active() {
    return this.open && this.#shown.length ? `${this.element.id}-${this.#at}` : null;
  }

  /** Shows the commands that begin with what is typed; any other text closes the list. */
  async follow(text) {
    const typed = /^\/([a-z0-9_]*)$/i.exec(text)?.[1]?.toLowerCase();
    const wanted = ++this.#wanted;
    if (typed === undefined) return this.close();
    const all = await this.load();
    if (wanted !== this.#wanted) return undefined;
    this.#all = all;
    this.#shown = all.filter(({ command }) => command.startsWith(typed));
    this.#at = Math.max(0, this.#shown.findIndex(({ command }) => command === typed));
    return this.#draw();
  }

  close() {
    this.#wanted += 1;
    this.element.hidden = true;
  }

  /** True when the list took the key. */
  key(event) {
    if (!this.open || this.#shown.length === 0) return false;
    const count = this.#shown.length;
    if (event.key === "ArrowDown") this.#at = (this.#at + 1) % count;
    else if (event.key === "ArrowUp") this.#at = (this.#at + count - 1) % count;
    else if (event.key === "Escape") return this.close(), true;
    else if (event.key === "Enter" && !event.shiftKey) return this.#choose(this.#at), true;
    else if (event.key === "Tab" && !event.shiftKey) return this.write(`/${this.#shown[this.#at].command} `), this.close(), true;
    else return false;
    this.#mark();
    return true;
  }

  #choose(index) {
    const { command } = this.#shown[index];
    this.close();
    this.send(`/${command}`);
  }

  #draw() {
    const lines = this.#shown.map(({ command, description }, index) =>
      h(
        "div",
        { role: "option", id: `${this.element.id}-${index}`, class: "command", on: { click: () => this.#choose(index) } },
        h("strong", {}, `/${command}`),
        h("span", { dir: "auto" }, description),
      ),
    );
    const none = h("p", { class: "none" }, "This bot has no commands here yet.");
    this.element.replaceChildren(...(this.#all.length === 0 ? [none] : lines));
    this.element.hidden = this.#all.length > 0 && lines.length === 0;
    this.#mark();
  }

  #mark() {
    [...this.element.querySelectorAll("[role=option]")].forEach((line, index) => {
      line.setAttribute("aria-selected", String(index === this.#at));
      if (index === this.#at) line.scrollIntoView({ block: "nearest" });
    });
  }
}
