// What the menus of a message and of a pane offer.

import { choose } from "./dialog.js";
import { serviceSentence } from "./service.js";
import { plainText } from "./summary.js";

export function messageActions(pane, message) {
  const own = message.from?.id === pane.speakerId;
  const text = plainText(message);
  const items = [{ label: "Reply", run: () => pane.composer.reply(message) }];
  if (text) items.push({ label: "Copy text", run: () => navigator.clipboard?.writeText(text) });
  if (!serviceSentence(message)) items.push({ label: "Forward…", run: () => forward(pane, message) });
  if (own && message.text) items.push({ label: "Edit", run: () => pane.composer.edit(message) });
  if (own || pane.isPrivate) items.push({ label: "Delete", danger: true, run: () => remove(pane, message) });
  return items;
}

export function paneActions(pane) {
  const { chat, store } = pane;
  if (pane.isPrivate) {
    const blocked = store.blocked(chat);
    const toggle = { label: blocked ? "Unblock bot" : "Block bot", danger: !blocked, run: () => pane.block(!blocked) };
    return [{ label: "Send /start", run: () => pane.desk.start(pane.speakerId, "") }, toggle];
  }
  const outside = [...store.people.values()].filter((person) => !store.members(chat).includes(person));
  const inGroup = ["member", "administrator"].includes(chat.bot?.status ?? "member");
  const bot = (standing) => () => pane.attempt(() => store.server.setBot(chat.id, standing));
  const standings = [
    { status: "administrator", label: "Make the bot an administrator", run: bot({ present: true, administrator: true }) },
    { status: "member", label: inGroup ? "Make the bot a plain member" : "Add the bot", run: bot({ present: true, administrator: false }) },
    { status: "left", label: "Remove the bot", danger: true, run: bot({ present: false, administrator: false }) },
  ].filter((item) => inGroup || item.status === "member");
  return [
    ...outside.map((person) => ({
      label: `Add ${person.first_name}`,
      run: () => pane.attempt(() => store.server.addMember(chat.id, person.id)),
    })),
    ...standings.filter((item) => item.status !== chat.bot?.status),
  ];
}

async function remove(pane, message) {
  await pane.attempt(() => pane.store.server.remove(pane.chatId, message.message_id, pane.speakerId));
}

/** A person forwards into chats of their own: the private chat with the bot and their groups. */
async function forward(pane, message) {
  const { store, speakerId } = pane;
  const chats = store.living().filter((chat) => store.members(chat).some((person) => person.id === speakerId));
  const options = chats.map((chat) => ({ label: chat.type === "private" ? store.bot.first_name : store.title(chat), value: chat.id }));
  const target = await choose("Forward to", options);
  if (target === null) return;
  const copy = { from: speakerId, forward_from: { chat_id: message.chat.id, message_id: message.message_id } };
  await pane.attempt(async () => {
    const sent = await store.server.say(target, copy);
    store.take({ kind: "message", chat_id: target, message: sent });
    pane.desk.open(target);
  });
}
