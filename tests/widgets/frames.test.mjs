// What a frame shows and where it stands, without a page.

import assert from "node:assert/strict";
import test from "node:test";

import {
  clampFrame,
  firstFrom,
  frameOf,
  frameReached,
  lastFrom,
  nearestSpeed,
  phaseAt,
  pictureAt,
  progress,
  reachedAt,
  stepDelay,
} from "../../nbgrad/widgets/js/frames.js";

const frame = (phase, active, edges, target, slot) => ({ phase, active, edges, target, slot });
const FRAMES = [
  frame("forward", 2, ["0-2-0", "1-2-0"], 2, "value"),
  frame("forward", 3, ["2-3-0", "2-3-1"], 3, "value"),
  frame("backward", null, [], 3, "gradient"),
  frame("backward", 3, ["2-3-0"], 2, "gradient"),
  frame("backward", 3, ["2-3-1"], 2, "gradient"),
  frame("backward", 2, ["0-2-0"], 0, "gradient"),
  frame("update", null, [], 0, "value"),
];
const PHASES = [
  { key: "forward", label: "Forward", first: 0, count: 2 },
  { key: "backward", label: "Backward", first: 2, count: 4 },
  { key: "update", label: "Update", first: 6, count: 1 },
];

test("the forward pass fills values along all arriving edges", () => {
  const picture = pictureAt(FRAMES, 1);
  assert.deepEqual([...picture.value], [["2", 0], ["3", 1]]);
  assert.equal(picture.gradient.size, 0);
  assert.deepEqual([...picture.done], ["0-2-0", "1-2-0"]);
  assert.deepEqual(picture.live, ["2-3-0", "2-3-1"]);
  assert.deepEqual([picture.phase, picture.now, picture.fresh], ["forward", "3", { slot: "value", node: "3" }]);
});

test("the backward pass begins with all values and no edge of its own", () => {
  const picture = pictureAt(FRAMES, 2);
  assert.deepEqual([...picture.gradient], [["3", 2]]);
  assert.equal(picture.value.size, 2);
  assert.deepEqual([[...picture.done], picture.live, picture.now], [[], [], null]);
});

test("a node shows its latest gradient, and edges of earlier steps are done", () => {
  const picture = pictureAt(FRAMES, 4);
  assert.deepEqual([...picture.gradient], [["3", 2], ["2", 4]]);
  assert.deepEqual([...picture.done], ["2-3-0"]);
  assert.deepEqual([picture.live, picture.now], [["2-3-1"], "3"]);
});

test("an earlier frame does not know the later ones", () => {
  assert.equal(pictureAt(FRAMES, 3).gradient.get("2"), 3);
  assert.equal(pictureAt(FRAMES, 3).gradient.has("0"), false);
});

test("in the update the parameter itself is the place, and its value the one that changes", () => {
  const picture = pictureAt(FRAMES, 6);
  assert.deepEqual([picture.now, picture.fresh], ["0", { slot: "value", node: "0" }]);
  assert.equal(picture.value.get("0"), 6);
  assert.equal(picture.done.size, 0);
});

test("an edge is not done while it is live", () => {
  const again = [...FRAMES.slice(0, 6), frame("backward", 3, ["2-3-0"], 2, "gradient")];
  assert.deepEqual([...pictureAt(again, 6).done], ["2-3-1", "0-2-0"]);
});

test("node 0 is a node", () => {
  assert.equal(pictureAt([frame("backward", 0, [], 0, "gradient")], 0).now, "0");
});

test("no frames at all are an empty picture", () => {
  const picture = pictureAt([], 0);
  assert.equal(picture.gradient.size, 0);
  assert.equal(picture.fresh, null);
});

test("frames are kept within the pass", () => {
  assert.deepEqual([-1, 0, 1.6, 9, Number.NaN, undefined].map((each) => clampFrame(each, 4)), [0, 0, 2, 3, 0, 0]);
  assert.equal(clampFrame(3, 0), 0);
});

test("progress and delay", () => {
  assert.deepEqual([0, 1, 2].map((place) => progress(place, 3)), [0, 0.5, 1]);
  assert.equal(progress(0, 1), 1);
  assert.deepEqual([1, 4, 0.25, 0, undefined].map(stepDelay), [600, 150, 2400, 600, 600]);
});

test("the phase of a frame", () => {
  assert.deepEqual([0, 1, 2, 5, 6].map((each) => phaseAt(PHASES, each).index), [0, 0, 1, 1, 2]);
  assert.deepEqual([phaseAt([], 0).count, phaseAt(PHASES, 99).count], [0, 0]);
});

test("first and last go to the phase's ends, then to those of its neighbours", () => {
  assert.deepEqual([4, 2, 0].map((each) => firstFrom(PHASES, each)), [2, 0, 0]);
  assert.deepEqual([3, 5, 6].map((each) => lastFrom(PHASES, each)), [5, 6, 6]);
});

test("a node's step: in this phase, else its last gradient, else whatever there is", () => {
  assert.equal(frameOf(FRAMES, "2", "backward"), 4);
  assert.equal(frameOf(FRAMES, "2", "forward"), 0);
  assert.equal(frameOf(FRAMES, "2", "update"), 4);
  assert.equal(frameOf(FRAMES, 0, "update"), 6);
  assert.equal(frameOf(FRAMES, "1", "backward"), null);
});

const passed = (...moments) => ({
  phases: [
    { key: "forward", first: 0, count: 1 },
    { key: "backward", first: 1, count: moments.length },
  ],
  frames: [9, ...moments].map((moment) => ({ moment })),
});

const carriedOver = (frame, before, after) => frameReached(after, reachedAt(before, frame), frame);

test("when a group is opened or closed, as much has happened as before", () => {
  const closed = passed(0, 1, 4, 8);
  const opened = passed(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  assert.deepEqual([1, 2, 3].map((frame) => carriedOver(frame, closed, opened)), [1, 2, 5]);
  assert.deepEqual([1, 2, 3, 4, 5, 8].map((frame) => carriedOver(frame, opened, closed)), [1, 2, 2, 2, 3, 3]);
});

test("the end of a phase stays its end, and a phase stays the phase", () => {
  const closed = passed(0, 1, 4);
  const opened = passed(0, 1, 2, 3, 4, 5, 6);
  assert.equal(carriedOver(3, closed, opened), 7);
  assert.equal(carriedOver(7, opened, closed), 3);
  assert.equal(carriedOver(0, opened, closed), 0);
  assert.equal(carriedOver(3, passed(3, 4, 5), passed(5, 6)), 2);
  assert.equal(carriedOver(1, passed(3, 4), passed(5, 6)), 1);
});

test("without the phase, whatever frame there is", () => {
  const { phases, frames } = passed(0, 1, 2);
  assert.equal(carriedOver(3, { phases, frames }, { phases: phases.slice(0, 1), frames: frames.slice(0, 1) }), 0);
  assert.equal(carriedOver(3, { phases, frames }, { phases: [], frames: [] }), 0);
});

test("the nearest speed on offer", () => {
  assert.deepEqual([0.25, 0.3, 1, 1.4, 3.1, 4].map(nearestSpeed), [0.25, 0.25, 1, 1, 4, 4]);
});
