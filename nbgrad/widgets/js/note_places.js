// Where the notes beside boxes stand: one free place for every node, whatever its notes say. Pure arithmetic in the
// drawing's own units; nothing here makes the page lay anything out.

import { distance, gaps, sharedArea } from "./geometry.js";

const GAP = 8; // px between a box and its note
const REACH = 150; // px: how far from its box a note is looked for
const GRID = 14; // px between two places that are tried
const SAMPLE = 8; // px of an edge for each point of it
const MARGIN = 3; // px that stay free around a note
const EDGE_PRICE = 40; // what a point of an edge under the note costs
const BOX_PRICE = 4; // each square px of a box or a label under it
const WAY_PRICE = 3; // each px that it is farther from its box than GAP, or nearer
const GROWTH_PRICE = 6; // each px that the drawing must grow for it
const FAR_AWAY = 640; // px between two boxes that are hardly seen at once
const FAR_ABOVE = 300; // px of that, if one is above the other
const LEADER = GAP + 8; // px: a note that is farther away than this is joined to its box by a line

/**
 * The place for a note of `size` that speaks of `box`: a rectangle that covers as little as can be of the `obstacles`
 * (boxes, labels) and of the edges' `curves`, near its box, and within the `bounds` as far as it can be. The first of
 * equals wins.
 */
export function placeForNote(box, size, { obstacles, curves }, bounds) {
  const around = grown(box, size.width + REACH, size.height + REACH);
  const near = obstacles.filter((each) => sharedArea(around, each) > 0);
  const crossing = curves.flatMap((curve) => pointsWithin(curve, around));
  let best = null;
  let least = Infinity;
  for (const place of placesAround(box, size, bounds)) {
    const price = priceOf(place, box, near, crossing, bounds, least);
    if (price < least) {
      least = price;
      best = place;
    }
  }
  return best;
}

/** What a note costs at `place`; looked at no further where it is more than `most`. */
function priceOf(place, box, obstacles, points, bounds, most) {
  const bottom = place.y + place.height;
  let price = GROWTH_PRICE * (Math.max(0, bounds.y + 2 - place.y) + Math.max(0, bottom + 2 - bounds.y - bounds.height));
  price += WAY_PRICE * Math.abs(distance(place, box) - GAP) + 0.02 * centreDistance(place, box);
  const ground = grown(place, MARGIN, MARGIN);
  for (const each of obstacles) {
    if (price >= most) {
      return price;
    }
    price += BOX_PRICE * sharedArea(ground, each);
  }
  for (const point of points) {
    if (price >= most) {
      return price;
    }
    price += isInside(point, ground) ? EDGE_PRICE : 0;
  }
  return price;
}

/** The places that are tried: close to the box's sides first, then all around it. */
function placesAround(box, { width, height }, bounds) {
  const middle = { x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2 };
  const above = box.y - GAP - height;
  const below = box.y + box.height + GAP;
  const left = box.x - GAP - width;
  const right = box.x + box.width + GAP;
  const close = [below, above].flatMap((y) => [middle.x, box.x, box.x + box.width - width].map((x) => ({ x, y })));
  close.push({ x: right, y: middle.y }, { x: left, y: middle.y });
  const all = [];
  for (let y = above - REACH; y <= below + REACH; y += GRID) {
    for (let x = left - REACH; x <= right + REACH; x += GRID) {
      all.push({ x, y });
    }
  }
  const most = Math.max(bounds.x + 2, bounds.x + bounds.width - width - 2);
  return [...close, ...all].map(({ x, y }) => ({ x: Math.max(bounds.x + 2, Math.min(x, most)), y, width, height }));
}

/** Where a note of `size` stands within the place that is kept for the largest note of its box. */
export function withinPlace(place, size, box) {
  const spareX = place.width - size.width;
  const spareY = place.height - size.height;
  const toTheLeft = place.x + place.width <= box.x;
  const onTop = place.y + place.height <= box.y;
  const beside = toTheLeft || place.x >= box.x + box.width;
  const share = (first, second) => (first ? 1 : second ? 0 : 0.5);
  return {
    x: place.x + spareX * share(toTheLeft, beside),
    y: place.y + spareY * share(onTop, place.y >= box.y + box.height),
    ...size,
  };
}

