// Cutting a long text into messages, as Telegram's apps do: at a line end if possible, else at a space, else anywhere.

export const LIMIT = 4096; // UTF-16 units of one message

/** [{text, entities}] of at most LIMIT units each, without surrounding space; [] for a text of spaces only. */
export function split(text, links, limit = LIMIT) {
  const parts = [];
  for (let at = 0; at < text.length; ) {
    const end = cut(text, at, limit);
    const part = trimmed(text, at, end, links);
    if (part) parts.push(part);
    at = end;
  }
  return parts;
}

function cut(text, start, limit) {
  const hard = start + limit;
  if (hard >= text.length) return text.length;
  const window = text.slice(start, hard);
  for (const mark of ["\n", " "]) {
    const last = window.lastIndexOf(mark);
    if (last > limit / 2) return start + last + 1;
  }
  // never between the two halves of one character beyond the basic plane
  const half = text.charCodeAt(hard - 1);
  return half >= 0xd800 && half <= 0xdbff ? hard - 1 : hard;
}

function trimmed(text, start, end, links) {
  const piece = text.slice(start, end);
  const from = start + (piece.length - piece.trimStart().length);
  const to = from + piece.trim().length;
  if (to <= from) return null;
  const entities = [];
  for (const { offset, length, url } of links) {
    const first = Math.max(offset, from);
    const last = Math.min(offset + length, to);
    if (last > first) entities.push({ type: "text_link", offset: first - from, length: last - first, url });
  }
  return { text: text.slice(from, to), entities };
}
