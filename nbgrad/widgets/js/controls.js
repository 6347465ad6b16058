// The row of controls under the drawing: first, back, play, forward, last, scrubber, counter, speed.

import { element, svgElement } from "./dom.js";
import { SPEEDS, counterText, progress } from "./frames.js";

const ICONS = {
  first: "M1 1h2v10H1zM12 1v10L4 6z",
  back: "M9.5 1v10l-8-5z",
  play: "M2 0.5v11L11.5 6z",
  pause: "M1.5 1h3.4v10H1.5zM7.1 1h3.4v10H7.1z",
  forward: "M2.5 1v10l8-5z",
  last: "M9 1h2v10H9zM0 1v10l8-5z",
};

/** Build the controls. `actions` says what each does; the result's `show(playback)` brings them up to date. */
export function buildControls(count, captionOf, actions) {
  const first = iconButton("first", "First step", actions.first);
  const back = iconButton("back", "Step back", actions.back);
  const play = buildPlay(actions.toggle);
  const forward = iconButton("forward", "Step forward", actions.forward);
  const last = iconButton("last", "Last step", actions.last);
  const scrub = buildScrubber(count, actions.goTo);
  const counter = element("span", { class: "ng-counter ng-dim", "data-widest": counterText(count - 1, count) });
  const speed = buildSpeed(actions.setSpeed);
  const root = element("div", { class: "ng-foot", role: "group", "aria-label": "Player controls" }, [
    element("div", { class: "ng-buttons" }, [first, back, play.button, forward, last]),
    scrub,
    counter,
    speed,
  ]);

  function show(playback) {
    const { frame, playing, atStart, atEnd } = playback;
    setDisabled(first, atStart);
    setDisabled(back, atStart);
    setDisabled(forward, atEnd);
    setDisabled(last, atEnd);
    setDisabled(play.button, count < 2);
    play.show(playing);
    scrub.value = String(frame);
    scrub.style.setProperty("--ng-progress", progress(frame, count).toFixed(4));
    counter.textContent = counterText(frame, count);
    const caption = captionOf(frame);
    scrub.setAttribute("aria-valuetext", counterText(frame, count) + (caption ? `: ${caption}` : ""));
    speed.value = String(nearestSpeed(playback.speed));
  }

  return { root, show };
}

/** The offered speed that comes nearest to the one that was set, which the kernel may choose freely. */
export function nearestSpeed(speed) {
  return SPEEDS.reduce((best, each) => (Math.abs(each - speed) < Math.abs(best - speed) ? each : best));
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

function buildPlay(toggle) {
  const word = element("span");
  const button = element("button", { type: "button", class: "ng-button ng-button-main ng-play" });
  const icons = { play: icon("play"), pause: icon("pause") };
  button.append(icons.play, icons.pause, word);
  button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && toggle());

  function show(playing) {
    word.textContent = playing ? "Pause" : "Play";
    icons.play.style.display = playing ? "none" : "";
    icons.pause.style.display = playing ? "" : "none";
  }

  return { button, show };
}

function buildScrubber(count, goTo) {
  const scrub = element("input", {
    type: "range",
    class: "ng-range ng-scrub",
    min: "0",
    max: String(Math.max(0, count - 1)),
    step: "1",
    value: "0",
    "aria-label": "Step of the backward pass",
  });
  scrub.disabled = count < 2;
  scrub.addEventListener("input", () => goTo(Number(scrub.value)));
  return scrub;
}

function buildSpeed(setSpeed) {
  const options = SPEEDS.map((speed) => element("option", { value: String(speed) }, [`${speed}×`]));
  const select = element("select", { class: "ng-select ng-speed", "aria-label": "Speed", title: "Speed" }, options);
  select.addEventListener("change", () => setSpeed(Number(select.value)));
  return select;
}

/** Not the `disabled` attribute: a button that vanishes from the keyboard under a finger loses the focus. */
function setDisabled(button, disabled) {
  button.setAttribute("aria-disabled", String(disabled));
}
