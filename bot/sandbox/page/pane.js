// One phone: a person's view of one chat. In a group one chooses who holds the phone.

import { belowKeyboard } from "./below.js";
import { Composer } from "./composer.js";
import { alertDialog } from "./dialog.js";
import { avatar, h, iconButton } from "./element.js";
import { counted } from "./format.js";
import { Log } from "./log.js";
import { messageActions, paneActions } from "./actions.js";
import { menuAt, openMenu } from "./menu.js";
import { Toast } from "./toast.js";

const TYPING = 5000; // milliseconds that Telegram shows a chat action
const ACTIONS = { typing: "typing…", upload_document: "sending a file…", upload_photo: "sending a photo…" };

export class Pane {
  #typingTimer = 0;
  #typing = "";

  /** `desk` opens other chats: {close(chatId), start(personId, payload)} */
  constructor(store, desk, chat) {
    this.store = store;
    this.desk = desk;
    this.bot = store.bot;
    this.chatId = chat.id;
    this.speakerId = store.members(chat)[0]?.id ?? 0;
    this.toast = new Toast();
    this.hand = {
      username: store.bot.username ?? "",
      start: (payload) => desk.start(this.speakerId, payload),
      command: (text) => this.attempt(() => this.say({ text: this.#addressed(text) })),
    };
    this.log = new Log(this.#logContext(), `Messages, ${store.title(chat)}`);
    this.composer = new Composer(this.#composerContext());
    this.element = this.#build();
    this.reload();
  }

  get chat() {
    return this.store.chats.get(this.chatId);
  }

  get speaker() {
    return this.store.people.get(this.speakerId);
  }

  get isPrivate() {
    return this.chat.type === "private";
  }

  #logContext() {
    return {
      server: this.store.server,
      hand: this.hand,
      inGroup: !this.isPrivate,
      speaker: () => this.speaker,
      press: (message, data) => this.attempt(() => this.store.server.press(this.chatId, message.message_id, this.speakerId, data)),
      reply: (message) => this.composer.reply(message),
      actions: (bubble, box) =>
        openMenu(messageActions(this, bubble.message), { x: Math.min(box.right, box.left + 60), y: box.top + 24, label: "Message" }),
    };
  }

  #composerContext() {
    const { store } = this;
    const { server } = store;
    return {
      id: this.chatId,
      name: this.store.title(this.chat),
      commands: () => server.commands(this.chatId, this.speakerId).catch((refusal) => (this.fail(refusal), [])),
      say: (message) => this.say(message),
      upload: async (file, fields, onProgress) =>
        this.#took(await server.upload(this.chatId, file, { from: this.speakerId, ...fields }, onProgress)),
      username: store.bot.username ?? "",
      ask: (words, offset) => server.askInline(this.chatId, this.speakerId, words, offset).catch((refusal) => (this.fail(refusal), null)),
      choose: async (resultId, fields) => this.#took(await server.chooseInline(this.chatId, this.speakerId, resultId, fields)),
      start: (payload) => this.desk.start(this.speakerId, payload),
      edit: (id, part) => server.edit(this.chatId, id, this.speakerId, part),
      fail: (refusal) => this.fail(refusal),
      messages: () => this.log.messages,
      isOwn: (message) => message.from?.id === this.speakerId,
    };
  }

  #build() {
    const { chat, store } = this;
    this.owner = h("header", { class: "owner" });
    const botName = this.isPrivate ? store.bot.first_name : store.title(chat);
    this.status = h("span", { class: "status" });
    const more = iconButton("more", "Chat menu", () => menuAt(more, paneActions(this), "Chat menu"), { "aria-haspopup": "menu", data: { testid: "pane-menu" } });
    const face = avatar(this.isPrivate ? store.bot.id : chat.id, botName);
    const head = h("header", { class: "chat-head" }, face, h("div", { class: "chat-name" }, h("strong", { dir: "auto" }, botName), this.status), more);
    this.empty = h("div", { class: "welcome" });
    this.startButton = h("button", { type: "button", class: "big", data: { testid: "start" }, on: { click: () => this.desk.start(this.speakerId, "") } }, "START");
    this.unblockButton = h("button", { type: "button", class: "big", data: { testid: "unblock" }, on: { click: () => this.block(false) } }, "UNBLOCK BOT");
    this.below = h("div", { class: "keyboard below", role: "group", "aria-label": "Buttons of the bot", hidden: true });
    this.bottom = h("footer", { class: "bottom" }, this.startButton, this.unblockButton, this.composer.element, this.below);
    const phone = h("div", { class: "phone" }, head, h("div", { class: "middle" }, this.log.element, h("div", { class: "empty" }, this.empty), this.toast.element), this.bottom);
    const pane = h("section", { class: this.isPrivate ? "pane private" : "pane" }, this.owner, phone, h("div", { class: "drop", "aria-hidden": "true" }, "Drop to attach"));
    this.#acceptDrops(pane);
    return pane;
  }

  /** Redraws what follows the chat's and the people's facts; the messages are not touched. */
  refresh() {
    const { chat, store } = this;
    const members = store.members(chat);
    if (!members.some((person) => person.id === this.speakerId) && members.length) this.speakerId = members[0].id;
    const name = store.title(chat);
    this.element.dataset.testid = `pane-${this.chatId}-${this.speakerId}`;
    this.element.setAttribute("aria-label", this.isPrivate ? `${name}'s chat with ${store.bot.first_name}` : `Group ${name}`);
    const close = iconButton("close", `Close ${name}`, () => this.desk.close(this.chatId));
    this.owner.replaceChildren(...this.#ownerLine(members), close);
    this.#showStatus();
    this.#showBottom();
  }

  #ownerLine(members) {
    const person = this.speaker;
    if (this.isPrivate) {
      const note = person?.note ? h("span", { class: "note", dir: "auto" }, person.note) : null;
      return [avatar(person?.id, person?.first_name, "small"), h("h2", { dir: "auto" }, person?.first_name ?? ""), note].filter(Boolean);
    }
    const options = members.map((member) => h("option", { value: member.id, selected: member.id === this.speakerId }, member.first_name));
    const select = h("select", { id: `speaker-${this.chatId}`, data: { testid: "speaker" } }, options);
    select.addEventListener("change", () => {
      this.speakAs(Number(select.value));
      this.owner.querySelector("select").focus();
    });
    return [avatar(person?.id, person?.first_name, "small"), h("label", { for: select.id }, "Speaking as"), select];
  }

  speakAs(personId) {
    this.speakerId = personId;
    this.refresh();
    this.log.sides();
  }

  #showStatus() {
    const { chat } = this;
    const people = this.store.members(chat).length;
    const kind = chat.type === "channel" ? "channel" : "group";
    const idle = this.isPrivate ? "bot" : `${kind} · ${counted(people, "person").replace("persons", "people")} and the bot`;
    this.status.textContent = this.#typing || idle;
    this.status.classList.toggle("active", Boolean(this.#typing));
  }

  #showBottom() {
    const blocked = this.store.blocked(this.chat);
    const begin = this.isPrivate && this.log.empty && !blocked;
    const focused = this.bottom.contains(document.activeElement);
    this.unblockButton.hidden = !blocked;
    this.startButton.hidden = !begin;
    this.composer.element.hidden = blocked || begin;
    const rows = this.chat.keyboard ?? [];
    this.below.hidden = blocked || begin || rows.length === 0;
    this.below.replaceChildren(...belowKeyboard(rows, (message) => this.attempt(() => this.say(message)), () => this.store.living()));
    this.empty.hidden = !this.log.empty;
    if (this.log.empty) this.empty.replaceChildren(...this.#welcome());
    if (focused && !this.bottom.contains(document.activeElement)) this.focus();
  }

  #welcome() {
    const { bot } = this.store;
    if (!this.isPrivate) return [h("p", {}, "No messages here yet. In a group the bot hears commands, mentions and replies to it.")];
    const about = bot.description || bot.short_description || `Press START to begin a chat with ${bot.first_name}.`;
    return [avatar(bot.id, bot.first_name), h("h3", {}, "What can this bot do?"), h("p", { dir: "auto" }, about)];
  }

  reload() {
    this.log.fill(this.store.history(this.chatId).values());
    this.refresh();
  }

  focus() {
    const target = [this.composer.input, this.startButton, this.unblockButton].find((node) => node.checkVisibility());
    target?.focus({ preventScroll: true });
  }

  add(message) {
    this.log.add(message);
    if (message.from?.id === this.store.bot.id) this.typing("");
    this.#showBottom();
  }

  remove(messageId) {
    this.log.remove(messageId);
    this.composer.forget(messageId);
    this.#showBottom();
  }

  typing(action) {
    clearTimeout(this.#typingTimer);
    this.#typing = action && (ACTIONS[action] ?? "working…");
    this.#showStatus();
    if (action) this.#typingTimer = setTimeout(() => this.typing(""), TYPING);
  }

  /** The bot's answer to a pressed button. */
  answered({ text, show_alert: alert, url }) {
    if (url) this.desk.follow(url, this.speakerId);
    if (!text) return;
    if (alert) alertDialog(`${this.store.bot.first_name} to ${this.speaker?.first_name}`, text);
    else this.toast.show(text);
  }

  async say(message) {
    this.#took(await this.store.server.say(this.chatId, { from: this.speakerId, ...message }));
  }

  async block(blocked) {
    await this.attempt(() => this.store.server.block(this.chatId, this.speakerId, blocked));
    this.store.setBlocked(this.chatId, blocked);
    this.focus();
  }

  async attempt(action) {
    try {
      return await action();
    } catch (refusal) {
      this.fail(refusal);
      return null;
    }
  }

  fail(refusal) {
    this.toast.show(refusal.message, "failed");
  }

  #took(message) {
    this.store.take({ kind: "message", chat_id: this.chatId, message });
  }

  /** In a group a tapped command names the bot, as in Telegram's apps. */
  #addressed(command) {
    return this.isPrivate || command.includes("@") ? command : `${command}@${this.store.bot.username}`;
  }

  #acceptDrops(pane) {
    const carries = (event) => event.dataTransfer?.types.includes("Files") && !this.composer.element.hidden;
    pane.addEventListener("dragover", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      pane.classList.add("dragging");
    });
    pane.addEventListener("dragleave", (event) => pane.contains(event.relatedTarget) || pane.classList.remove("dragging"));
    pane.addEventListener("drop", (event) => {
      pane.classList.remove("dragging");
      if (!carries(event)) return;
      event.preventDefault();
      this.composer.attach(event.dataTransfer.files);
    });
  }
}
