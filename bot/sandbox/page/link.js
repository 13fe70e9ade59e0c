// Links a message may carry: only http and https leave the page; the bot's own deep links stay inside it.

import { h } from "./element.js";

/** The URL if a browser may open it, else null. A bare "example.com" means http, as in Telegram's apps. */
export function safeUrl(raw) {
  const text = String(raw ?? "").trim();
  const absolute = /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/]+:\d+(\/|$)/.test(text) ? text : `http://${text}`;
  try {
    const url = new URL(absolute);
    return url.protocol === "http:" || url.protocol === "https:" ? url : null;
  } catch {
    return null;
  }
}

/** The payload of t.me/<bot>?start=PAYLOAD ("" without one), or null for any other link. */
export function startPayload(raw, username) {
  const tg = /^tg:\/*resolve\?(.*)$/i.exec(String(raw ?? ""));
  const url = tg ? null : safeUrl(raw);
  const query = tg ? new URLSearchParams(tg[1]) : url?.searchParams;
  if (!query) return null;
  const hosts = ["t.me", "www.t.me", "telegram.me", "telegram.dog"];
  const domain = tg ? query.get("domain") : hosts.includes(url.hostname) ? url.pathname.split("/")[1] : null;
  if (!domain || domain.toLowerCase() !== username.toLowerCase()) return null;
  return query.get("start") ?? "";
}

/** `hand` tells what a tap does: {username, start(payload), command(text)}. An unsafe URL leaves only its text. */
export function link(raw, children, hand) {
  const payload = startPayload(raw, hand.username);
  const url = safeUrl(raw);
  if (!url && payload === null) return h("span", {}, children);
  const props = { class: "link", href: url?.href ?? "#", rel: "noopener noreferrer", target: "_blank", title: url?.href };
  if (payload !== null) props.on = { click: (event) => (event.preventDefault(), hand.start(payload)) };
  return h("a", props, children);
}
