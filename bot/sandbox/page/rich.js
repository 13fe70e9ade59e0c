// Rich messages (Bot API 10.1: RichMessage.blocks) -> DOM. Names follow https://core.telegram.org/bots/api#richblock.
// Tolerant on purpose: an unknown block shows whatever text and blocks it has, so that nothing is lost.

import { h } from "./element.js";
import { folding } from "./entities.js";
import { styled } from "./inline.js";

export function richMessage(rich, hand) {
  return h("div", { class: "rich", dir: rich.is_rtl ? "rtl" : null }, blocks(rich.blocks, hand));
}

/** The plain text of a rich message, for replies, previews and copying. */
export function richPlain(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(richPlain).join("");
  const parts = [value.summary, value.text, value.items, value.cells, value.blocks, value.credit];
  const line = parts.map(richPlain).filter(Boolean).join("\n");
  return value.type && ["paragraph", "heading", "list", "details", "blockquote", "footer", "pre"].includes(value.type) ? `${line}\n` : line;
}

function blocks(list, hand) {
  return (list ?? []).map((block) => (BLOCKS[block.type] ?? unknown)(block, hand));
}

const BLOCKS = {
  paragraph: (block, hand) => h("p", { dir: "auto" }, inline(block.text, hand)),
  heading: (block, hand) => {
    const level = Math.min(6, Math.max(1, block.size ?? block.level ?? 3));
    return h("div", { class: `heading size-${level}`, role: "heading", "aria-level": level, dir: "auto" }, inline(block.text, hand));
  },
  pre: (block, hand) => {
    const code = h("code", {}, inline(block.text, hand));
    return h("pre", { dir: "auto", tabindex: "0", "data-language": block.language || null }, code);
  },
  footer: (block, hand) => h("footer", { dir: "auto" }, inline(block.text, hand), blocks(block.blocks, hand)),
  divider: () => h("hr"),
  mathematical_expression: (block) => h("pre", { tabindex: "0" }, h("code", {}, block.expression ?? "")),
  anchor: (block) => h("span", { data: { anchor: block.name } }),
  blockquote: (block, hand) => h("blockquote", {}, body(block, hand), credit(block, hand)),
  expandable_blockquote: (block, hand) => folding([body(block, hand), credit(block, hand)].flat(), richPlain(block).length > 140),
  pullquote: (block, hand) => h("blockquote", { class: "pull" }, body(block, hand), credit(block, hand)),
  details: (block, hand) =>
    h("details", { open: Boolean(block.is_open) }, h("summary", { dir: "auto" }, inline(block.summary ?? block.header, hand)), body(block, hand)),
  list: (block, hand) => h(ordered(block) ? "ol" : "ul", {}, (block.items ?? []).map((item, index) => listItem(item, index, block, hand))),
  table: (block, hand) => table(block, hand),
};

function unknown(block, hand) {
  return h("div", { class: "block" }, body(block, hand), inline(block.caption?.text, hand));
}

/** A block's content: nested blocks, or text where the type allows both. */
function body(block, hand) {
  const own = block.text === undefined ? [] : [h("p", { dir: "auto" }, inline(block.text, hand))];
  return [...own, ...blocks(block.blocks, hand)];
}

function credit(block, hand) {
  return block.credit ? [h("cite", { dir: "auto" }, inline(block.credit, hand))] : [];
}

function ordered(block) {
  return (block.items ?? []).some((item) => item.type || item.value) || Boolean(block.is_ordered);
}

function listItem(item, index, block, hand) {
  const checkbox = item.is_checked ? "☑" : "☐";
  const plain = ordered(block) ? `${item.value ?? index + 1}.` : "•";
  const marker = item.has_checkbox ? checkbox : item.label || plain;
  const content = typeof item === "string" || Array.isArray(item) ? inline(item, hand) : body(item, hand);
  return h("li", {}, h("span", { class: "marker" }, marker), h("div", {}, content));
}

function table(block, hand) {
  const rows = (block.cells ?? []).map((row) => h("tr", {}, row.map((cell) => tableCell(cell, hand))));
  const caption = block.caption ? h("caption", { dir: "auto" }, inline(block.caption.text ?? block.caption, hand)) : null;
  const look = [block.is_bordered ? "bordered" : "", block.is_striped ? "striped" : ""].join(" ");
  return h("div", { class: "table", tabindex: "0", role: "group", "aria-label": "Table" }, h("table", { class: look }, caption, h("tbody", {}, rows)));
}

function tableCell(cell, hand) {
  const align = ["left", "center", "right"].includes(cell.align) ? `align-${cell.align}` : null;
  const props = { class: align, colspan: cell.colspan, rowspan: cell.rowspan, dir: "auto" };
  return h(cell.is_header ? "th" : "td", props, inline(cell.text, hand), blocks(cell.blocks, hand));
}

/** RichText: a string, a list of RichText, or an object whose `type` styles its `text`. */
function inline(text, hand) {
  if (text === null || text === undefined) return [];
  if (typeof text === "string") return [text];
  if (Array.isArray(text)) return text.flatMap((part) => inline(part, hand));
  const children = text.text === undefined ? [text.alternative_text ?? text.expression ?? ""] : inline(text.text, hand);
  const command = text.bot_command ? `/${text.bot_command.replace(/^\//, "")}` : richPlain(text.text);
  return [styled(text.type, children, { url: text.url ?? richPlain(text.text), command, user: text.user }, hand)];
}
