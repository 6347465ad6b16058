// More of the drawing than one sees: a shade at every side of the stage beyond which something is hidden.

import { element } from "./dom.js";

const HARDLY = 8; // px: no more than the free margin around a drawing, in which there is nothing to see

/** The sides beyond which there is more in a box that scrolls: some of "left", "right", "top", "bottom". */
export function hiddenSides({ scrollLeft, scrollTop, scrollWidth, scrollHeight, clientWidth, clientHeight }) {
  const beyond = {
    left: scrollLeft,
    right: scrollWidth - clientWidth - scrollLeft,
    top: scrollTop,
    bottom: scrollHeight - clientHeight - scrollTop,
  };
  return Object.keys(beyond).filter((side) => beyond[side] > HARDLY);
}

export class More {
  /** `scroller` is what scrolls; `root` holds it, and the shades over it, which take no click and no key. */
  constructor(scroller) {
    this.scroller = scroller;
    this.shades = element("div", { class: "ng-shades", "aria-hidden": "true" });
    this.root = element("div", { class: "ng-view" }, [scroller, this.shades]);
    this.onScroll = () => this.watch();
    scroller.addEventListener("scroll", this.onScroll, { passive: true });
  }

  /** Bring the shades to what is hidden now. They end where the scrollbars begin. */
  watch() {
    const { scroller, shades } = this;
    const sides = hiddenSides(scroller).join(" ");
    if (shades.dataset.sides !== sides) {
      shades.dataset.sides = sides;
    }
    shades.style.width = `${scroller.clientWidth}px`;
    shades.style.height = `${scroller.clientHeight}px`;
  }

  dispose() {
    this.scroller.removeEventListener("scroll", this.onScroll);
  }
}
