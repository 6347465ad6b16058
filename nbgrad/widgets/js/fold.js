// Broadcasting undone: the gradient before the sum stands beside the one after it, and the axis that is summed closes.

/**
 * How the picture of an array closes when `axes` are summed: "rows" move together, "columns" do, or "both". A vector
 * is drawn as one row and more than two axes as rows of everything else (see the thumbnails), so only axis 0 of an
 * array of at least two axes runs downwards.
 */
export function foldedAlong(axes, before) {
  const dimensions = before.split("×").length;
  const rows = dimensions > 1 && axes.includes(0);
  const columns = dimensions === 1 || axes.some((axis) => axis > 0);
  if (rows && columns) {
    return "both";
  }
  return rows ? "rows" : "columns";
}

/** The picture in a fragment without the words around it; the words where there is no picture. */
export function pictureOf(nodes) {
  const pictures = nodes.filter((node) => node.nodeType === 1 && node.localName !== "text");
  return pictures.length > 0 ? pictures : nodes.filter((node) => node.nodeType === 1);
}
