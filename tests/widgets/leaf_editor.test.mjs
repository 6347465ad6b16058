// A leaf's fields while a kernel answers at its own pace: whatever the order of keys and answers, the last number that
// was typed is what stands in the field and what the kernel has at the end.

import assert from "node:assert/strict";
import test from "node:test";

import { LeafEditor, TYPING_PAUSE } from "../../nbgrad/widgets/js/leaf_editor.js";

/** An editor of a leaf of `numbers` with a kernel that takes `delay` milliseconds for each message. */
function session(t, numbers, delay) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const first = [...numbers];
  const kernel = { numbers, sent: [], delay, refuses: () => false };
  const said = [];
  let free = 0; // when the kernel has done all it was asked so far
  let now = 0;
  const compute = (message) => {
    if (message.kind === "edit" && kernel.refuses(message.data)) {
      editor.hear({ kind: "error", id: message.id, text: "refused" });
      return;
    }
    kernel.numbers = message.kind === "edit" ? message.data : [...first];
    editor.payloadChanged();
    editor.hear({ kind: "done", id: message.id });
  };
  const send = (message) => {
    kernel.sent.push(message);
    free = Math.max(now, free) + kernel.delay;
    setTimeout(() => compute(message), free - now);
  };
  const drafts = {};
  const options = { known: () => kernel.numbers, send, show: () => {}, onState: (state) => said.push(state) };
  const editor = new LeafEditor("0", drafts, options);
  return {
    kernel,
    editor,
    said,
    drafts,
    options,
    texts: () => editor.draft.texts,
    wait: (milliseconds) => {
      for (let each = 0; each < milliseconds; each += 1) {
        now += 1;
        t.mock.timers.tick(1);
      }
    },
    // What a key does to the field: it adds to the text that stands there.
    key: (index, sign) => editor.typed(index, editor.draft.texts[index] + sign),
    fill: (index, text) => editor.typed(index, text),
  };
}

test("a digit typed while an earlier one is computed stays", (t) => {
  const { kernel, fill, key, wait, texts } = session(t, [0.5], 250);
  fill(0, "1");
  wait(430);
  key(0, "2");
  wait(150);
  key(0, "5");
  assert.deepEqual(texts(), ["125"]);
  wait(2000);
  assert.deepEqual([texts(), kernel.numbers], [["125"], [125]]);
});

test("no rhythm of keys and answers loses a key", (t) => {
  const { kernel, editor, fill, key, wait, texts } = session(t, [0.5], 0);
  for (const delay of [0, 30, 120, 390, 410, 700, 6000]) {
    for (const pause of [0, 20, 150, 390, 399, 400, 401, 430, 520]) {
      kernel.delay = delay;
      fill(0, "");
      for (const [place, digit] of [..."31415"].entries()) {
        key(0, digit);
        wait(pause);
        assert.equal(texts()[0], "31415".slice(0, place + 1), `kernel ${delay}, keys ${pause}`);
      }
      wait(TYPING_PAUSE + 6 * delay + 1000);
      assert.deepEqual([texts(), kernel.numbers], [["31415"], [31415]], `kernel ${delay}, keys ${pause}`);
      assert.equal(editor.sender.busy, false);
    }
  }
});

test("many numbers with Enter end at the last one", (t) => {
  const { kernel, editor, fill, wait, texts } = session(t, [0.5], 90);
  for (let number = 0; number < 20; number += 1) {
    fill(0, String(number));
    wait(number % 7);
    editor.submit();
    wait((number * 13) % 40);
  }
  wait(2000);
  assert.deepEqual([texts(), kernel.numbers], [["19"], [19]]);
  assert.ok(kernel.sent.length < 12, "not all of them are computed");
});

test("the other fields of an array neither lose nor undo anything", (t) => {
  const { kernel, editor, fill, wait, texts } = session(t, [1, 2, 1 / 3], 300);
  fill(0, "7");
  editor.submit();
  wait(250);
  fill(1, "-");
  wait(100);
  assert.deepEqual([texts(), kernel.numbers], [["7", "-", "0.333333"], [7, 2, 1 / 3]]);
  fill(1, "-8");
  wait(1500);
  assert.deepEqual([texts(), kernel.numbers], [["7", "-8", "0.333333"], [7, -8, 1 / 3]]);
});

test("what is typed after a reset is not taken back by it, and takes nothing of it back", (t) => {
  const { kernel, editor, fill, wait, texts } = session(t, [1, 2], 300);
  fill(0, "7");
  editor.submit();
  wait(500);
  editor.reset();
  fill(1, "9");
  editor.submit();
  wait(1500);
  assert.deepEqual([texts(), kernel.numbers], [["1", "9"], [1, 9]]);
});

