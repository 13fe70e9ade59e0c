// Where a person writes: a growing text, the reply or edit it belongs to, files, links behind pasted words, commands.

import { CommandMenu } from "./commands.js";
import { Draft } from "./draft.js";
import { h, icon, iconButton } from "./element.js";
import { counted } from "./format.js";
import { Offers } from "./offers.js";
import { Outbox } from "./outbox.js";
import { readHtml } from "./paste.js";
import { split } from "./split.js";
import { plainText, senderName, summary } from "./summary.js";

const TALLEST = 180; // px of text before it scrolls

export class Composer {
  #draft = new Draft();
  #outbox = new Outbox();
  #about = null; // {kind: "reply" | "edit", message}
  #sending = false;

  /** `pane`: {id, name, commands(), say(message), upload(file, fields, onProgress), edit(id, part), fail(refusal),
   *  username of the bot, ask(words, offset), choose(resultId, fields) and start(payload) of inline mode,
   *  messages(): all of the chat, isOwn(message), show(messageId)} */
  constructor(pane) {
    this.pane = pane;
    this.menu = new CommandMenu({
      id: `commands-${pane.id}`,
      load: () => pane.commands(),
      send: (text) => (this.#write(""), this.#guard(() => pane.say({ text }))),
      write: (text) => this.#write(text),
    });
    this.offers = new Offers({
      id: `offers-${pane.id}`,
      username: pane.username,
      ask: (words, offset) => pane.ask(words, offset),
      send: (result, query) => this.#guard(() => this.#choose(result, query)),
      start: (payload) => pane.start(payload),
      write: (text) => (this.#write(text), this.focus()),
    });
    this.element = this.#build();
  }

  get #lists() {
    return [this.menu, this.offers];
  }

  #build() {
    const text = { class: "input", rows: "1", dir: "auto", placeholder: "Message", "aria-label": `Message as ${this.pane.name}` };
    const menu = { "aria-autocomplete": "list", "aria-controls": this.#lists.map((list) => list.element.id).join(" "), enterkeyhint: "send" };
    this.input = h("textarea", { ...text, ...menu, data: { testid: "composer" } });
    this.input.addEventListener("input", () => this.#changed());
    this.input.addEventListener("keydown", (event) => this.#keys(event));
    this.input.addEventListener("paste", (event) => this.#paste(event));
    this.input.addEventListener("blur", () => this.#lists.forEach((list) => list.close()));
    this.input.addEventListener("focus", () => this.offers.follow(this.input.value));
    // the file field itself is the button: it opens the picker by click, by key and by a test's send_keys alike
    this.picker = h("input", { type: "file", multiple: true, "aria-label": "Attach files", title: "Attach files", data: { testid: "attach" } });
    this.picker.addEventListener("change", () => (this.attach(this.picker.files), (this.picker.value = "")));
    this.aboutBar = h("div", { class: "about", hidden: true });
    this.linksBar = h("div", { class: "links", hidden: true, data: { testid: "kept-links" } });
    this.slash = iconButton("slash", "Commands", () => this.#toggleMenu(), { data: { testid: "menu" } });
    const attach = h("span", { class: "icon-button attach" }, icon("attach"), this.picker);
    const send = h("button", { class: "icon-button send", "aria-label": "Send", title: "Send", data: { testid: "send" } }, icon("send"));
    const row = h("div", { class: "composer-row" }, this.slash, attach, this.input, send);
    const submit = (event) => (event.preventDefault(), this.#guard(() => this.#send()));
    return h("form", { class: "composer", on: { submit } }, this.menu.element, this.offers.element, this.aboutBar, this.linksBar, this.#outbox.element, row);
  }

  focus() {
    this.input.focus({ preventScroll: true });
  }

  attach(files) {
    this.#outbox.add(files);
    if (files.length) this.focus();
  }

  reply(message) {
    this.#belong("reply", message);
  }

  edit(message) {
    this.#write(plainText(message));
    this.#draft.add((message.entities ?? []).filter((entity) => entity.type === "text_link"), 0);
    this.#showLinks();
    this.#belong("edit", message);
  }

  /** A message that is gone can be neither answered nor edited. */
  forget(messageId) {
    if (this.#about?.message.message_id === messageId) this.#leave();
  }

  #belong(kind, message) {
    this.#about = { kind, message };
    const title = kind === "edit" ? "Edit message" : `Reply to ${senderName(message)}`;
    const leave = iconButton("close", kind === "edit" ? "Stop editing" : "Do not reply", () => (this.#leave(), this.focus()));
    this.aboutBar.replaceChildren(icon(kind), h("div", {}, h("strong", {}, title), h("span", { dir: "auto" }, summary(message))), leave);
    this.aboutBar.hidden = false;
    this.focus();
  }

  #leave() {
    if (this.#about?.kind === "edit") this.#write("");
    this.#about = null;
    this.aboutBar.hidden = true;
  }

  #write(text) {
    this.input.value = text;
    this.#changed();
  }

  #changed() {
    this.#draft.update(this.input.value);
    this.#showLinks();
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, TALLEST)}px`;
    this.offers.follow(this.input.value);
    this.menu.follow(this.input.value).then(() => this.#markActive());
  }

  #markActive() {
    const active = this.#lists.map((list) => list.active).find(Boolean);
    if (active) this.input.setAttribute("aria-activedescendant", active);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #showLinks() {
    const { links } = this.#draft;
    this.linksBar.hidden = links.length === 0;
    if (links.length === 0) return;
    const hosts = [...new Set(links.map((link) => new URL(link.url).hostname))].slice(0, 3).join(", ");
    const drop = () => ((this.#draft.links = []), this.#showLinks(), this.focus());
    const note = `${counted(links.length, "link")} kept from the pasted text: ${hosts}`;
    this.linksBar.replaceChildren(h("span", {}, note), iconButton("close", "Drop the links", drop));
  }

  async #toggleMenu() {
    if (this.menu.open) return this.menu.close();
    this.focus();
    await this.menu.follow("/");
    return this.#markActive();
  }

  #keys(event) {
    if (event.isComposing) return;
    if (this.#lists.some((list) => list.key(event))) {
      this.#markActive();
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.element.requestSubmit();
    } else if (event.key === "Escape" && (this.#about || !this.#outbox.empty)) {
      if (this.#about) this.#leave();
      else this.#outbox.clear();
      event.preventDefault();
    } else if (event.key === "ArrowUp" && (event.ctrlKey || event.metaKey)) this.#walkReply(event, -1);
    else if (event.key === "ArrowDown" && (event.ctrlKey || event.metaKey)) this.#walkReply(event, 1);
    else if (event.key === "ArrowUp" && !this.input.value) this.#editLast(event);
  }

  /** Ctrl and an arrow choose the message to reply to, as in Telegram Desktop. */
  #walkReply(event, step) {
    event.preventDefault();
    const all = this.pane.messages();
    const known = this.#about?.kind === "reply" ? all.findIndex((one) => one.message_id === this.#about.message.message_id) : all.length;
    const next = all[Math.max(0, known + step)];
    if (next) this.reply(next);
    else this.#leave();
  }

  #editLast(event) {
    const own = this.pane.messages().findLast((message) => this.pane.isOwn(message) && message.text);
    if (!own) return;
    event.preventDefault();
    this.edit(own);
  }

  #paste(event) {
    const data = event.clipboardData;
    if (!data) return;
    if (data.files.length && !data.getData("text/plain")) {
      event.preventDefault();
      this.attach(data.files);
      return;
    }
    const html = data.getData("text/html");
    const { text, links } = html ? readHtml(html) : { text: "", links: [] };
    if (links.length === 0) return; // the browser's own plain text is as good
    event.preventDefault();
    const start = this.input.selectionStart;
    this.#insert(text);
    this.#draft.update(this.input.value);
    this.#draft.add(links, start);
    this.#showLinks();
  }

  /** execCommand is the only way to insert that leaves undo intact; it is slow with long texts. */
  #insert(text) {
    if (text.length < 20_000 && document.execCommand("insertText", false, text)) return;
    this.input.setRangeText(text, this.input.selectionStart, this.input.selectionEnd, "end");
    this.#changed();
  }

  async #guard(action) {
    if (this.#sending) return;
    this.#sending = true;
    try {
      await action();
    } catch (refusal) {
      this.pane.fail(refusal);
    } finally {
      this.#sending = false;
    }
  }

  async #send() {
    const parts = split(this.input.value, this.#draft.links);
    if (this.#about?.kind === "edit") {
      if (parts.length) await this.pane.edit(this.#about.message.message_id, parts[0]);
      this.#leave();
    } else if (!this.#outbox.empty) await this.#sendFiles();
    else await this.#sendParts(parts);
  }

  /** What the bot offered, sent in the person's name. */
  async #choose(result, query) {
    await this.pane.choose(result.id, { query, ...this.#target(true) });
    this.#write("");
    this.#leave();
  }

  async #sendParts(parts) {
    for (const [index, part] of parts.entries()) {
      try {
        await this.pane.say({ ...part, ...this.#target(index === 0) });
      } catch (refusal) {
        this.#keep(parts.slice(index));
        throw refusal;
      }
    }
    this.#write("");
    this.#leave();
  }

  /** After a refusal the text holds exactly what has not been sent, links included. */
  #keep(parts) {
    this.#write(parts.map((part) => part.text).join("\n"));
    this.#draft.links = [];
    let offset = 0;
    for (const part of parts) {
      this.#draft.add(part.entities, offset);
      offset += part.text.length + 1;
    }
    this.#showLinks();
  }

  async #sendFiles() {
    const caption = this.input.value.trim();
    const fields = this.#target(true);
    await this.#outbox.send(async (file, { first, photo }, onProgress) => {
      const as = photo ? "photo" : null;
      await this.pane.upload(file, first ? { ...fields, caption, as } : { as }, onProgress);
      if (first) this.#write("");
    });
    this.#leave();
  }

  #target(first) {
    const message = this.#about?.message;
    if (!first || !message) return {};
    return { reply_to: message.message_id, ...(message.is_topic_message ? { thread: message.message_thread_id } : {}) };
  }
}
