// What this page knows of the server's state, and the only place that changes it. Views listen to its events:
// message, edited, deleted, callback_answer, chat, person, action, commands, unread, reset (detail = the server's event).

const KEPT = 500; // newest messages of a chat that the page shows

export class Store extends EventTarget {
  constructor(server) {
    super();
    this.server = server;
    this.#empty();
  }

  #empty() {
    this.bot = { id: 0, first_name: "Bot", username: "" };
    this.intro = null;
    this.people = new Map();
    this.chats = new Map();
    this.histories = new Map(); // chat id -> Map(message id -> message), ids ascending
    this.unread = new Map();
  }

  /** Loads everything; returns the cursor from which events continue. */
  async load() {
    const state = await this.server.state();
    this.#empty();
    this.bot = state.bot;
    this.intro = state.intro ?? null;
    for (const person of state.people) this.#putPerson(person);
    for (const chat of state.chats) this.#putChat(chat);
    await Promise.all([...this.chats.keys()].map((id) => this.#loadHistory(id)));
    return state.cursor ?? 0;
  }

  async #loadHistory(chatId) {
    const history = this.history(chatId);
    for (const message of await this.server.messages(chatId, KEPT)) history.set(message.message_id, message);
  }

  history(chatId) {
    if (!this.histories.has(chatId)) this.histories.set(chatId, new Map());
    return this.histories.get(chatId);
  }

  /** A basic group that became a supergroup stays known, but nobody writes there any more. */
  living() {
    return [...this.chats.values()].filter((chat) => !chat.upgraded_to);
  }

  last(chatId) {
    return [...this.history(chatId).values()].at(-1) ?? null;
  }

  /** The name a list or a header shows for a chat: in a private chat, the person. */
  title(chat) {
    return chat.title ?? this.people.get(chat.id)?.first_name ?? chat.first_name ?? String(chat.id);
  }

  /** The people of a chat, in order; a private chat has one. */
  members(chat) {
    if (chat.type === "private") return [this.people.get(chat.id)].filter(Boolean);
    const ids = (chat.members ?? []).map((member) => member?.id ?? member);
    return ids.map((id) => this.people.get(id)).filter(Boolean);
  }

  blocked(chat) {
    return Boolean(chat.blocked);
  }

  setBlocked(chatId, blocked) {
    const chat = this.chats.get(chatId);
    if (!chat) return;
    chat.blocked = blocked;
    this.#tell("chat", { chat });
  }

  seen(chatId) {
    if (!this.unread.get(chatId)) return;
    this.unread.set(chatId, 0);
    this.#tell("unread", { chat_id: chatId });
  }

  /** Takes one server event, or the answer of a request that will come as an event too: both are idempotent. */
  take(event) {
    const handler = this[`on_${event.kind}`];
    if (handler) handler.call(this, event);
    else this.#tell(event.kind, event);
  }

  on_message(event) {
    const history = this.history(event.chat_id);
    const known = history.has(event.message.message_id);
    history.set(event.message.message_id, event.message);
    if (known) return;
    if (event.by_bot ?? event.message.from?.id === this.bot.id) {
      this.unread.set(event.chat_id, (this.unread.get(event.chat_id) ?? 0) + 1);
    }
    this.#tell("message", event);
  }

  on_edited(event) {
    const history = this.history(event.chat_id);
    if (!history.has(event.message.message_id)) return;
    history.set(event.message.message_id, event.message);
    this.#tell("edited", event);
  }

  on_deleted(event) {
    if (this.history(event.chat_id).delete(event.message_id)) this.#tell("deleted", event);
  }

  on_chat(event) {
    this.#putChat(event.chat);
    this.#tell("chat", { ...event, chat: this.chats.get(event.chat.id) });
  }

  on_person(event) {
    this.#putPerson(event.person);
    this.#tell("person", event);
  }

  #putPerson(person) {
    this.people.set(person.id, { ...this.people.get(person.id), ...person });
    // A person's private chat exists for the page before the first word is said in it.
    if (!this.chats.has(person.id)) this.chats.set(person.id, { id: person.id, type: "private" });
  }

  #putChat(chat) {
    this.chats.set(chat.id, { ...this.chats.get(chat.id), ...chat });
  }

  #tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}
