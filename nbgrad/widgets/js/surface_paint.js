// Paint a surface on a canvas: walls, mesh, points, axes, colour scale.

import { linearTicks, shortNumber } from "./plot_scale.js";
import {
  TALL,
  cellOrder,
  farSides,
  heightAt,
  isHidden,
  overlap,
  projector,
  towardsEye,
  unitOf,
} from "./surface_geometry.js";

const SCALE_ROOM = 92; // pixels at the right for the colour scale, where there is room for it
const NARROW = 520;
const TICK_GAP = 12;
const TITLE_GAP = 44;

/** Everything that does not depend on the view: numbers of the box, in units of it. */
export function boxOf(scene, heights) {
  const { low, high } = heights;
  const ends = (values) => [values[0], values[values.length - 1]];
  const spans = [ends(scene.x), ends(scene.y), [low, high]];
  const tall = (value) => (value === null ? null : unitOf(value, low, high) * TALL);
  return {
    spans,
    u: scene.x.map((value) => unitOf(value, ...spans[0])),
    v: scene.y.map((value) => unitOf(value, ...spans[1])),
    w: heights.z.map((row) => row.map(tall)),
    z: heights.z,
    points: scene.points.map(([x, y, target]) => [unitOf(x, ...spans[0]), unitOf(y, ...spans[1]), tall(target)]),
  };
}

/** Paint, and return where the points are: `[{x, y, index}]`, for the mouse. */
export function paintSurface(context, size, scene, box, camera, palette, pointed) {
  const flat = projector(camera);
  const narrow = size.width < NARROW;
  const room = size.width - (narrow ? 0 : SCALE_ROOM);
  const scale = camera.zoom * Math.min((room - (narrow ? 90 : 130)) / 2.83, (size.height - 100) / 2.4);
  const middle = [room / 2 + 14, size.height / 2 - 4];
  const place = (u, v, w) => {
    const { x, y, near } = flat(u, v, w);
    return { x: middle[0] + x * scale, y: middle[1] + y * scale, near };
  };
  const brush = { context, size, narrow, scene, box, camera, palette, place, written: [] };
  context.clearRect(0, 0, size.width, size.height);
  paintWalls(brush);
  paintMesh(brush);
  const places = paintPoints(brush, pointed);
  paintAxes(brush);
  if (!narrow) {
    paintColourScale(brush);
  }
  return places;
}

function trace(context, corners, closed) {
  context.beginPath();
  corners.forEach(({ x, y }, index) => (index === 0 ? context.moveTo(x, y) : context.lineTo(x, y)));
  if (closed) {
    context.closePath();
  }
}

function paintWalls({ context, box, camera, palette, place }) {
  const far = farSides(camera);
  const floor = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([u, v]) => place(u, v, -TALL));
  context.lineWidth = 1;
  context.strokeStyle = palette.line;
  context.fillStyle = palette.soft;
  trace(context, floor, true);
  context.fill();
  context.stroke();
  for (const tick of linearTicks(...box.spans[2], 5)) {
    const w = unitOf(tick, ...box.spans[2]) * TALL;
    trace(context, [place(-far.u, far.v, w), place(far.u, far.v, w), place(far.u, -far.v, w)], false);
    context.stroke();
  }
  for (const [u, v] of [[-far.u, far.v], [far.u, far.v], [far.u, -far.v]]) {
    trace(context, [place(u, v, -TALL), place(u, v, TALL)], false);
    context.stroke();
  }
}

function paintMesh({ context, scene, box, camera, palette, place }) {
  const [low, high] = box.spans[2];
  const colours = scene.colours;
  const corner = box.u.map((u, i) => box.v.map((v, j) => (box.w[i][j] === null ? null : place(u, v, box.w[i][j]))));
  context.lineJoin = "round";
  for (const [i, j] of cellOrder(box.u.length, box.v.length, camera)) {
    const corners = [corner[i][j], corner[i + 1][j], corner[i + 1][j + 1], corner[i][j + 1]];
    if (corners.includes(null)) {
      continue; // the model has no finite number here
    }
    const mean = (box.z[i][j] + box.z[i + 1][j] + box.z[i + 1][j + 1] + box.z[i][j + 1]) / 4;
    const shade = Math.floor(((mean - low) / (high - low)) * colours.length);
    context.fillStyle = colours[Math.min(colours.length - 1, Math.max(0, shade))];
    trace(context, corners, true);
    context.fill();
    context.lineWidth = 0.9; // closes the seams between cells
    context.strokeStyle = context.fillStyle;
    context.stroke();
    context.lineWidth = 0.5;
    context.strokeStyle = palette.mesh;
    context.stroke();
  }
}

/** Points far to near; those behind the surface as faint rings. */
function paintPoints({ context, box, camera, palette, place }, pointed) {
  const towards = towardsEye(camera);
  const places = box.points.map((point, index) => ({
    ...place(...point),
    index,
    hidden: isHidden(point, towards, box.w),
  }));
  const radius = 2.6 * Math.min(1.6, Math.sqrt(camera.zoom));
  for (const each of [...places].sort((a, b) => Number(b.hidden) - Number(a.hidden) || a.near - b.near)) {
    context.beginPath();
    context.arc(each.x, each.y, radius, 0, 2 * Math.PI);
    context.globalAlpha = each.hidden ? 0.28 : 1;
    context.lineWidth = 0.9;
    context.strokeStyle = each.hidden ? palette.ink : palette.ground;
    if (!each.hidden) {
      context.fillStyle = palette.ink;
      context.fill();
    }
    context.stroke();
  }
  context.globalAlpha = 1;
  if (pointed !== null) {
    paintPointed({ context, box, palette, place }, places[pointed], box.points[pointed]);
  }
  return places;
}

