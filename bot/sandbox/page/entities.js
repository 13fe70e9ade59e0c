// Message text with entities -> DOM. Offsets and lengths are UTF-16 units, which is what JavaScript strings count in.

import { h, icon } from "./element.js";
import { styled } from "./inline.js";

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const FOLDED_UNITS = 140; // about three lines of a bubble; a shorter quotation needs no fold

/** Nodes for a text: one paragraph per line (each with its own direction), quotations and code as blocks. */
export function formatted(text, entities, hand) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const blocks = sorted.filter((entity) => BLOCKS.has(entity.type));
  const spans = sorted.filter((entity) => !BLOCKS.has(entity.type));
  const nodes = [];
  let at = 0;
  for (const block of blocks) {
    const end = Math.min(block.offset + block.length, text.length);
    if (block.offset < at || end <= block.offset) continue;
    if (block.offset > at) nodes.push(...lines(text, at, trimmedEnd(text, at, block.offset), spans, hand));
    nodes.push(quoted(block, text, end, spans, hand));
    at = text[end] === "\n" ? end + 1 : end; // the line feed after a block only ends it
  }
  if (at < text.length) nodes.push(...lines(text, at, text.length, spans, hand));
  return nodes;
}

function trimmedEnd(text, start, end) {
  return end > start && text[end - 1] === "\n" ? end - 1 : end;
}

function quoted(block, text, end, spans, hand) {
  if (block.type === "pre") {
    const code = h("code", {}, text.slice(block.offset, end));
    return h("pre", { dir: "auto", tabindex: "0", "data-language": block.language || null }, code);
  }
  const content = lines(text, block.offset, end, spans, hand);
  if (block.type === "blockquote") return h("blockquote", {}, content);
  return folding(content, end - block.offset > FOLDED_UNITS || content.length > 3);
}

/** A quotation cut to three lines with a button that unfolds it; `long` false leaves it plain. */
export function folding(content, long) {
  if (!long) return h("blockquote", {}, content);
  const toggle = h("button", { type: "button", class: "fold", "aria-expanded": "false", "aria-label": "Show the whole quotation" });
  toggle.append(icon("down"));
  const quote = h("blockquote", { class: "folded" }, h("div", { class: "fold-text" }, content), toggle);
  quote.addEventListener("click", (event) => {
    if (event.target.closest("a, .link, .spoiler")) return;
    if (!event.target.closest(".fold") && !quote.classList.contains("folded")) return;
    const folded = quote.classList.toggle("folded");
    toggle.setAttribute("aria-expanded", String(!folded));
  });
  return quote;
}

function lines(text, start, end, spans, hand) {
  const nodes = [];
  for (let from = start; from <= end; ) {
    const feed = text.indexOf("\n", from);
    const to = feed < 0 || feed > end ? end : feed;
    const line = spans.filter((span) => span.offset < to && span.offset + span.length > from);
    nodes.push(h("p", { dir: "auto" }, to > from ? inline(text, from, to, line, hand) : h("br")));
    from = to + 1;
  }
  return nodes;
}

/** Nests spans; one that crosses the end of another is cut there and goes on after it. */
function inline(text, start, end, spans, hand) {
  const nodes = [];
  let queue = spans;
  let at = start;
  while (queue.length > 0) {
    const [span, ...rest] = queue;
    const from = Math.max(span.offset, at);
    const to = Math.min(span.offset + span.length, end);
    queue = rest;
    if (to <= from) continue;
    const inner = rest.filter((other) => other.offset < to);
    const crossing = inner
      .filter((other) => other.offset + other.length > to)
      .map((other) => ({ ...other, offset: to, length: other.offset + other.length - to }));
    queue = [...crossing, ...rest.filter((other) => other.offset >= to)];
    if (from > at) nodes.push(text.slice(at, from));
    nodes.push(styled(span.type, inline(text, from, to, inner, hand), facts(span, text), hand));
    at = to;
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function facts(span, text) {
  const own = text.slice(span.offset, span.offset + span.length);
  return { url: span.url ?? own, command: own, user: span.user };
}
