// Files and photos of a message.

import { h, icon } from "./element.js";
import { size } from "./format.js";
import { safeUrl } from "./link.js";

const FILES = { document: "File", audio: "Audio", video: "Video", animation: "Animation", voice: "Voice message", video_note: "Video message", sticker: "Sticker" };

/** Nodes for what a message carries besides text; [] when it carries nothing. */
export function media(message, server) {
  if (message.location) return [h("div", { class: "place" }, mediaLabel(message))];
  if (message.photo?.length) return [photo(message.photo.at(-1), message.caption, server)];
  const kind = Object.keys(FILES).find((name) => message[name]);
  return kind ? [file(message[kind], FILES[kind], server)] : [];
}

/** The picture that a text is shown under. Addresses elsewhere are not asked: they would learn of this reader. */
export function picture(message) {
  const { url, show_above_text: above } = message.link_preview_options ?? {};
  const address = url && above ? safeUrl(url) : null;
  if (!address) return null;
  if (address.origin !== location.origin) return h("div", { class: "photo elsewhere" }, `Picture from ${address.host}`);
  return h("div", { class: "photo" }, h("img", { src: address.href, alt: "", decoding: "async" }));
}

/** One line that stands for the media in a reply or a list. */
export function mediaLabel(message) {
  if (message.photo?.length) return "Photo";
  if (message.location) return `📍 ${message.location.latitude}, ${message.location.longitude}`;
  const kind = Object.keys(FILES).find((name) => message[name]);
  return kind ? (message[kind].file_name ?? FILES[kind]) : "";
}

function photo(best, caption, server) {
  const address = server.fileUrl(best.file_id);
  // width and height keep the place free, so that the list does not jump when the picture comes
  const image = h("img", { src: address, width: best.width, height: best.height, alt: caption ? "" : "Photo", decoding: "async" });
  return h("a", { class: "photo", href: address, download: "", "aria-label": "Download the photo" }, image);
}

function file(facts, kind, server) {
  const name = facts.file_name ?? kind;
  const props = { class: "file", href: server.fileUrl(facts.file_id), download: name, "aria-label": `Download ${name}` };
  const about = [size(facts.file_size), facts.mime_type].filter(Boolean).join(" · ");
  const label = h("span", { class: "file-name", dir: "auto" }, name);
  return h("a", props, h("span", { class: "file-icon" }, icon("file")), h("span", { class: "file-text" }, label, h("small", {}, about)));
}
