// Bring an SVG drawing from text into the page, safely, and keep it apart from all others there.

import { SVG_NAMESPACE } from "./dom.js";

const UNWANTED = new Set(["script", "style", "foreignobject", "iframe", "image"]);
const REFERENCES = ["aria-labelledby", "aria-describedby"];
const PLACES = 100; // along a path, at which its distance is measured
const LINKS = ["href", "xlink:href"];

/** Parse a whole drawing. Ids inside it get `prefix`, because several drawings share the page. */
export function importDrawing(text, prefix) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  const fault = parsed.getElementsByTagName("parsererror")[0];
  if (fault || parsed.documentElement.localName !== "svg") {
    throw new Error(`The drawing is not well-formed SVG. ${fault ? fault.textContent : ""}`);
  }
  const drawing = document.importNode(parsed.documentElement, true);
  tidy(drawing, prefix);
  return drawing;
}

/** Parse a piece of a drawing, such as one gradient, and return its nodes. */
export function importFragment(text, prefix) {
  return [...importDrawing(`<svg xmlns="${SVG_NAMESPACE}">${text}</svg>`, prefix).childNodes];
}

/** Elements of `root` that carry the data attribute `name`, by its value. */
export function indexBy(root, name) {
  const index = new Map();
  for (const node of root.querySelectorAll(`[data-${name}]`)) {
    index.set(node.getAttribute(`data-${name}`), node);
  }
  return index;
}

/** Of paths that may lie on each other, the one that comes nearest to a point of the window; undefined if there are none. */
export function nearestPath(paths, { clientX, clientY }) {
  const distance = (path) => {
    const point = new DOMPoint(clientX, clientY).matrixTransform(path.getScreenCTM().inverse());
    const length = path.getTotalLength();
    const places = Array.from({ length: PLACES + 1 }, (_, place) => path.getPointAtLength((length * place) / PLACES));
    return Math.min(...places.map(({ x, y }) => Math.hypot(x - point.x, y - point.y)));
  };
  return paths.map((path) => ({ path, away: distance(path) })).sort((a, b) => a.away - b.away)[0]?.path;
}

/** Of elements that may lie on each other, the one whose middle is nearest to a point of the window. */
export function nearestMiddle(elements, { clientX, clientY }) {
  const away = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return Math.hypot(x + width / 2 - clientX, y + height / 2 - clientY);
  };
  return elements.map((element) => ({ element, away: away(element) })).sort((a, b) => a.away - b.away)[0]?.element;
}

/** A drawing's natural size in pixels, from its viewBox, else from width and height. */
export function naturalSize(drawing) {
  const box = (drawing.getAttribute("viewBox") || "").trim().split(/[\s,]+/).map(Number);
  if (box.length === 4 && box[2] > 0 && box[3] > 0) {
    return { width: box[2], height: box[3] };
  }
  return {
    width: Number.parseFloat(drawing.getAttribute("width")) || 600,
    height: Number.parseFloat(drawing.getAttribute("height")) || 400,
  };
}

function tidy(root, prefix) {
  for (const node of [root, ...root.querySelectorAll("*")]) {
    if (UNWANTED.has(node.localName.toLowerCase())) {
      node.remove();
      continue;
    }
    for (const { name, value } of [...node.attributes]) {
      const kept = tidyAttribute(name, value, prefix);
      if (kept === null) {
        node.removeAttribute(name);
      } else if (kept !== value) {
        node.setAttribute(name, kept);
      }
    }
  }
}

/** The value that an attribute keeps, or null where it must go: handlers and links out of the drawing. */
export function tidyAttribute(name, value, prefix) {
  if (name.toLowerCase().startsWith("on")) {
    return null;
  }
  if (name === "id") {
    return prefix + value;
  }
  if (LINKS.includes(name)) {
    return value.startsWith("#") ? `#${prefix}${value.slice(1)}` : null;
  }
  if (REFERENCES.includes(name)) {
    return value.trim().split(/\s+/).map((id) => prefix + id).join(" ");
  }
  return value.replace(/url\(\s*(["']?)#([^)"']+)\1\s*\)/g, `url(#${prefix}$2)`);
}