/** The point under the mouse, and how far it is from the surface: the model's error there. */
function paintPointed({ context, box, palette, place }, at, [u, v]) {
  const height = heightAt(box.w, u, v);
  context.strokeStyle = palette.accent;
  context.lineWidth = 2;
  if (Number.isFinite(height)) {
    trace(context, [at, place(u, v, height)], false);
    context.stroke();
  }
  context.fillStyle = palette.accent;
  context.beginPath();
  context.arc(at.x, at.y, 5, 0, 2 * Math.PI);
  context.fill();
  context.strokeStyle = palette.ground;
  context.stroke();
}

function paintAxes(brush) {
  const { box, camera, place, scene } = brush;
  const far = farSides(camera);
  const near = { u: -far.u, v: -far.v };
  const floor = (u, v) => place(u, v, -TALL);
  paintWords(brush, axisTitle(scene, 2), 16, 24, "left", brush.palette.ink, "600");
  paintAxis(brush, box.spans[0], (t) => floor(t, near.v), outwards(floor(0, near.v), floor(0, 0)), axisTitle(scene, 0));
  paintAxis(brush, box.spans[1], (t) => floor(near.u, t), outwards(floor(near.u, 0), floor(0, 0)), axisTitle(scene, 1));
  if (camera.elevation < 78) {
    const corners = [[far.u, near.v], [near.u, far.v]].map(([u, v]) => [u, v]);
    const [u, v] = corners.reduce((best, each) => (place(...each, 0).x < place(...best, 0).x ? each : best));
    paintAxis(brush, box.spans[2], (t) => place(u, v, t * TALL), [-1, 0], "");
  }
}

function axisTitle(scene, index) {
  return scene.units[index] ? `${scene.names[index]}, ${scene.units[index]}` : scene.names[index];
}

/** The direction on the screen from the middle of the floor to an edge, never quite sideways nor upwards. */
function outwards(edge, middle) {
  const [x, y] = [edge.x - middle.x, Math.max(edge.y - middle.y, 4)];
  const length = Math.hypot(x, y);
  const steep = Math.max(0.5, y / length);
  return [Math.sign(x) * Math.sqrt(1 - steep * steep), steep];
}

function paintAxis(brush, [low, high], at, [dx, dy], title) {
  const { context, palette } = brush;
  const align = dx > 0.25 ? "left" : dx < -0.25 ? "right" : "center";
  context.lineWidth = 1.2;
  context.strokeStyle = palette.edge;
  trace(context, [at(-1), at(1)], false);
  context.stroke();
  if (title && brush.narrow) {
    const [x, side] = dx < 0 ? [8, "left"] : [brush.size.width - 8, "right"]; // no room beside the axis
    paintWords(brush, title, x, brush.size.height - 8, side, palette.ink, "600");
  } else if (title) {
    const { x, y } = at(0);
    paintWords(brush, title, x + TITLE_GAP * dx, y + TITLE_GAP * dy + 4, align, palette.ink, "600");
  }
  for (const tick of linearTicks(low, high, 5)) {
    const { x, y } = at(unitOf(tick, low, high));
    trace(context, [{ x, y }, { x: x + 5 * dx, y: y + 5 * dy }], false);
    context.stroke();
    paintWords(brush, shortNumber(tick), x + TICK_GAP * dx, y + TICK_GAP * dy + 4, align, palette.dim);
  }
}

/** Words that stay inside the canvas, and are left out where they would lie on earlier ones. */
function paintWords({ context, size, palette, written }, words, x, y, align, colour, weight = "400") {
  context.font = `${weight} 12px ${palette.font}`;
  const width = context.measureText(words).width;
  const left = { left: x, center: x - width / 2, right: x - width }[align];
  const start = Math.min(size.width - width - 4, Math.max(4, left));
  const base = Math.min(size.height - 6, Math.max(12, y));
  const room = { left: start - 2, right: start + width + 2, top: base - 10, bottom: base + 3 };
  if (written.some((other) => overlap(room, other))) {
    return;
  }
  written.push(room);
  context.textAlign = "left";
  context.fillStyle = colour;
  context.fillText(words, start, base);
}

function paintColourScale(brush) {
  const { context, size, scene, box, palette } = brush;
  const [low, high] = box.spans[2];
  const tall = Math.min(220, size.height - 130);
  const [left, top] = [size.width - SCALE_ROOM + 20, (size.height - tall) / 2];
  const count = scene.colours.length;
  const titles = [scene.names[2], scene.units[2]].filter(Boolean);
  titles.forEach((words, index) => {
    paintWords(brush, words, size.width - 8, top - 12 - 15 * (titles.length - 1 - index), "right", palette.ink, "600");
  });
  scene.colours.forEach((colour, index) => {
    context.fillStyle = colour;
    context.fillRect(left, top + tall - ((index + 1) * tall) / count, 12, tall / count + 0.5);
  });
  for (const tick of linearTicks(low, high, 5)) {
    paintWords(brush, shortNumber(tick), left + 19, top + (tall * (high - tick)) / (high - low) + 4, "left", palette.dim);
  }
}
