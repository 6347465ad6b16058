// The stage's arithmetic: places, neighbours, arrivals, folds, zoom, swipes, phrases, pieces of equations.

import assert from "node:assert/strict";
import test from "node:test";

import { arrivalTokens, isArrival } from "../../nbgrad/widgets/js/arrival.js";
import { foldedAlong } from "../../nbgrad/widgets/js/fold.js";
import { neighbourOf, sharedArea } from "../../nbgrad/widgets/js/geometry.js";
import { cellOfElement } from "../../nbgrad/widgets/js/asked_cell.js";
import { placeOfText, shorterTexts } from "../../nbgrad/widgets/js/ghosts.js";
import { hiddenSides } from "../../nbgrad/widgets/js/more.js";
import { keepsMathAttribute, piecesAt, plainText } from "../../nbgrad/widgets/js/mathematics.js";
import { readPayload } from "../../nbgrad/widgets/js/payload.js";
import { fillPlaces, phrases } from "../../nbgrad/widgets/js/phrases.js";
import { isSpoken } from "../../nbgrad/widgets/js/speech.js";
import { endsOf } from "../../nbgrad/widgets/js/stage_drawing.js";
import { swipeSteps } from "../../nbgrad/widgets/js/touch.js";
import { longest } from "../../nbgrad/widgets/js/words.js";
import { fittingScale, ownScale, zoomedBy } from "../../nbgrad/widgets/js/zoom.js";

const box = (x, y, width = 100, height = 50) => ({ x, y, width, height });
const text = (tokens) => tokens.map((token) => token.text).join("");

test("areas", () => {
  assert.equal(sharedArea(box(0, 0), box(90, 40)), 100);
  assert.equal(sharedArea(box(0, 0), box(100, 0)), 0);
});

test("arrow keys find the nearest box that way, joined ones first", () => {
  const boxes = new Map([["a", box(0, 0)], ["b", box(0, 100)], ["c", box(200, 50)], ["d", box(400, 60)]]);
  assert.equal(neighbourOf(boxes, "a", "ArrowRight", new Set()), "c");
  assert.equal(neighbourOf(boxes, "a", "ArrowDown", new Set()), "b");
  assert.equal(neighbourOf(boxes, "a", "ArrowUp", new Set()), null);
  assert.equal(neighbourOf(boxes, "a", "ArrowLeft", new Set()), null);
  assert.equal(neighbourOf(boxes, "c", "ArrowLeft", new Set(["b"])), "b");
  assert.equal(neighbourOf(boxes, "c", "ArrowRight", new Set(["d"])), "d");
});

test("the header of a wide group is right above each of its boxes", () => {
  const boxes = new Map([["header", box(0, 0, 900, 26)], ["left", box(20, 40)], ["right", box(780, 40)], ["far", box(780, -90)]]);
  for (const inside of ["left", "right"]) {
    assert.equal(neighbourOf(boxes, inside, "ArrowUp", new Set()), "header");
  }
});

test("gradients that arrive one after the other", () => {
  const arrival = (index, before) => ({ index, count: 3, before, new: "0.3", total: "0.7" });
  assert.equal(text(arrivalTokens(arrival(1, ""))), "0.3 + …");
  assert.equal(text(arrivalTokens(arrival(2, "0.4"))), "0.4 + 0.3 = 0.7 + …");
  assert.equal(text(arrivalTokens(arrival(3, "0.4"))), "0.4 + 0.3 = 0.7");
  assert.equal(isArrival({ arrival: null }), false);
  assert.equal(isArrival({ arrival: { count: 1 } }), false);
});

test("the axis that closes", () => {
  assert.equal(foldedAlong([0], "16×10"), "rows");
  assert.equal(foldedAlong([1], "16×10"), "columns");
  assert.equal(foldedAlong([0], "16"), "columns");
  assert.equal(foldedAlong([0, 1], "16×10"), "both");
  assert.equal(foldedAlong([0, 2], "2×3×4"), "both");
  assert.equal(foldedAlong([2], "2×3×4"), "columns");
  assert.equal(foldedAlong([0], "4×3×8×8"), "rows");
  assert.equal(foldedAlong([1], "4×3×8×8"), "columns");
  assert.equal(foldedAlong([0, 2], "4×3×8×8"), "rows");
  assert.equal(foldedAlong([0, 2, 3], "4×3×8×8"), "both");
  assert.equal(foldedAlong([1], "1×4×6×6"), "both");
});

