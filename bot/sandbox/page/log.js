// The messages of one chat, in order, with days between them. It stays at its end unless the reader has scrolled up.

import { Bubble } from "./bubble.js";
import { h, icon } from "./element.js";
import { day, dayKey } from "./format.js";

const NEAR = 90; // px from the end that still count as being at the end

export class Log {
  #bubbles = new Map(); // message id -> Bubble
  #fresh = 0; // messages that came while the reader was further up

  constructor(context, label) {
    this.context = { ...context, show: (id) => this.show(id) };
    this.list = h("div", { class: "log-list" });
    const props = { class: "log", role: "log", "aria-live": "polite", "aria-label": label, tabindex: "0", dir: "ltr" };
    this.scroller = h("div", props, this.list);
    this.count = h("span", { class: "badge" });
    const toEnd = { type: "button", class: "to-end", hidden: true, "aria-label": "To the newest message", on: { click: () => this.toEnd() } };
    this.endButton = h("button", toEnd, icon("down"), this.count);
    this.element = h("div", { class: "log-frame" }, this.scroller, this.endButton);
    this.scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.scroller.addEventListener("keydown", (event) => this.#keys(event));
    this.atEnd = true;
    // a growing composer, an opened keyboard or a resized window must not hide the newest message
    const observer = new ResizeObserver(() => this.atEnd && this.#jump());
    observer.observe(this.scroller);
    observer.observe(this.list);
  }

  /** Draws a whole history at once; a screen reader is not told all of it. */
  fill(messages) {
    this.scroller.setAttribute("aria-live", "off");
    this.#bubbles.clear();
    const nodes = [];
    let before = null;
    for (const message of messages) {
      nodes.push(...this.#make(message, before));
      before = message;
    }
    this.list.replaceChildren(...nodes);
    this.atEnd = true;
    this.#jump();
    requestAnimationFrame(() => this.scroller.setAttribute("aria-live", "polite"));
  }

  add(message) {
    if (this.#bubbles.has(message.message_id)) return this.change(message);
    const before = [...this.#bubbles.values()].at(-1)?.message ?? null;
    const stay = this.atEnd || message.from?.id === this.context.speaker()?.id;
    this.list.append(...this.#make(message, before));
    this.#bubbles.get(message.message_id).element.classList.add("new");
    if (stay) return this.#jump();
    this.#fresh += 1;
    return this.#showEnd();
  }

  change(message) {
    this.#bubbles.get(message.message_id)?.update(message);
  }

  remove(messageId) {
    const element = this.#bubbles.get(messageId)?.element;
    if (!element) return;
    this.#bubbles.delete(messageId);
    const alone = element.previousElementSibling?.matches(".day") && !element.nextElementSibling?.matches(".message");
    if (alone) element.previousElementSibling.remove();
    if (element.contains(document.activeElement)) this.scroller.focus({ preventScroll: true });
    element.remove();
  }

  /** The speaker changed: own messages change sides. */
  sides() {
    for (const bubble of this.#bubbles.values()) bubble.own();
  }

  get messages() {
    return [...this.#bubbles.values()].map((bubble) => bubble.message);
  }

  get empty() {
    return this.#bubbles.size === 0;
  }

  show(messageId) {
    const element = this.#bubbles.get(messageId)?.element;
    if (!element) return;
    element.scrollIntoView({ block: "center" });
    element.classList.remove("flash");
    requestAnimationFrame(() => element.classList.add("flash"));
    element.focus({ preventScroll: true });
  }

  toEnd() {
    this.#jump();
    this.scroller.focus({ preventScroll: true });
  }

  #make(message, before) {
    const bubble = new Bubble(message, this.context);
    this.#bubbles.set(message.message_id, bubble);
    const newDay = !before || dayKey(before.date) !== dayKey(message.date);
    const follows = !newDay && before.from?.id === message.from?.id && message.date - before.date < 300;
    bubble.element.classList.toggle("follows", follows);
    return newDay ? [h("div", { class: "day" }, h("span", {}, day(message.date))), bubble.element] : [bubble.element];
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    if (clientHeight === 0) return; // hidden: the place is kept
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.atEnd) this.#fresh = 0;
    this.#showEnd();
  }

  #jump() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.atEnd = true;
  }

  #showEnd() {
    this.endButton.hidden = this.atEnd;
    this.count.textContent = this.#fresh || "";
  }

  /** Arrows walk from message to message, R replies, Enter opens a message's menu; its buttons follow with Tab. */
  #keys(event) {
    const current = event.target.closest(".message");
    if (event.target !== this.scroller && event.target !== current) return;
    const all = [...this.list.querySelectorAll(".message:not(.service)")];
    const at = current ? all.indexOf(current) : all.length;
    const bubble = current && this.#bubbles.get(Number(current.dataset.messageId));
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowUp") all[Math.max(0, at - 1)]?.focus();
    else if (event.key === "ArrowDown") (all[at + 1] ?? this.scroller).focus();
    else if (event.key === "End") this.toEnd();
    else if (bubble && event.key === "Enter") this.context.actions(bubble, current.getBoundingClientRect());
    else if (bubble && event.key.toLowerCase() === "r") this.context.reply(bubble.message);
    else return;
    event.preventDefault();
  }
}
