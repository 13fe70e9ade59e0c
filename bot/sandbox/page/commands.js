// The list of commands: opened by its button or by typing "/", filtered while typing.

import { h } from "./element.js";
import { Listbox } from "./listbox.js";

export class CommandMenu extends Listbox {
  #shown = [];
  #wanted = 0; // only the newest request may open the list

  /** `load()` → [{command, description}]; `send(text)` says a command; `write(text)` puts it into the composer. */
  constructor({ id, load, send, write }) {
    super({ id, label: "Commands", testid: "commands" });
    this.load = load;
    this.send = send;
    this.write = write;
  }

  /** Shows the commands that begin with what is typed; any other text closes the list. */
  async follow(text) {
    const typed = /^\/([a-z0-9_]*)$/i.exec(text)?.[1]?.toLowerCase();
    const wanted = ++this.#wanted;
    if (typed === undefined) return this.close();
    const all = await this.load();
    if (wanted !== this.#wanted) return undefined;
    this.#shown = all.filter(({ command }) => command.startsWith(typed));
    const lines = this.#shown.map(({ command, description }) => [h("strong", {}, `/${command}`), h("span", { dir: "auto" }, description)]);
    const none = h("p", { class: "none" }, "This bot has no commands here yet.");
    const at = Math.max(0, this.#shown.findIndex(({ command }) => command === typed));
    return this.show(lines, { at, above: all.length ? [] : [none] });
  }

  close() {
    this.#wanted += 1;
    super.close();
  }

  choose(index) {
    const { command } = this.#shown[index];
    this.close();
    this.send(`/${command}`);
  }

  complete(index) {
    this.write(`/${this.#shown[index].command} `);
    this.close();
  }
}
