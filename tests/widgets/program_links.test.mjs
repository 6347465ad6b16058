// Which lines and nodes belong together, and where a key leads: no page is needed for that.

import assert from "node:assert/strict";
import test from "node:test";

import {
  endOfEdge,
  firstLinked,
  linesOfNodes,
  litBy,
  longestLine,
  movedTo,
  splitNote,
  stopsOf,
} from "../../nbgrad/widgets/js/program_links.js";

const line = (nodes, section, ...texts) => ({ nodes, section, tokens: texts.map((text) => [text, "plain"]) });
const LINES = [
  line([], "", "import numpy as np"),
  line([0, 1], "", "def f(", "x, w", "):"),
  line([2], "forward", "    y = x * w"),
  line([1], "backward", "    d_w = x"),
  line([1], "update", "    w = w - d_w"),
];
const HUNDRED = Array.from({ length: 100 }, (_, index) => index);
const OF = linesOfNodes(LINES, 3);

test("the lines of each node", () => {
  assert.deepEqual(OF, [[1], [1, 3, 4], [2]]);
  assert.deepEqual(linesOfNodes([line([7], "")], 2), [[], []]);
});

test("a line lights its nodes in the colour of its section", () => {
  assert.deepEqual(litBy({ line: 3 }, LINES, OF), { lines: [3], nodes: [1], section: "backward" });
  assert.deepEqual(litBy({ line: 1 }, LINES, OF), { lines: [1], nodes: [0, 1], section: "forward" });
});

test("a node lights all its lines", () => {
  assert.deepEqual(litBy({ node: 1 }, LINES, OF), { lines: [1, 3, 4], nodes: [1], section: "forward" });
});

test("nothing lights nothing", () => {
  const dark = { lines: [], nodes: [], section: "" };
  for (const chosen of [null, {}, { line: 99 }, { node: 99 }]) {
    assert.deepEqual(litBy(chosen, LINES, OF), dark);
  }
});

test("keys", () => {
  const keys = ["ArrowDown", "ArrowUp", "Home", "End", "PageDown", "PageUp", "a", "Enter", "constructor"];
  assert.deepEqual(
    keys.map((key) => movedTo(20, key, HUNDRED)),
    [21, 19, 0, 99, 30, 10, null, null, null],
  );
  const five = [0, 1, 2, 3, 4];
  assert.equal(movedTo(0, "ArrowUp", five), 0);
  assert.equal(movedTo(4, "ArrowDown", five), 4);
  assert.equal(movedTo(3, "PageDown", five), 4);
  assert.equal(movedTo(1, "PageUp", five), 0);
  assert.equal(movedTo(-1, "ArrowDown", five), 0);
  assert.equal(movedTo(-1, "ArrowDown", []), null);
});

test("keys pass over what is no stop", () => {
  const stops = [3, 4, 7];
  assert.deepEqual(
    ["ArrowDown", "ArrowUp", "Home", "End", "PageDown", "PageUp"].map((key) => movedTo(4, key, stops)),
    [7, 3, 3, 7, 7, 3],
  );
  assert.deepEqual([movedTo(5, "ArrowDown", stops), movedTo(5, "ArrowUp", stops)], [7, 4], "from what was clicked");
  assert.deepEqual([movedTo(0, "ArrowUp", stops), movedTo(9, "ArrowDown", stops)], [0, 9], "nothing there");
  assert.deepEqual(
    ["ArrowDown", "Home", "End"].map((key) => movedTo(-1, key, stops, 4)),
    [4, 3, 7],
  );
});

test("blank lines and imports are no stops", () => {
  const lines = [...LINES, line([], "", ""), line([], "", "    "), line([], "", "    ", "# update")];
  assert.deepEqual(stopsOf(lines), [1, 2, 3, 4, 7]);
});

test("where the keyboard begins", () => {
  assert.equal(firstLinked(LINES), 1);
  assert.equal(firstLinked([line([], "")]), 0);
  assert.equal(firstLinked([]), 0);
});

test("the comment behind code is a note, and so are the blanks before it", () => {
  const comment = ["# (3,)", "comment"];
  assert.deepEqual(splitNote([["y = x  ", "plain"], comment]), {
    code: [["y = x", "plain"]],
    note: [["  ", "plain"], comment],
  });
  for (const tokens of [[], [["y = x", "plain"]], [comment], [["    ", "plain"], comment], [["# forward", "heading"]]]) {
    assert.deepEqual(splitNote(tokens), { code: tokens, note: [] });
  }
  assert.equal(longestLine([{ tokens: [["y = x  ", "plain"], comment] }]), 5);
});

test("lengths and ends", () => {
  assert.equal(longestLine(LINES), 18);
  assert.equal(longestLine([]), 0);
  assert.equal(endOfEdge("2-15-0"), 15);
});
