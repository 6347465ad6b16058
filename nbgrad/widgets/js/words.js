// The equation of the step, and the sentence that says what it means.

import { element } from "./dom.js";
import { equationOf } from "./mathematics.js";

const MEASURED = 8; // how many of the longest lines are laid out to find the room that is needed

/** Build both lines. `exchange(frames)` takes the frames, `show(frame)` fills them in, `dispose()` stops watching. */
export function buildWords() {
  const equation = element("p", { class: "ng-equation" });
  const sentence = element("p", { class: "ng-sentence ng-dim" });
  const root = element("div", { class: "ng-words" }, [equation, sentence]);
  let frames = [];
  let width = 0;
  const watch = new ResizeObserver(() => {
    if (root.clientWidth !== width) {
      width = root.clientWidth;
      reserve(root, frames, [equation, sentence]);
    }
  });
  watch.observe(root);

  function exchange(newFrames) {
    frames = newFrames;
    if (width > 0) {
      reserve(root, frames, [equation, sentence]);
    }
  }

  function show(frame) {
    equation.replaceChildren(...(frame ? equationOf(frame) : []));
    sentence.textContent = frame?.sentence ?? "";
  }

  return { root, exchange, show, dispose: () => watch.disconnect() };
}

/**
 * Keep the room that the longest equation and the longest sentence need at this width. Otherwise the buttons
 * below would move from under the pointer while one steps.
 */
function reserve(root, frames, [equation, sentence]) {
  const written = (frame) => frame.equation.reduce((sum, { text }) => sum + text.length, frame.math.length);
  const equations = longest(frames, written).map((frame) => element("p", { class: "ng-equation" }, equationOf(frame)));
  const sentences = longest(frames, (frame) => frame.sentence.length).map((frame) =>
    element("p", { class: "ng-sentence" }, [frame.sentence]),
  );
  const probe = element("div", { class: "ng-probe", "aria-hidden": "true" }, [...equations, ...sentences]);
  root.append(probe);
  equation.style.minHeight = `${tallest(equations)}px`;
  sentence.style.minHeight = `${tallest(sentences)}px`;
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

function tallest(lines) {
  return Math.ceil(Math.max(0, ...lines.map((line) => line.getBoundingClientRect().height)));
}
