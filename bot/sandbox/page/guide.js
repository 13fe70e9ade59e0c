// The slim guide at the top: what this is and what to try first. Dismissed for this tab, and called back with a button among those of the list.

import { h, icon, iconButton } from "./element.js";

const KEY = "guide-dismissed";

/** [the guide, the button that brings it back]; `intro`: {title, text, steps: [sentence, …]} */
export function guide(intro) {
  const steps = (intro.steps ?? []).map((step) => h("li", { dir: "auto" }, step));
  const bar = h("aside", { class: "guide", "aria-label": "Guide", data: { testid: "guide" } });
  const back = h("button", { type: "button", class: "adder", title: "Show the guide" }, icon("help"), h("span", {}, "Show the guide"));
  const show = (shown) => {
    bar.hidden = !shown;
    back.hidden = shown;
    sessionStorage.setItem(KEY, shown ? "" : "yes");
  };
  back.addEventListener("click", () => (show(true), bar.querySelector("button").focus()));
  bar.append(
    h("div", { class: "guide-text" }, h("h2", { dir: "auto" }, intro.title ?? ""), intro.text ? h("p", { dir: "auto" }, intro.text) : null),
    h("ol", {}, steps),
    iconButton("close", "Dismiss the guide", () => (show(false), back.focus())),
  );
  show(sessionStorage.getItem(KEY) !== "yes");
  return [bar, back];
}
