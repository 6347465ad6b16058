// The note beside a box: gradients that add up, an axis that is summed, a parameter's old and new value.

import { svgElement } from "./dom.js";
import { boxOfRect } from "./geometry.js";
import { curvesOf, leaderOf, placeForNote, withinPlace } from "./note_places.js";
import { noteRows } from "./note_rows.js";

const PADDING = 10;
const ROW_GAP = 6;
const LABEL_HEIGHT = 18;
const LABEL_LETTER = 8; // px: the width of a character of an edge's label

export class Callout {
  /** `sheet`: what lies over the drawing. `boxes`: node -> box. `places`: node -> the place that is kept for its notes. */
  constructor(sheet, boxes, places) {
    this.root = svgElement("g", { class: "ng-callout" });
    this.boxes = boxes;
    this.places = places;
    sheet.append(this.root);
  }

  /**
   * Show what the frame has to say beside its target. `read(text)` parses a fragment; `change`: [old, new] or null;
   * `from`: what says where the gradient comes from, "" where one sees it.
   */
  show(frame, read, change, from) {
    this.root.replaceChildren();
    this.root.removeAttribute("transform");
    const node = String(frame?.target);
    const rows = this.places.has(node) ? noteRows(frame, change, from) : [];
    if (rows.length > 0) {
      this.write(rows, read, this.places.get(node), this.boxes.get(node));
    }
  }

  /** Stack the rows, draw the ground behind them, put the whole at its place and join it to its box. */
  write(rows, read, place, box) {
    const ground = svgElement("rect", { class: "ng-callout-ground", rx: "9" });
    const leader = svgElement("path", { class: "ng-callout-leader" });
    this.root.append(leader, ground);
    let below = PADDING;
    let widest = 0;
    for (const { build } of rows) {
      const row = svgElement("g", { transform: `translate(${PADDING},${below})` });
      this.root.append(row);
      const { width, height } = build(row, read);
      below += height + ROW_GAP;
      widest = Math.max(widest, width);
    }
    const size = { width: widest + 2 * PADDING, height: below - ROW_GAP + PADDING - 4 };
    ground.setAttribute("width", size.width.toFixed(1));
    ground.setAttribute("height", size.height.toFixed(1));
    const note = withinPlace(place, size, box);
    this.root.setAttribute("transform", `translate(${note.x.toFixed(1)},${note.y.toFixed(1)})`);
    leader.setAttribute("d", leaderOf({ ...note, x: 0, y: 0 }, { ...box, x: box.x - note.x, y: box.y - note.y }));
  }
}

/**
 * The places for the notes of all frames: node -> rectangle, large enough for the largest of its notes. `froms`: for
 * every frame, what says where its gradient comes from. `edges`: the elements of the edges, `drawing` that of all.
 */
export function notePlaces(frames, froms, { boxes, edges, nodes, drawing, natural }) {
  const sizes = largestNotes(frames, froms);
  if (sizes.size === 0) {
    return new Map();
  }
  const curves = [...edges.values()].flatMap((edge) => curvesOf(edge.getAttribute("d") ?? ""));
  const obstacles = [...boxes.values(), ...[...nodes.values()].map(badgeOf), ...legendOf(drawing, natural)];
  const bounds = { x: 0, y: 0, ...natural };
  const places = new Map();
  for (const [node, size] of sizes) {
    const box = boxes.get(node);
    if (box) {
      const labels = frames.filter(({ target, label }) => String(target) === node && label).map(labelBox);
      places.set(node, placeForNote(box, size, { obstacles: [...obstacles, ...labels], curves }, bounds));
    }
  }
  return places;
}

/** The size of the largest note of every node that has one. */
export function largestNotes(frames, froms) {
  const sizes = new Map();
  frames.forEach((frame, index) => {
    const change = frame.phase === "update" ? supposedChange(frame.fragment) : null;
    const rows = frame.target === null ? [] : noteRows(frame, change, froms[index]);
    if (rows.length > 0) {
      const had = sizes.get(String(frame.target)) ?? { width: 0, height: 0 };
      const height = rows.reduce((sum, row) => sum + row.size.height + ROW_GAP, 2 * PADDING - 4 - ROW_GAP);
      const width = Math.max(...rows.map((row) => row.size.width)) + 2 * PADDING;
      sizes.set(String(frame.target), { width: Math.max(had.width, width), height: Math.max(had.height, height) });
    }
  });
  return sizes;
}

/** The old number is about as long as the new one, which is the only text of the fragment; else there is no note. */
function supposedChange(fragment) {
  const number = /^<text[^>]*>([^<]*)<\/text>$/.exec(fragment)?.[1];
  return number ? [number, number] : null;
}

function badgeOf(node) {
  return boxOfRect(node.querySelector(".ng-badge"));
}

function labelBox({ label, label_at: [x, y] }) {
  const width = label.length * LABEL_LETTER;
  return { x: x - width / 2, y: y - LABEL_HEIGHT + 4, width, height: LABEL_HEIGHT };
}

/** The strip below the drawing in which the legend stands. */
function legendOf(drawing, { width, height }) {
  return drawing.querySelector(".ng-legend") ? [{ x: 0, y: height - 30, width: Math.min(width, 420), height: 30 }] : [];
}

/** What a drawing of `natural` size must show so that all the notes are in it: x, y, width, height. */
export function roomForNotes(places, { width, height }) {
  const all = [...places.values()];
  const top = Math.min(0, ...all.map(({ y }) => y - 2));
  const right = Math.max(width, ...all.map((place) => place.x + place.width + 2));
  const bottom = Math.max(height, ...all.map((place) => place.y + place.height + 2));
  return { x: 0, y: top, width: right, height: bottom - top };
}
