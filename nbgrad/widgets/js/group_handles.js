// Groups can be collapsed and opened: a header over the frame of an open one, a sign at the box of a collapsed one.

import { svgElement } from "./dom.js";
import { boxOfRect } from "./geometry.js";

const HEADER_HEIGHT = 26;
const SIGN_RADIUS = 8;
const TARGET_RADIUS = 12; // of what a finger or the mouse hits, which stays so large on the page at any scale

/**
 * Make the groups of the payload into handles. `frames`: path -> its frame in the drawing, `nodes`: id -> element,
 * `boxes`: id -> box. Gives path -> { element, box } for the open ones, which the keyboard can reach; and
 * node -> path for the collapsed ones, whose boxes it reaches anyway.
 */
export function addGroupHandles(groups, { frames, nodes, boxes }) {
  const headers = new Map();
  const collapsed = new Map();
  for (const { path, open, node } of groups) {
    const frame = frames.get(path);
    if (open && frame) {
      headers.set(path, headerOf(path, frame));
    } else if (!open && node !== null && nodes.has(String(node))) {
      collapsed.set(String(node), path);
      const { x, y, width } = boxes.get(String(node));
      nodes.get(String(node)).append(signOf("+", x + width - 3, y + 3, path));
    }
  }
  return { headers, collapsed };
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
  const sign = signOf("−", box.x + box.width - 16, box.y + HEADER_HEIGHT / 2, path);
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
