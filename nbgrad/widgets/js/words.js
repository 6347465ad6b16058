// The equation of the step in its own numbers, and the sentence that says what it means.

import { element } from "./dom.js";

const ROLES = ["plain", "gradient", "value", "dim"];

/** Build both lines for `frames`. `show(frame)` fills them in; `dispose()` stops watching the width. */
export function buildWords(frames) {
  const equation = element("p", { class: "ng-equation" });
  const sentence = element("p", { class: "ng-sentence ng-dim", "aria-live": "polite" });
  const root = element("div", { class: "ng-words" }, [equation, sentence]);
  let width = 0;
  const watch = new ResizeObserver(() => {
    if (root.clientWidth !== width) {
      width = root.clientWidth;
      reserve(root, frames, [equation, sentence]);
    }
  });
  watch.observe(root);

  function show(frame) {
    equation.replaceChildren(...equationTokens(frame));
    sentence.textContent = frame?.sentence ?? "";
  }

  return { root, show, dispose: () => watch.disconnect() };
}

/**
 * Keep the room that the longest equation and the longest sentence need at this width. Otherwise the buttons
 * below would move from under the pointer while one steps.
 */
function reserve(root, frames, [equation, sentence]) {
  const equations = frames.map((frame) => element("p", { class: "ng-equation" }, equationTokens(frame)));
  const sentences = frames.map((frame) => element("p", { class: "ng-sentence" }, [frame.sentence]));
  const probe = element("div", { class: "ng-probe", "aria-hidden": "true" }, [...equations, ...sentences]);
  root.append(probe);
  equation.style.minHeight = `${tallest(equations)}px`;
  sentence.style.minHeight = `${tallest(sentences)}px`;
  probe.remove();
}

function tallest(lines) {
  return Math.ceil(Math.max(0, ...lines.map((line) => line.getBoundingClientRect().height)));
}

function equationTokens(frame) {
  return (frame?.equation ?? []).map(({ text, role }) =>
    element("span", { class: `ng-token-${ROLES.includes(role) ? role : "plain"}` }, [text]),
  );
}
