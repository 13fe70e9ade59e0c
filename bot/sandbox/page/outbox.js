// Files chosen to be sent: shown above the text, which becomes their caption; each with its progress while it goes.

import { h, icon, iconButton } from "./element.js";
import { size } from "./format.js";

export class Outbox {
  #items = []; // {file, row, bar, photo: the box that asks for a photo, of images}

  constructor() {
    this.element = h("ul", { class: "outbox", "aria-label": "Files to send", hidden: true, data: { testid: "outbox" } });
  }

  get empty() {
    return this.#items.length === 0;
  }

  add(files) {
    for (const file of files) {
      const bar = h("progress", { max: "1", value: "0", hidden: true, "aria-label": `Sending ${file.name}` });
      const photo = h("input", { type: "checkbox", checked: true });
      const item = { file, bar, photo: file.type.startsWith("image/") ? photo : null };
      const about = h("span", { class: "file-text" }, h("span", { class: "file-name", dir: "auto" }, file.name), h("small", {}, size(file.size)), bar);
      const asPhoto = item.photo && h("label", { class: "check" }, photo, "as photo");
      item.row = h("li", {}, icon("file"), about, asPhoto, iconButton("close", `Do not send ${file.name}`, () => this.#drop(item)));
      this.#items.push(item);
      this.element.append(item.row);
    }
    this.element.hidden = this.empty;
  }

  clear() {
    for (const item of [...this.#items]) this.#drop(item);
  }

  /** Sends one file after another, the caption with the first; what fails stays in the list. */
  async send(upload) {
    for (const item of [...this.#items]) {
      item.bar.hidden = false;
      const first = item === this.#items[0];
      try {
        await upload(item.file, { first, photo: item.photo?.checked }, (part) => (item.bar.value = part));
      } catch (refusal) {
        item.bar.hidden = true;
        throw refusal;
      }
      this.#drop(item);
    }
  }

  #drop(item) {
    this.#items = this.#items.filter((other) => other !== item);
    item.row.remove();
    this.element.hidden = this.empty;
  }
}