/** The line from a note to its box, as the data of a path; "" where they stand side by side. */
export function leaderOf(note, box) {
  if (distance(note, box) <= LEADER) {
    return "";
  }
  const [x1, x2] = nearestEnds(note.x, note.x + note.width, box.x, box.x + box.width);
  const [y1, y2] = nearestEnds(note.y, note.y + note.height, box.y, box.y + box.height);
  return `M${x1.toFixed(1)},${y1.toFixed(1)}L${x2.toFixed(1)},${y2.toFixed(1)}`;
}

/** The nearest two places of two stretches of a line; the middle of what they share. */
function nearestEnds(first, last, from, to) {
  if (last < from) {
    return [last, from];
  }
  if (to < first) {
    return [first, to];
  }
  const middle = (Math.max(first, from) + Math.min(last, to)) / 2;
  return [middle, middle];
}

/**
 * The curves of a path in absolute coordinates, such as "M0,0C5,0 5,9 9,9L20,9": four corners of each cubic one, two of
 * each line.
 */
export function curvesOf(d) {
  const curves = [];
  let at = null;
  for (const [, command, rest] of d.matchAll(/([MLC])([^MLC]*)/g)) {
    const numbers = (rest.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
    const length = command === "C" ? 6 : 2;
    for (let index = 0; index + length <= numbers.length; index += length) {
      const corners = cornersOf(numbers.slice(index, index + length));
      if (at !== null && command !== "M") {
        curves.push([at, ...corners]);
      }
      at = corners.at(-1);
    }
  }
  return curves;
}

function cornersOf(numbers) {
  return Array.from({ length: numbers.length / 2 }, (_, index) => ({ x: numbers[2 * index], y: numbers[2 * index + 1] }));
}

/** Points along a curve, as far as it runs within a box. Of a line that is very much longer only that part is looked at. */
export function pointsWithin(corners, box) {
  if (!mayCross(corners, box)) {
    return [];
  }
  const length = corners.slice(1).reduce((sum, { x, y }, index) => sum + Math.hypot(x - corners[index].x, y - corners[index].y), 0);
  const count = Math.max(1, Math.round(length / SAMPLE));
  const [first, last] = corners.length === 2 ? sharesWithin(corners, box).map((share) => share * count) : [0, count];
  const points = [];
  for (let index = Math.ceil(first); index <= last; index += 1) {
    points.push(pointAt(corners, index / count));
  }
  return points.filter((point) => isInside(point, box));
}

function mayCross(corners, box) {
  const sides = [["x", box.x, box.x + box.width], ["y", box.y, box.y + box.height]];
  return sides.every(([axis, from, to]) => corners.some((each) => each[axis] < to) && corners.some((each) => each[axis] > from));
}

/** Between which shares of its length a line runs within the box, or rather of each of its axes. */
function sharesWithin([a, b], box) {
  let [first, last] = [0, 1];
  for (const [axis, from, to] of [["x", box.x, box.x + box.width], ["y", box.y, box.y + box.height]]) {
    const way = b[axis] - a[axis];
    if (way !== 0) {
      const ends = [(from - a[axis]) / way, (to - a[axis]) / way];
      first = Math.max(first, Math.min(...ends));
      last = Math.min(last, Math.max(...ends));
    }
  }
  return [first, last];
}

function pointAt([a, b, c, d], t) {
  const s = 1 - t;
  const mix = d
    ? (axis) => s * s * s * a[axis] + 3 * s * s * t * b[axis] + 3 * s * t * t * c[axis] + t * t * t * d[axis]
    : (axis) => s * a[axis] + t * b[axis];
  return { x: mix("x"), y: mix("y") };
}

/** Whether two boxes are hardly seen at once: a stage is wider than high. */
export function isFarAway(a, b) {
  return distance(a, b) > FAR_AWAY || gaps(a, b)[1] > FAR_ABOVE;
}

function centreDistance(a, b) {
  return Math.hypot(a.x + a.width / 2 - b.x - b.width / 2, a.y + a.height / 2 - b.y - b.height / 2);
}

function grown({ x, y, width, height }, wide, high) {
  return { x: x - wide, y: y - high, width: width + 2 * wide, height: height + 2 * high };
}

function isInside({ x, y }, box) {
  return x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
}
