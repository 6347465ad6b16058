// The phases as buttons in the head: forward, backward, update.

import { element } from "./dom.js";

/** Build them. `choose(key)` goes to a phase; `exchange(phases)` takes others; `show(key)` marks the present one. */
export function buildPhases(say, choose) {
  const root = element("div", { class: "ng-phases", role: "group", "aria-label": say("phases") });
  let buttons = new Map();

  function exchange(phases) {
    const kept = phases.map(({ key, label }) => {
      const had = buttons.get(key);
      if (had) {
        had.textContent = label;
      }
      return [key, had ?? phaseButton(key, label, choose)];
    });
    const unchanged = kept.length === buttons.size && kept.every(([key]) => buttons.has(key));
    buttons = new Map(kept);
    if (!unchanged) {
      root.replaceChildren(...buttons.values());
    }
  }

  function show(key) {
    buttons.forEach((button, each) => button.setAttribute("aria-pressed", String(each === key)));
  }

  return { root, exchange, show };
}

function phaseButton(key, label, choose) {
  const attributes = { type: "button", class: "ng-phase ng-focusable", "data-phase": key, "aria-pressed": "false" };
  const button = element("button", attributes, [label]);
  button.addEventListener("click", () => choose(key));
  return button;
}
