// Groups can be collapsed and opened: a header over the frame of an open one, a sign at the box of a collapsed one.

import { svgElement } from "./dom.js";
import { boxOfRect } from "./geometry.js";

const HEADER_HEIGHT = 26;
const SIGN_RADIUS = 8;
const APART = 36; // at least, of two signs, so that a finger hits one of them also where the drawing is small
const TARGET_RADIUS = 12; // of what a finger or the mouse hits, which stays so large on the page at any scale

/**
 * Make the groups of the payload into handles. `frames`: path -> its frame in the drawing, `nodes`: id -> element,
 * `boxes`: id -> box. Gives path -> { element, box } for the open ones, which the keyboard can reach; and
 * node -> path for the collapsed ones, whose boxes it reaches anyway.
 */
export function addGroupHandles(groups, { frames, nodes, boxes }) {
  const headers = new Map();
  const collapsed = new Map();
  for (const { path, open } of groups) {
    if (open && frames.has(path)) {
      headers.set(path, headerOf(path, frames.get(path)));
    }
  }
  const taken = [...headers.values()].map(({ box }) => signPlace(box));
  for (const { path, open, node } of groups) {
    if (!open && node !== null && nodes.has(String(node))) {
      collapsed.set(String(node), path);
      const { x, y } = openingPlace(boxes.get(String(node)), taken);
      nodes.get(String(node)).append(signOf("+", x, y, path));
    }
  }
  return { headers, collapsed };
}

/** Where the sign of a collapsed box stands: at its upper corner, and at the lower one where another sign is near. */
export function openingPlace({ x, y, width, height }, taken) {
  const upper = { x: x + width - 3, y: y + 3 };
  const isNear = taken.some((other) => Math.hypot(other.x - upper.x, other.y - upper.y) < APART);
  return isNear ? { x: upper.x, y: y + height - 3 } : upper;
}

/** Where the sign of an open group stands, whose header is `box`. */
function signPlace({ x, y, width }) {
  return { x: x + width - 16, y: y + HEADER_HEIGHT / 2 };
}

function headerOf(path, frame) {
  const box = { ...boxOfRect(frame.querySelector("rect")), height: HEADER_HEIGHT };
  const strip = svgElement("rect", {
    class: "ng-group-strip",
    x: String(box.x),
    y: String(box.y),
    width: String(box.width),
    height: String(HEADER_HEIGHT),
    rx: "12",
    fill: "transparent",
  });
  const place = signPlace(box);
  const sign = signOf("−", place.x, place.y, path);
  const element = svgElement("g", { class: "ng-group-head", "data-toggle": path }, [strip, ...frame.querySelectorAll("text"), sign]);
  frame.append(element);
  return { element, box };
}

function signOf(sign, x, y, path) {
  const arm = SIGN_RADIUS / 2;
  const lines = `M${-arm} 0h${2 * arm}` + (sign === "+" ? `M0 ${-arm}v${2 * arm}` : "");
  const drawn = svgElement("g", { class: "ng-group-sign", "data-toggle": path }, [
    svgElement("circle", { class: "ng-group-target", r: String(TARGET_RADIUS), fill: "transparent" }),
    svgElement("circle", { r: String(SIGN_RADIUS) }),
    svgElement("path", { d: lines, fill: "none" }),
  ]);
  return svgElement("g", { transform: `translate(${x},${y})` }, [drawn]);
}
