// Which cell of a thumbnail the quiz asks for: an element such as "[0, 2]" of an array that is drawn cell by cell.

import { svgElement } from "./dom.js";

const HALO = 1.5; // px that the mark is larger than its cell, so that the cell's colour stays to be seen
const CELLS = 'g[shape-rendering="crispEdges"]'; // the group of a thumbnail that holds its cells

/**
 * Row and column of `element` ("[0, 2]") of an array of `shape` in a drawing that has so many `rows` and `columns`; null
 * where a cell stands for several elements, and for arrays of more than two axes, which are drawn as several images.
 */
export function cellOfElement(element, shape, { rows, columns }) {
  const places = numbersIn(element);
  const lengths = numbersIn(shape);
  if (places.length === 0 || places.length !== lengths.length || places.length > 2) {
    return null;
  }
  const [height, width] = lengths.length < 2 ? [1, ...lengths] : lengths;
  const [row, column] = places.length < 2 ? [0, ...places] : places;
  return height === rows && width === columns ? { row, column } : null;
}

/** Mark the element in the thumbnail of the box `node`, if it has one with a cell for each; says whether it has. */
export function markCell(node, element, shape) {
  const slot = node.querySelector("[data-value]");
  const cells = slot?.querySelector(`:scope > ${CELLS}`);
  const scale = numbersIn(cells?.getAttribute("transform") ?? "");
  const frame = cells?.nextElementSibling;
  const [width, height] = ["width", "height"].map((name) => Number(frame?.getAttribute(name)));
  if (scale.length !== 2 || !(width > 0 && height > 0)) {
    return false;
  }
  const size = { columns: Math.round(width / scale[0]), rows: Math.round(height / scale[1]) };
  const cell = cellOfElement(element, shape, size);
  if (cell === null) {
    return false;
  }
  const [wide, high] = [width / size.columns, height / size.rows];
  const box = {
    x: (cell.column * wide - HALO).toFixed(1),
    y: (cell.row * high - HALO).toFixed(1),
    width: (wide + 2 * HALO).toFixed(1),
    height: (high + 2 * HALO).toFixed(1),
  };
  const ring = (name) => svgElement("rect", { ...box, class: name, fill: "none" });
  const transform = slot.getAttribute("transform") ?? "";
  node.append(svgElement("g", { class: "ng-asked-cell", transform }, [ring("ng-asked-halo"), ring("ng-asked-ring")]));
  return true;
}

/** Take the marks of all cells within `root` away. */
export function unmarkCells(root) {
  root.querySelectorAll(".ng-asked-cell").forEach((mark) => mark.remove());
}

function numbersIn(text) {
  return (text.match(/\d+(\.\d+)?/g) ?? []).map(Number);
}
