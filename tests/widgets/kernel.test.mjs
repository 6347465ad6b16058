// A kernel that goes: the page hears of it, also where Jupyter has started another one by itself.

import assert from "node:assert/strict";
import { test } from "node:test";

import { EditSender } from "../../nbgrad/widgets/js/edit_sender.js";
import { hasGone, isUnknown, Kernel, watchKernel } from "../../nbgrad/widgets/js/kernel.js";

/** A model as Jupyter makes it, and what changes the status of its kernel. */
function modelWithKernel() {
  const listeners = new Set();
  const kernel = {
    status: "idle",
    isDisposed: false,
    statusChanged: { connect: (hear) => listeners.add(hear), disconnect: (hear) => listeners.delete(hear) },
  };
  const sent = [];
  const model = { widget_manager: { kernel }, send: (message) => sent.push(message), on() {}, off() {} };
  const become = (status) => {
    kernel.status = status;
    listeners.forEach((hear) => hear(kernel, status));
  };
  return { model, sent, become, listeners };
}

test("a kernel that Jupyter has started anew by itself is another one", () => {
  const { model, become } = modelWithKernel();
  let ends = 0;
  watchKernel(model, () => (ends += 1));
  become("busy");
  assert.equal(hasGone(model), false);
  become("autorestarting");
  become("idle");
  assert.equal(ends, 1);
  assert.equal(hasGone(model), true);
});

test("watching stops, and needs no Jupyter", () => {
  const { model, listeners } = modelWithKernel();
  watchKernel(model, () => {})();
  assert.equal(listeners.size, 0);
  watchKernel({}, () => assert.fail())();
  assert.equal(hasGone({}), false);
});

test("nothing is asked of a kernel that has gone", () => {
  const { model, sent, become } = modelWithKernel();
  const silences = [];
  const kernel = new Kernel(model, (isGone) => silences.push(isGone), () => {});
  watchKernel(model, () => {});
  kernel.ask({ kind: "toggle" });
  become("restarting");
  kernel.ask({ kind: "toggle" });
  assert.deepEqual([sent.length, silences], [1, [true]]);
  kernel.dispose();
});

test("an edit on its way to a kernel that goes is given up at once, and one that has arrived is not", () => {
  const states = [];
  const sender = new EditSender(() => {}, (state) => states.push(state));
  sender.lose();
  sender.push({ kind: "edit" });
  sender.lose();
  assert.deepEqual(states, ["pending", "none"]);
  assert.equal(sender.busy, false);
  sender.dispose();
});

test("an idle kernel that does not answer does not know the player; a busy one may", () => {
  const { model, become } = modelWithKernel();
  become("busy");
  assert.equal(isUnknown(model), false);
  become("idle");
  assert.equal(hasGone(model), false);
  assert.equal(isUnknown(model), true);
  assert.equal(hasGone(model), true); // nothing more is asked of it
  assert.equal(isUnknown({}), false); // not in Jupyter: nobody knows
});

test("a kernel that is shut down is heard, too", () => {
  const { model } = modelWithKernel();
  let dispose = null;
  model.widget_manager.kernel.disposed = { connect: (hear) => (dispose = hear), disconnect: () => (dispose = null) };
  let ends = 0;
  const stop = watchKernel(model, () => (ends += 1));
  dispose();
  assert.deepEqual([ends, hasGone(model)], [1, true]);
  stop();
  assert.equal(dispose, null);
});
