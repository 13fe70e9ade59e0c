// Adding a person or a group while the bot runs.

import { ask, field } from "./dialog.js";
import { h } from "./element.js";

const NAMES = ["Ann", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gwen", "Hugo", "Iris", "Jon", "Kim", "Leo", "Mia", "Noor", "Olaf", "Pia"];

export async function newReader(store, desk) {
  const taken = new Set([...store.people.values()].map((person) => person.first_name));
  const free = NAMES.find((name) => !taken.has(name)) ?? `Reader ${taken.size + 1}`;
  const name = field("First name", { name: "name", value: free, required: true, maxlength: "64", autofocus: true });
  const language = field("Language code", { name: "language", value: "en", maxlength: "10", pattern: "[A-Za-z]{2,3}(-[A-Za-z0-9]+)*" });
  const form = await ask("New reader", [h("p", {}, "A person with an own private chat with the bot."), name, language], "Add");
  if (!form) return;
  await attempt(desk, async () => {
    const person = await store.server.newPerson({ first_name: form.get("name").trim(), language_code: form.get("language").trim() || "en" });
    store.take({ kind: "person", person });
    desk.open(person.id);
  });
}

export async function newGroup(store, desk) {
  const people = [...store.people.values()];
  const title = field("Title", { name: "title", value: "News club", required: true, maxlength: "128", autofocus: true });
  const kinds = h("select", { name: "kind" }, [
    h("option", { value: "supergroup" }, "Supergroup"),
    h("option", { value: "group" }, "Basic group"),
    h("option", { value: "channel" }, "Channel (the bot is an administrator)"),
  ]);
  const owner = h("select", { name: "owner" }, people.map((person) => h("option", { value: person.id }, person.first_name)));
  const members = people.map((person) =>
    h("label", { class: "check" }, h("input", { type: "checkbox", name: "members", value: person.id, checked: true }), person.first_name),
  );
  const fields = [title, h("label", { class: "field" }, h("span", {}, "Kind"), kinds), h("label", { class: "field" }, h("span", {}, "Owner"), owner)];
  const form = await ask("New group", [...fields, h("fieldset", {}, h("legend", {}, "Members"), members)], "Create");
  if (!form) return;
  await attempt(desk, async () => {
    const owned = Number(form.get("owner"));
    const others = form.getAll("members").map(Number).filter((id) => id !== owned);
    const chat = await store.server.newGroup({ title: form.get("title").trim(), owner: owned, members: others, kind: form.get("kind") });
    store.take({ kind: "chat", chat });
    desk.open(chat.id, owned);
  });
}

async function attempt(desk, action) {
  try {
    await action();
  } catch (refusal) {
    desk.element.dispatchEvent(new CustomEvent("refusal", { detail: refusal.message }));
  }
}
