// Which lines and nodes belong together, and where a key leads. Nothing here needs a page.

/** For each of `count` nodes the indices of the lines that belong to it. */
export function linesOfNodes(lines, count) {
  const found = Array.from({ length: count }, () => []);
  lines.forEach((line, index) => line.nodes.forEach((node) => found[node]?.push(index)));
  return found;
}

/** What is lit by a line (`{ line }`), by a node (`{ node }`), or by nothing (null). */
export function litBy(chosen, lines, linesOf) {
  if (chosen?.line !== undefined && lines[chosen.line]) {
    const { nodes, section } = lines[chosen.line];
    return { lines: [chosen.line], nodes, section: section || "forward" };
  }
  if (chosen?.node !== undefined && linesOf[chosen.node]) {
    return { lines: linesOf[chosen.node], nodes: [chosen.node], section: "forward" };
  }
  return { lines: [], nodes: [], section: "" };
}

const PAGE = 10; // lines that Page Up and Page Down leap over

/**
 * Where `key` leads from `current` among `stops`, numbers in ascending order; null for a key that does not move. From
 * nowhere (-1) the keys that step lead to `first`.
 */
export function movedTo(current, key, stops, first = stops[0]) {
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, PageDown: PAGE, PageUp: -PAGE };
  if (stops.length === 0) {
    return null;
  }
  if (key === "Home") {
    return stops[0];
  }
  if (key === "End") {
    return stops.at(-1);
  }
  if (!Object.hasOwn(steps, key)) {
    return null;
  }
  if (current < 0) {
    return first;
  }
  const step = steps[key];
  const ahead = stops.filter((stop) => (step > 0 ? stop > current : stop < current));
  const furthest = Math.min(Math.abs(step), ahead.length);
  return ahead.at(step > 0 ? furthest - 1 : -furthest) ?? current;
}

/** The lines at which the keyboard stops: not the blank ones, nor those that import. */
export function stopsOf(lines) {
  const isStop = (text) => text.trim() !== "" && !text.startsWith("import ");
  return lines.flatMap(({ tokens }, index) => (isStop(textOf(tokens)) ? [index] : []));
}

/** The first line that belongs to a node: where the keyboard begins. */
export function firstLinked(lines) {
  return Math.max(lines.findIndex((line) => line.nodes.length > 0), 0);
}

/** A line's tokens as code and note: the comment behind code, and the blanks before it. */
export function splitNote(tokens) {
  const last = tokens.at(-1);
  if (last?.[1] !== "comment" || textOf(tokens.slice(0, -1)).trim() === "") {
    return { code: tokens, note: [] };
  }
  const [text, role] = tokens.at(-2);
  const end = text.trimEnd().length;
  return { code: [...tokens.slice(0, -2), [text.slice(0, end), role]], note: [[text.slice(end), "plain"], last] };
}

/** How many letters the longest line has, without the shapes at the ends of lines: the graph shows them, too. */
export function longestLine(lines) {
  return lines.reduce((most, { tokens }) => Math.max(most, textOf(splitNote(tokens).code).length), 0);
}

/** The text of tokens. */
export function textOf(tokens) {
  return tokens.map(([text]) => text).join("");
}

/** The number of the node at which an edge called "2-5-0" ends. */
export function endOfEdge(edge) {
  return Number(edge.split("-")[1]);
}
