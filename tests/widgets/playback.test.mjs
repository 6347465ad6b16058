// The player's state and clock, with a model that has no kernel behind it.

import assert from "node:assert/strict";
import test from "node:test";

import { Playback } from "../../nbgrad/widgets/js/playback.js";

class FakeModel {
  constructor(state) {
    this.state = { frame: 0, playing: false, speed: 1, ...state };
    this.listeners = new Map();
    this.saves = 0;
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    if (this.state[name] !== value) {
      this.state[name] = value;
      for (const listener of [...(this.listeners.get(`change:${name}`) ?? [])]) {
        listener();
      }
    }
  }

  on(name, listener) {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  off(name, listener) {
    this.listeners.set(name, this.listeners.get(name).filter((each) => each !== listener));
  }

  save_changes() {
    this.saves += 1;
  }
}

const ONE_PHASE = (count) => [{ key: "backward", label: "Backward", first: 0, count }];
const THREE_PHASES = [
  { key: "forward", label: "Forward", first: 0, count: 2 },
  { key: "backward", label: "Backward", first: 2, count: 3 },
  { key: "update", label: "Update", first: 5, count: 1 },
];

const passOf = (phases) => ({
  phases,
  frames: phases.flatMap(({ count }) => Array.from({ length: count }, (_, moment) => ({ moment }))),
});

function start(context, state = {}, phases = ONE_PHASE(4)) {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const model = new FakeModel(state);
  const seen = [];
  const playback = new Playback(model, passOf(phases), (each) => seen.push(each.frame));
  return { model, seen, playback, clock: context.mock.timers };
}

test("play moves on every 600 ms, tells the kernel, and stops at the end", (context) => {
  const { model, playback, clock } = start(context);
  playback.toggle();
  clock.tick(599);
  assert.equal(playback.frame, 0);
  clock.tick(1);
  assert.equal(playback.frame, 1);
  clock.tick(600);
  clock.tick(600);
  assert.equal(playback.frame, 3);
  assert.equal(playback.playing, false);
  assert.ok(model.saves >= 4);
  clock.tick(10_000);
  assert.equal(playback.frame, 3);
});

test("speed counts from the moment it is chosen", (context) => {
  const { playback, clock } = start(context);
  playback.toggle();
  playback.setSpeed(4);
  clock.tick(150);
  assert.equal(playback.frame, 1);
});

test("pause stops, and every other control pauses", (context) => {
  const { playback, clock } = start(context);
  playback.toggle();
  playback.toggle();
  clock.tick(10_000);
  assert.equal(playback.frame, 0);
  playback.toggle();
  playback.stepBy(1);
  assert.equal(playback.playing, false);
  clock.tick(10_000);
  assert.equal(playback.frame, 1);
});

test("play at the end begins again", (context) => {
  const { playback } = start(context, { frame: 3 });
  playback.toggle();
  assert.deepEqual([playback.frame, playback.playing], [0, true]);
});

test("the ends hold", (context) => {
  const { playback } = start(context);
  playback.stepBy(-1);
  assert.equal(playback.frame, 0);
  playback.goTo(99);
  assert.equal(playback.frame, 3);
});

test("a pass of one step or none cannot play", (context) => {
  const { playback } = start(context, {}, ONE_PHASE(1));
  playback.toggle();
  assert.equal(playback.playing, false);
});

test("two views of one model step once", (context) => {
  const { model, playback, clock } = start(context);
  const other = new Playback(model, passOf(ONE_PHASE(4)), () => {});
  playback.toggle();
  clock.tick(600);
  assert.deepEqual([playback.frame, other.frame], [1, 1]);
  clock.tick(600);
  assert.deepEqual([playback.frame, other.frame], [2, 2]);
});

test("a kernel that throws, or whose promise fails, stops nothing", async (context) => {
  const { model, playback } = start(context);
  model.save_changes = () => {
    throw new Error("no comm channel");
  };
  playback.stepBy(1);
  assert.equal(playback.frame, 1);
  model.save_changes = () => Promise.reject(new Error("closed"));
  playback.stepBy(1);
  await null;
  assert.equal(playback.frame, 2);
});

test("after dispose nothing runs on", (context) => {
  const { model, seen, playback, clock } = start(context);
  playback.toggle();
  playback.dispose();
  seen.length = 0;
  clock.tick(10_000);
  model.set("frame", 2);
  assert.deepEqual(seen, []);
  assert.deepEqual([...model.listeners.values()].flat(), []);
});

test("without a loop all phases follow each other", (context) => {
  const { playback, clock, model } = start(context, { frame: 3 }, THREE_PHASES);
  playback.toggle();
  clock.tick(600);
  assert.equal(playback.phase.key, "backward");
  clock.tick(600);
  assert.deepEqual([playback.phase.key, playback.playing], ["update", false]);
  playback.toggle();
  assert.equal(model.get("frame"), 0);
});

test("a loop repeats its phase, and one begun at the end begins with the phase", (context) => {
  const { playback, clock } = start(context, { frame: 3, loop: true }, THREE_PHASES);
  playback.toggle();
  const seen = [1, 2, 3, 4].map(() => {
    clock.tick(600);
    return playback.frame;
  });
  assert.deepEqual([seen, playback.playing], [[4, 2, 3, 4], true]);
  playback.toggleLoop();
  clock.tick(600);
  assert.equal(playback.phase.key, "update");
});

test("phases are gone to by place or by key", (context) => {
  const { playback } = start(context, {}, THREE_PHASES);
  playback.goToPhase(1);
  assert.equal(playback.frame, 2);
  playback.goToPhase("update");
  assert.equal(playback.frame, 5);
  playback.goToPhase(9);
  assert.equal(playback.frame, 5);
});

test("with other frames, the place in the phase is kept", (context) => {
  const { playback } = start(context, { frame: 3 }, THREE_PHASES);
  const phases = [
    { key: "forward", label: "Forward", first: 0, count: 7 },
    { key: "backward", label: "Backward", first: 7, count: 9 },
  ];
  playback.exchange(passOf(phases));
  assert.equal(playback.frame, 8);
});

test("a group that is closed and opened again leads back to where one was", (context) => {
  const pass = (...moments) => ({
    phases: [{ key: "backward", label: "Backward", first: 0, count: moments.length }],
    frames: moments.map((moment) => ({ moment })),
  });
  const opened = pass(0, 1, 2, 3, 4, 5, 6, 7);
  const closed = pass(0, 2, 4);
  const { playback } = start(context, { frame: 5 }, ONE_PHASE(8));
  playback.exchange(closed);
  assert.equal(playback.frame, 2);
  playback.exchange(opened);
  assert.equal(playback.frame, 5, "and not the end, which the closed pass had come to");
  playback.exchange(closed);
  playback.stepBy(-1);
  playback.stepBy(1);
  playback.exchange(opened);
  assert.equal(playback.frame, 7, "who goes to the end goes to the end");
  playback.goTo(5);
  playback.exchange(closed);
  playback.goTo(2);
  playback.exchange(opened);
  assert.equal(playback.frame, 7, "also who asks for the end where it is shown already");
});

test("two views of one player come to the same frame", (context) => {
  const { playback, model } = start(context, { frame: 3 }, ONE_PHASE(8));
  const closed = {
    phases: [{ key: "backward", label: "Backward", first: 0, count: 3 }],
    frames: [0, 2, 4].map((moment) => ({ moment })),
  };
  const seen = [];
  const other = new Playback(model, playback.payload, (view) => {
    if (view.payload !== closed) {
      view.exchange(closed); // as the player does, which is told of the frame before it is told of the frames
    }
    seen.push(view.frame);
  });
  playback.exchange(closed);
  assert.deepEqual([model.get("frame"), model.get("reached").moment, seen.at(-1)], [1, 3, 1]);
  other.dispose();
});

test("the speed goes up and down in steps and stays within them", (context) => {
  const { playback } = start(context, { speed: 2 });
  playback.changeSpeed(1);
  playback.changeSpeed(1);
  assert.equal(playback.speed, 4);
  playback.changeSpeed(-1);
  assert.equal(playback.speed, 2);
});
