// Inline mode: "@bot words" in any chat shows what the bot offers; a tap sends it, and Enter what is written, unless the
// arrows have chosen a line. https://core.telegram.org/bots/inline

import { h } from "./element.js";
import { Listbox } from "./listbox.js";

const DELAY = 300; // milliseconds without a key before the bot is asked; Telegram's apps wait about as long
const NEAR = 60; // px from the end of the list at which the next page is fetched

export class Offers extends Listbox {
  #asked = ""; // words of the list that is shown or awaited
  #results = [];
  #next = ""; // offset of the next page
  #fetching = false;
  #timer = 0;
  #wanted = 0; // only the newest request may change the list

  /** `ask(words, offset)` → {results, next_offset, button}; `send(result, words)`; `start(payload)` opens the chat with
   *  the bot; `write(text)` puts a text into the composer. */
  constructor({ id, username, ask, send, start, write }) {
    super({ id, label: `Offered by @${username}`, testid: "offers" });
    Object.assign(this, { username, ask, send, start, write });
    this.element.addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  /** Any other text closes the list. */
  follow(text) {
    clearTimeout(this.#timer);
    const wanted = ++this.#wanted;
    const [name, words] = this.#parts(text);
    if (name === null) return super.close();
    if (words === null) return this.#suggest();
    this.#timer = setTimeout(() => this.#load(words, "", wanted), this.#asked === "" ? 0 : DELAY);
    return undefined;
  }

  close() {
    clearTimeout(this.#timer);
    this.#wanted += 1;
    this.#asked = "";
    super.close();
  }

  choose(index) {
    if (this.#results.length === 0) {
      this.write(`@${this.username} `);
      return;
    }
    const result = this.#results[index];
    const words = this.#asked;
    this.close();
    this.send(result, words.trim());
  }

  /** The name as far as it is typed, and the words after it; nulls where there is none. */
  #parts(text) {
    const [, name, words] = /^@(\w*)(?:\s([^]*))?$/.exec(text) ?? [];
    const whole = this.username.toLowerCase();
    const fits = name !== undefined && (words === undefined ? whole.startsWith(name.toLowerCase()) : whole === name.toLowerCase());
    return fits ? [name, words?.trim() ?? null] : [null, null];
  }

  #suggest() {
    this.#asked = "";
    this.#results = [];
    this.show([[h("strong", {}, `@${this.username}`), h("span", {}, "and some words: articles and answers to send here")]], { at: -1 });
  }

  async #load(words, offset, wanted) {
    this.#asked = words || " ";
    this.#fetching = true;
    const answer = await this.ask(words, offset);
    this.#fetching = false;
    if (wanted !== this.#wanted) return;
    this.#results = [...(offset ? this.#results : []), ...(answer?.results ?? [])];
    this.#next = answer?.next_offset ?? "";
    this.show(this.#results.map(line), { at: offset ? this.at : -1, above: this.#above(answer) });
  }

  #above(answer) {
    if (!answer?.button) return [];
    const { text, start_parameter: payload } = answer.button;
    const open = () => (this.close(), this.write(""), this.start(payload));
    return [h("button", { type: "button", class: "offer-button", data: { testid: "offer-button" }, on: { click: open } }, text)];
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.element;
    if (!this.open || this.#fetching || !this.#next || scrollHeight - scrollTop - clientHeight > NEAR) return;
    this.#load(this.#asked.trim(), this.#next, this.#wanted);
  }
}

/** The page asks no other server for a thumbnail; a letter stands in, as in Telegram's apps where there is none. */
function line({ title, description }) {
  const letter = [...title.trim()][0] ?? "?";
  const about = h("div", { class: "offer-text" }, h("strong", { dir: "auto" }, title), h("span", { dir: "auto" }, description ?? ""));
  return [h("span", { class: "offer-letter", "aria-hidden": "true" }, letter.toUpperCase()), about];
}
