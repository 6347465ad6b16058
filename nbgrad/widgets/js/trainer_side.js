// The controls at the side: buttons, learning rate, epochs, progress, rewind.

import { element, svgElement } from "./dom.js";
import { shortNumber } from "./plot_scale.js";
import {
  durationWords,
  paceWords,
  phaseWords,
  playWord,
  powerToRate,
  rateToPower,
  shareDone,
  typedEpochs,
  typedRate,
} from "./trainer_words.js";

const TRAINER_ICONS = {
  play: "M2 0.5v11L11.5 6z",
  pause: "M1.5 1h3.4v10H1.5zM7.1 1h3.4v10H7.1z",
  reset: "M6 1.2a4.8 4.8 0 1 1-4.7 5.9l1.5-.35A3.3 3.3 0 1 0 3.5 3.8L5.2 5.5H.6V.9l1.8 1.8A4.8 4.8 0 0 1 6 1.2z",
};

/** Build them. `send(type, value)` asks the kernel; `show(state, phase)` brings them up to date. */
export function buildSide(send, say) {
  const builders = [buildButtons, buildRate, buildEpochs, buildProgress, buildRewind];
  const parts = builders.map((build) => build(send, say));
  const root = element("div", { class: "ng-side", role: "group", "aria-label": say("controls") });
  root.append(...parts.map((part) => part.root));
  return { root, show: (state, phase) => parts.forEach((part) => part.show(state, phase)) };
}

function trainerIcon(name) {
  const shape = svgElement("path", { d: TRAINER_ICONS[name] });
  return svgElement("svg", { class: "ng-icon", viewBox: "0 0 12 12", "aria-hidden": "true" }, [shape]);
}

function textButton(name, title, content, action) {
  const button = element("button", { type: "button", class: `ng-button ${name}`, title }, content);
  button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && action());
  return button;
}

function buildButtons(send, say) {
  const word = element("span");
  const icons = { play: trainerIcon("play"), pause: trainerIcon("pause") };
  let running = false;
  const play = textButton("ng-button-main ng-play", say("space"), [icons.play, icons.pause, word], () =>
    send(running ? "pause" : "play"),
  );
  const step = textButton("ng-step", say("step_title"), [say("step")], () => send("step"));
  const reset = textButton("ng-reset", say("reset_title"), [trainerIcon("reset")], () => send("reset"));
  reset.setAttribute("aria-label", say("reset"));
  const root = element("div", { class: "ng-row" }, [play, step, reset]);

  function show(state, phase) {
    running = phase === "running";
    word.textContent = playWord(phase, state, say);
    icons.play.style.display = running ? "none" : "";
    icons.pause.style.display = running ? "" : "none";
    step.setAttribute("aria-disabled", String(running));
    reset.setAttribute("aria-disabled", String(!state.rewindable));
    reset.title = say(state.rewindable ? "reset_title" : "reset_needs");
  }

  return { root, show };
}

/** A labelled control: what it is at the left, its number at the right, the slider below. */
function field(name, number, control) {
  return element("div", { class: "ng-field" }, [
    element("div", { class: "ng-field-head" }, [element("span", { class: "ng-dim" }, [name]), number]),
    ...(control ? [control] : []),
  ]);
}

function numberInput(label, accept, commit) {
  const input = element("input", { type: "text", inputmode: "decimal", class: "ng-number ng-focusable", "aria-label": label });
  let shown = "";
  const settle = () => {
    const value = accept(input.value);
    input.setAttribute("aria-invalid", String(value === null));
    if (value !== null && input.value !== shown) {
      commit(value);
    }
  };
  input.addEventListener("change", settle);
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") {
      settle();
    } else if (event.key === "Escape") {
      input.value = shown;
      input.setAttribute("aria-invalid", "false");
    }
  });
  input.addEventListener("blur", () => {
    if (input.getAttribute("aria-invalid") === "true") {
      input.value = shown;
      input.setAttribute("aria-invalid", "false");
    }
  });

  function show(words) {
    shown = words;
    if (document.activeElement !== input) {
      input.value = words;
    }
  }

  return { input, show };
}

