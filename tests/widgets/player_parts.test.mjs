// Small parts of the player that need no page: keys, attributes, speeds, scrolling.

import assert from "node:assert/strict";
import test from "node:test";

import { keyAction } from "../../nbgrad/widgets/js/keyboard.js";
import { scrollNeeded } from "../../nbgrad/widgets/js/scrolling.js";
import { naturalSize, tidyAttribute } from "../../nbgrad/widgets/js/svg.js";

test("keys", () => {
  const keys = [" ", "ArrowRight", "ArrowLeft", "Home", "End", "a", "constructor"];
  assert.deepEqual(
    keys.map((key) => keyAction(key, "div")),
    ["toggle", "forward", "back", "first", "last", null, null],
  );
  assert.equal(keyAction(" ", "button"), null);
  assert.equal(keyAction("ArrowRight", "button"), "forward");
  assert.equal(keyAction("ArrowRight", "select"), null);
});

test("letters and signs, large and small, but not where one types", () => {
  const keys = ["1", "3", "+", "=", "-", "l", "L", "<", ",", ">", ".", "0", "9", "?", "Escape"];
  const sizes = ["smaller", "smaller", "larger", "larger", "fit", "one"];
  const actions = ["phase1", "phase3", "faster", "faster", "slower", "loop", "loop", ...sizes, "help", "clear"];
  assert.deepEqual(keys.map((key) => keyAction(key, "button")), actions);
  for (const place of ["text", "number", "textarea", "select"]) {
    assert.deepEqual(keys.map((key) => keyAction(key, place)), [...Array(14).fill(null), "clear"]);
  }
});

test("attributes of a foreign drawing", () => {
  assert.equal(tidyAttribute("onclick", "alert(1)", "p-"), null);
  assert.equal(tidyAttribute("onLoad", "alert(1)", "p-"), null);
  assert.equal(tidyAttribute("href", "https://example.org", "p-"), null);
  assert.equal(tidyAttribute("xlink:href", "javascript:alert(1)", "p-"), null);
  assert.equal(tidyAttribute("href", "#a", "p-"), "#p-a");
  assert.equal(tidyAttribute("id", "a", "p-"), "p-a");
  assert.equal(tidyAttribute("aria-labelledby", "t  d", "p-"), "p-t p-d");
  assert.equal(tidyAttribute("clip-path", "url(#a)", "p-"), "url(#p-a)");
  assert.equal(tidyAttribute("class", "ng-box", "p-"), "ng-box");
});

test("scrolling moves only what is needed", () => {
  assert.equal(scrollNeeded(10, -10), 0);
  assert.equal(scrollNeeded(-30, -50), -30);
  assert.equal(scrollNeeded(200, 40), 40);
  assert.equal(scrollNeeded(20, 90), 20);
});

test("a drawing's size", () => {
  const drawing = (attributes) => ({ getAttribute: (name) => attributes[name] ?? null });
  assert.deepEqual(naturalSize(drawing({ viewBox: "20 20 1110 400" })), { width: 1110, height: 400 });
  assert.deepEqual(naturalSize(drawing({ width: "300", height: "200px" })), { width: 300, height: 200 });
  assert.deepEqual(naturalSize(drawing({})), { width: 600, height: 400 });
});
