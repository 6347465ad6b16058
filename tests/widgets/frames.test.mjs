// What a frame shows, without a page.

import assert from "node:assert/strict";
import test from "node:test";

import { clampFrame, counterText, pictureAt, progress, stepDelay } from "../../nbgrad/widgets/js/frames.js";

const FRAMES = [
  { active: null, edge: null, target: 3 },
  { active: 3, edge: "2-3-0", target: 2 },
  { active: 3, edge: "2-3-1", target: 2 },
  { active: 2, edge: "0-2-0", target: 0 },
];

test("the seed fills the root and lights no edge", () => {
  const picture = pictureAt(FRAMES, 0);
  assert.deepEqual([...picture.filled], [["3", 0]]);
  assert.deepEqual(picture.done, []);
  assert.equal(picture.live, null);
  assert.equal(picture.now, null);
  assert.equal(picture.fresh, "3");
});

test("a node shows its latest gradient, and edges of earlier frames are done", () => {
  const picture = pictureAt(FRAMES, 2);
  assert.deepEqual([...picture.filled], [["3", 0], ["2", 2]]);
  assert.deepEqual(picture.done, ["2-3-0"]);
  assert.equal(picture.live, "2-3-1");
  assert.equal(picture.now, "3");
});

test("an earlier frame does not know the later ones", () => {
  assert.equal(pictureAt(FRAMES, 1).filled.get("2"), 1);
  assert.equal(pictureAt(FRAMES, 1).filled.has("0"), false);
});

test("an edge is not done while it is live", () => {
  const again = [...FRAMES, { active: 3, edge: "2-3-0", target: 2 }];
  assert.deepEqual(pictureAt(again, 4).done, ["2-3-1", "0-2-0"]);
});

test("node 0 is a node", () => {
  assert.equal(pictureAt([{ active: 0, edge: null, target: 0 }], 0).now, "0");
});

test("no frames at all are an empty picture", () => {
  const picture = pictureAt([], 0);
  assert.equal(picture.filled.size, 0);
  assert.equal(picture.fresh, null);
});

test("frames are kept within the pass", () => {
  assert.deepEqual([-1, 0, 1.6, 9, Number.NaN, undefined].map((each) => clampFrame(each, 4)), [0, 0, 2, 3, 0, 0]);
  assert.equal(clampFrame(3, 0), 0);
});

test("progress, counter and delay", () => {
  assert.deepEqual([0, 1, 2].map((frame) => progress(frame, 3)), [0, 0.5, 1]);
  assert.equal(progress(0, 1), 1);
  assert.equal(counterText(2, 6), "step 3 of 6");
  assert.equal(counterText(0, 0), "no steps");
  assert.deepEqual([1, 4, 0.25, 0, undefined].map(stepDelay), [600, 150, 2400, 600, 600]);
});
