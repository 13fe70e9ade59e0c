// The keyboard below the field that one writes in. A browser's own place stays its own: places to share are offered.

import { choose } from "./dialog.js";
import { h } from "./element.js";

const PLACES = [
  ["Berlin", 52.52, 13.405],
  ["Kathmandu", 27.717, 85.324],
  ["New York", 40.713, -74.006],
  ["São Paulo", -23.551, -46.633],
  ["Tokyo", 35.69, 139.692],
  ["The middle of the Pacific", 0, -160],
];

/** `say` sends a message: {text}, {location} or {chat_shared}; `chats` tells those that may be shared. */
export function belowKeyboard(rows, say, chats) {
  return rows.map((row) => h("div", { class: "keyboard-row" }, row.map((button) => key(button, say, chats))));
}

function key(button, say, chats) {
  const press = () => {
    if (button.request_location) return share(button.text, say);
    if (button.request_chat) return shareChat(button, say, chats());
    return say({ text: button.text });
  };
  return h("button", { type: "button", class: "key", data: { testid: "below" }, on: { click: press } }, h("span", { class: "key-label", dir: "auto" }, button.text));
}

async function share(title, say) {
  const options = PLACES.map(([label, latitude, longitude]) => ({ label, value: { latitude, longitude } }));
  const location = await choose(title, options);
  if (location) await say({ location });
}

async function shareChat(button, say, chats) {
  const { request_id, chat_is_channel: channel } = button.request_chat;
  const fitting = chats.filter((chat) => (chat.type === "channel") === channel && chat.type !== "private");
  const options = fitting.map((chat) => ({ label: chat.title, value: { request_id, chat_id: chat.id } }));
  const shared = await choose(options.length ? button.text : "There is no such chat here.", options);
  if (shared) await say({ chat_shared: shared });
}
