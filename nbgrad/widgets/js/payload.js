// What the kernel sends, made complete: whatever is missing is empty, so that the page never has to ask.

const NO_PLACE = [0, 0];

/** Return the payload with every part that the page reads; parts that were not sent are empty. */
export function readPayload(raw) {
  const frames = (raw.frames ?? []).map(readFrame);
  return {
    ...raw,
    title: raw.title ?? "",
    svg: raw.svg ?? "",
    frames,
    phases: raw.phases ?? onePhase(frames.length),
    start: raw.start ?? 0,
    nodes: raw.nodes ?? {},
    edges: readEdges(raw),
    paths: raw.paths ?? [],
    quiz: raw.quiz ?? [],
    orders: raw.orders ?? [],
    code: raw.code ?? [],
    groups: raw.groups ?? [],
    ghosts: raw.ghosts ?? null,
    words: raw.words ?? {},
  };
}

/** Give each edge the formula and the sentence of its frame, where it has none of its own. */
function readEdges({ edges = {}, frames = [] }) {
  const told = (edge) => frames[edge.frame] ?? {};
  return Object.fromEntries(
    Object.entries(edges).map(([key, edge]) => [
      key,
      { ...edge, math: edge.math ?? told(edge).math ?? "", sentence: edge.sentence ?? told(edge).sentence ?? "" },
    ]),
  );
}

function readFrame(raw) {
  return {
    ...raw,
    phase: raw.phase ?? "backward",
    caption: raw.caption ?? "",
    active: raw.active ?? null,
    edges: raw.edges ?? [raw.edge].filter(Boolean),
    label: raw.label ?? "",
    label_at: raw.label_at ?? NO_PLACE,
    target: raw.target ?? null,
    slot: raw.slot ?? "gradient",
    fragment: raw.fragment ?? raw.gradient ?? "",
    number: raw.number ?? null,
    math: raw.math ?? "",
    equation: raw.equation ?? [],
    sentence: joined(raw.sentence, raw.fold?.said),
    spoken: joined(raw.spoken ?? joined(raw.sentence, raw.number), raw.fold?.said),
    line: raw.line ?? null,
    fold: raw.fold ?? null,
    arrival: raw.arrival ?? null,
  };
}

function joined(...sentences) {
  // A full stop of Chinese brings its own space.
  return sentences.filter(Boolean).reduce((said, next) => said + (/[。！？]$/.test(said) ? "" : " ") + next, "").trim();
}

function onePhase(count) {
  return count === 0 ? [] : [{ key: "backward", label: "Backward", first: 0, count }];
}
