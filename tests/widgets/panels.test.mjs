// The panels' own logic: numbers as they are typed, slips in the quiz, edits on their way to the kernel.

import assert from "node:assert/strict";
import test from "node:test";

import { isThere, promptNumber } from "../../nbgrad/widgets/js/cell_lines.js";
import { EDIT_GAP, EDIT_PATIENCE, EditSender } from "../../nbgrad/widgets/js/edit_sender.js";
import { isTheSame } from "../../nbgrad/widgets/js/panel_orders.js";
import { judge } from "../../nbgrad/widgets/js/quiz_slips.js";
import {
  fieldStep,
  fieldText,
  hasUnclearComma,
  stepped,
  typedNumber,
  whyNoNumber,
} from "../../nbgrad/widgets/js/typed_number.js";

test("numbers as people write them", () => {
  const texts = ["0.5", "−0.5", "–0,5", " - 0.5 ", "+3", ".5", "5.", "1e-3", "1E−3", "1/4", "−1/2", "½", "-２.５"];
  assert.deepEqual(
    texts.map(typedNumber),
    [0.5, -0.5, -0.5, -0.5, 3, 0.5, 5, 0.001, 0.001, 0.25, -0.5, 0.5, -2.5],
  );
  assert.deepEqual(["1,234,567", "1,234.5", "1,5"].map(typedNumber), [1234567, 1234.5, 1.5]);
});

test("sums and products count as numbers", () => {
  const near = (text, number) => assert.ok(Math.abs(typedNumber(text) - number) < 1e-12, text);
  near("0.3*0.4", 0.12);
  near("0.3 · 0.4 + 1", 1.12);
  near("−2 × (0.5 − 1/4)", -0.5);
  near("1 - -2", 3);
  near("2 × −3", -6);
  near("0.5 × ½", 0.25);
  near("1e-3 + 1,5", 1.501);
  near("8/4/2", 1);
});

test("powers count as numbers", () => {
  const texts = ["2^2", "2**3", "10^-3", "2 ** −1", "10^(1-2)", "2^3^2", "-2^2", "3×2^2", "5²", "10⁻³", "(1+1)²"];
  assert.deepEqual(texts.map(typedNumber), [4, 8, 0.001, 0.5, 0.1, 512, -4, 12, 25, 0.001, 4]);
});

test("a comma that could mean two things is no number, and is known as the cause", () => {
  for (const text of ["1,000", "12,345", "1,5,0", "1,23,456", "1.5,0", "2 × 1,000"]) {
    assert.deepEqual([text, typedNumber(text), hasUnclearComma(text)], [text, null, true]);
  }
  assert.deepEqual(["0,125", "1,2345", ",5", "1000,5", "1,000.5", "12,345,678"].map(typedNumber), [
    0.125, 1.2345, 0.5, 1000.5, 1000.5, 12345678,
  ]);
  assert.deepEqual(["abc", "1..2", "1,5", ""].map(hasUnclearComma), [false, false, false, false]);
});

test("a number that is too large is none, and is known as the cause", () => {
  assert.deepEqual(["1e400", "−1e400", "10^400", "1e308 × 10"].map(typedNumber), [null, null, null, null]);
  const why = (text) => whyNoNumber(text, "no_number");
  assert.deepEqual(["1e400", "−1e400", "10^400"].map(why), Array(3).fill("number_too_large"));
  assert.deepEqual(["1/0", "0/0", "abc", "", "1e400 x"].map(why), Array(5).fill("no_number"));
  assert.equal(why("1,000"), "number_comma");
});

test("orders are one where no node gets two gradients and nothing differs", () => {
  const steps = [{ edge: null, node: 2, text: "1" }, { edge: "1-2-0", node: 1, text: "3" }];
  const order = { steps, final: [{ node: 1, text: "3" }], alike: true };
  assert.equal(isTheSame([order, order, order]), true);
  assert.equal(isTheSame([order, order, { ...order, steps: [...steps].reverse() }]), false);
  const twice = { ...order, alike: false }; // two gradients arrive, be it within a closed group
  assert.equal(isTheSame([order, twice, twice]), false);
});

test("what is no number", () => {
  const texts = ["1+", "*2", "(1", "1)", "2(3)", "3 4 x", "((", "-+1", "1e400", "", "  ", "-", "abc", "1/0", "/2", "2/", "0x10", "1e", "Infinity", "NaN", "1..2", "--1", "2^", "^2", "²", "2^^2", "(-8)^0.5", "9^9999"];
  assert.deepEqual(texts.map(typedNumber), texts.map(() => null));
});

