// Keep the notebook's one-letter shortcuts (b: new cell, dd: delete cell) away from a widget that has the focus.

/** The notebook looks for the mark on the focused element itself, so each one that can have the focus gets it. */
export function keepShortcutsAway(root) {
  for (const node of root.querySelectorAll("button, input, summary, [tabindex]")) {
    node.setAttribute("data-lm-suppress-shortcuts", "true");
  }
}
