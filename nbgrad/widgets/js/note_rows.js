// What a note says, row by row: how each is drawn and how large it will be, which is asked before anything is drawn.

import { arrivalTokens, isArrival } from "./arrival.js";
import { svgElement } from "./dom.js";
import { foldedAlong, pictureOf } from "./fold.js";

const LINE_HEIGHT = 18;
const NOTE_LETTER = 8.2; // px: the width of a character, generously
const THUMBNAIL = 54; // px: no picture of an array is larger
const ARROW_GAP = 46; // px between the array before a sum and the one after it, room for the arrow
const SIGN_GAP = 24; // px between two arrays that are added, room for the sign
const MORE = 32; // px for " + …"
const CAPTION = 15; // px below a thumbnail for its shape

/**
 * The rows of the note for a frame: { size, build(parent, read) }, where `build` gives the size that it has become.
 * `change`: a parameter's [old, new] or null; `from`: what says where the gradient comes from, or "".
 */
export function noteRows(frame, change, from) {
  const rows = [];
  if (from) {
    rows.push(textRow("ng-note-from", [{ text: from, role: "dim" }]));
  }
  if (frame.fold) {
    rows.push(foldRow(frame));
  }
  if (isArrival(frame)) {
    const pictures = frame.arrival.pieces ?? null;
    rows.push(pictures ? sumRow(frame.arrival, pictures) : textRow("ng-arrival", arrivalTokens(frame.arrival)));
  }
  if (change) {
    rows.push(textRow("ng-change", changeTokens(change)));
  }
  return rows;
}

function changeTokens([before, after]) {
  return [
    { text: before, role: "old" },
    { text: " → ", role: "dim" },
    { text: after, role: "total" },
  ];
}

function textRow(name, tokens) {
  const said = tokens.map(({ text }) => text).join("");
  const size = { width: said.length * NOTE_LETTER, height: LINE_HEIGHT };

  function build(parent) {
    const pieces = tokens.map(({ text, role }) => svgElement("tspan", { class: `ng-piece ng-piece-${role}` }, [text]));
    const line = svgElement("text", { class: name, y: "13", "xml:space": "preserve" }, pieces);
    parent.append(line);
    return { width: line.getComputedTextLength() || size.width, height: LINE_HEIGHT };
  }

  return { size, build };
}

/** "so far + what arrives = both", with pictures of arrays; the first of several is "what arrives + …". */
function sumRow({ index, count }, [before, arriving, total]) {
  const parts = before ? [["before", before], ["new", arriving], ["total", total]] : [["new", arriving]];
  const more = index < count;
  const sizes = parts.map(([, text]) => pictureSize(text));
  const width = sizes.reduce((sum, each) => sum + each.width, (parts.length - 1) * SIGN_GAP + (more ? MORE : 0));
  const size = { width, height: Math.max(...sizes.map(({ height }) => height)) };

  function build(parent, read) {
    let x = 0;
    let height = 0;
    const signs = [];
    parts.forEach(([role, text], place) => {
      if (place > 0) {
        signs.push([x + SIGN_GAP / 2, place === 1 ? "+" : "="]);
        x += SIGN_GAP;
      }
      const box = thumbnailBox(parent, pictureOf(read(text)), "", x);
      box.root.classList.add("ng-piece", `ng-piece-${role}`);
      x += box.width;
      height = Math.max(height, box.height);
    });
    if (more) {
      signs.push([x + MORE / 2, "+ …"]);
      x += MORE;
    }
    const attributes = { class: "ng-note-sign", y: String(height / 2 + 5), "text-anchor": "middle" };
    parent.append(...signs.map(([at, sign]) => svgElement("text", { ...attributes, x: String(at) }, [sign])));
    return { width: x, height };
  }

  return { size, build };
}

/**
 * The array before the sum, an arrow, the array after it; and a copy of the first that closes along the summed axis
 * while it moves into the second.
 */
function foldRow({ fold, arrival, fragment }) {
  const { axes, before, after } = fold;
  const sum = fold.result ?? ((arrival?.index ?? 1) <= 1 ? fragment : "");
  const sizes = [pictureSize(fold.fragment), pictureSize(sum)];
  const size = { width: sizes[0].width + ARROW_GAP + sizes[1].width, height: sizes[0].height + CAPTION };

  function build(parent, read) {
    const first = thumbnailBox(parent, pictureOf(read(fold.fragment)), before, 0);
    const start = first.width + ARROW_GAP;
    const second = thumbnailBox(parent, sum ? pictureOf(read(sum)) : [], after, start);
    second.root.classList.add("ng-fold-after");
    const closing = { class: `ng-fold-moving ng-fold-${foldedAlong(axes, before)}` };
    const moving = svgElement("g", closing, pictureOf(read(fold.fragment)));
    moving.style.setProperty("--ng-way", `${(start + second.width / 2 - first.width / 2).toFixed(1)}px`);
    const height = Math.max(first.height, second.height);
    first.caption(height);
    second.caption(height);
    const middle = height / 2;
    const from = first.width + 8;
    const to = start - 8;
    const sign = { class: "ng-fold-sum", x: String((from + to) / 2), y: String(middle - 6), "text-anchor": "middle" };
    parent.append(
      svgElement("path", { class: "ng-fold-arrow", d: `M${from},${middle}H${to}m-5,-4l5,4l-5,4`, fill: "none" }),
      svgElement("text", sign, ["Σ"]),
      moving,
    );
    return { width: start + second.width, height: height + CAPTION };
  }

  return { size, build };
}

/** How large the picture in a fragment will be; for a number, its text. */
function pictureSize(text) {
  const frame = /<rect[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(text ?? "");
  if (frame) {
    return { width: Math.max(Number(frame[1]), 36), height: Math.max(Number(frame[2]), LINE_HEIGHT) };
  }
  const number = />([^<]+)</.exec(text ?? "")?.[1] ?? "";
  return { width: Math.max(number.length * NOTE_LETTER, number ? 36 : THUMBNAIL), height: number ? LINE_HEIGHT : THUMBNAIL };
}

/** One array at `x`: its picture, or its number where it has none. `caption(height)` writes the shape below. */
function thumbnailBox(parent, picture, shape, x) {
  const isText = picture.length > 0 && picture.every((node) => node.localName === "text");
  const inner = svgElement("g", isText ? { transform: "translate(0,14)" } : {}, picture);
  const root = svgElement("g", { transform: `translate(${x},0)` }, [inner]);
  parent.append(root);
  const box = root.getBBox();

  function caption(height) {
    root.append(svgElement("text", { class: "ng-fold-shape", x: "0", y: String(height + CAPTION - 2) }, [shape]));
  }

  return { root, width: Math.max(box.width, 36), height: Math.max(box.y + box.height, 18), caption };
}
