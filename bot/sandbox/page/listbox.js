// A list above the composer from which one line is chosen, by pointer or by keys, while the text keeps the focus.

import { h } from "./element.js";

export class Listbox {
  #at = 0;

  constructor({ id, label, testid }) {
    this.lines = [];
    this.element = h("div", { class: "commands", id, role: "listbox", "aria-label": label, hidden: true, data: { testid } });
    this.element.addEventListener("pointerdown", (event) => event.preventDefault());
  }

  /** What a chosen line does, by its place. */
  choose() {}

  /** What Tab does with it. */
  complete(index) {
    this.choose(index);
  }

  get open() {
    return !this.element.hidden;
  }

  /** The id of the chosen line, for aria-activedescendant. */
  get active() {
    return this.open && this.lines.length ? `${this.element.id}-${this.#at}` : null;
  }

  close() {
    this.element.hidden = true;
  }

  /** `contents`: of each line its nodes; `at`: the chosen one, -1 for none yet; `above`: what stands above them. */
  show(contents, { at = 0, above = [] } = {}) {
    this.lines = contents.map((nodes, index) =>
      h("div", { role: "option", id: `${this.element.id}-${index}`, class: "command", on: { click: () => this.choose(index) } }, nodes),
    );
    this.element.replaceChildren(...above, ...this.lines);
    this.element.hidden = this.element.childElementCount === 0;
    this.#mark(Math.min(at, Math.max(0, this.lines.length - 1)));
  }

  /** True when the list took the key. */
  key(event) {
    if (!this.open || this.lines.length === 0) return false;
    const count = this.lines.length;
    if (event.key === "ArrowDown") this.#mark((this.#at + 1) % count);
    else if (event.key === "ArrowUp") this.#mark(this.#at > 0 ? this.#at - 1 : count - 1);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && !event.shiftKey && this.#at >= 0) this.choose(this.#at);
    else if (event.key === "Tab" && !event.shiftKey) this.complete(Math.max(0, this.#at));
    else return false;
    return true;
  }

  get at() {
    return this.#at;
  }

  #mark(at) {
    this.#at = at;
    this.lines.forEach((line, index) => {
      line.setAttribute("aria-selected", String(index === at));
      if (index === at) line.scrollIntoView({ block: "nearest" });
    });
  }
}
