// A small menu at a button or at the pointer: arrow keys, Home/End, Esc; the focus goes back where it was.

import { h } from "./element.js";

/** `items`: [{label, run, danger?}] */
export function openMenu(items, { x, y, label }) {
  const before = document.activeElement;
  const list = h("div", { class: "menu", role: "menu", "aria-label": label });
  const close = (refocus) => {
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", close);
    list.remove();
    if (refocus === true) before?.focus({ preventScroll: true });
  };
  const outside = (event) => list.contains(event.target) || close();
  const choose = (item) => {
    close(true);
    item.run();
  };
  for (const item of items) {
    const props = { type: "button", role: "menuitem", class: item.danger ? "danger" : null, on: { click: () => choose(item) } };
    list.append(h("button", props, item.label));
  }
  list.addEventListener("keydown", (event) => keys(event, list, close));
  document.body.append(list);
  place(list, x, y);
  list.firstElementChild?.focus({ preventScroll: true });
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", close);
}

/** Below a button, growing towards the inside of the window. */
export function menuAt(button, items, label) {
  const box = button.getBoundingClientRect();
  openMenu(items, { x: box.right, y: box.bottom + 4, label });
}

function place(list, x, y) {
  const { width, height } = list.getBoundingClientRect();
  list.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  list.style.top = `${Math.max(8, Math.min(y, innerHeight - height - 8))}px`;
}

function keys(event, list, close) {
  const items = [...list.children];
  const at = items.indexOf(document.activeElement);
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  if (event.key in moves) items.at(moves[event.key] % items.length).focus();
  else if (event.key === "Escape" || event.key === "Tab") close(true);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
