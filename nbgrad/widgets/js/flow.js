// Edges: which are done, which are live, and what runs along the live ones. What moves lies on a sheet of its own over
// the drawing, so that the drawing itself is not painted anew with every picture of the motion.

import { svgElement } from "./dom.js";

export class Flow {
  constructor(edges, sheet) {
    this.edges = edges;
    this.root = svgElement("g", { class: "ng-flows" });
    sheet.append(this.root);
    this.marked = { "ng-done": new Set(), "ng-live": new Set() };
  }

  show(picture) {
    this.mark("ng-done", picture.done);
    this.mark("ng-live", new Set(picture.live));
    this.root.replaceChildren(...picture.live.map((edge) => this.edges.get(edge)).filter(Boolean).map(flowAlong));
  }

  /** Give the class to these edges alone; touches only the ones that change. */
  mark(name, wanted) {
    const had = this.marked[name];
    for (const edge of had) {
      if (!wanted.has(edge)) {
        this.edges.get(edge)?.classList.remove(name);
      }
    }
    for (const edge of wanted) {
      if (!had.has(edge)) {
        this.edges.get(edge)?.classList.add(name);
      }
    }
    this.marked[name] = new Set(wanted);
  }
}

/** `pathLength` 1 lets the forward pass draw an edge from its beginning to its end, however long it is. */
function flowAlong(edge) {
  const d = edge.getAttribute("d");
  const parts = [
    svgElement("path", { class: "ng-flow ng-flow-line", d, fill: "none", pathLength: "1" }),
    svgElement("path", { class: "ng-flow ng-flow-dots", d, fill: "none" }),
  ];
  return svgElement("g", {}, parts);
}
