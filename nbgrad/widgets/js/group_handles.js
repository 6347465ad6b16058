// Groups can be collapsed and opened: a header over the frame of an open one, a sign at the box of a collapsed one.

import { svgElement } from "./dom.js";
import { boxOfRect, distance } from "./geometry.js";

const HEADER_HEIGHT = 26;
const LETTER = 7; // px of the title, at most on the average; those after WIDE, such as Chinese ones, have twice as many
const SIGN_RADIUS = 8;
const APART = 36; // at least, of two signs, so that a finger hits one of them also where the drawing is small
const WIDE = "\u2e80";
const TARGET_RADIUS = 12; // of what a finger or the mouse hits, which stays so large on the page at any scale

/**
 * Make the groups of the payload into handles. `frames`: path -> its frame in the drawing, `nodes`: id -> element,
 * `boxes`: id -> box, `sheet`: the box that the whole drawing is in. Gives path -> { element, box } for the open ones, which the keyboard can reach; and
 * node -> path for the collapsed ones, whose boxes it reaches anyway.
 */
export function addGroupHandles(groups, { frames, nodes, boxes, sheet }) {
  const headers = new Map();
  const collapsed = new Map();
  const taken = [];
  const signs = []; // each with its place and the box that it belongs to, if any
  const titles = [...frames.values()].map(titleBox);
  for (const { path, open } of groups) {
    const frame = frames.get(path);
    if (open && frame) {
      const title = titleBox(frame);
      const place = closingPlace(boxOfRect(frame.querySelector("rect")), title.x + title.width, taken);
      const sign = signOf("−", place.x, place.y, path);
      taken.push(place);
      signs.push({ place, sign, own: null });
      headers.set(path, headerOf(path, frame, sign));
    }
  }
  for (const { path, open, node } of groups) {
    if (!open && node !== null && nodes.has(String(node))) {
      const own = boxes.get(String(node));
      const place = openingPlace(own, taken);
      const sign = signOf("+", place.x, place.y, path);
      collapsed.set(String(node), path);
      signs.push({ place, sign, own });
      nodes.get(String(node)).append(sign);
    }
  }
  for (const { place, sign, own } of signs) {
    const around = [...[...boxes.values()].filter((box) => box !== own), ...titles];
    const others = signs.map((other) => other.place).filter((other) => other !== place);
    sign.style.setProperty("--ng-most", growthAt(place, { around, others, sheet }).toFixed(3));
  }
  return { headers, collapsed };
}

/**
 * How many times as large a sign may become, so that it touches no box and no title in `around`, not the edge of the
 * `sheet`, and none of the `others`, which grow as well.
 */
export function growthAt({ x, y }, { around, others, sheet }) {
  const here = { x, y, width: 0, height: 0 };
  const edges = [x - sheet.x, sheet.x + sheet.width - x, y - sheet.y, sheet.y + sheet.height - y];
  const gaps = others.map((other) => Math.hypot(other.x - x, other.y - y) / 2);
  const room = Math.min(...edges, ...gaps, ...around.map((box) => distance(here, box)));
  return Math.max(1, room / (SIGN_RADIUS + 0.5));
}

/** Where the sign of a collapsed box stands: at its upper corner, and at the lower one where another sign is near. */
export function openingPlace({ x, y, width, height }, taken) {
  const upper = { x: x + width - 3, y: y + 3 };
  return isCrowded(upper, taken) ? { x: upper.x, y: y + height - 3 } : upper;
}

/**
 * Where the sign of an open group stands: at the right end of its header, and as far to the left of other signs as there
 * is room beside the title, which ends at `end`.
 */
export function closingPlace({ x, y, width }, end, taken) {
  const place = { x: x + width - 16, y: y + HEADER_HEIGHT / 2 };
  const least = Math.max(x + 16, end + 16);
  let moved = place.x;
  while (isCrowded({ ...place, x: moved }, taken) && moved > least) {
    moved -= 2;
  }
  return isCrowded({ ...place, x: moved }, taken) ? place : { ...place, x: moved };
}

function isCrowded({ x, y }, taken) {
  return taken.some((other) => Math.hypot(other.x - x, other.y - y) < APART);
}

/** About where the title of a group's frame stands. */
function titleBox(frame) {
  const title = frame.querySelector("text");
  const number = (name) => Number.parseFloat(title?.getAttribute(name) ?? "") || 0;
  const width = (text) => [...text].reduce((sum, letter) => sum + (letter > WIDE ? 2 : 1) * LETTER, 0);
  return { x: number("x"), y: number("y") - LETTER, width: width(title?.textContent ?? ""), height: LETTER };
}

function headerOf(path, frame, sign) {
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
