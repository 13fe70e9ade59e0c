// Inline keyboards. A pressed button waits visibly until the bot has answered or ten seconds are over.

import { h, icon } from "./element.js";
import { safeUrl, startPayload } from "./link.js";

/** `context`: {hand, press(data) → resolves when the wait is over, waiting: Set of data, changed() → redraw the waits}. */
export function inlineKeyboard(rows, context) {
  const grid = h("div", { class: "keyboard", role: "group", "aria-label": "Buttons of this message" });
  rows.forEach((row, y) => {
    grid.append(h("div", { class: "keyboard-row" }, row.map((button, x) => key(button, `${y}:${x}`, context))));
  });
  return grid;
}

function key(button, place, context) {
  const address = button.url ?? button.login_url?.url ?? button.web_app?.url;
  const props = { class: "key", data: { testid: "button", place }, title: address };
  const label = h("span", { class: "key-label", dir: "auto" }, button.text);
  if (address !== undefined) return addressKey(address, props, label, context.hand);
  const node = h("button", { type: "button", ...props }, label);
  if (button.callback_data !== undefined) {
    node.dataset.callback = button.callback_data;
    node.addEventListener("click", () => pressed(button.callback_data, context));
  } else if (button.copy_text) {
    node.addEventListener("click", () => navigator.clipboard?.writeText(button.copy_text.text));
  } else {
    node.classList.add("idle"); // switch_inline_query and the like lead out of this page
    node.setAttribute("aria-disabled", "true");
  }
  return node;
}

function addressKey(address, props, label, hand) {
  const payload = startPayload(address, hand.username);
  if (payload !== null) return h("button", { type: "button", ...props, on: { click: () => hand.start(payload) } }, label);
  const href = safeUrl(address)?.href;
  return h("a", { ...props, href, target: "_blank", rel: "noopener noreferrer" }, label, icon("out"));
}

async function pressed(data, { press, waiting, changed }) {
  if (waiting.has(data)) return;
  waiting.add(data);
  changed();
  try {
    await press(data);
  } finally {
    waiting.delete(data);
    changed();
  }
}

/** Shows which buttons wait; called after a redraw and after an answer, whichever node shows the button by then. */
export function markWaiting(root, waiting) {
  for (const node of root.querySelectorAll("[data-callback]")) {
    if (waiting.has(node.dataset.callback)) node.setAttribute("aria-busy", "true");
    else node.removeAttribute("aria-busy");
  }
}
