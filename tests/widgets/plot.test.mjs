import assert from "node:assert/strict";
import { test } from "node:test";

import * as plot from "../../nbgrad/widgets/js/plot_scale.js";

test("logarithmic ticks are 1, 2, 5 in each decade", () => {
  assert.deepEqual(plot.logTicks(5, 200), [5, 10, 20, 50, 100, 200]);
});

test("many decades get few ticks", () => {
  const ticks = plot.logTicks(1e-30, 1e30);
  assert.ok(ticks.length <= 9 && ticks.length >= 4, String(ticks));
});

test("an axis ends on round numbers and maps them to 0 and 1", () => {
  const axis = plot.lossAxis([7.4, 160]);
  assert.ok(axis.logarithmic);
  assert.equal(axis.at(5), 0);
  assert.ok(Math.abs(axis.at(200) - 1) < 1e-12);
});

test("losses that are not all positive get a linear axis", () => {
  const axis = plot.lossAxis([0, 4]);
  assert.ok(!axis.logarithmic);
  assert.equal(axis.at(0), 0);
  assert.ok(axis.ticks.includes(0));
});

test("odd losses do not break the axis", () => {
  for (const losses of [[], [3], [0], [-2], [1e-320, 1]]) {
    const axis = plot.lossAxis(losses);
    losses.forEach((loss) => assert.ok(Number.isFinite(axis.at(loss)), String(losses)));
  }
});

test("linear ticks are round and inside", () => {
  assert.deepEqual(plot.linearTicks(3.56, 8.78, 5), [4, 5, 6, 7, 8]);
  assert.deepEqual(plot.linearTicks(0, 0.3, 3), [0, 0.1, 0.2, 0.3]);
});

test("numbers are short and have a true minus", () => {
  assert.equal(plot.shortNumber(-1234.567), "−1235");
  assert.equal(plot.shortNumber(0.00001234), "1.23e−5");
  assert.equal(plot.shortNumber(1.5e7), "1.5e7");
  assert.equal(plot.shortNumber(null), "—");
});

test("the nearest epoch", () => {
  assert.equal(plot.nearestIndex([1, 11, 21], 15), 1);
  assert.equal(plot.nearestIndex([], 15), -1);
});
