// The equation of the step, and the sentence that says what it means.

import { element } from "./dom.js";
import { equationOf } from "./mathematics.js";

const MEASURED = 8; // how many of the longest frames are laid out to find the room that is needed

/** Build both lines. `exchange(frames)` takes the frames, `show(frame)` fills them in, `dispose()` stops watching. */
export function buildWords() {
  const equation = element("p", { class: "ng-equation" });
  const sentence = element("p", { class: "ng-sentence ng-dim" });
  const lines = element("div", { class: "ng-lines-of-step" }, [equation, sentence]);
  const root = element("div", { class: "ng-words" }, [lines]);
  let frames = [];
  let width = 0;
  const watch = new ResizeObserver(() => {
    if (root.clientWidth !== width) {
      width = root.clientWidth;
      reserve(root, frames, lines);
    }
  });
  watch.observe(root);

  function exchange(newFrames) {
    frames = newFrames;
    if (width > 0) {
      reserve(root, frames, lines);
    }
  }

  function show(frame) {
    equation.replaceChildren(...(frame ? equationOf(frame) : []));
    sentence.textContent = frame?.sentence ?? "";
  }

  return { root, exchange, show, dispose: () => watch.disconnect() };
}

/**
 * Keep the room that equation and sentence need together in the frame where they need most at this width. Otherwise
 * the buttons below would move from under the pointer while one steps.
 */
function reserve(root, frames, lines) {
  const written = (frame) => frame.equation.reduce((sum, { text }) => sum + text.length, frame.math.length);
  const told = (frame) => frame.sentence.length;
  const tried = new Set([...longest(frames, written), ...longest(frames, told)]);
  const probes = [...tried].map((frame) =>
    element("div", {}, [
      element("p", { class: "ng-equation" }, equationOf(frame)),
      element("p", { class: "ng-sentence" }, [frame.sentence]),
    ]),
  );
  const probe = element("div", { class: "ng-probe", "aria-hidden": "true" }, probes);
  root.append(probe);
  lines.style.minHeight = `${tallest(probes)}px`;
  probe.remove();
}

/** The few frames for which `length` is greatest. */
export function longest(frames, length) {
  return frames
    .map((frame) => [length(frame), frame])
    .sort(([a], [b]) => b - a)
    .slice(0, MEASURED)
    .map(([, frame]) => frame);
}

function tallest(probes) {
  return Math.ceil(Math.max(0, ...probes.map((probe) => probe.getBoundingClientRect().height)));
}
