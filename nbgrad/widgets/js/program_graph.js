// The graph beside the source: boxes that can be pointed at, and lit.

import { element } from "./dom.js";
import { endOfEdge } from "./program_links.js";
import { scrollNeeded } from "./scrolling.js";
import { importDrawing, indexBy, naturalSize } from "./svg.js";

const SMALLEST = 0.78; // below this scale the small print is too small to read, so the drawing scrolls instead
const ROOM = { share: 0.76, most: 760 }; // the panel's height, as the style sheet has it
const LIGHTS = ["forward", "backward", "update"];

export class ProgramGraph {
  /** `over(node)` is told of the box under the pointer (-1: none), `chosen(node)` of the one that was clicked. */
  constructor(payload, label, prefix, { over, chosen }) {
    this.drawing = importDrawing(payload.svg, prefix);
    this.boxes = indexBy(this.drawing, "node");
    this.edges = indexBy(this.drawing, "edge");
    const attributes = { class: "ng-program-graph ng-focusable", tabindex: "0", role: "listbox", "aria-label": label };
    this.root = element("div", attributes, [this.drawing]);
    // Only its boxes are spoken: a name of its own would make the drawing one of the things to choose from.
    this.drawing.setAttribute("role", "presentation");
    ["aria-labelledby", "aria-describedby"].forEach((name) => this.drawing.removeAttribute(name));
    for (const [node, box] of this.boxes) {
      box.setAttribute("role", "option");
      box.setAttribute("id", `${prefix}node${node}`);
      box.addEventListener("pointerenter", () => over(Number(node)));
      box.addEventListener("pointerleave", () => over(-1));
      box.addEventListener("click", () => chosen(Number(node)));
    }
    this.fit();
  }

  /** As large as there is room for, within reason; `width` and `height` attributes give way to the style. */
  fit() {
    const { width, height } = naturalSize(this.drawing);
    const room = Math.min(ROOM.share * window.innerHeight, ROOM.most);
    this.width = Math.round(width * Math.min(Math.max(room / height, SMALLEST), 1));
    this.drawing.removeAttribute("width");
    this.drawing.removeAttribute("height");
    this.drawing.style.minWidth = `${Math.round(width * SMALLEST)}px`;
    this.drawing.style.maxWidth = `${this.width}px`;
    this.drawing.style.aspectRatio = `${width} / ${height}`;
  }

  /** Say this of the boxes to those who do not see them. */
  label(words) {
    for (const [node, box] of this.boxes) {
      box.setAttribute("aria-label", words[node] ?? "");
    }
  }

  /** Light these boxes in the colour of a section, with the edges that lead to them; `current` has the keyboard. */
  show({ nodes, section }, current) {
    for (const [node, box] of this.boxes) {
      const isLit = nodes.includes(Number(node));
      box.classList.toggle("ng-lit", isLit);
      for (const light of LIGHTS) {
        box.classList.toggle(`ng-lit-${light}`, isLit && light === section);
      }
      box.setAttribute("aria-selected", String(Number(node) === current));
    }
    for (const [edge, path] of this.edges) {
      path.classList.toggle("ng-lit", section === "forward" && nodes.length === 1 && nodes[0] === endOfEdge(edge));
    }
    const box = this.boxes.get(String(current));
    if (box) {
      this.root.setAttribute("aria-activedescendant", box.id);
    } else {
      this.root.removeAttribute("aria-activedescendant");
    }
  }

  /** Scroll, here and not the page, until these boxes can be seen. */
  reveal(nodes) {
    const found = nodes.map((node) => this.boxes.get(String(node))).filter(Boolean);
    const seen = this.root.getBoundingClientRect();
    if (found.length === 0 || seen.height === 0) {
      return;
    }
    const boxes = found.map((box) => box.getBoundingClientRect());
    const margin = 16;
    const left = scrollNeeded(
      Math.min(...boxes.map((box) => box.left)) - margin - seen.left,
      Math.max(...boxes.map((box) => box.right)) + margin - seen.right,
    );
    const top = scrollNeeded(
      Math.min(...boxes.map((box) => box.top)) - margin - seen.top,
      Math.max(...boxes.map((box) => box.bottom)) + margin - seen.bottom,
    );
    this.root.scrollBy({ left, top, behavior: "instant" });
  }
}