test("zoom keeps within bounds", () => {
  assert.equal(zoomedBy(1, 1.25), 1.25);
  assert.equal(zoomedBy(3.9, 1.25), 4);
  assert.equal(zoomedBy(0.11, 0.5), 0.1);
  assert.equal(fittingScale({ width: 2000, height: 500 }, { width: 1000, height: 1000 }), 0.5);
  assert.equal(fittingScale({ width: 100, height: 100 }, { width: 1000, height: 1000 }), 1.15);
  assert.equal(fittingScale({ width: 20000, height: 500 }, { width: 500, height: 1000 }), 0.025);
});

test("a drawing shrinks a little rather than scroll, and scrolls rather than shrink a lot", () => {
  const room = { width: 1000, height: 300 };
  assert.equal(ownScale({ width: 800, height: 100 }, room), 1.15);
  assert.equal(ownScale({ width: 1400, height: 300 }, room), 1000 / 1400);
  assert.equal(ownScale({ width: 900, height: 400 }, room), 0.75);
  assert.equal(ownScale({ width: 4000, height: 300 }, room), 0.8);
  assert.equal(ownScale({ width: 900, height: 2000 }, room), 1);
  const narrow = (width) => ownScale({ width: 4000, height: 300 }, { width, height: 300 });
  assert.deepEqual([500, 360, 300].map(narrow), [0.8, 0.72, 0.68], "two boxes and their edge, if they can be read");
});

test("there is more at the sides beyond which more than a margin is hidden", () => {
  const box = { scrollLeft: 0, scrollTop: 0, scrollWidth: 400, scrollHeight: 90, clientWidth: 400, clientHeight: 90 };
  assert.deepEqual(hiddenSides(box), []);
  assert.deepEqual(hiddenSides({ ...box, scrollWidth: 900, scrollLeft: 5 }), ["right"]);
  assert.deepEqual(hiddenSides({ ...box, scrollWidth: 900, scrollLeft: 300 }), ["left", "right"]);
  assert.deepEqual(hiddenSides({ ...box, scrollWidth: 900, scrollLeft: 500, scrollHeight: 120 }), ["left", "bottom"]);
});

test("a swipe steps, a scroll does not", () => {
  assert.equal(swipeSteps({ dx: -80, dy: 10, time: 400 }, false), 1);
  assert.equal(swipeSteps({ dx: 80, dy: 10, time: 400 }, false), -1);
  assert.equal(swipeSteps({ dx: 80, dy: 60, time: 400 }, false), 0);
  assert.equal(swipeSteps({ dx: 30, dy: 0, time: 100 }, false), 0);
  assert.equal(swipeSteps({ dx: -80, dy: 10, time: 400 }, true), 0);
  assert.equal(swipeSteps({ dx: -80, dy: 10, time: 200 }, true), 1);
});

test("phrases fill their places once and say their key where they are missing", () => {
  const say = phrases(() => ({ step: "step {number} of {count}" }));
  assert.equal(say("step", { number: 3, count: "{number}" }), "step 3 of {number}");
  assert.equal(say("nothing"), "nothing");
  assert.equal(fillPlaces("{constructor} {a}", { a: 1 }), "{constructor} 1");
});

test("mathematics keeps how it is set and loses everything else", () => {
  assert.ok(["class", "displaystyle", "xmlns"].every(keepsMathAttribute));
  assert.ok(!["href", "onclick", "style", "id", "xlink:href"].some(keepsMathAttribute));
});

test("equations break before an equals sign", () => {
  const cut = (list) => piecesAt([...list], (item) => item === "=").map((piece) => piece.join(""));
  assert.deepEqual(cut("a=b=c"), ["a", "=b", "=c"]);
  assert.deepEqual(cut("=b"), ["=b"]);
  assert.deepEqual(cut(""), []);
});