function buildRate(send, say) {
  const slider = element("input", { type: "range", class: "ng-range ng-rate", step: "0.05", "aria-label": say("rate_label") });
  const number = numberInput(say("rate_number"), typedRate, (rate) => send("learning_rate", rate));
  let held = false;
  const paint = (rate) => {
    const { low, high, power } = rateToPower(rate);
    slider.style.setProperty("--ng-progress", ((power - low) / (high - low)).toFixed(4));
    slider.setAttribute("aria-valuetext", String(rate));
    number.show(String(rate));
  };
  slider.addEventListener("input", () => {
    held = true;
    paint(powerToRate(Number(slider.value)));
  });
  slider.addEventListener("change", () => {
    held = false;
    send("learning_rate", powerToRate(Number(slider.value)));
  });

  function show(state) {
    if (held) {
      return; // the hand that is on the slider goes first
    }
    const { power, low, high } = rateToPower(state.learningRate);
    slider.min = String(low);
    slider.max = String(high);
    slider.value = String(power);
    paint(state.learningRate);
  }

  return { root: field(say("rate"), number.input, slider), show };
}

function buildEpochs(send, say) {
  const number = numberInput(say("epochs_label"), typedEpochs, (epochs) => send("epochs", epochs));
  return { root: field(say("epochs"), number.input), show: (state) => number.show(String(state.epochs)) };
}

function buildProgress(send, say) {
  const place = element("b");
  const fill = element("i");
  const bar = element("div", { class: "ng-bar", role: "progressbar", "aria-label": say("progress"), "aria-valuemin": "0" }, [fill]);
  const left = element("span");
  const right = element("span");
  const under = element("div", { class: "ng-field-head ng-dim ng-under" }, [left, right]);
  const root = field(say("epoch"), place, bar);
  root.append(under);

  function show(state, phase) {
    place.textContent = say("of", { number: state.epoch, count: state.epochs });
    fill.style.width = `${(100 * shareDone(state)).toFixed(1)}%`;
    bar.setAttribute("aria-valuemax", String(state.epochs));
    bar.setAttribute("aria-valuenow", String(state.epoch));
    const running = phase === "running";
    left.textContent = running && state.left !== null ? say("left", { time: durationWords(state.left, say) }) : phaseWords(phase, state, say);
    const untold = state.lastLoss === null || state.stepsPerEpoch === 1 || phase === "error";
    const batch = untold ? "" : say("batch_loss", { loss: shortNumber(state.lastLoss, 3) });
    right.textContent = running && state.pace !== null ? paceWords(state.pace, say) : batch;
  }

  return { root, show };
}

function buildRewind(send, say) {
  const slider = element("input", { type: "range", class: "ng-range ng-rewind", min: "0", step: "1", "aria-label": say("rewind_label") });
  const place = element("b");
  let held = false;
  const paint = (epoch, last) => {
    const words = say("epoch_of", { number: epoch, count: last });
    place.textContent = last ? words : "";
    slider.style.setProperty("--ng-progress", last ? (epoch / last).toFixed(4) : "0");
    slider.setAttribute("aria-valuetext", words);
  };
  slider.addEventListener("input", () => {
    held = true;
    paint(Number(slider.value), Number(slider.max));
  });
  slider.addEventListener("change", () => {
    held = false;
    send("rewind", Number(slider.value));
  });
  slider.addEventListener("blur", () => {
    held = false;
  });

  function show(state) {
    slider.disabled = !state.rewindable || state.recorded === 0;
    slider.max = String(state.recorded);
    if (!held) {
      slider.value = String(state.epoch);
      paint(state.epoch, state.recorded);
    }
  }

  return { root: field(say("rewind"), place, slider), show };
}