test("numbers as a field shows them", () => {
  assert.deepEqual(
    [0.1 + 0.2, -3, 1 / 3, 1e-7, Number.NaN, null, -Infinity].map(fieldText),
    ["0.3", "−3", "0.333333", "1e−7", "NaN", "NaN", "−∞"],
  );
  assert.equal(typedNumber(fieldText(-1e-7)), -1e-7);
});

test("the number of a cell's run", () => {
  assert.deepEqual(
    ["In [3]", "[12]:", " [4]: ", "[ ]:", "[*]:", "model.py", "In [30]", "", undefined].map(promptNumber),
    ["3", "12", "4", null, null, null, "30", null, null],
  );
});

test("steps of a field", () => {
  assert.deepEqual([0.5, 3, -42, 0, Number.NaN].map(fieldStep), [0.01, 0.1, 1, 0.01, 0.01]);
  assert.equal(stepped(0.3, -3, 0.1), 0);
  assert.equal(stepped(Number.NaN, 2, 0.01), 0.02);
});

// One gradient arrives: 0.3 from above times 1.5.
const ONE = { answer: 0.45, text: "0.450", upstream: [0.3], local: [1.5], products: [0.45] };
// Two arrive at x in x·x + 3·x with x = 2 (x·x is one path of twice 2, here told as its two edges): 2 + 2 and 3.
const TWO = { answer: 7, text: "7.000", upstream: [1, 1], local: [4, 3], products: [4, 3] };

function kinds(question, numbers) {
  return numbers.map((number) => judge(question, number).kind);
}

test("right, with two digits or three", () => {
  assert.deepEqual(kinds(ONE, [0.45, 0.4501, 0.442, 0.458]), ["right", "right", "right", "right"]);
  assert.deepEqual(kinds(TWO, [7, 6.9]), ["right", "right"]);
  assert.notEqual(judge(ONE, 0.44).kind, "right");
});

test("what is left where products cancel is zero but for rounding", () => {
  const local = [0.1, 0.2, -0.3];
  const cancelled = { answer: 2.78e-17, text: "2.78e−17", upstream: [1, 1, 1], local, products: local };
  assert.deepEqual(kinds(cancelled, [0, 2.78e-17]), ["right", "right"]);
  assert.notEqual(judge(cancelled, 0.1).kind, "right");
});

test("the slips with one path", () => {
  assert.deepEqual(kinds(ONE, [-0.45, 0.3, 1.5, 1.8, 0.2]), ["sign", "upstream", "local", "sum", "divided"]);
  assert.deepEqual(judge(ONE, 0.9), { kind: "factor", factor: 2 });
  assert.deepEqual(judge(ONE, 4.5), { kind: "factor", factor: 10 });
  assert.deepEqual(judge(ONE, 0.15), { kind: "factor", factor: 1 / 3 });
  assert.deepEqual(kinds(ONE, [0.913, 0.887]), ["not_yet", "not_yet"]); // 2.03 times is not twice
  assert.deepEqual(kinds(ONE, [0.77, 0, -99]), ["not_yet", "not_yet", "not_yet"]);
  assert.deepEqual(kinds({ ...ONE, value: 12 }, [12, 0.48, 0.5, 0.51]), ["value", "not_yet", "rounding", "not_yet"]);
});

test("what no rounding explains is not called rounding, and 0 is no slip where parts cancel", () => {
  const exact = { answer: 12, text: "12", upstream: [3], local: [4], products: [12] };
  assert.deepEqual(kinds(exact, [11, 13, 10]), ["not_yet", "not_yet", "rounding"]);
  assert.equal(judge({ ...exact, answer: 9, text: "9", local: [3], products: [9] }, 8.12).kind, "not_yet");
  const cancelling = { answer: -6, text: "−6", upstream: [-1, 5], local: [1, -1], products: [-1, -5] };
  assert.equal(judge(cancelling, 0).kind, "not_yet");
});

test("the slips with two paths", () => {
  assert.deepEqual(kinds(TWO, [4, 3, 12, 1, -1, -7, 2, 9]), [
    "one_path",
    "one_path",
    "product",
    "sign_path",
    "sign_path",
    "sign",
    "upstream",
    "sum",
  ]);
  // 4 + 1: the local derivative was forgotten on the second path.
  assert.equal(judge(TWO, 5).kind, "forgotten");
  const three = { answer: 6, text: "6", upstream: [1, 1, 1], local: [1, 2, 3], products: [1, 2, 3] };
  assert.equal(judge(three, 5).kind, "one_path");
});

// w → a → loss and w → b → loss meet in z = 2·w: at w one product arrives, (0.252 − 0.179) · 2.
const FAR = { answer: 0.146, text: "0.146", upstream: [0.073], local: [2], products: [0.146], paths: [0.504, -0.358] };

