import assert from "node:assert/strict";
import { test } from "node:test";

import * as geometry from "../../nbgrad/widgets/js/surface_geometry.js";

const camera = geometry.cameraOf({ azimuth: 35, elevation: 26, zoom: 1 });
const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} is not ${b}`);

test("a camera stays in its ranges", () => {
  const wild = geometry.cameraOf({ azimuth: 725, elevation: 300, zoom: 100 });
  assert.deepEqual(wild, { azimuth: 5, elevation: 90, zoom: 6 });
  assert.equal(geometry.cameraOf({ azimuth: -190, elevation: -5, zoom: 0.01 }).azimuth, 170);
});

test("seen from above, the height does not show", () => {
  const place = geometry.projector({ azimuth: 20, elevation: 90 });
  close(place(0.3, 0.4, -0.6).x, place(0.3, 0.4, 0.6).x);
  close(place(0.3, 0.4, -0.6).y, place(0.3, 0.4, 0.6).y);
});

test("turning keeps distances from the middle when seen from above", () => {
  for (const azimuth of [0, 45, 170]) {
    const { x, y } = geometry.projector({ azimuth, elevation: 90 })(0.6, 0.8, 0);
    close(Math.hypot(x, y), 1);
  }
});

test("what is nearer to the eye is so along the direction to it", () => {
  const [a, b, c] = geometry.towardsEye(camera);
  close(Math.hypot(a, b, c), 1);
  const place = geometry.projector(camera);
  assert.ok(place(a, b, c).near > place(0, 0, 0).near);
  close(place(a, b, c).x, 0);
  close(place(a, b, c).y, 0);
});

test("far cells come first, from every side", () => {
  for (const azimuth of [-135, -45, 45, 135]) {
    const view = { azimuth, elevation: 30, zoom: 1 };
    const order = geometry.cellOrder(4, 4, view);
    assert.equal(order.length, 9);
    const near = ([i, j]) => geometry.projector(view)(i - 1, j - 1, 0).near;
    assert.ok(near(order[0]) < near(order[8]));
    for (const [i, j] of order) {
      const at = order.findIndex(([a, b]) => a === i && b === j);
      const { u, v } = geometry.farSides(view);
      const behind = order.findIndex(([a, b]) => a === i + u && b === j + v);
      assert.ok(behind < at);
    }
  }
});

test("boxes that only touch do not overlap", () => {
  const box = { left: 0, right: 10, top: 0, bottom: 10 };
  assert.ok(geometry.overlap(box, { left: 9, right: 12, top: 9, bottom: 12 }));
  assert.ok(!geometry.overlap(box, { left: 10, right: 12, top: 0, bottom: 10 }));
  assert.ok(!geometry.overlap(box, { left: 0, right: 10, top: -5, bottom: 0 }));
});

test("a point is hidden by the surface above it and not by the one below", () => {
  const flat = [[0, 0], [0, 0]];
  const towards = geometry.towardsEye(camera);
  assert.ok(geometry.isHidden([0, 0, -0.2], towards, flat));
  assert.ok(!geometry.isHidden([0, 0, 0.2], towards, flat));
  assert.ok(!geometry.isHidden([0, 0, -0.2], towards, [[0, null], [0, 0]])); // nothing there to hide it
});

test("heights are interpolated", () => {
  assert.equal(geometry.heightAt([[0, 1], [2, 3]], 0, 0), 1.5);
  assert.equal(geometry.heightAt([[0, 1], [2, 3]], 1, -1), 2);
  assert.equal(geometry.heightAt([[0, null], [2, 3]], 0, 0), -Infinity);
});
