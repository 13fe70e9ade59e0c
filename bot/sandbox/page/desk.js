// The open panes. Wide: side by side, as many as fit at first. Narrow: one at a time, chosen in the list.

import { h } from "./element.js";
import { safeUrl, startPayload } from "./link.js";
import { Pane } from "./pane.js";

const PANE = 370; // px a pane wants
const NARROW = "(max-width: 760px)";

export class Desk {
  #panes = new Map(); // chat id -> Pane, also of closed ones: they keep their drafts
  #open = []; // chat ids, left to right
  #front = null; // the one pane of a narrow screen

  constructor(store) {
    this.store = store;
    this.narrow = matchMedia(NARROW);
    this.element = h("main", { class: "desk", "aria-label": "Open chats" });
    this.nothing = h("p", { class: "nothing" }, "Choose a chat in the list, or add a reader.");
    this.element.append(this.nothing);
    this.narrow.addEventListener("change", () => this.#layout());
    this.#listen();
  }

  #listen() {
    const { store } = this;
    const on = (kind, act) => store.addEventListener(kind, ({ detail }) => act(this.#panes.get(detail?.chat_id ?? detail?.chat?.id), detail));
    on("message", (pane, { message, chat_id: id }) => {
      pane?.add(message);
      if (this.shows(id)) store.seen(id);
    });
    on("edited", (pane, { message }) => pane?.log.change(message));
    on("deleted", (pane, { message_id: id }) => pane?.remove(id));
    on("action", (pane, { action }) => pane?.typing(action));
    on("chat", (pane) => {
      pane?.refresh();
      this.#move();
    });
    on("person", () => this.#panes.forEach((pane) => pane.refresh()));
    on("callback_answer", (pane, answer) => {
      if (pane && (answer.person?.id ?? answer.person) === pane.speakerId) pane.answered(answer);
    });
  }

  /** After a (re)load of everything: panes of chats that are gone go, the others are filled again and keep their drafts. */
  reset() {
    for (const [id, pane] of this.#panes) {
      if (this.store.chats.has(id) && pane.bot.id === this.store.bot.id) pane.reload();
      else this.#drop(id, pane);
    }
    if (this.#open.length === 0) this.#open = this.#first();
    this.#layout();
  }

  /** Private chats in the order of the people, then groups: at least two, and as many as have room. */
  #first() {
    const room = Math.floor((innerWidth - 270) / PANE);
    const own = [...this.store.people.keys()];
    const groups = this.store.living().filter((chat) => chat.type !== "private").map((chat) => chat.id);
    return [...own, ...groups].slice(0, Math.max(2, room));
  }

  shows(chatId) {
    return this.#open.includes(chatId) && (!this.narrow.matches || this.#front === chatId) && document.visibilityState === "visible";
  }

  isOpen(chatId) {
    return this.#open.includes(chatId);
  }

  /** Opens a chat, or brings its pane into view, and puts the caret into it; in a group `speakerId` holds the phone. */
  open(chatId, speakerId = null) {
    if (!this.#open.includes(chatId)) this.#open.push(chatId);
    this.#front = chatId;
    this.#layout();
    const pane = this.#panes.get(chatId);
    if (speakerId !== null) pane?.speakAs(speakerId);
    pane?.element.scrollIntoView({ block: "nearest", inline: "nearest" });
    pane?.focus();
  }

  close(chatId) {
    this.#open = this.#open.filter((id) => id !== chatId);
    if (this.#front === chatId) this.#front = this.#open.at(-1) ?? null;
    this.#layout();
    document.querySelector(`[data-testid="chat-${chatId}"]`)?.focus();
  }

  /** What a tap on t.me/<bot>?start=PAYLOAD does: the command goes to that person's own chat with the bot. */
  async start(personId, payload) {
    this.open(personId);
    const pane = this.#panes.get(personId);
    await pane?.attempt(() => pane.say({ text: payload ? `/start ${payload}` : "/start" }));
    pane?.focus();
  }

  /** A link that came with the answer to a pressed button. */
  follow(raw, personId) {
    const payload = startPayload(raw, this.store.bot.username ?? "");
    const url = safeUrl(raw);
    if (payload !== null) this.start(personId, payload);
    else if (url) window.open(url.href, "_blank", "noopener,noreferrer");
  }

  /** The window is looked at again: what it shows counts as read. */
  refresh() {
    this.#layout();
  }

  /** A supergroup takes the place of the group that it came from, whichever of the two is told first. */
  #move() {
    const next = (id) => {
      const { upgraded_to: to } = this.store.chats.get(id) ?? {};
      return to && this.store.chats.has(to) ? to : id;
    };
    const moved = [...new Set(this.#open.map(next))];
    if (moved.join() === this.#open.join()) return;
    if (this.#front !== null) this.#front = next(this.#front);
    this.#open = moved;
    this.#layout();
  }

  #layout() {
    if (!this.#open.includes(this.#front)) this.#front = this.#open[0] ?? null;
    for (const id of this.#open) if (!this.#panes.has(id)) this.#add(id);
    for (const [id, pane] of this.#panes) {
      const shown = this.#open.includes(id) && (!this.narrow.matches || id === this.#front);

      pane.element.hidden = !shown;
      if (this.shows(id)) this.store.seen(id);
    }
    this.nothing.hidden = this.#open.length > 0;
    this.element.dispatchEvent(new CustomEvent("layout"));
  }

  #drop(chatId, pane) {
    pane.element.remove();
    this.#panes.delete(chatId);
    this.#open = this.#open.filter((other) => other !== chatId);
  }

  #add(chatId) {
    const pane = new Pane(this.store, this, this.store.chats.get(chatId));
    this.#panes.set(chatId, pane);
    this.element.append(pane.element);
  }
}
