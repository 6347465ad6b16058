// The panel of a node says what its box shows: a number that has not come yet is not there.

import assert from "node:assert/strict";
import test from "node:test";

import { numbersAt } from "../../nbgrad/widgets/js/panel_node.js";

// y = x·x: forward, the seed, two arrivals at x, and its update.
const FRAMES = [
  { phase: "forward", slot: "value", target: 1, number: "9" },
  { phase: "backward", slot: "gradient", target: 1, number: "1" },
  { phase: "backward", slot: "gradient", target: 0, number: "3" },
  { phase: "backward", slot: "gradient", target: 0, number: "6" },
  { phase: "update", slot: "value", target: 0, number: "2.4" },
];
const NODES = {
  0: { value: "3", gradient: "6", stats: [] },
  1: { value: "9", gradient: "1", stats: [] },
  2: { value: "min 0, mean 1, max 2", gradient: null, stats: [["min", "0"], ["max", "2"]] },
};
const desk = { payload: () => ({ nodes: NODES }), frames: () => FRAMES };

test("a gradient is not there until it arrives, and then as much of it as has", () => {
  const found = FRAMES.map((_, frame) => numbersAt(desk, "0", frame).gradient);
  assert.deepEqual(found, [null, null, "3", "6", "6"]);
});

test("a result is not there until it is computed", () => {
  const later = { payload: desk.payload, frames: () => [{ phase: "forward", slot: "value", target: 7 }, ...FRAMES] };
  assert.deepEqual([0, 1].map((frame) => numbersAt(later, "1", frame).value), [null, "9"]);
});

test("leaves and data have what they have", () => {
  assert.equal(numbersAt(desk, "0", 0).value, "3");
  assert.deepEqual(numbersAt(desk, "2", 0), { value: "min 0 · max 2", gradient: null, after: null });
  assert.deepEqual(numbersAt(desk, "0", Infinity), { value: "3", gradient: "6", after: null });
});

test("after its step a parameter has two values, and both are told", () => {
  const found = FRAMES.map((_, frame) => numbersAt(desk, "0", frame)).map(({ value, after }) => [value, after]);
  assert.deepEqual(found, [["3", null], ["3", null], ["3", null], ["3", null], ["3", "2.4"]]);
  assert.equal(numbersAt(desk, "1", 4).after, null);
});