test("a number that the kernel has makes an earlier complaint go, and is not sent", (t) => {
  const { kernel, editor, fill, said } = session(t, [0.5], 100);
  fill(0, "abc");
  assert.equal(editor.draft.numberAt(0), null);
  fill(0, "0.5");
  editor.submit();
  assert.deepEqual([said, kernel.sent, editor.draft.open.size], [[""], [], 0]);
});

test("a refused number stays and can be sent again; the old one can be had back", (t) => {
  const { kernel, editor, fill, wait, texts } = session(t, [2], 50);
  kernel.refuses = ([number]) => number < 0;
  fill(0, "-5");
  wait(1000);
  editor.payloadChanged();
  assert.deepEqual([texts(), kernel.numbers], [["-5"], [2]]);
  editor.submit();
  assert.equal(kernel.sent.length, 2);
  wait(200);
  fill(0, "2");
  wait(1000);
  assert.deepEqual([texts(), kernel.numbers, editor.draft.unsettled], [["2"], [2], false]);
});

test("the old number typed while a slow kernel is still at the new one is sent after it", (t) => {
  const { kernel, editor, fill, wait, texts, said } = session(t, [2], 8000);
  fill(0, "3");
  editor.submit();
  wait(6000);
  assert.equal(said.at(-1), "silent");
  fill(0, "2");
  editor.submit();
  wait(20000);
  assert.deepEqual([texts(), kernel.numbers, said.at(-1)], [["2"], [2], "done"]);
});

test("a kernel that was busy for long is heard all the same", (t) => {
  const { kernel, fill, wait, said } = session(t, [2], 9000);
  fill(0, "3");
  wait(6000);
  assert.equal(said.at(-1), "silent");
  wait(5000);
  assert.deepEqual([said.at(-1), kernel.numbers], ["done", [3]]);
});

test("what was typed last is sent when the panel closes, and stands there when it opens", (t) => {
  const { kernel, editor, fill, wait, drafts, options } = session(t, [2, 4], 50);
  fill(0, "7.");
  fill(1, "-");
  editor.dispose();
  wait(200);
  assert.deepEqual(kernel.numbers, [7, 4]);
  const again = new LeafEditor("0", drafts, options);
  assert.deepEqual(again.draft.texts, ["7.", "-"]);
});

test("a drag keeps all digits, though the field shows six", (t) => {
  const { kernel, editor, wait, texts } = session(t, [1234567.25], 50);
  editor.change(0, 1334567.25);
  wait(500);
  assert.deepEqual([texts(), kernel.numbers], [["1334570"], [1334567.25]]);
});

test("a drag is one change, which begins with the first number that goes out", (t) => {
  const { kernel, editor, wait } = session(t, [0.5], 250);
  editor.change(0, 1); // another change, still computed while the drag begins
  editor.change(0, 2, false);
  editor.change(0, 3, true);
  wait(1000);
  editor.change(0, 4, true);
  wait(1000);
  assert.deepEqual(
    kernel.sent.map(({ data, joins }) => [data[0], joins === true]),
    [[1, false], [3, false], [4, true]],
  );
});

test("undo lets go of what was not sent, and else asks the kernel", (t) => {
  const { kernel, editor, fill, wait, texts } = session(t, [0.5], 10);
  fill(0, "7");
  editor.undo();
  wait(TYPING_PAUSE + 50);
  assert.deepEqual([kernel.sent.length, texts()], [0, ["0.5"]]);
  editor.undo();
  wait(50);
  assert.deepEqual(kernel.sent.map(({ kind }) => kind), ["undo"]);
});

test("numbers that JSON does not have stay what they are while another is edited", (t) => {
  const { kernel, fill, wait, texts } = session(t, [1, "Infinity", "-Infinity", "NaN"], 10);
  assert.deepEqual(texts(), ["1", "∞", "−∞", "NaN"]);
  fill(0, "5");
  wait(500);
  assert.deepEqual(kernel.sent.at(-1).data, [5, "Infinity", "-Infinity", "NaN"]);
  assert.deepEqual(texts(), ["5", "∞", "−∞", "NaN"]);
});

test("where no kernel takes a change back, that is what is said", (t) => {
  const { editor, said, options } = session(t, [3], 10);
  const alone = new LeafEditor("1", {}, { ...options, send: () => { throw new Error("closed"); } });
  alone.reset();
  assert.deepEqual(said.slice(-2), ["pending", "stays"]);
  alone.change(0, 4);
  assert.deepEqual(said.slice(-2), ["pending", "none"]);
  assert.deepEqual(alone.draft.texts, ["3"]);
  editor.dispose();
});
