// The links behind a text that is being edited in a plain textarea. The textarea knows only characters, so after every
// change the old and the new text are compared (common start, common end) and the links move with their words.

export class Draft {
  text = "";
  links = []; // {offset, length, url}, UTF-16 units

  /** Tells the draft what the textarea holds now. */
  update(text) {
    if (text === this.text) return;
    const [start, oldEnd, newEnd] = changed(this.text, text);
    const shift = newEnd - oldEnd;
    this.links = this.links.map((link) => moved(link, start, oldEnd, shift)).filter((link) => link.length > 0);
    this.text = text;
  }

  /** Adds the links of a pasted piece that now stands at `offset`. */
  add(links, offset) {
    this.links.push(...links.map((link) => ({ ...link, offset: link.offset + offset })));
  }

  clear() {
    this.text = "";
    this.links = [];
  }
}

function changed(before, after) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return [start, before.length - tail, after.length - tail];
}

function moved(link, start, oldEnd, shift) {
  const end = link.offset + link.length;
  if (end <= start) return link;
  if (link.offset >= oldEnd) return { ...link, offset: link.offset + shift };
  if (link.offset <= start && end >= oldEnd) return { ...link, length: link.length + shift };
  if (link.offset < start) return { ...link, length: start - link.offset };
  const lost = Math.max(0, Math.min(end, oldEnd) - link.offset);
  return { ...link, offset: oldEnd + shift, length: link.length - lost };
}
