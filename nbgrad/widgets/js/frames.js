// What a frame of the backward pass looks like. Pure: no page, no timers, so Node can test it alone.

export const STEP_MILLISECONDS = 600;
export const SPEEDS = [0.25, 0.5, 1, 2, 4];

/** The nearest frame that exists to `wanted`; 0 where there is none at all. */
export function clampFrame(wanted, count) {
  const whole = Number.isFinite(wanted) ? Math.round(wanted) : 0;
  return Math.max(0, Math.min(count - 1, whole));
}

/** How far the scrubber is coloured, 0 to 1. A pass of one frame is always complete. */
export function progress(frame, count) {
  return count > 1 ? frame / (count - 1) : 1;
}

/** Milliseconds that a step stays at `speed`; nonsense counts as 1x. */
export function stepDelay(speed) {
  return STEP_MILLISECONDS / (speed > 0 ? speed : 1);
}

/** The words beside the scrubber. People count from one. */
export function counterText(frame, count) {
  return count === 0 ? "no steps" : `step ${frame + 1} of ${count}`;
}

/**
 * The picture at `frame`: which edges are done, which one is live, which node is at work, and which
 * frame's gradient every node shows (`filled`: node -> frame index; a node that is absent shows the
 * drawing's own content, which says "not yet").
 */
export function pictureAt(frames, frame) {
  const picture = { done: [], live: null, now: null, fresh: null, filled: new Map() };
  if (frames.length === 0) {
    return picture;
  }
  for (let index = 0; index <= frame; index += 1) {
    const { edge, target } = frames[index];
    picture.filled.set(String(target), index);
    if (index < frame && edge !== null && !picture.done.includes(edge)) {
      picture.done.push(edge);
    }
  }
  const current = frames[frame];
  picture.live = current.edge;
  picture.done = picture.done.filter((edge) => edge !== current.edge);
  picture.now = current.active === null ? null : String(current.active);
  picture.fresh = String(current.target);
  return picture;
}