test("steps are spoken when one steps, and in a slow pass", () => {
  assert.equal(isSpoken({ playing: false, speed: 4 }), true);
  assert.equal(isSpoken({ playing: true, speed: 1 }), false);
  assert.equal(isSpoken({ playing: true, speed: 0.25 }), true);
});

test("a payload without its newer parts is complete", () => {
  const payload = readPayload({ title: "loss", frames: [{ edge: "0-1-0", target: 0, gradient: "<g/>" }] });
  assert.deepEqual(payload.phases, [{ key: "backward", label: "Backward", first: 0, count: 1 }]);
  assert.deepEqual([payload.frames[0].edges, payload.frames[0].fragment], [["0-1-0"], "<g/>"]);
  assert.deepEqual(readPayload({}).phases, []);
});

test("an edge has the formula and the sentence of its step, unless it has its own", () => {
  const frames = [{ math: "<math/>", sentence: "It is scaled.", number: "3", spoken: null }];
  const edges = { "0-1-0": { frame: 0, math: null, sentence: null }, "0-2-0": { frame: null, math: "", sentence: "None." } };
  const payload = readPayload({ frames, edges });
  assert.deepEqual(payload.edges["0-1-0"], { frame: 0, math: "<math/>", sentence: "It is scaled." });
  assert.deepEqual(payload.edges["0-2-0"], edges["0-2-0"]);
  assert.equal(payload.frames[0].spoken, "It is scaled. 3");
});

test("the longest lines are the ones that are measured", () => {
  const frames = Array.from({ length: 20 }, (_, length) => ({ length }));
  assert.deepEqual(longest(frames, (each) => each.length).map((each) => each.length), [19, 18, 17, 16, 15, 14, 13, 12]);
});

test("the ends of an edge", () => {
  assert.deepEqual(endsOf("10-3-0"), ["10", "3"]);
});

test("the ghost of a number stands beside the new one, or nowhere where there is no room", () => {
  assert.equal(Math.round(placeOfText(30, 20, 60)), 39);
  assert.equal(placeOfText(30, 20, 58), null);
});

test("the ghost of a number may be rounded, but not to what stands there, nor where that is no shorter", () => {
  assert.deepEqual(shorterTexts("−0.126", "−0.67"), ["−0.126", "−0.13"]);
  assert.deepEqual(shorterTexts("0.126", "0.13"), ["0.126"]);
  assert.deepEqual(shorterTexts("125", "7"), ["125"]);
  assert.deepEqual(shorterTexts("1.23e+10", "7"), ["1.23e+10"]);
  assert.deepEqual(shorterTexts("NaN", "7"), ["NaN"]);
});


test("the cell of an element, where each element has one", () => {
  assert.deepEqual(cellOfElement("[3, 1]", "4×2", { rows: 4, columns: 2 }), { row: 3, column: 1 });
  assert.deepEqual(cellOfElement("[2]", "5", { rows: 1, columns: 5 }), { row: 0, column: 2 });
  assert.equal(cellOfElement("[1, 2, 3]", "2×3×4", { rows: 2, columns: 12 }), null, "several images");
  assert.equal(cellOfElement("[3, 1]", "40×2", { rows: 16, columns: 2 }), null, "several rows are one cell");
  assert.equal(cellOfElement("", "1×1", { rows: 1, columns: 1 }), null);
});

test("a formula in one line of text: fractions with a stroke, powers with a roof", () => {
  const leaf = (localName, textContent) => ({ localName, textContent, children: [] });
  const branch = (localName, ...children) => ({ localName, children });
  const sum = branch("mrow", leaf("mn", "1"), leaf("mo", "+"), leaf("mi", "x"));
  const power = branch("msup", leaf("mi", "x"), leaf("mn", "2"));
  assert.equal(plainText(branch("math", branch("mfrac", leaf("mn", "1"), sum), leaf("mo", "·"), power)), "1/(1+x)·x^2");
  assert.equal(plainText(branch("msqrt", sum)), "√(1+x)");
  assert.equal(plainText(branch("msubsup", leaf("mi", "v"), leaf("mn", "3"), leaf("mn", "2"))), "v_3^2");
});
