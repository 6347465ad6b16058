// Small helpers to build elements. Text always goes in as text, never as markup.

export const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/** Make an HTML element: `attributes` as they would be written, `children` nodes or strings. */
export function element(tag, attributes = {}, children = []) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for an SVG element. */
export function svgElement(tag, attributes = {}, children = []) {
  return fill(document.createElementNS(SVG_NAMESPACE, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** True where the reader has asked the system for less motion. */
export function prefersLessMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
