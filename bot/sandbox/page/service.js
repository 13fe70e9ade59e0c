// The sentence for a service message, or null for an ordinary one.

const names = (users) => users.map((user) => user.first_name).join(", ");

const SENTENCES = {
  group_chat_created: (message, who) => `${who} created the group`,
  supergroup_chat_created: () => "The group was created",
  channel_chat_created: () => "The channel was created",
  new_chat_members: (message, who) => joined(message, who),
  left_chat_member: (message, who) =>
    message.left_chat_member.id === message.from?.id ? `${who} left` : `${who} removed ${message.left_chat_member.first_name}`,
  new_chat_title: (message, who) => `${who} renamed the chat to “${message.new_chat_title}”`,
  new_chat_photo: (message, who) => `${who} changed the photo`,
  delete_chat_photo: (message, who) => `${who} removed the photo`,
  pinned_message: (message, who) => `${who} pinned a message`,
  migrate_to_chat_id: () => "The group became a supergroup",
  migrate_from_chat_id: () => "The group became a supergroup",
  forum_topic_created: (message) => `Topic “${message.forum_topic_created.name ?? ""}” was created`,
  forum_topic_edited: () => "The topic was changed",
  forum_topic_closed: () => "The topic was closed",
  forum_topic_reopened: () => "The topic was opened again",
  chat_shared: (message, who) => `${who} chose ${message.chat_shared.title ?? "a chat"}`,
  write_access_allowed: (message, who) => `${who} allowed the bot to write`,
  message_auto_delete_timer_changed: () => "The auto-delete timer was changed",
};

export function serviceSentence(message) {
  const who = message.from?.first_name ?? message.sender_chat?.title ?? "Someone";
  const kind = Object.keys(SENTENCES).find((name) => message[name]);
  return kind ? SENTENCES[kind](message, who) : null;
}

function joined(message, who) {
  const [first, ...others] = message.new_chat_members;
  if (first.id === message.from?.id && others.length === 0) return `${who} joined`;
  return `${who} added ${names(message.new_chat_members)}`;
}
