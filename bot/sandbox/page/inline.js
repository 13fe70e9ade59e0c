// Inline styles shared by plain messages (entities) and rich messages (RichText): one element per Bot API type name.

import { h } from "./element.js";
import { link } from "./link.js";

const TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  subscript: "sub",
  superscript: "sup",
  marked: "mark",
};

/** `facts` carries what the type needs: url, command, user. Types unknown here keep their text. */
export function styled(type, children, facts, hand) {
  if (TAGS[type]) return h(TAGS[type], {}, children);
  if (type === "text_link" || type === "url") return link(facts.url, children, hand);
  if (type === "spoiler") return spoiler(children);
  if (type === "bot_command") {
    return h("button", { type: "button", class: "link", on: { click: () => hand.command(facts.command) } }, children);
  }
  const quiet = ["mention", "text_mention", "hashtag", "cashtag", "email", "phone_number", "email_address"];
  return h("span", quiet.includes(type) ? { class: "mention" } : {}, children);
}

/** Hidden until tapped. As in Telegram, one tap uncovers every spoiler of the message. */
function spoiler(children) {
  const uncover = (event) => {
    const root = event.currentTarget.closest("[data-message-id]") ?? event.currentTarget;
    const covered = root.querySelectorAll(".spoiler:not(.open)");
    if (covered.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    for (const cover of covered) {
      cover.classList.add("open");
      for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
      cover.firstElementChild.removeAttribute("inert");
    }
  };
  const keys = (event) => {
    if (event.key === "Enter" || event.key === " ") uncover(event);
  };
  const props = { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Hidden text, show it" };
  return h("span", { ...props, on: { click: uncover, keydown: keys } }, h("span", { inert: true }, children));
}
