// How large the drawing is shown: as the page allows by itself, or as large as the reader asks.

import { element } from "./dom.js";

// Below the first scale the drawing's small print is hard to read, so it scrolls instead of shrinking; unless it is all
// seen at a scale that is hardly smaller.
const SMALLEST_SCALE = 0.8;
const SMALLEST_FITTING_SCALE = 0.68;
const TWO_BOXES = 500; // px: an edge with the boxes at both its ends, which a narrow stage shows together if it can
const SCROLLBAR = 16; // px
const LARGEST_SCALE = 1.15;
const ZOOM_STEP = 1.25;
const ZOOM_BOUNDS = { least: 0.1, most: 4 };

/** The scale after zooming by `factor`, within bounds. */
export function zoomedBy(scale, factor) {
  return Math.max(ZOOM_BOUNDS.least, Math.min(ZOOM_BOUNDS.most, scale * factor));
}

/** The scale at which all of a drawing is seen, however small that is; never larger than by itself. */
export function fittingScale(natural, room) {
  return Math.min(room.width / natural.width, room.height / natural.height, LARGEST_SCALE);
}

/** The scale that a drawing has by itself: all of it is seen, or else it is as wide as the room. */
export function ownScale(natural, room) {
  const fits = fittingScale(natural, room);
  if (fits >= SMALLEST_FITTING_SCALE) {
    return fits;
  }
  const wide = (room.width - SCROLLBAR) / natural.width;
  if (wide >= SMALLEST_FITTING_SCALE) {
    return Math.min(wide, 1);
  }
  return Math.min(SMALLEST_SCALE, Math.max(SMALLEST_FITTING_SCALE, room.width / TWO_BOXES));
}

export class Zoom {
  /**
   * `stage` scrolls; `sheet` in it holds the drawing of `natural` size. `say` gives the words on the buttons; `zoomed` is
   * called when a button or a key, which point at no place, has changed the scale; `watched` when the drawing has got
   * another size.
   */
  constructor(stage, sheet, natural, say, { zoomed = () => {}, watched = () => {} } = {}) {
    this.stage = stage;
    this.sheet = sheet;
    this.zoomed = zoomed;
    this.watched = watched;
    this.scale = null; // null: as the page allows
    this.fitted = false; // whether all of the drawing was asked for, which holds for other drawings, too
    this.buttons = [
      zoomButton("ng-zoom-out", "−", say("zoom_out"), () => this.smaller()),
      zoomButton("ng-zoom-in", "+", say("zoom_in"), () => this.larger()),
      zoomButton("ng-zoom-one", "1:1", say("zoom_one"), () => this.one()),
      zoomButton("ng-zoom-fit", "⤢", say("zoom_fit"), () => this.fit()),
    ];
    this.root = element("div", { class: "ng-zoom", role: "group", "aria-label": say("zoom") }, this.buttons);
    this.onWheel = (event) => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        this.by(Math.exp(-event.deltaY / 300), { x: event.clientX, y: event.clientY });
      }
    };
    this.onResize = () => this.scale === null && this.apply();
    stage.addEventListener("wheel", this.onWheel, { passive: false });
    window.addEventListener("resize", this.onResize); // the room is higher in a higher window
    this.exchange(natural);
  }

  /** Another drawing lies on the sheet. */
  exchange(natural) {
    this.natural = natural;
    if (this.fitted) {
      this.scale = this.scaleOfAll();
    }
    this.apply();
  }

  /** The scale that is shown now. */
  get present() {
    return this.scale ?? (this.sheet.clientWidth / this.natural.width || 1);
  }

  /** Zoom by `factor` and keep the `point` of the page (by default the stage's middle) where it is. */
  by(factor, point = null) {
    const before = this.present;
    const seen = this.stage.getBoundingClientRect();
    const at = point ?? { x: seen.left + seen.width / 2, y: seen.top + seen.height / 2 };
    const old = this.sheet.getBoundingClientRect();
    this.scale = zoomedBy(before, factor);
    this.fitted = false;
    this.apply();
    const now = this.sheet.getBoundingClientRect();
    const grown = this.scale / before;
    this.stage.scrollLeft += now.left + (at.x - old.left) * grown - at.x;
    this.stage.scrollTop += now.top + (at.y - old.top) * grown - at.y;
  }

  larger() {
    this.by(ZOOM_STEP);
    this.zoomed();
  }

  smaller() {
    this.by(1 / ZOOM_STEP);
    this.zoomed();
  }

  /** Show the drawing in the size in which it was drawn. */
  one() {
    this.by(1 / this.present);
    this.zoomed();
  }

  /** Show all of the drawing; asked for again, as large as by itself. */
  fit() {
    this.fitted = !this.fitted;
    this.scale = this.fitted ? this.scaleOfAll() : null;
    this.apply();
    this.zoomed();
  }

  scaleOfAll() {
    return fittingScale(this.natural, this.room());
  }

  /** What the stage can show without scrolling. Its own scrollbars count for nothing, for they come and go with it. */
  room() {
    const style = getComputedStyle(this.stage);
    const sum = (...names) => names.reduce((total, name) => total + (Number.parseFloat(style[name]) || 0), 0);
    const most = Number.parseFloat(style.maxHeight);
    return {
      width: this.stage.offsetWidth - sum("paddingLeft", "paddingRight", "borderLeftWidth", "borderRightWidth"),
      height: (most > 0 ? most : Infinity) - sum("paddingTop", "paddingBottom"),
    };
  }

  apply() {
    const { width, height } = this.natural;
    const pixels = (scale) => `${Math.round(width * scale)}px`;
    const room = this.room();
    this.own = room.width > 0 ? ownScale(this.natural, room) : 1;
    this.sheet.style.width = pixels(this.scale ?? this.own);
    this.sheet.style.setProperty("--ng-grown", String(Math.max(1, 1 / (this.scale ?? this.own)).toFixed(3)));
    this.sheet.style.aspectRatio = `${width} / ${height}`;
    this.watch();
  }

  /** The buttons are there where they are of use: where not all is seen, or where one has zoomed. */
  watch() {
    const { stage, sheet } = this;
    const hidden = sheet.offsetWidth > stage.clientWidth || sheet.offsetHeight > stage.clientHeight + 1;
    this.root.hidden = !hidden && this.scale === null && this.own >= SMALLEST_SCALE;
    stage.classList.toggle("ng-scrolls", stage.scrollWidth > stage.clientWidth + 1);
    this.watched();
  }

  dispose() {
    this.stage.removeEventListener("wheel", this.onWheel);
    window.removeEventListener("resize", this.onResize);
  }
}

function zoomButton(name, sign, label, action) {
  const attributes = { type: "button", class: `ng-button ${name}`, "aria-label": label, title: label };
  const button = element("button", attributes, [element("span", { "aria-hidden": "true" }, [sign])]);
  button.addEventListener("click", action);
  return button;
}
