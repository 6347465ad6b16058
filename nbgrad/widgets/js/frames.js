// What a frame looks like, and where it stands in its phase. Pure: no page, no timers, so Node can test it alone.

export const STEP_MILLISECONDS = 600;
export const SPEEDS = [0.25, 0.5, 1, 2, 4];

/** The nearest frame that exists to `wanted`; 0 where there is none at all. */
export function clampFrame(wanted, count) {
  const whole = Number.isFinite(wanted) ? Math.round(wanted) : 0;
  return Math.max(0, Math.min(count - 1, whole));
}

/** How far the scrubber is coloured, 0 to 1. A phase of one frame is always complete. */
export function progress(place, count) {
  return count > 1 ? place / (count - 1) : 1;
}

/** Milliseconds that a step stays at `speed`; nonsense counts as 1x. */
export function stepDelay(speed) {
  return STEP_MILLISECONDS / (speed > 0 ? speed : 1);
}

/** The offered speed that comes nearest to the one that was set, which the kernel may choose freely. */
export function nearestSpeed(speed) {
  return SPEEDS.reduce((best, each) => (Math.abs(each - speed) < Math.abs(best - speed) ? each : best));
}

/** The next speed on offer, `distance` places further. */
export function speedBy(speed, distance) {
  const place = SPEEDS.indexOf(nearestSpeed(speed)) + distance;
  return SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, place))];
}

/** The phase that holds `frame`, with its place in the row of phases; an empty one where there is none. */
export function phaseAt(phases, frame) {
  const index = phases.findIndex(({ first, count }) => first <= frame && frame < first + count);
  return index < 0 ? { index: 0, key: "", label: "", first: 0, count: 0 } : { ...phases[index], index };
}

/** Where "first" leads: to the phase's beginning, and from there to that of the phase before it. */
export function firstFrom(phases, frame) {
  const phase = phaseAt(phases, frame);
  return frame > phase.first || phase.index === 0 ? phase.first : phases[phase.index - 1].first;
}

/** Where "last" leads: to the phase's end, and from there to that of the phase after it. */
export function lastFrom(phases, frame) {
  const phase = phaseAt(phases, frame);
  const end = ({ first, count }) => first + Math.max(count - 1, 0);
  return frame < end(phase) || phase.index + 1 >= phases.length ? end(phase) : end(phases[phase.index + 1]);
}

/**
 * The frame in which `node` gets its number: its last one in the present phase, else its last gradient, else
 * whatever concerns it; null where nothing does. For a node that several gradients reach, it is the last that counts.
 */
export function frameOf(frames, node, phase) {
  const mine = (each) => each.target !== null && String(each.target) === String(node);
  for (const wanted of [(each) => each.phase === phase, (each) => each.slot === "gradient", () => true]) {
    const found = frames.findLastIndex((each) => mine(each) && wanted(each));
    if (found >= 0) {
      return found;
    }
  }
  return null;
}

/**
 * How far the pass has come at a frame: { phase, moment }, where null is the end of the phase. It is the same whichever
 * groups are closed.
 */
export function reachedAt({ phases, frames }, frame) {
  const { key, first, count } = phaseAt(phases, frame);
  const isEnd = frame === first + count - 1;
  return { phase: key, moment: isEnd ? null : (frames[frame]?.moment ?? frame - first) };
}

/** The frame at which as much has happened; the first of that phase, where even that is later. Without it, `otherwise`. */
export function frameReached({ phases, frames }, { phase, moment }, otherwise) {
  const now = phases.find(({ key }) => key === phase);
  if (!now) {
    return clampFrame(otherwise, frames.length);
  }
  const places = frames.slice(now.first, now.first + now.count);
  return now.first + Math.max(places.findLastIndex((each, place) => (each.moment ?? place) <= (moment ?? Infinity)), 0);
}

/**
 * The picture at `frame`: the phase, which of its edges are done and which are live, which node is at work, which
 * slot has just changed (`fresh`: slot and node), and which frame's number every slot shows (`value` and `gradient`:
 * node -> frame index; a node that is absent shows the drawing's own content, which says "not yet").
 */
export function pictureAt(frames, frame) {
  const picture = { phase: "", done: new Set(), live: [], now: null, fresh: null, value: new Map(), gradient: new Map() };
  if (frames.length === 0) {
    return picture;
  }
  const current = frames[frame];
  for (let index = 0; index <= frame; index += 1) {
    const { phase, edges, target, slot } = frames[index];
    if (target !== null) {
      picture[slot].set(String(target), index);
    }
    if (index < frame && phase === current.phase) {
      edges.forEach((edge) => picture.done.add(edge));
    }
  }
  picture.phase = current.phase;
  picture.live = current.edges;
  picture.live.forEach((edge) => picture.done.delete(edge));
  picture.fresh = current.target === null ? null : { slot: current.slot, node: String(current.target) };
  // In the update nothing flows: the parameter itself is the place where it happens.
  const now = current.active ?? (current.phase === "update" ? current.target : null);
  picture.now = now === null ? null : String(now);
  return picture;
}
