"""A script for a page: how well its text can be read."""

# Contrast as WCAG 2.1 defines it: every piece of text against the nearest opaque ground behind it.
CONTRAST = """
function luminance(color) {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((byte) => {
    const part = byte / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function ground(node) {
  if (node.closest("svg.ng-icon")) node = node.closest("button");
  const box = node.closest(".ng-node")?.querySelector(node.matches(".ng-symbol") ? ".ng-badge" : ".ng-box");
  if (box) return getComputedStyle(box).fill;
  for (let each = node; each; each = each.parentElement) {
    const color = getComputedStyle(each).backgroundColor;
    if (!/^rgba\\(.*, 0\\)$/.test(color)) return color;
  }
  return "#fff";
}
function contrasts() {
  const texts = [...document.querySelectorAll(".ng-widget *")].filter((node) =>
    ![...node.children].length && node.textContent.trim() && !["title", "desc"].includes(node.localName) &&
    !node.closest("[aria-disabled=true]"));
  return texts.map((node) => {
    const style = getComputedStyle(node);
    const ink = luminance(node instanceof SVGElement ? style.fill : style.color);
    const paper = luminance(ground(node));
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    return [`${node.localName}.${node.getAttribute("class")} ${node.textContent}`, ratio];
  });
}
"""
