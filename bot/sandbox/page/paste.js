// Pasted HTML -> text and the links behind it. Telegram's apps keep such links as text_link entities, and a bot that is
// given an article copied from a web page finds its address there. All other formatting is dropped.

import { safeUrl } from "./link.js";

const SKIPPED = new Set(["script", "style", "head", "title", "template", "noscript", "svg", "iframe", "object", "button", "select"]);
const PARAGRAPHS = new Set(["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "pre", "table", "figure", "article", "section"]);
const LINES = new Set(["div", "li", "tr", "header", "footer", "main", "nav", "aside", "dt", "dd", "figcaption", "hr", "address"]);

// The parser is inert, but the page's security policy would report every style of the copied page.
function unstyled(html) {
  const bare = (tag) => tag.replace(/\sstyle\s*=\s*("[^"]*"|'[^']*')/gi, "");
  return html.replace(/<style[\s>][^]*?<\/style>/gi, "").replace(/<[a-z][^<>]*>/gi, bare);
}

/** {text, links: [{offset, length, url}]} with UTF-16 offsets; nothing of the HTML is loaded or run. */
export function readHtml(html) {
  const reader = new Reader();
  reader.children(new DOMParser().parseFromString(unstyled(html), "text/html").body, false);
  return reader.result();
}

class Reader {
  text = "";
  links = [];
  #breaks = 0; // line feeds owed before the next word

  element(node, kept) {
    const name = node.localName;
    if (SKIPPED.has(name) || node.hidden) return;
    if (name === "br") return this.#owe(Math.min(this.#breaks + 1, 2));
    const breaks = PARAGRAPHS.has(name) ? 2 : LINES.has(name) ? 1 : 0;
    this.#owe(breaks);
    if (name === "li") this.#write("• ");
    if (name === "td" || name === "th") this.#space();
    if (name === "a") this.#anchor(node, kept);
    else this.children(node, kept || name === "pre");
    this.#owe(breaks);
  }

  children(node, kept) {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.ELEMENT_NODE) this.element(child, kept);
      else if (child.nodeType === Node.TEXT_NODE) this.#words(child.data, kept);
    }
  }

  #anchor(node, kept) {
    const raw = node.getAttribute("href") ?? "";
    // a relative address means nothing outside its page
    const url = /^(https?:)?\/\//i.test(raw) ? safeUrl(raw.startsWith("//") ? `https:${raw}` : raw) : null;
    const before = this.text.length;
    this.children(node, kept);
    if (!url) return;
    const written = this.text.slice(before);
    const lead = written.length - written.trimStart().length;
    const label = written.trim();
    if (!label || label === url.href || label === raw) return; // the text itself is the address
    this.links.push({ offset: before + lead, length: label.length, url: url.href });
  }

  #words(data, kept) {
    const text = kept ? data : data.replace(/[ \t\r\n\f]+/g, " ");
    if (!kept && text === " ") return this.#space();
    if (text) this.#write(!kept && (this.#breaks || /\s$|^$/.test(this.text)) ? text.trimStart() : text);
  }

  #space() {
    if (this.text && !this.#breaks && !/\s$/.test(this.text)) this.text += " ";
  }

  #owe(breaks) {
    if (this.text) this.#breaks = Math.max(this.#breaks, breaks);
  }

  #write(text) {
    if (!text) return;
    if (this.#breaks) this.text = this.text.replace(/[ \t]+$/, "") + "\n".repeat(this.#breaks);
    this.#breaks = 0;
    this.text += text;
  }

  /** Trailing space goes; what stood before a trimmed line end only moved left, never a link's own letters. */
  result() {
    const text = this.text.trimEnd();
    const links = this.links.filter((link) => link.offset < text.length);
    return { text, links };
  }
}
