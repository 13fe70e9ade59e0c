// A message in one line: for a reply, the list of chats and copying.

import { mediaLabel } from "./media.js";
import { richPlain } from "./rich.js";
import { serviceSentence } from "./service.js";

export function plainText(message) {
  if (message.rich_message) return richPlain(message.rich_message.blocks).trim();
  return message.text ?? message.caption ?? "";
}

export function summary(message) {
  const text = plainText(message) || mediaLabel(message) || serviceSentence(message) || "Message";
  return text.replace(/\s+/g, " ").trim().slice(0, 160);
}

export function senderName(message) {
  return message.sender_chat?.title ?? message.from?.first_name ?? message.chat?.title ?? "";
}