test("a path that was left out further up", () => {
  assert.deepEqual(kinds(FAR, [0.504, -0.358, 0.146, -0.146, 0.073, 2, 0.7]), [
    "far_path", "far_path", "right", "sign", "upstream", "local", "not_yet",
  ]);
  const three = { ...FAR, answer: 6, text: "6", upstream: [3], products: [6], paths: [1, 2, 3.01] };
  assert.deepEqual(kinds(three, [1, 3.01, 5.01, 4.01]), ["far_path", "far_path", "far_path", "far_path"]);
  const five = { ...three, paths: [1, 10, 100, -100, -5] };
  assert.deepEqual(kinds(five, [10, 100, 11, 110]), ["far_path", "far_path", "not_yet", "not_yet"]);
  assert.equal(judge({ ...FAR, paths: [0.146, 0] }, 0).kind, "not_yet");
  assert.equal(judge({ ...FAR, paths: [] }, 0.504).kind, "not_yet");
});

test("two slips that lead to one number are both told", () => {
  // One of the paths begins with a slope of 1: its product is the local derivative itself.
  const alike = { answer: 1, text: "1", upstream: [0.5], local: [2], products: [1], paths: [2, -1] };
  assert.deepEqual(judge(alike, 2), { kind: "far_path", or: "local" });
  assert.deepEqual(judge(alike, -1), { kind: "sign", or: "far_path" });
  // σ(z)(1 − σ(z)) = 0.18692, where 0.187 happens to stand as the value.
  const same = { answer: 0.0935, text: "0.0935", upstream: [0.5], local: [0.18692], products: [0.0935], value: 0.187 };
  assert.deepEqual(judge(same, 0.187), { kind: "local", or: "value" });
  assert.deepEqual(judge({ ...same, value: 0.189 }, 0.187), { kind: "local" });
  // What is a single arrival here is told as that.
  assert.deepEqual(judge({ ...TWO, paths: [4, 1, 2] }, 4), { kind: "one_path", or: "forgotten" }); // 3 + 1
  assert.deepEqual(judge({ ...TWO, paths: [4, 1, 2] }, 6), { kind: "far_path" });
});

test("a gradient of zero", () => {
  const shut = { answer: 0, text: "0", upstream: [0.3], local: [0], products: [0] };
  assert.deepEqual(kinds(shut, [0, 0.0001, 0.3, 0.1]), ["right", "not_yet", "upstream", "not_yet"]);
  const still = { answer: 0, text: "0", upstream: [0], local: [2], products: [0] };
  assert.deepEqual(kinds(still, [0, 2, 0.5]), ["right", "local", "not_yet"]);
});

test("near zero, right is what the digits on the page lead to", () => {
  const flat = { answer: 0, text: "0", upstream: [1], local: [0], products: [0] };
  assert.deepEqual(kinds(flat, [0, 0.001, -1e-9]), ["right", "not_yet", "not_yet"]);
  const thirds = { answer: 0, text: "0", upstream: [1, 1, 1], local: [1 / 3, 1 / 3, -2 / 3], products: [1 / 3, 1 / 3, -2 / 3] };
  assert.deepEqual(kinds(thirds, [0, -0.001, 0.002]), ["right", "right", "not_yet"]);
  const nearly = { answer: 0.004, text: "0.004", upstream: [1, 1], local: [0.6674, -0.6634], products: [0.6674, -0.6634] };
  assert.deepEqual(kinds(nearly, [0.004, 0.0035, 0.0017]), ["right", "rounding", "not_yet"]);
});

test("the nearest slip is the one", () => {
  const added = { answer: 0.0726, text: "0.073", upstream: [0.0363], local: [2], products: [0.0726] };
  assert.deepEqual(kinds(added, [2.0363, 2]), ["sum", "local"]);
  // z² at z = 0.7: who forgets the factor 2 gives the value of z.
  const square = { answer: 1.4, text: "1.4", upstream: [1], local: [1.4], products: [1.4], value: 0.7 };
  assert.deepEqual(judge(square, 0.7), { kind: "factor", factor: 0.5, or: "value" });
});

test("numbers that are not finite make no slip", () => {
  const odd = { answer: 2, text: "2", upstream: [Number.NaN], local: [Infinity], products: [2] };
  assert.deepEqual(kinds(odd, [2, 7]), ["right", "not_yet"]);
});

function sender(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const sent = [];
  const states = [];
  const editor = new EditSender(
    (message) => sent.push(message),
    (state, text) => states.push(text ? `${state}: ${text}` : state),
  );
  return { editor, sent, states, tick: (milliseconds) => t.mock.timers.tick(milliseconds) };
}

