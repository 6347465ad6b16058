// What an edit has replaced: the old number struck beside the new one, the old picture small beside the new one.

import { svgElement } from "./dom.js";

// Widths of a character, generous: the number is set at 13 px, the ghost at 11.
const NUMBER_WIDTH = 8;
const GHOST_WIDTH = 7;
const GHOST_GAP = 8;
const LARGEST_SHARE = 0.45; // of a picture's size
const SMALLEST_PICTURE = 9; // px: a picture that would be smaller lies over the new one's corner

/**
 * Where a struck number of `old` characters stands in a slot that shows one of `now` characters: beside it, if the
 * slot's `room` is enough, else outside the box, at its right end. `outside`: the line over or under the box.
 */
export function placeOfText(old, now, { room, outside }) {
  const start = now * NUMBER_WIDTH + GHOST_GAP;
  return start + old * GHOST_WIDTH <= room ? { x: start, y: 0, anchor: "start" } : { x: room, y: outside, anchor: "end" };
}

/** Where and how small a picture of `size` stands for what was there: right of the new one, else over its corner. */
export function placeOfPicture(size, room) {
  const free = (room - size.width - 6) / size.width;
  const beside = free * size.width >= SMALLEST_PICTURE;
  const share = beside ? Math.min(free, LARGEST_SHARE) : LARGEST_SHARE;
  const x = beside ? size.width + 3 : size.width * (1 - share);
  return { share, x, y: size.height * (1 - share), beside };
}

/** Put the ghost of an old number into a slot; `now`: what stands there, `place`: see placeOfText. */
export function addGhostText(slot, text, now, place) {
  const old = text.replace(/^∂\s*/, "");
  const { x, y, anchor } = placeOfText(old.length, now.length, place);
  const attributes = { class: "ng-ghost", x: String(Math.round(x)), y: String(Math.round(y)), "text-anchor": anchor };
  slot.append(svgElement("text", attributes, [old]));
}

/** Put the ghost of an old picture into a slot that has `room` px. */
export function addGhostPicture(slot, nodes, room) {
  const root = svgElement("g", { class: "ng-ghost" }, nodes);
  slot.append(root);
  const size = root.getBBox();
  if (size.width === 0) {
    return; // the page is not laid out
  }
  const { share, x, y, beside } = placeOfPicture(size, room);
  root.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${share.toFixed(3)})`);
  if (!beside) {
    const { width, height } = size;
    const frame = { class: "ng-ghost-frame", x: "0", y: "0", width: String(width), height: String(height), fill: "none" };
    root.append(svgElement("rect", frame));
  }
}
