// The list of chats: people with their private chats, then groups, each with its last line and what is unread.
// On a narrow screen the same list is the strip that chooses the pane.

import { avatar, h, icon } from "./element.js";
import { hour } from "./format.js";
import { newGroup, newReader } from "./newcomer.js";
import { senderName, summary } from "./summary.js";

export class SideList {
  #entries = new Map(); // chat id -> entry button

  constructor(store, desk) {
    this.store = store;
    this.desk = desk;
    this.connection = h("span", { class: "connection", role: "status" });
    const brand = h("header", { class: "brand" }, h("h1", {}, "Local Telegram"), this.connection);
    this.people = h("ul", { class: "chats", "aria-label": "People" });
    this.groups = h("ul", { class: "chats", "aria-label": "Groups" });
    this.adders = [this.#adder("new-reader", "person", "New reader", newReader), this.#adder("new-group", "group", "New group", newGroup)];
    this.tools = h("div", { class: "adders" }, this.adders);
    this.element = h("nav", { class: "side", "aria-label": "Chats" }, brand, h("div", { class: "side-lists" }, this.people, this.groups), this.tools);
    for (const kind of ["message", "edited", "deleted", "unread"]) store.addEventListener(kind, ({ detail }) => this.#draw(detail.chat_id));
    for (const kind of ["chat", "person"]) store.addEventListener(kind, () => this.reset());
    desk.element.addEventListener("layout", () => {
      this.#drawAll();
      if (desk.narrow.matches) this.element.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }

  /** Puts the button that brings the guide back below the others. */
  place(recall) {
    this.tools.replaceChildren(...this.adders, ...(recall ? [recall] : []));
  }

  connected(state) {
    this.connection.textContent = state === "connected" ? "" : "reconnecting…";
  }

  #adder(testid, shape, label, act) {
    const run = () => act(this.store, this.desk);
    return h("button", { type: "button", class: "adder", data: { testid }, title: label, on: { click: run } }, icon(shape), h("span", {}, label));
  }

  reset() {
    const focused = document.activeElement?.dataset?.testid;
    this.#entries.clear();
    const entries = this.store.living().map((chat) => [chat, h("li", {}, this.#entry(chat))]);
    const order = [...this.store.people.keys()];
    const own = entries.filter(([chat]) => chat.type === "private").sort(([a], [b]) => order.indexOf(a.id) - order.indexOf(b.id));
    this.people.replaceChildren(...own.map(([, line]) => line));
    this.groups.replaceChildren(...entries.filter(([chat]) => chat.type !== "private").map(([, line]) => line));
    this.#drawAll();
    if (focused?.startsWith("chat-")) this.element.querySelector(`[data-testid="${focused}"]`)?.focus();
  }

  #entry(chat) {
    const button = h("button", { type: "button", class: "chat", data: { testid: `chat-${chat.id}` }, on: { click: () => this.desk.open(chat.id) } });
    this.#entries.set(chat.id, button);
    return button;
  }

  #drawAll() {
    for (const id of this.#entries.keys()) this.#draw(id);
  }

  #draw(chatId) {
    const button = this.#entries.get(chatId);
    const chat = this.store.chats.get(chatId);
    if (!button || !chat) return;
    const { store } = this;
    const name = store.title(chat);
    const note = store.people.get(chatId)?.note;
    const last = store.last(chatId);
    const unread = store.unread.get(chatId) ?? 0;
    const line = last ? this.#line(last, chat) : "No messages yet";
    button.replaceChildren(
      avatar(chatId, name),
      h("span", { class: "chat-text" }, h("span", { class: "chat-title" }, h("b", { dir: "auto" }, name), note ? h("span", { class: "note", dir: "auto" }, note) : null), h("small", { dir: "auto" }, line)),
      h("span", { class: "chat-side" }, last ? h("small", {}, hour(last.date)) : null, unread ? h("span", { class: "badge", "aria-label": `${unread} unread` }, String(unread)) : null),
    );
    const shown = this.desk.shows(chatId);
    button.classList.toggle("open", this.desk.isOpen(chatId));
    if (shown) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }

  #line(message, chat) {
    const own = message.from?.id === chat.id;
    const who = own ? "You" : senderName(message);
    return chat.type === "private" && !own ? summary(message) : `${who}: ${summary(message)}`;
  }
}
