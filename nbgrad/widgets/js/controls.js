// The row of controls under the drawing: first, back, play, forward, last, scrubber, counter, loop, speed.

import { element, svgElement } from "./dom.js";
import { SPEEDS, nearestSpeed, progress } from "./frames.js";

const ICONS = {
  first: "M1 1h2v10H1zM12 1v10L4 6z",
  back: "M9.5 1v10l-8-5z",
  play: "M2 0.5v11L11.5 6z",
  pause: "M1.5 1h3.4v10H1.5zM7.1 1h3.4v10H7.1z",
  forward: "M2.5 1v10l8-5z",
  last: "M9 1h2v10H9zM0 1v10l8-5z",
  loop: "M3.5 2.2h4.3V.3l3 2.7-3 2.7V3.9H3.5A1.6 1.6 0 0 0 1.9 5.5v.7H.2v-.7a3.3 3.3 0 0 1 3.3-3.3zM8.5 9.8H4.2v1.9l-3-2.7 3-2.7v1.8h4.3a1.6 1.6 0 0 0 1.6-1.6v-.7h1.7v.7a3.3 3.3 0 0 1-3.3 3.3z",
};

/**
 * Build the controls. `say` gives the words, `actions` what each does; `more`: further buttons at the end. The result's
 * `show(playback, caption)` brings them up to date. The scrubber runs over the present phase.
 */
export function buildControls(say, actions, more) {
  const first = iconButton("first", say("first"), actions.first);
  const back = iconButton("back", say("back"), actions.back);
  const play = buildPlay(say, actions.toggle);
  const forward = iconButton("forward", say("forward"), actions.forward);
  const last = iconButton("last", say("last"), actions.last);
  const scrub = buildScrubber(say("scrub"), actions.goTo);
  const counter = element("span", { class: "ng-counter ng-dim" });
  const loop = iconButton("loop", say("loop"), actions.loop);
  const speed = buildSpeed(say("speed"), actions.setSpeed);
  const root = element("div", { class: "ng-foot", role: "group", "aria-label": say("controls") }, [
    element("div", { class: "ng-buttons" }, [first, back, play.button, forward, last]),
    scrub.root,
    counter,
    element("div", { class: "ng-buttons ng-more" }, [loop, speed, ...more]),
  ]);

  function counterText(number, count) {
    return count === 0 ? say("no_steps") : say("step", { number, count });
  }

  function show(playback, caption) {
    const { frame, phase, playing, atStart, atEnd } = playback;
    const place = frame - phase.first;
    setDisabled(first, atStart);
    setDisabled(back, atStart);
    setDisabled(forward, atEnd);
    setDisabled(last, atEnd);
    setDisabled(play.button, playback.count < 2);
    play.show(playing);
    const told = counterText(place + 1, phase.count);
    scrub.show(phase, place, told + (caption ? `: ${caption}` : ""));
    setText(counter, told);
    setAttribute(counter, "data-widest", counterText(phase.count, phase.count));
    setAttribute(loop, "aria-pressed", String(playback.loop));
    const chosen = String(nearestSpeed(playback.speed));
    if (speed.value !== chosen) {
      speed.value = chosen;
    }
  }

  return { root, show };
}

function icon(name) {
  const shape = svgElement("path", { d: ICONS[name] });
  return svgElement("svg", { class: "ng-icon", viewBox: "0 0 12 12", "aria-hidden": "true" }, [shape]);
}

function iconButton(name, label, action) {
  const attributes = { type: "button", class: `ng-button ng-${name}`, "aria-label": label, title: label };
  const button = element("button", attributes, [icon(name)]);
  button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && action());
  return button;
}

function buildPlay(say, toggle) {
  const word = element("span");
  const button = element("button", { type: "button", class: "ng-button ng-button-main ng-play" });
  const icons = { play: icon("play"), pause: icon("pause") };
  button.append(icons.play, icons.pause, word);
  button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && toggle());

  function show(playing) {
    setText(word, say(playing ? "pause" : "play"));
    icons.play.style.display = playing ? "none" : "";
    icons.pause.style.display = playing ? "" : "none";
  }

  return { button, show };
}

/** The scrubber over one phase: its own places are counted from 0, whatever frame the phase begins with. */
function buildScrubber(label, goTo) {
  const root = element("input", { type: "range", class: "ng-range ng-scrub", min: "0", step: "1", "aria-label": label });
  let first = 0;
  root.addEventListener("input", () => goTo(first + Number(root.value)));

  function show(phase, place, told) {
    first = phase.first;
    const single = phase.count < 2; // one step is the whole way: the scrubber stands at its end
    setAttribute(root, "max", String(single ? 1 : phase.count - 1));
    root.disabled = single;
    root.value = String(single ? phase.count : place);
    root.style.setProperty("--ng-progress", progress(place, phase.count).toFixed(4));
    setAttribute(root, "aria-valuetext", told);
  }

  return { root, show };
}

function buildSpeed(label, setSpeed) {
  const options = SPEEDS.map((speed) => element("option", { value: String(speed) }, [`${speed}×`]));
  const select = element("select", { class: "ng-select ng-speed", "aria-label": label, title: label }, options);
  select.addEventListener("change", () => setSpeed(Number(select.value)));
  return select;
}

/** Not the `disabled` attribute: a button that vanishes from the keyboard under a finger loses the focus. */
function setDisabled(button, disabled) {
  setAttribute(button, "aria-disabled", String(disabled));
}

/** Touch the page only where something changes: what is written again is laid out again. */
function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value);
  }
}

function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}
