// What an edit has replaced: the old number struck beside the new one, the old picture small beside the new one or below it.

import { svgElement } from "./dom.js";

// Widths of a character where the page cannot be asked for them: the number is set at 13 px, the ghost at 11.
const NUMBER_WIDTH = 8;
const GHOST_WIDTH = 7;
const GHOST_GAP = 6;
const BOLD = 1.1; // how much wider a number is while it is set in bold, as one that has just changed
const FEWEST_DIGITS = 2; // a ghost that is rounded any further could be taken for another number
const LARGEST_SHARE = 0.45; // of a picture's size
const SMALLEST_PICTURE = { longer: 14, shorter: 4 }; // px of its sides: one that would be smaller is left out
const PICTURE_GAP = 3; // px that stay free around a small picture

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
 * Where and how small a picture of `size` stands for what was there: right of the new one, else below it and right of
 * its `captions` ({ right, top, bottom }), so that it covers neither; null where there is no room.
 */
export function placeOfPicture(size, room, captions) {
  const sizeIn = (width, height) => Math.min(width / size.width, height / size.height, LARGEST_SHARE);
  const beside = sizeIn(room - size.width - 2 * PICTURE_GAP, size.height);
  if (isLargeEnough(size, beside)) {
    return { share: beside, x: size.width + PICTURE_GAP, y: size.height * (1 - beside) };
  }
  const left = captions.right + PICTURE_GAP;
  const below = sizeIn(room - left - PICTURE_GAP, captions.bottom - captions.top);
  return isLargeEnough(size, below) ? { share: below, x: left, y: captions.top } : null;
}

function isLargeEnough(size, share) {
  const { longer, shorter } = SMALLEST_PICTURE;
  return Math.max(size.width, size.height) * share >= longer && Math.min(size.width, size.height) * share >= shorter;
}

/**
 * Put the ghost of an old number into a slot beside its present `number` (an element), if need be rounded; where the
 * slot's `room` is not enough for that either, there is none: it would lie over an edge or a neighbour.
 */
export function addGhostText(slot, text, number, room) {
  const now = withoutSign(number.textContent);
  const width = number.getComputedTextLength?.() || number.textContent.length * NUMBER_WIDTH;
  const ghost = svgElement("text", { class: "ng-ghost", y: "0" });
  slot.append(ghost);
  for (const old of shorterTexts(withoutSign(text), now)) {
    ghost.textContent = old;
    const start = placeOfText(width, ghost.getComputedTextLength?.() || old.length * GHOST_WIDTH, room);
    if (start !== null) {
      ghost.setAttribute("x", start.toFixed(1));
      return;
    }
  }
  ghost.remove();
}

function withoutSign(text) {
  return text.replace(/^∂\s*/, "");
}

/** Put the ghost of an old picture into a slot that has `room` px, if it is enough. */
export function addGhostPicture(slot, nodes, room) {
  const captions = [...slot.querySelectorAll("text")].map((text) => text.getBBox());
  const root = svgElement("g", { class: "ng-ghost" }, nodes);
  slot.append(root);
  const size = root.getBBox();
  if (size.width === 0) {
    return; // the page is not laid out
  }
  const place = placeOfPicture(size, room, {
    right: Math.max(0, ...captions.map((text) => text.x + text.width * BOLD)),
    top: size.height + PICTURE_GAP,
    bottom: Math.max(0, ...captions.map((text) => text.y + text.height)),
  });
  if (place === null) {
    root.remove();
    return;
  }
  const { share, x, y } = place;
  root.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${share.toFixed(3)})`);
}
