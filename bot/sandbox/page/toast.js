// The short note over the composer, as Telegram shows a bot's answer to a pressed button.

import { h } from "./element.js";

const SHOWN = 4000; // milliseconds, as long as Telegram's apps show it; longer texts a little longer

export class Toast {
  #timer = 0;

  constructor() {
    this.element = h("div", { class: "toast-place", role: "status" });
  }

  show(text, kind = "") {
    clearTimeout(this.#timer);
    const note = h("div", { class: `toast ${kind}`, dir: "auto", data: { testid: "toast" }, on: { click: () => note.remove() } }, text);
    this.element.replaceChildren(note);
    this.#timer = setTimeout(() => note.remove(), SHOWN + text.length * 20);
  }
}