test("edits go out one at a time, ten a second, the last one always", (t) => {
  const { editor, sent, states, tick } = sender(t);
  for (const number of [1, 2, 3]) {
    editor.push({ data: [number] });
  }
  assert.deepEqual(sent.map((each) => each.data[0]), [1]);
  editor.hear({ kind: "done", id: sent[0].id });
  assert.equal(sent.length, 1, "the gap is kept though the kernel is quick");
  tick(EDIT_GAP);
  assert.deepEqual(sent.map((each) => each.data[0]), [1, 3]);
  tick(EDIT_GAP * 3);
  editor.push({ data: [4] });
  assert.equal(sent.length, 2, "the kernel has not answered yet");
  editor.hear({ kind: "done", id: "of another view" });
  assert.equal(sent.length, 2);
  editor.hear({ kind: "done", id: sent[1].id });
  assert.deepEqual(sent.map((each) => each.data[0]), [1, 3, 4]);
  editor.hear({ kind: "done", id: sent[2].id });
  assert.equal(editor.busy, false);
  assert.equal(states.at(-1), "done");
  assert.equal(new Set(sent.map((each) => each.id)).size, 3);
});

test("the kernel's error is handed on", (t) => {
  const { editor, sent, states } = sender(t);
  editor.push({ data: [1] });
  editor.hear({ kind: "error", id: sent[0].id, text: "x must be positive." });
  assert.deepEqual(states, ["pending", "error: x must be positive."]);
});

test("a silent kernel is told of, and holds nothing up", (t) => {
  const { editor, sent, states, tick } = sender(t);
  editor.push({ data: [1] });
  editor.push({ data: [2] });
  tick(EDIT_PATIENCE);
  assert.deepEqual(sent.map((each) => each.data[0]), [1, 2]);
  assert.ok(states.includes("silent"));
  editor.hear({ kind: "done", id: sent[0].id });
  assert.notEqual(states.at(-1), "done", "an answer that comes too late is not that of the last edit");
});

test("no kernel at all", () => {
  const states = [];
  const editor = new EditSender(
    () => {
      throw new Error("no comm channel");
    },
    (state) => states.push(state),
  );
  editor.push({ data: [1] });
  assert.deepEqual(states, ["pending", "none"]);
  assert.equal(editor.busy, false);
});

test("a late answer counts, and shows that the kernel works again", (t) => {
  const { editor, sent, states, tick } = sender(t);
  editor.push({ data: [1] });
  tick(EDIT_PATIENCE);
  assert.equal(states.at(-1), "silent");
  assert.equal(editor.hear({ kind: "done", id: sent[0].id }), true);
  assert.equal(states.at(-1), "done");
  editor.push({ data: [2] });
  tick(EDIT_PATIENCE);
  editor.push({ data: [3] });
  tick(EDIT_PATIENCE);
  assert.equal(states.at(-1), "silent");
  assert.equal(editor.hear({ kind: "done", id: sent[1].id }), true);
  assert.equal(states.at(-1), "pending", "the last edit is still to be answered");
  assert.equal(editor.hear({ kind: "error", id: sent[2].id, text: "too large" }), true);
  assert.equal(states.at(-1), "error: too large");
  assert.equal(editor.busy, false);
});

test("what waits is sent before the view goes", (t) => {
  const { editor, sent } = sender(t);
  editor.push({ data: [1] });
  editor.push({ data: [2] });
  editor.dispose();
  assert.deepEqual(sent.map((each) => each.data[0]), [1, 2]);
});

test("a statement is where all of its lines still stand", () => {
  assert.equal(isThere("z = w * x + b", ["z = w * x + b  ", "y = z"]), true);
  assert.equal(isThere("z = w * x + b", ["z = w", "y = z"]), false);
  assert.equal(isThere("z = w * x + b", ["z = w"]), false);
  assert.equal(isThere("z = w", ["z = w * x + b"]), false);
  const loss = "loss = ((h - 0.3) ** 2 + 0.1 * w ** 2)";
  assert.equal(isThere(loss, ["loss = (", "    # a comment", "    (h - 0.3) ** 2", "    + 0.1 * w ** 2", ")"]), true);
  assert.equal(isThere(loss, ["loss = (", "    (h - 0.4) ** 2", ")"]), false);
  assert.equal(isThere("y = a + b", ["y = a \\", "    + b"]), true);
  assert.equal(isThere("y = a", []), false);
  assert.equal(isThere("y = a # the first", ["y =  a  # the first"]), true); // the page gets texts with single blanks
  assert.equal(isThere("y = a  # the first", ["y = a  # the first"]), true);
  assert.equal(isThere("loss = (q + x)", ["loss = (q +  # first", "        x)"]), true);
  assert.equal(isThere("loss = (q + x)", ["loss = (q -  # first", "        x)"]), false);
});
