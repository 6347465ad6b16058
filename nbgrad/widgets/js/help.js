// A list of the keys, shown where one asks for it.

import { element } from "./dom.js";

const KEYS = [
  ["Space", "key_play"],
  ["← →", "key_step"],
  ["Home End", "key_ends"],
  ["1 2 3", "key_phases"],
  ["+ − ] [", "key_speed"],
  ["L", "key_loop"],
  ["Tab", "key_boxes"],
  ["Enter", "key_select"],
  ["Enter Enter", "key_enter"],
  ["G", "key_go"],
  ["E", "key_edges"],
  ["O", "key_group"],
  ["< >", "key_zoom"],
  ["0 9", "key_zoom_fit"],
  ["Esc", "key_clear"],
  ["?", "key_help"],
];

/** Build the button and the list. `toggle()` shows and hides it, `close()` hides it and says whether it was open. */
export function buildHelp(say) {
  const id = `ng-help-${Math.random().toString(36).slice(2, 10)}`;
  const rows = KEYS.flatMap(([keys, word]) => [
    element("dt", {}, keys.split(" ").map((key) => element("kbd", {}, [key]))),
    element("dd", {}, [say(word)]),
  ]);
  const root = element("div", { class: "ng-help", id, role: "region", "aria-label": say("keys") }, [
    element("dl", {}, rows),
  ]);
  const attributes = { type: "button", class: "ng-button ng-help-button", "aria-label": say("keys"), title: say("keys") };
  const button = element("button", { ...attributes, "aria-controls": id }, ["?"]);
  button.addEventListener("click", toggle);
  set(false);

  function set(open) {
    root.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
  }

  function toggle() {
    set(root.hidden);
    if (!root.hidden) {
      root.scrollIntoView({ block: "nearest" });
    }
  }

  function close() {
    const open = !root.hidden;
    set(false);
    return open;
  }

  return { button, root, toggle, close };
}
