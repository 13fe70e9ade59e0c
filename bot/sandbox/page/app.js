// Starts the page: loads the state, draws it, and follows the server's events.
//
// Hooks for tests (data-testid): pane-<chat>-<person>, message (data-message-id), button, composer, send, attach (the
// file field itself), menu, commands, kept-links, outbox, toast, alert, start, unblock, pane-menu, speaker, chat-<chat>,
// new-reader, new-group, guide.

import { Desk } from "./desk.js";
import { h } from "./element.js";
import { guide } from "./guide.js";
import { Server } from "./server.js";
import { SideList } from "./sidelist.js";
import { Store } from "./store.js";
import { Stream } from "./stream.js";
import { Toast } from "./toast.js";

const server = new Server();
const store = new Store(server);
const desk = new Desk(store);
const side = new SideList(store, desk);
const toast = new Toast();
const top = h("div", { class: "top" });

document.body.append(h("div", { class: "page" }, top, side.element, desk.element), toast.element);
desk.element.addEventListener("refusal", ({ detail }) => toast.show(detail, "failed"));
document.addEventListener("visibilitychange", () => desk.refresh());

async function load() {
  const cursor = await store.load();
  document.title = `${store.bot.first_name} · Local Telegram`;
  const [bar, recall] = store.intro ? guide(store.intro) : [];
  top.replaceChildren(...(bar ? [bar] : []));
  side.place(recall);
  desk.reset();
  side.reset();
  return cursor;
}

const stream = new Stream(server, {
  onEvent: (event) => (event.kind === "reset" ? load() : store.take(event)),
  onState: (state) => side.connected(state),
  onGap: load,
});

try {
  stream.start(await load());
} catch (refusal) {
  toast.show(`${refusal.message} Reload this page when the server runs.`, "failed");
}
