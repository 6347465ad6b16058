// The note beside a box: gradients that add up, an axis that is summed, a parameter's old and new value.

import { arrivalTokens, isArrival } from "./arrival.js";
import { svgElement } from "./dom.js";
import { foldedAlong, pictureOf } from "./fold.js";
import { placeBeside } from "./geometry.js";

const PADDING = 10;
const LINE_HEIGHT = 18;
const THUMBNAIL_GAP = 46; // px between the array before and the array after, room for the arrow
const CAPTION = 15; // px below a thumbnail for its shape

export class Callout {
  /** `sheet`: what lies over the drawing. `boxes`: node -> box. `bounds`: the drawing's width and height. */
  constructor(sheet, boxes, bounds) {
    this.root = svgElement("g", { class: "ng-callout" });
    this.boxes = boxes;
    this.bounds = bounds;
    sheet.append(this.root);
  }

  /** Show what the frame has to say beside its target. `read(text)` parses a fragment; `change`: [old, new] or null. */
  show(frame, read, change) {
    this.root.replaceChildren();
    this.root.removeAttribute("transform");
    const box = this.boxes.get(String(frame?.target));
    if (!box) {
      return;
    }
    const rows = [];
    if (frame.fold) {
      rows.push((parent) => foldRow(parent, frame, read));
    }
    if (isArrival(frame)) {
      rows.push((parent) => textRow(parent, "ng-arrival", arrivalTokens(frame.arrival)));
    }
    if (change) {
      rows.push((parent) => textRow(parent, "ng-change", changeTokens(change)));
    }
    if (rows.length > 0) {
      this.place(rows, box);
    }
  }

  /** Stack the rows, draw the ground behind them and put the whole beside `box`. */
  place(rows, box) {
    const ground = svgElement("rect", { class: "ng-callout-ground", rx: "9" });
    this.root.append(ground);
    let below = PADDING;
    let widest = 0;
    for (const build of rows) {
      const row = svgElement("g", { transform: `translate(${PADDING},${below})` });
      this.root.append(row);
      const { width, height } = build(row);
      below += height + 6;
      widest = Math.max(widest, width);
    }
    const size = { width: widest + 2 * PADDING, height: below - 6 + PADDING - 4 };
    ground.setAttribute("width", size.width.toFixed(1));
    ground.setAttribute("height", size.height.toFixed(1));
    const { x, y } = placeBeside(box, size, [...this.boxes.values()], this.bounds);
    this.root.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)})`);
  }
}

/** The room below a drawing that a callout may need where there is none above or below any box. */
export function calloutHeight(frame) {
  const lines = isArrival(frame) || frame.phase === "update" ? LINE_HEIGHT + 6 : 0;
  const pictures = frame.fold ? 54 + CAPTION + 6 : 0;
  return lines + pictures === 0 ? 0 : lines + pictures + 2 * PADDING;
}

function changeTokens([before, after]) {
  return [
    { text: before, role: "old" },
    { text: " → ", role: "dim" },
    { text: after, role: "total" },
  ];
}

function textRow(parent, name, tokens) {
  const pieces = tokens.map(({ text, role }) => svgElement("tspan", { class: `ng-piece ng-piece-${role}` }, [text]));
  const line = svgElement("text", { class: name, y: "13", "xml:space": "preserve" }, pieces);
  parent.append(line);
  const said = tokens.map(({ text }) => text).join("");
  return { width: line.getComputedTextLength() || said.length * 7.6, height: LINE_HEIGHT };
}

/**
 * The array before the sum, an arrow, the array after it; and a copy of the first that closes along the summed axis
 * while it moves into the second.
 */
function foldRow(parent, frame, read) {
  const { axes, before, after, fragment } = frame.fold;
  const first = thumbnailBox(parent, pictureOf(read(fragment)), before, 0);
  const start = first.width + THUMBNAIL_GAP;
  const sum = frame.fold.result ?? ((frame.arrival?.index ?? 1) <= 1 ? frame.fragment : "");
  const second = thumbnailBox(parent, sum ? pictureOf(read(sum)) : [], after, start);
  second.root.classList.add("ng-fold-after");
  const moving = svgElement("g", { class: `ng-fold-moving ng-fold-${foldedAlong(axes, before)}` }, pictureOf(read(fragment)));
  moving.style.setProperty("--ng-way", `${(start + second.width / 2 - first.width / 2).toFixed(1)}px`);
  const height = Math.max(first.height, second.height);
  first.caption(height);
  second.caption(height);
  const middle = height / 2;
  const from = first.width + 8;
  const to = start - 8;
  parent.append(
    svgElement("path", { class: "ng-fold-arrow", d: `M${from},${middle}H${to}m-5,-4l5,4l-5,4`, fill: "none" }),
    svgElement("text", { class: "ng-fold-sum", x: String((from + to) / 2), y: String(middle - 6), "text-anchor": "middle" }, ["Σ"]),
    moving,
  );
  return { width: start + second.width, height: height + CAPTION };
}

/** One array at `x`: its picture, or its number where it has none. `caption(height)` writes the shape below. */
function thumbnailBox(parent, picture, shape, x) {
  const isText = picture.length > 0 && picture.every((node) => node.localName === "text");
  const inner = svgElement("g", isText ? { transform: "translate(0,32)" } : {}, picture);
  const root = svgElement("g", { transform: `translate(${x},0)` }, [inner]);
  parent.append(root);
  const box = root.getBBox();

  function caption(height) {
    root.append(svgElement("text", { class: "ng-fold-shape", x: "0", y: String(height + CAPTION - 2) }, [shape]));
  }

  return { root, width: Math.max(box.width, 36), height: Math.max(box.y + box.height, 18), caption };
}
