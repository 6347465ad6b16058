// Fingers and the mouse on the stage: a swipe steps, two fingers zoom, the mouse drags the drawing about.

const SWIPE_DISTANCE = 50; // px
const SWIPE_TIME = 800; // ms; where the stage scrolls sideways a swipe is a flick, because a drag scrolls
const FLICK_TIME = 250; // ms
const DRAG_START = 4; // px before a pressed mouse is taken to drag

/** What a finger's way means: 1 step on (to the left), -1 back, 0 neither. Scrolling stages want it quick. */
export function swipeSteps({ dx, dy, time }, scrolls) {
  const quick = time <= (scrolls ? FLICK_TIME : SWIPE_TIME);
  return quick && Math.abs(dx) >= SWIPE_DISTANCE && Math.abs(dx) > 2 * Math.abs(dy) ? -Math.sign(dx) : 0;
}

/** Listen on `surface`. `step(distance)`; `pinch(factor, point)`, if there is something to zoom. Returns the undoing. */
export function listenToTouch(surface, { step, pinch = null }) {
  let start = null;
  let spread = null;

  const onStart = (event) => {
    const [one] = event.touches;
    start = event.touches.length === 1 ? { x: one.clientX, y: one.clientY, time: event.timeStamp } : null;
    spread = event.touches.length === 2 ? spreadOf(event.touches) : null;
  };
  const onMove = (event) => {
    if (spread !== null && event.touches.length === 2 && pinch) {
      event.preventDefault();
      const now = spreadOf(event.touches);
      pinch(now.distance / spread.distance, now.middle);
      spread = now;
    }
  };
  const onEnd = (event) => {
    if (start !== null && event.touches.length === 0) {
      const [last] = event.changedTouches;
      const way = { dx: last.clientX - start.x, dy: last.clientY - start.y, time: event.timeStamp - start.time };
      const steps = swipeSteps(way, surface.classList.contains("ng-scrolls"));
      if (steps !== 0) {
        step(steps);
      }
    }
    start = null;
    spread = null;
  };
  surface.addEventListener("touchstart", onStart, { passive: true });
  surface.addEventListener("touchmove", onMove, { passive: false });
  surface.addEventListener("touchend", onEnd, { passive: true });
  return () => {
    surface.removeEventListener("touchstart", onStart);
    surface.removeEventListener("touchmove", onMove);
    surface.removeEventListener("touchend", onEnd);
  };
}

/** Let the mouse drag what `surface` scrolls. A drag is not a click: the click that ends it is swallowed. */
export function dragToScroll(surface) {
  let from = null;
  let dragged = false;

  const onDown = (event) => {
    dragged = false;
    from = event.pointerType === "mouse" && event.button === 0 ? { x: event.clientX, y: event.clientY } : null;
  };
  const onMove = (event) => {
    if (from === null || event.buttons === 0) {
      from = null;
      return;
    }
    const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
    if (dragged || Math.hypot(dx, dy) > DRAG_START) {
      dragged = true;
      surface.scrollBy({ left: -dx, top: -dy, behavior: "instant" });
      from = { x: event.clientX, y: event.clientY };
    }
  };
  const onClick = (event) => {
    if (dragged) {
      event.stopPropagation();
      event.preventDefault();
    }
    dragged = false;
  };
  surface.addEventListener("pointerdown", onDown);
  surface.addEventListener("pointermove", onMove);
  surface.addEventListener("click", onClick, true);
  return () => {
    surface.removeEventListener("pointerdown", onDown);
    surface.removeEventListener("pointermove", onMove);
    surface.removeEventListener("click", onClick, true);
  };
}

function spreadOf([one, two]) {
  return {
    distance: Math.max(Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY), 1),
    middle: { x: (one.clientX + two.clientX) / 2, y: (one.clientY + two.clientY) / 2 },
  };
}
