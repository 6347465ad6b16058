// Broadcasting undone: the gradient before the sum stands beside the one after it, and the axis that is summed closes.

/**
 * How the picture of an array closes when `axes` are summed: "rows" move together, "columns" do, or "both". A vector
 * is drawn as one row. Of more than two axes the last two are an image; two axes before them are rows and columns of
 * images, and one axis, or more than two, fills both (see the thumbnails).
 */
export function foldedAlong(axes, before) {
  const lengths = before.split("×").map(Number);
  const image = lengths.length - 2;
  const grid = lengths.slice(0, Math.max(image, 0)).flatMap((length, axis) => (length > 1 ? [axis] : []));
  const ways = axes.map((axis) => {
    if (axis >= image) {
      return axis === image ? "rows" : "columns";
    }
    if (grid.length !== 2) {
      return "both";
    }
    return axis === grid[0] ? "rows" : "columns";
  });
  return ways.every((way) => way === ways[0]) ? ways[0] : "both";
}

/** The picture in a fragment without the words around it; the words where there is no picture. */
export function pictureOf(nodes) {
  const pictures = nodes.filter((node) => node.nodeType === 1 && node.localName !== "text");
  return pictures.length > 0 ? pictures : nodes.filter((node) => node.nodeType === 1);
}
