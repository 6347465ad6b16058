// Where the boxes of a drawing are, in the drawing's own units, and which is next to which. Pure, but for reading
// attributes: nothing here makes the page lay anything out.

const DIRECTIONS = {
  ArrowRight: { x: 1, y: 0 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowDown: { x: 0, y: 1 },
  ArrowUp: { x: 0, y: -1 },
};

const USUAL_HALF = 100; // half the width of a usual box: of a wider one, such as a group's header, the nearest part counts

/** A box from the attributes of a rectangle: x, y, width, height. */
export function boxOfRect(rect) {
  const number = (name) => Number.parseFloat(rect?.getAttribute(name) ?? "") || 0;
  return { x: number("x"), y: number("y"), width: number("width"), height: number("height") };
}

/** The room between two boxes; 0 where they touch. */
export function distance(a, b) {
  return Math.hypot(...gaps(a, b));
}

/** The room between two boxes beside each other, and that above each other. */
export function gaps(a, b) {
  const wide = Math.max(0, a.x - b.x - b.width, b.x - a.x - a.width);
  const high = Math.max(0, a.y - b.y - b.height, b.y - a.y - a.height);
  return [wide, high];
}

/** The area that two boxes share. */
export function sharedArea(a, b) {
  const wide = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const high = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(wide, 0) * Math.max(high, 0);
}

/**
 * The neighbour of `from` in the direction of an arrow key: the nearest box that lies more that way than across;
 * those joined to it by an edge count as half as far. Null where nothing lies there. `boxes`: id -> box;
 * `joined`: set of ids.
 */
export function neighbourOf(boxes, from, key, joined) {
  const direction = DIRECTIONS[key];
  const start = centreOf(boxes.get(from));
  let best = null;
  let least = Infinity;
  for (const [id, box] of boxes) {
    const there = nearestPart(box, start);
    const along = (there.x - start.x) * direction.x + (there.y - start.y) * direction.y;
    const across = Math.abs((there.x - start.x) * direction.y + (there.y - start.y) * direction.x);
    const distance = (along + 2 * across) * (joined.has(id) ? 0.5 : 1);
    if (id !== from && along > 1 && (along >= across / 2 || joined.has(id)) && distance < least) {
      best = id;
      least = distance;
    }
  }
  return best;
}

function centreOf(box) {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** The centre of a box; of a wide one, that of the part of it which is nearest to `start`. */
function nearestPart(box, start) {
  const reach = Math.min(box.width / 2, USUAL_HALF);
  const x = Math.min(Math.max(start.x, box.x + reach), box.x + box.width - reach);
  return { x, y: box.y + box.height / 2 };
}
