// What floats beside an edge, the factor "× 0.187", on a ground of its own: where it stands on its edge, which runs as
// dots, none of them is read as a decimal point.

import { svgElement } from "./dom.js";

const LEAST_LETTER = 7.5; // px: the width of a character, at least; the seam around the letters does the rest
const ASCENT = 11; // px from the base line to the ground's upper side

export class EdgeLabel {
  /** `sheet`: what lies over the drawing. */
  constructor(sheet) {
    this.text = svgElement("text", { class: "ng-label", "text-anchor": "middle" });
    this.ground = svgElement("rect", { class: "ng-label-ground", height: String(ASCENT + 3), rx: "3" });
    sheet.append(this.ground, this.text);
  }

  show({ label = "", label_at: [x, y] = [0, 0] } = {}) {
    const width = label.length * LEAST_LETTER;
    this.text.textContent = label;
    this.place(this.text, { x, y });
    this.place(this.ground, { x: x - width / 2, y: y - ASCENT, width });
  }

  place(element, numbers) {
    Object.entries(numbers).forEach(([name, number]) => element.setAttribute(name, String(number)));
  }
}
