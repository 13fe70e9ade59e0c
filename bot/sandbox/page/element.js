// The one way this page makes DOM: data only ever becomes text nodes and attributes, so no message can inject markup.

const SVG = "http://www.w3.org/2000/svg";

/** `h("button", {class: "x", "aria-label": "Close", on: {click}}, "text", node, null)` */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SHAPES = {
  send: "M4 11.5 20 4l-4.5 16-4-6.5zM11.5 13.5 20 4",
  attach: "m20 11.5-8 8a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7l-8.3 8.3a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5",
  slash: "M5.5 3.5h13a2 2 0 0 1 2 2v13a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-13a2 2 0 0 1 2-2zM14 7.5l-4 9",
  close: "M6 6l12 12M18 6 6 18",
  more: "M11.7 5.5h.6M11.7 12h.6M11.7 18.5h.6",
  down: "m6 9.5 6 6 6-6",
  reply: "M9.5 6 4 11.5 9.5 17M4.5 11.5H13c4 0 7 2.5 7 6.5",
  edit: "M5 19l1-4L16.5 4.5l3 3L9 18z",
  file: "M7 3.5h7l4.5 4.5v12.5H7zM14 3.5V8h4.5",
  out: "M8 16 16.5 7.5M9.5 7.5h7v7",
  group: "M9 11.5a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6zM2.5 19.5c.5-3.5 3-5 6.5-5s6 1.5 6.5 5M16 5a3.3 3.3 0 0 1 0 6.5M18 14.8c2 .6 3.2 2.2 3.5 4.7",
  person: "M12 11.5a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6zM4.5 20c.6-4 3.5-5.5 7.5-5.5s6.9 1.5 7.5 5.5",
  help: "M9 9.3a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.3M12 17.5v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
};

/** A line icon; always decoration, the control around it carries the name. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

/** A button with an icon; `label` is its accessible name and its tooltip. */
export function iconButton(name, label, onClick, props = {}) {
  const { class: extra = "", ...rest } = props;
  return h(
    "button",
    { type: "button", class: `icon-button ${extra}`, "aria-label": label, title: label, on: { click: onClick }, ...rest },
    icon(name),
  );
}

/** A round initial; the colour follows the id, so a person keeps it in every pane. */
export function avatar(id, name, size = "") {
  const initial = [...(name || "?").trim()][0] ?? "?";
  return h("span", { class: `avatar tint-${tint(id)} ${size}`, "aria-hidden": "true" }, initial.toUpperCase());
}

export function tint(id) {
  return Math.abs(Number(id) || 0) % 7;
}
