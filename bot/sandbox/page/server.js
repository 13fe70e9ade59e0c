// The client face over HTTP. Every refusal becomes a Refusal with the server's own sentence, fit to show.

export class Refusal extends Error {}

export class Server {
  state() {
    return this.#get("/client/state");
  }

  newPerson(person) {
    return this.#post("/client/people", person);
  }

  newGroup(group) {
    return this.#post("/client/groups", group);
  }

  addMember(chatId, personId) {
    return this.#post(`/client/chats/${chatId}/members`, { person: personId });
  }

  setBot(chatId, standing) {
    return this.#post(`/client/chats/${chatId}/bot`, standing);
  }

  /** The newest `limit` messages, oldest first. */
  async messages(chatId, limit) {
    return (await this.#get(`/client/chats/${chatId}/messages?after=0&limit=${limit}`)).messages;
  }

  say(chatId, message) {
    return this.#post(`/client/chats/${chatId}/messages`, message);
  }

  edit(chatId, messageId, from, { text, entities }) {
    return this.#post(`/client/chats/${chatId}/messages/${messageId}/edit`, { from, text, entities });
  }

  remove(chatId, messageId, from) {
    return this.#post(`/client/chats/${chatId}/messages/${messageId}/delete`, { from });
  }

  press(chatId, messageId, from, data) {
    return this.#post(`/client/chats/${chatId}/messages/${messageId}/press`, { from, data });
  }

  block(chatId, from, blocked) {
    return this.#post(`/client/chats/${chatId}/block`, { from, blocked });
  }

  async commands(chatId, personId) {
    const answer = await this.#get(`/client/commands?chat_id=${chatId}&user_id=${personId}`);
    return Array.isArray(answer) ? answer : (answer.commands ?? []);
  }

  /** What the bot offers to send into this chat. */
  askInline(chatId, from, query, offset) {
    return this.#post("/client/inline", { chat_id: chatId, from, query, offset });
  }

  chooseInline(chatId, from, resultId, fields) {
    return this.#post("/client/inline/choose", { chat_id: chatId, from, result_id: resultId, ...fields });
  }

  fileUrl(fileId) {
    return `/client/files/${encodeURIComponent(fileId)}`;
  }

  /** Sends a file; `onProgress` gets 0…1. XMLHttpRequest because fetch cannot tell how much has been sent. */
  upload(chatId, file, fields, onProgress) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (value !== null && value !== undefined && value !== "") form.append(name, String(value));
    }
    form.append("file", file, file.name);
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", `/client/chats/${chatId}/messages`);
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) onProgress(event.loaded / event.total);
      });
      request.addEventListener("load", () => {
        if (request.status < 300) resolve(request.response);
        else reject(new Refusal(request.response?.error ?? `The server answered ${request.status}.`));
      });
      request.addEventListener("error", () => reject(new Refusal("The server cannot be reached.")));
      request.send(form);
    });
  }

  #get(path) {
    return answered(fetch(path, { headers: { Accept: "application/json" } }));
  }

  #post(path, body) {
    const headers = { "Content-Type": "application/json" };
    return answered(fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
  }
}

async function answered(request) {
  let response;
  try {
    response = await request;
  } catch {
    throw new Refusal("The server cannot be reached.");
  }
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Refusal(body?.error ?? `The server answered ${response.status}.`);
  return body;
}
