// The boxes as stops of the keyboard: one of them is reached by Tab, the arrow keys walk on from there.

import { neighbourOf } from "./geometry.js";

export const WALKING_KEYS = ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"];

export class Roving {
  /**
   * `stops`: key -> { element, box, label, expanded }. `joined(key)`: the set of keys that an edge leads to. The
   * elements become buttons for the keyboard and for screen readers; `expanded`, of those that open or close something.
   */
  constructor(stops, joined) {
    this.stops = stops;
    this.joined = joined;
    this.boxes = new Map([...stops].map(([key, { box }]) => [key, box]));
    for (const { element, label, expanded = null } of stops.values()) {
      element.setAttribute("role", "button");
      element.setAttribute("tabindex", "-1");
      element.setAttribute("aria-label", label);
      if (expanded !== null) {
        element.setAttribute("aria-expanded", String(expanded));
      }
    }
    this.current = null;
    this.makeCurrent(stops.keys().next().value ?? null);
  }

  /** The one that Tab reaches. */
  makeCurrent(key) {
    if (key === this.current || !this.stops.has(key)) {
      return;
    }
    this.stops.get(this.current)?.element.setAttribute("tabindex", "-1");
    this.stops.get(key).element.setAttribute("tabindex", "0");
    this.current = key;
  }

  /** The stop that an element belongs to; null where it is none. */
  keyOf(element) {
    for (const [key, stop] of this.stops) {
      if (stop.element === element) {
        return key;
      }
    }
    return null;
  }

  focus(key) {
    this.makeCurrent(key);
    this.stops.get(key)?.element.focus({ preventScroll: true });
  }

  /** Walk from the stop that has the focus in the direction of an arrow key; the new stop, or null at the end. */
  walk(from, arrow) {
    const next = neighbourOf(this.boxes, from, arrow, this.joined(from));
    if (next !== null) {
      this.focus(next);
    }
    return next;
  }
}
