import assert from "node:assert/strict";
import { test } from "node:test";

import { phrases } from "../../nbgrad/widgets/js/phrases.js";
import * as words from "../../nbgrad/widgets/js/trainer_words.js";

const say = phrases(() => ({
  seconds: "{seconds} s",
  minutes: "{minutes} min {seconds} s",
  hours: "{hours} h {minutes} min",
  pace: "{pace} steps/s",
  chart_empty: "the loss of each epoch will be drawn here",
  step_of: "step {number} of {count}",
  batch_loss: "batch loss {loss}",
  pause: "Pause",
  play: "Play",
  more: "{epochs} more",
  step_short: "step {number}/{count}",
  phase_error: "stopped by an error",
}));
const state = { epoch: 3, epochs: 10, step: 2, stepsPerEpoch: 4, span: 10 };

test("the slider and the learning rate are each other's inverse", () => {
  for (const rate of [0.01, 0.5, 3, 0.00025]) {
    assert.equal(words.powerToRate(words.rateToPower(rate).power), rate);
  }
});

test("the slider widens to hold a rate outside its range", () => {
  assert.equal(words.rateToPower(500).high, 3);
  assert.equal(words.rateToPower(1e-9).low, -9);
});

test("what is typed is a number or nothing", () => {
  assert.equal(words.typedRate(" 0,05 "), 0.05);
  for (const text of ["", "  ", "0", "-1", "x", "Infinity"]) {
    assert.equal(words.typedRate(text), null);
  }
  assert.equal(words.typedEpochs("20"), 20);
  for (const text of ["", "0", "1.5", "-3", "ten"]) {
    assert.equal(words.typedEpochs(text), null);
  }
});

test("durations and paces", () => {
  assert.deepEqual([0.42, 75, 7300].map((seconds) => words.durationWords(seconds, say)), ["0.4 s", "1 min 15 s", "2 h 1 min"]);
  assert.equal(words.paceWords(1240.3, say), "1,240 steps/s");
  assert.equal(words.paceWords(0.527, say), "0.53 steps/s");
});

test("the chart without an epoch tells the steps", () => {
  assert.equal(words.chartWords({ ...state, step: 0, lastLoss: null }, say), "the loss of each epoch will be drawn here");
  assert.equal(words.chartWords({ ...state, lastLoss: 6.0421 }, say), "step 2 of 4 · batch loss 6.04");
  assert.equal(words.chartWords({ ...state, lastLoss: null }, say), "step 2 of 4");
});

test("the share done counts the steps of the epoch under way", () => {
  assert.equal(words.shareDone(state), 0.35);
  assert.equal(words.shareDone({ ...state, epoch: 20 }), 1);
});

test("words for the main button and the phase", () => {
  assert.equal(words.playWord("running", state, say), "Pause");
  assert.equal(words.playWord("paused", state, say), "Play");
  assert.equal(words.playWord("finished", state, say), "10 more");
  assert.equal(words.phaseWords("paused", state, say), "step 2/4");
  assert.equal(words.phaseWords("error", state, say), "stopped by an error");
  assert.equal(words.phaseWords("of another version", state, say), "");
});
