// Modal windows: a bot's alert, and the small forms of the page. The native dialog keeps focus inside and gives Esc.

import { h } from "./element.js";

/** The alert a bot shows with answerCallbackQuery(show_alert). `title` says on whose phone it appears. */
export function alertDialog(title, text) {
  const done = h("button", { class: "primary", value: "ok", autofocus: true }, "OK");
  show(h("dialog", { class: "modal", "data-testid": "alert", "aria-label": title }, formOf(title, [h("p", { dir: "auto" }, text)], done)));
}

/** A form; `fields` are nodes with names. Resolves with FormData, or null when it was left. */
export function ask(title, fields, submit) {
  const cancel = h("button", { type: "button", on: { click: () => dialog.close("") } }, "Cancel");
  const form = formOf(title, fields, cancel, h("button", { class: "primary", value: "ok" }, submit));
  const dialog = h("dialog", { class: "modal", "aria-label": title }, form);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok" ? new FormData(form) : null));
    show(dialog);
  });
}

/** Lets one of several things be chosen; resolves with its value or null. */
export function choose(title, options) {
  const cancel = h("button", { type: "button", on: { click: () => dialog.close("") } }, "Cancel");
  const buttons = options.map((option, index) => h("button", { class: "choice", value: `#${index}` }, option.label));
  const dialog = h("dialog", { class: "modal", "aria-label": title }, formOf(title, [h("div", { class: "choices" }, buttons)], cancel));
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(options[Number(dialog.returnValue.slice(1))]?.value ?? null));
    show(dialog);
  });
}

export function field(label, props) {
  return h("label", { class: "field" }, h("span", {}, label), h("input", { autocomplete: "off", on: { focus: (event) => event.target.select() }, ...props }));
}

function formOf(title, content, ...buttons) {
  return h("form", { method: "dialog" }, h("h2", {}, title), content, h("div", { class: "modal-buttons" }, buttons));
}

function show(dialog) {
  // Esc leaves an empty return value, whatever was pressed before
  dialog.addEventListener("cancel", () => (dialog.returnValue = ""));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
