// The player: a drawing on which the backward pass runs, its equation, a sentence and the controls.

import { buildControls } from "./controls.js";
import { element } from "./dom.js";
import { listenToKeys } from "./keyboard.js";
import { Playback } from "./playback.js";
import { Stage } from "./stage.js";
import { buildWords } from "./words.js";

function render({ model, el }) {
  const payload = model.get("payload");
  const frames = payload.frames;
  const stage = new Stage(payload);
  const head = buildHead(payload.title);
  const words = buildWords(frames);
  const playback = new Playback(model, frames.length, show);
  const actions = {
    first: () => playback.goTo(0),
    back: () => playback.stepBy(-1),
    toggle: () => playback.toggle(),
    forward: () => playback.stepBy(1),
    last: () => playback.goTo(frames.length - 1),
    goTo: (frame) => playback.goTo(frame),
    setSpeed: (speed) => playback.setSpeed(speed),
  };
  const controls = buildControls(frames.length, (frame) => frames[frame]?.caption ?? "", actions);
  const root = element(
    "section",
    { class: "ng-widget ng-card ng-player", "aria-label": `Backward pass of ${payload.title}` },
    [head.root, stage.root, words.root, controls.root],
  );
  const deaf = listenToKeys(root, actions);

  function show() {
    const frame = playback.frame;
    root.classList.toggle("ng-playing", playback.playing);
    stage.show(frame);
    head.show(frames[frame]);
    words.show(frames[frame]);
    controls.show(playback);
  }

  el.append(root);
  show();
  return () => {
    deaf();
    playback.dispose();
    stage.dispose();
    words.dispose();
    root.remove();
  };
}

function buildHead(title) {
  const caption = element("span", { class: "ng-caption" });
  const root = element("div", { class: "ng-head" }, [
    element("span", { class: "ng-title" }, [title]),
    element("span", { class: "ng-dim" }, ["backward pass"]),
    caption,
  ]);

  function show(frame) {
    caption.textContent = frame?.caption ?? "";
    caption.hidden = caption.textContent === "";
  }

  return { root, show };
}

export default { render };
