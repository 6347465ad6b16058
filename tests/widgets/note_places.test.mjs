// The places of notes: free of boxes and edges, the same for all notes of a box, within the drawing where it can be.

import assert from "node:assert/strict";
import test from "node:test";

import { largestNotes, roomForNotes } from "../../nbgrad/widgets/js/callout.js";
import { distance, sharedArea } from "../../nbgrad/widgets/js/geometry.js";
import { curvesOf, isFarAway, leaderOf, placeForNote, pointsWithin, withinPlace } from "../../nbgrad/widgets/js/note_places.js";
import { fittingBoxes } from "../../nbgrad/widgets/js/scrolling.js";

const box = (x, y, width = 100, height = 50) => ({ x, y, width, height });
const bounds = box(0, 0, 600, 400);
const size = { width: 60, height: 30 };
const place = (mine, obstacles, curves = []) => placeForNote(mine, size, { obstacles: [mine, ...obstacles], curves }, bounds);

test("a note stands below its box, else above it, else where there is room", () => {
  const mine = box(200, 150);
  assert.deepEqual(place(mine, []), { x: 220, y: 208, ...size });
  assert.deepEqual(place(mine, [box(150, 210, 200)]), { x: 220, y: 112, ...size });
  const beside = place(mine, [box(150, 210, 200), box(150, 80, 200)]);
  assert.ok(beside.x >= 300 || beside.x + size.width <= 200);
});

test("a note keeps off edges, though it be farther from its box", () => {
  const mine = box(200, 150);
  const curves = ["M100,210L500,210", "M100,130L500,130", "M300,175C400,175 400,90 500,90"].flatMap(curvesOf);
  const found = place(mine, [], curves);
  const points = curves.flatMap((curve) => pointsWithin(curve, bounds));
  const covered = points.filter(({ x, y }) => sharedArea({ x, y, width: 0.1, height: 0.1 }, found) > 0);
  assert.ok(points.length > 100);
  assert.equal(covered.length, 0);
  assert.ok(distance(found, mine) < 100);
});

test("a note never lies over a box, its own least of all", () => {
  const mine = box(0, 0);
  const others = [box(0, 62), box(0, 124), box(120, 0), box(120, 62)];
  const found = place(mine, others);
  assert.ok([mine, ...others].every((each) => sharedArea(each, found) === 0));
});

test("a small note stands at that end of the place that is next to its box", () => {
  const kept = { x: 10, y: 10, width: 100, height: 60 };
  assert.deepEqual(withinPlace(kept, size, box(150, 10)), { x: 50, y: 25, ...size });
  assert.deepEqual(withinPlace(kept, size, box(10, 100)), { x: 30, y: 40, ...size });
  assert.deepEqual(withinPlace(kept, size, box(10, -60)), { x: 30, y: 10, ...size });
});

test("only a note that stands apart is joined to its box", () => {
  assert.equal(leaderOf(box(0, 0), box(0, 58)), "");
  assert.equal(leaderOf(box(0, 0), box(0, 90)), "M50.0,50.0L50.0,90.0");
});

test("points lie along an edge, as far as it runs within a box", () => {
  const within = (d, around) => curvesOf(d).flatMap((curve) => pointsWithin(curve, around));
  assert.equal(within("M0,0L80,0", box(-1, -1)).length, 11);
  assert.deepEqual(within("M-8192,10L8192,10", box(0, 0, 20, 20)), [{ x: 8, y: 10 }, { x: 16, y: 10 }]);
  assert.deepEqual(within("M0,0L80,0 80,80", box(200, 0)), []);
  assert.deepEqual(within("M-100,0L0,100", box(0, 0, 50, 50)), [], "past the corner");
  const curve = within("M0,0C40,0 40,80 80,80 120,80 120,0 160,0", box(-1, -1, 200, 100));
  assert.ok(curve.every(({ x, y }) => x >= 0 && x <= 160 && y >= 0 && y <= 80));
  assert.deepEqual(curve.at(-1), { x: 160, y: 0 });
});

test("one place is kept for the largest note of a box", () => {
  const frame = { phase: "backward", target: 0, fold: null, arrival: null, fragment: "" };
  const arrival = { index: 2, count: 2, before: "2", new: "3", total: "5" };
  const sizes = largestNotes([{ ...frame, arrival: { ...arrival, index: 1 } }, { ...frame, arrival }, { ...frame, target: 1 }], ["", "", ""]);
  assert.deepEqual([...sizes.keys()], ["0"]);
  assert.ok(sizes.get("0").width > 60);
  const lone = largestNotes([frame], ["from h"]);
  assert.ok(lone.get("0").height > 20, "where it comes from is told alone, too");
});

test("the drawing grows where a note needs it", () => {
  const natural = { width: 600, height: 400 };
  assert.deepEqual(roomForNotes(new Map(), natural), bounds);
  assert.deepEqual(roomForNotes(new Map([["0", box(0, -20)], ["1", box(0, 390)]]), natural), { x: 0, y: -22, width: 600, height: 464 });
});

test("where not all can be seen together, the first ones are", () => {
  const shown = [box(0, 0), box(120, 0), box(2000, 0)];
  const as = ({ x, y, width, height }) => ({ left: x, top: y, right: x + width, bottom: y + height });
  assert.equal(fittingBoxes(shown.map(as), { width: 600, height: 300 }).length, 2);
  assert.equal(fittingBoxes(shown.map(as), { width: 2200, height: 300 }).length, 3);
  const farAndNear = [box(0, 0), box(2000, 0), box(120, 0)].map(as);
  assert.deepEqual(fittingBoxes(farAndNear, { width: 600, height: 300 }), [farAndNear[0], farAndNear[2]]);
});

test("a stage is wider than high, so what is above is far away sooner than what is beside", () => {
  const box = { x: 0, y: 0, width: 100, height: 70 };
  assert.equal(isFarAway(box, { ...box, x: 700 }), false);
  assert.equal(isFarAway(box, { ...box, x: 760 }), true);
  assert.equal(isFarAway(box, { ...box, y: 350 }), false);
  assert.equal(isFarAway({ ...box, y: 390 }, box), true);
});
