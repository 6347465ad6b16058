// What all panels are made of: links, facts, formulas, a line that tells what happens.

import { element } from "./dom.js";
import { equationOf } from "./mathematics.js";

/** A button that looks like a link: it leads somewhere on the stage. */
export function panelLink(children, action, attributes = {}) {
  const link = element("button", { type: "button", class: "ng-link", ...attributes }, children);
  link.addEventListener("click", action);
  return link;
}

/** A button with words on it. */
export function panelButton(text, action, attributes = {}) {
  const button = element("button", { type: "button", class: "ng-button", ...attributes }, [text]);
  button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && action());
  return button;
}

/** Disabled, but still reached by the keyboard: a button that vanishes under a finger loses the focus. */
export function panelDisable(button, disabled) {
  button.setAttribute("aria-disabled", String(disabled));
}

/** A formula from its MathML, in pieces between which a line may break; nothing where there is none. */
export function panelFormula(math) {
  const pieces = math ? equationOf({ math, equation: [] }) : [];
  return pieces.length > 0 ? [element("span", { class: "ng-math" }, pieces)] : [];
}

/** A number in the colour of its role: "gradient" or "value". */
export function panelNumber(text, role) {
  return element("span", { class: `ng-token-${role} ng-number` }, [String(text)]);
}

/** Labels and what they say, `[[label, children], ...]`; those without children are left out. */
export function panelFacts(rows) {
  const kept = rows.filter(([, children]) => children.length > 0 && children.some((child) => child !== ""));
  return element(
    "dl",
    { class: "ng-facts" },
    kept.flatMap(([label, children]) => [element("dt", {}, [label]), element("dd", {}, children)]),
  );
}

/** A part of a panel with a heading of its own. */
export function panelPart(heading, children, attributes = {}) {
  return element("div", { class: "ng-part", ...attributes }, [element("h4", {}, [heading]), ...children]);
}

/** A mark that says right or wrong by its shape, with words for the ear where nothing beside it says the same. */
export function panelMark(right, words = "") {
  const sign = element("span", { "aria-hidden": "true" }, [right ? "✓" : "✗"]);
  const said = words ? [element("span", { class: "ng-aside" }, [words])] : [];
  return element("span", { class: `ng-mark ng-mark-${right ? "right" : "wrong"}` }, [sign, ...said]);
}

/** A line that is spoken when it changes, with further `attributes`. `say(text, tone)`: tone is "", "error", "right" or "wrong". */
export function panelStatus(attributes = {}) {
  const root = element("p", { class: "ng-status", role: "status", ...attributes });

  function say(text, tone = "") {
    root.dataset.tone = tone;
    const mark = tone === "right" || tone === "wrong" ? [panelMark(tone === "right")] : [];
    root.replaceChildren(...mark, ...(text ? [element("span", {}, [text])] : []));
  }

  return { root, say };
}

/** Light up `lit` on the stage while `row` is pointed at or has the focus; a press scrolls the stage there. */
export function panelLights(row, desk, lit) {
  const light = () => desk.highlight(lit());
  const dim = () => desk.highlight(null);
  row.addEventListener("click", () => desk.reveal(lit()));
  row.addEventListener("mouseenter", light);
  row.addEventListener("mouseleave", dim);
  row.addEventListener("focus", light);
  row.addEventListener("blur", dim);
}

/** The last frame of the backward pass that gives `node` its gradient, or the forward frame of its value; else -1. */
export function frameOfNode(frames, node, slot) {
  const phase = slot === "gradient" ? "backward" : "forward";
  return frames.findLastIndex(
    (frame) => frame.phase === phase && frame.slot === slot && String(frame.target) === String(node),
  );
}

/** A shape as one reads it: "2×3", "()" for a single number; texts stay as they are. */
export function shapeText(shape) {
  if (!Array.isArray(shape)) {
    return String(shape ?? "");
  }
  return shape.length === 0 ? "()" : shape.join("×");
}

/** "∂x"; a name that is a formula stands in parentheses. */
export function slopeSign(name) {
  return /^[\p{L}\p{N}\p{M}_.′ ₀-₉]*$/u.test(name) ? `∂${name}` : `∂(${name})`;
}
