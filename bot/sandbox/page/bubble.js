// One message: its bubble, the mark of time, the reply it quotes, and the keyboard under it.

import { avatar, h, icon, iconButton, tint } from "./element.js";
import { formatted } from "./entities.js";
import { full, hour } from "./format.js";
import { inlineKeyboard, markWaiting } from "./keyboard.js";
import { media, picture } from "./media.js";
import { richMessage } from "./rich.js";
import { serviceSentence } from "./service.js";
import { senderName, summary } from "./summary.js";

export class Bubble {
  #waiting = new Set();

  /** `context`: {server, hand, speaker(), inGroup, press(message, data), reply(message),
   *  actions(bubble, place), show(messageId)} */
  constructor(message, context) {
    this.context = context;
    this.element = h("article", { class: "message", tabindex: "-1", data: { testid: "message" } });
    this.update(message);
  }

  update(message) {
    const focus = this.#focusPlace();
    this.message = message;
    const service = serviceSentence(message);
    this.element.dataset.messageId = message.message_id;
    this.element.setAttribute("aria-label", `${senderName(message)}, ${hour(message.date)}`);
    this.element.classList.toggle("service", service !== null);
    this.own();
    this.element.replaceChildren(...(service === null ? this.#content() : [h("p", { dir: "auto" }, service)]));
    markWaiting(this.element, this.#waiting);
    if (focus) this.element.querySelector(`[data-place="${focus}"]`)?.focus({ preventScroll: true });
  }

  /** Own messages stand at the other side; in a group that changes with the speaker. */
  own() {
    const { from, chat } = this.message;
    this.element.classList.toggle("own", chat?.type !== "channel" && from?.id === this.context.speaker()?.id);
  }

  /** An edit redraws the keyboard: who stood on a button stays on the button at its place. */
  #focusPlace() {
    const active = document.activeElement;
    return active && this.element.contains(active) ? active.dataset.place : null;
  }

  #content() {
    const { message, context } = this;
    const body = this.#body();
    const inner = h("div", { class: "bubble" }, this.#heading(), this.#quote(), media(message, context.server), picture(message), body);
    const mark = this.#mark();
    const last = body?.lastElementChild;
    // the time sits in the last line of a text if there is room for it, else below
    if (last?.localName === "p") last.append(mark);
    else inner.append(mark);
    if (message.photo && !body) inner.classList.add("only-photo");
    const rows = message.reply_markup?.inline_keyboard;
    return [
      context.inGroup ? avatar(message.from?.id ?? message.sender_chat?.id, senderName(message), "small") : null,
      h("div", { class: "stack" }, inner, rows?.length ? this.#keyboard(rows) : null),
      this.#tools(),
    ].filter(Boolean);
  }

  #body() {
    const { message, context } = this;
    if (message.rich_message) return richMessage(message.rich_message, context.hand);
    const text = message.text ?? message.caption;
    if (!text) return null;
    return h("div", { class: "text" }, formatted(text, message.entities ?? message.caption_entities, context.hand));
  }

  #heading() {
    const { message, context } = this;
    const lines = [];
    if (context.inGroup) {
      const id = message.sender_chat?.id ?? message.from?.id;
      lines.push(h("div", { class: `sender name-${tint(id)}`, dir: "auto" }, senderName(message)));
    }
    if (message.via_bot) lines.push(h("div", { class: "origin" }, `via @${message.via_bot.username}`));
    if (message.forward_origin) lines.push(h("div", { class: "origin" }, `Forwarded from ${originName(message.forward_origin)}`));
    return lines;
  }

  #quote() {
    const { message, context } = this;
    const original = message.reply_to_message;
    if (!original || (message.is_topic_message && original.forum_topic_created)) return null;
    const text = message.quote?.text ?? summary(original);
    return h(
      "button",
      { type: "button", class: "quote", "aria-label": `In reply to ${senderName(original)}: ${text}`, on: { click: () => context.show(original.message_id) } },
      h("strong", {}, senderName(original)),
      h("span", { dir: "auto" }, text),
    );
  }

  #mark() {
    const { message } = this;
    return h(
      "span",
      { class: "mark", title: full(message.edit_date ?? message.date) },
      message.edit_date ? "edited " : null,
      h("time", { dir: "ltr", datetime: new Date(message.date * 1000).toISOString() }, hour(message.date)),
    );
  }

  #keyboard(rows) {
    const waiting = this.#waiting;
    const press = (data) => this.context.press(this.message, data);
    const changed = () => markWaiting(this.element, waiting);
    return inlineKeyboard(rows, { hand: this.context.hand, press, waiting, changed });
  }

  /** Out of the tab order: the arrows walk the messages, and Enter opens the same menu. */
  #tools() {
    const { context } = this;
    const more = iconButton("more", "More actions", () => context.actions(this, more.getBoundingClientRect()), { tabindex: "-1" });
    return h("div", { class: "tools" }, more);
  }
}

function originName(origin) {
  const user = origin.sender_user;
  const person = user && [user.first_name, user.last_name].filter(Boolean).join(" ");
  return person ?? origin.sender_user_name ?? origin.chat?.title ?? origin.sender_chat?.title ?? "somebody";
}
