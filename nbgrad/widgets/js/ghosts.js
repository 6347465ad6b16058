// What an edit has replaced: the old number, struck, beside the new one. (Pictures of arrays come as pairs.)

import { svgElement } from "./dom.js";

// Widths of a character where the page cannot be asked for them: the number is set at 13 px, the ghost at 11.
const NUMBER_WIDTH = 8;
const GHOST_WIDTH = 7;
const GHOST_GAP = 6;
const BOLD = 1.1; // how much wider a number is while it is set in bold, as one that has just changed
const SIZES = [11, 9]; // px of a ghost's letters: smaller ones where the box is too narrow
const FEWEST_DIGITS = 2; // a ghost that is rounded any further could be taken for another number

/** Where the ghost of a number begins beside one of `width` px; null where it would leave the `room`. */
export function placeOfText(width, ghost, room) {
  const start = width * BOLD + GHOST_GAP;
  return start + ghost <= room ? start : null;
}

/** What may stand for an old number, the longest first: itself, and itself rounded, where that says less in less room. */
export function shorterTexts(old, now) {
  const number = Number(old.replace("−", "-"));
  const rounded = Number.isFinite(number) ? String(Number(number.toPrecision(FEWEST_DIGITS))).replace("-", "−") : old;
  const helps = rounded.length < old.length && rounded !== now && /[.]/.test(old) && !/e/.test(rounded);
  return helps ? [old, rounded] : [old];
}

/**
 * Put the ghost of an old number into a slot beside its present `number` (an element), if need be in smaller letters or
 * rounded; where the slot's `room` is not enough for that either, there is none: it would lie over an edge or a neighbour.
 */
export function addGhostText(slot, text, number, room) {
  const now = withoutSign(number.textContent);
  const width = number.getComputedTextLength?.() || number.textContent.length * NUMBER_WIDTH;
  const ghost = svgElement("text", { class: "ng-ghost", y: "0" });
  slot.append(ghost);
  for (const old of shorterTexts(withoutSign(text), now)) {
    for (const size of SIZES) {
      ghost.textContent = old;
      ghost.style.fontSize = `${size}px`;
      const usual = (old.length * GHOST_WIDTH * size) / SIZES[0];
      const start = placeOfText(width, ghost.getComputedTextLength?.() || usual, room);
      if (start !== null) {
        ghost.setAttribute("x", start.toFixed(1));
        return;
      }
    }
  }
  ghost.remove();
}

function withoutSign(text) {
  return text.replace(/^∂\s*/, "");
}
