// Scroll a box, never the page around it, until something in it can be seen.

import { prefersLessMotion } from "./dom.js";

const SEEN_MARGIN = 24; // px that stay free around what is shown
const FIRST_LINES = 130; // px of a panel below its heading: a question and the field for the answer

/** How far to scroll when something begins `before` the near edge (negative) or ends `after` the far one. */
export function scrollNeeded(before, after) {
  if (before < 0) {
    return before;
  }
  return after > 0 ? Math.min(after, before) : 0;
}

/**
 * Scroll `scroller` until all `shapes` in it are seen, or as many of the first ones as there is room for: smoothly,
 * unless it is far or `atOnce`. Says whether it will be on its way for a while.
 */
export function bringIntoView(scroller, shapes, atOnce) {
  const seen = scroller.getBoundingClientRect();
  if (shapes.length === 0 || seen.width === 0) {
    return false;
  }
  const bounds = boundsOf(fittingBoxes(shapes.map((shape) => shape.getBoundingClientRect()), seen));
  const across = marginOf(bounds.width, seen.width);
  const down = marginOf(bounds.height, seen.height);
  const left = bounds.left - across - seen.left;
  const right = bounds.right + across - seen.right;
  const top = bounds.top - down - seen.top;
  const bottom = bounds.bottom + down - seen.bottom;
  const move = { left: scrollNeeded(left, right), top: scrollNeeded(top, bottom) };
  if (move.left !== 0 || move.top !== 0) {
    const jump = atOnce || prefersLessMotion() || Math.abs(move.left) > seen.width;
    scroller.scrollBy({ ...move, behavior: jump ? "instant" : "smooth" });
    return !jump;
  }
  return false;
}

/**
 * Scroll the page around a player until all of `panel` can be seen, or as much of it as leaves `stage` in view; its
 * `heading` and what stands first below it in any case.
 */
export function revealBelow(panel, heading, stage) {
  const scroller = scrollerOf(panel);
  const onPage = scroller === document.scrollingElement;
  const seen = onPage ? { top: 0, bottom: window.innerHeight } : scroller.getBoundingClientRect();
  const wanted = panel.getBoundingClientRect().bottom - seen.bottom;
  const first = heading.getBoundingClientRect().bottom + FIRST_LINES - seen.bottom;
  const most = Math.max(stage.getBoundingClientRect().top - seen.top, first);
  const distance = Math.min(wanted, most);
  if (distance > 0) {
    scroller.scrollBy({ top: distance, behavior: "instant" });
  }
}

function scrollerOf(node) {
  for (let each = node.parentElement; each; each = each.parentElement) {
    if (each.scrollHeight > each.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(each).overflowY)) {
      return each;
    }
  }
  return document.scrollingElement;
}

/** The first of the boxes, and of the others those that are still seen together with it and each other in this room. */
export function fittingBoxes([first, ...others], { width, height }) {
  const kept = [first];
  for (const box of others) {
    const bounds = boundsOf([...kept, box]);
    if (bounds.width <= width && bounds.height <= height) {
      kept.push(box);
    }
  }
  return kept;
}

/** The rectangle that holds all `boxes`. */
function boundsOf(boxes) {
  const left = Math.min(...boxes.map((box) => box.left));
  const right = Math.max(...boxes.map((box) => box.right));
  const top = Math.min(...boxes.map((box) => box.top));
  const bottom = Math.max(...boxes.map((box) => box.bottom));
  return { left, right, top, bottom, width: right - left, height: bottom - top };
}

/** What stays free at both sides of something of this `size`, as far as there is `room`. */
function marginOf(size, room) {
  return Math.max(0, Math.min(SEEN_MARGIN, (room - size) / 2));
}
