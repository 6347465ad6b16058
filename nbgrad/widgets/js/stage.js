// The drawing on its stage: edges light up, the active node stands out, gradients fill in and out again.

import { element, prefersLessMotion, svgElement } from "./dom.js";
import { pictureAt } from "./frames.js";
import { importDrawing, importFragment, indexBy, naturalSize } from "./svg.js";

// Below this scale the drawing's small print is too small to read, so it scrolls instead of shrinking.
const SMALLEST_SCALE = 0.85;
const LARGEST_SCALE = 1.15;

export class Stage {
  constructor(payload) {
    this.frames = payload.frames;
    this.prefix = `ng${Math.random().toString(36).slice(2, 10)}-`;
    this.drawing = importDrawing(payload.svg, this.prefix);
    this.nodes = indexBy(this.drawing, "node");
    this.edges = indexBy(this.drawing, "edge");
    this.slots = indexBy(this.drawing, "gradient");
    this.base = new Map([...this.slots].map(([node, slot]) => [node, [...slot.childNodes]]));
    this.shown = new Map();
    this.pieces = new Map();
    this.flow = svgElement("path", { class: "ng-flow", fill: "none" });
    this.label = svgElement("text", { class: "ng-label", "text-anchor": "middle" });
    this.drawing.append(this.label);
    this.root = element(
      "div",
      { class: "ng-stage ng-focusable", tabindex: "0", role: "group", "aria-label": stageLabel(payload.title) },
      [this.drawing],
    );
    this.fit();
    // A stage that is laid out later, or made narrower, still shows where things happen, and at once.
    this.resized = new ResizeObserver(() => this.picture && this.reveal(this.picture, true));
    this.resized.observe(this.root);
  }

  dispose() {
    this.resized.disconnect();
  }

  show(frame) {
    const picture = pictureAt(this.frames, frame);
    this.showEdges(picture);
    for (const [node, group] of this.nodes) {
      group.classList.toggle("ng-now", node === picture.now);
    }
    for (const [node, slot] of this.slots) {
      this.showGradient(node, slot, picture.filled.get(node));
      slot.classList.toggle("ng-fresh", node === picture.fresh);
    }
    this.showLabel(this.frames[frame]);
    this.reveal(picture, this.picture === undefined);
    this.picture = picture;
  }

  /** As wide as the page allows, within reason; `width` and `height` attributes give way to the style. */
  fit() {
    const { width, height } = naturalSize(this.drawing);
    this.drawing.setAttribute("viewBox", this.drawing.getAttribute("viewBox") || `0 0 ${width} ${height}`);
    this.drawing.removeAttribute("width");
    this.drawing.removeAttribute("height");
    this.drawing.style.minWidth = `${Math.round(width * SMALLEST_SCALE)}px`;
    this.drawing.style.maxWidth = `${Math.round(width * LARGEST_SCALE)}px`;
    this.drawing.style.aspectRatio = `${width} / ${height}`;
  }

  showEdges(picture) {
    for (const [edge, path] of this.edges) {
      path.classList.toggle("ng-done", picture.done.includes(edge));
      path.classList.toggle("ng-live", edge === picture.live);
    }
    const live = this.edges.get(picture.live);
    if (live) {
      this.flow.setAttribute("d", live.getAttribute("d"));
      live.after(this.flow);
    } else {
      this.flow.remove();
    }
  }

  /** Put frame `index`'s gradient into the slot, or the drawing's own content where there is none yet. */
  showGradient(node, slot, index) {
    if (this.shown.get(node) === index) {
      return;
    }
    this.shown.set(node, index);
    slot.replaceChildren(...(index === undefined ? this.base.get(node) : this.piece(index)));
  }

  /** A frame's gradient, parsed when it is first needed. */
  piece(index) {
    if (!this.pieces.has(index)) {
      this.pieces.set(index, importFragment(this.frames[index].gradient, this.prefix));
    }
    return this.pieces.get(index);
  }

  showLabel(frame) {
    const [x, y] = frame?.label_at ?? [0, 0];
    this.label.setAttribute("x", x);
    this.label.setAttribute("y", y);
    this.label.textContent = frame?.label ?? "";
  }

  /** Scroll the stage, never the page, until what happens can be seen: smoothly, unless it is far or `atOnce`. */
  reveal(picture, atOnce = false) {
    const seen = this.root.getBoundingClientRect();
    const boxes = [this.nodes.get(picture.now), this.nodes.get(picture.fresh)]
      .filter(Boolean)
      .map((node) => node.getBoundingClientRect());
    if (boxes.length === 0 || seen.width === 0) {
      return;
    }
    const margin = 24;
    const left = Math.min(...boxes.map((box) => box.left)) - margin - seen.left;
    const right = Math.max(...boxes.map((box) => box.right)) + margin - seen.right;
    const top = Math.min(...boxes.map((box) => box.top)) - margin - seen.top;
    const bottom = Math.max(...boxes.map((box) => box.bottom)) + margin - seen.bottom;
    const move = { left: scrollNeeded(left, right), top: scrollNeeded(top, bottom) };
    if (move.left !== 0 || move.top !== 0) {
      const jump = atOnce || prefersLessMotion() || Math.abs(move.left) > seen.width;
      this.root.scrollBy({ ...move, behavior: jump ? "instant" : "smooth" });
    }
  }
}

/** How far to scroll when something begins `before` the near edge (negative) or ends `after` the far one. */
export function scrollNeeded(before, after) {
  if (before < 0) {
    return before;
  }
  return after > 0 ? Math.min(after, before) : 0;
}

function stageLabel(title) {
  return `Computation graph of ${title}. Space plays, the arrow keys step, Home and End go to the ends.`;
}
