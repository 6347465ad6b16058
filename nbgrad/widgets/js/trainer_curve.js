// The loss curve: drawn anew with every state, which is a few hundred points at most.

import { element, svgElement } from "./dom.js";
import { linearTicks, lossAxis, nearestIndex, shortNumber } from "./plot_scale.js";
import { chartWords } from "./trainer_words.js";

const CURVE_HEIGHT = 300;
const CURVE_MARGIN = { left: 58, right: 18, top: 16, bottom: 42 };

/**
 * Build the curve. `show(state)` draws; a cursor follows the mouse, or the arrow keys when it has the focus. For a
 * screen reader it is a slider over the epochs, whose value is the reading.
 */
export function buildCurve(say) {
  const svg = svgElement("svg", { class: "ng-curve ng-focusable", tabindex: "0" });
  const key = buildKey(say);
  const root = element("div", { class: "ng-plot" }, [key.root, svg]);
  let state = null;
  let pointed = null; // the epoch under the cursor; null: the present one
  let width = 0;

  function draw() {
    width = Math.max(260, Math.round(svg.clientWidth || root.clientWidth || 440));
    if (state) {
      paintCurve(svg, key, state, pointed, width, say);
    }
  }

  function point(epoch) {
    pointed = epoch;
    draw();
  }

  const spread = () => width - CURVE_MARGIN.left - CURVE_MARGIN.right;
  svg.addEventListener("pointermove", (event) => {
    const x = event.clientX - svg.getBoundingClientRect().left - CURVE_MARGIN.left;
    point((x / spread()) * lastEpoch(state));
  });
  svg.addEventListener("pointerleave", () => point(null));
  svg.addEventListener("blur", () => point(null));
  svg.addEventListener("keydown", (event) => {
    const epochs = state.curve.epochs;
    const moves = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -epochs.length, End: epochs.length };
    if (!Object.hasOwn(moves, event.key) || epochs.length === 0) {
      return;
    }
    event.preventDefault();
    const now = nearestIndex(epochs, pointed ?? state.epoch);
    point(epochs[Math.min(epochs.length - 1, Math.max(0, now + moves[event.key]))]);
  });
  const observer = new ResizeObserver(() => Math.abs(svg.clientWidth - width) > 1 && draw());
  observer.observe(svg);

  function show(next) {
    state = next;
    draw();
  }

  return { root, show, dispose: () => observer.disconnect() };
}

function lastEpoch(state) {
  return Math.max(1, state.epochs, state.recorded);
}

function buildKey(say) {
  const train = keyEntry("ng-train", say("key_training"));
  const validation = keyEntry("ng-validation", say("key_validation"));
  const place = element("span", { class: "ng-place" });
  const root = element("div", { class: "ng-key" }, [train.root, validation.root, place]);

  function show(words) {
    train.value.textContent = words.train;
    validation.value.textContent = words.validation;
    train.root.hidden = words.train === "";
    validation.root.hidden = words.validation === "";
    place.textContent = words.epoch;
  }

  return { root, show };
}

function keyEntry(name, label) {
  const swatch = svgElement("svg", { viewBox: "0 0 24 8", width: "24", height: "8", "aria-hidden": "true" }, [
    svgElement("path", { d: "M0 4H24", class: name }),
  ]);
  const value = element("b", { class: `${name}-text` });
  return { root: element("span", { class: "ng-entry" }, [swatch, label, value]), value };
}

function paintCurve(svg, key, state, pointed, width, say) {
  const { left, right, top, bottom } = CURVE_MARGIN;
  const axis = lossAxis([...state.curve.train, ...state.curve.validation].filter((value) => value !== null));
  const x = (epoch) => left + (epoch / lastEpoch(state)) * (width - left - right);
  const y = (loss) => CURVE_HEIGHT - bottom - axis.at(loss) * (CURVE_HEIGHT - top - bottom);
  const layers = [...gridLines(axis, x, y, width, lastEpoch(state), say)];
  for (const [name, losses] of [["ng-validation", state.curve.validation], ["ng-train", state.curve.train]]) {
    layers.push(...curveLines(name, state, losses, x, y));
  }
  const index = nearestIndex(state.curve.epochs, pointed ?? state.epoch);
  const seen = index >= 0 && (pointed !== null || state.epoch > 0);
  const nothing = { epoch: "", train: "", validation: "", spoken: say("no_epochs") };
  const words = seen ? cursorWords(state, index, say) : nothing;
  if (seen) {
    layers.push(...cursorMarks(state, index, words, x, y, width));
  } else if (index < 0) {
    const middle = [(left + width - right) / 2, (top + CURVE_HEIGHT - bottom) / 2];
    layers.push(label(...middle, chartWords(state, say), "ng-tick", "middle"));
  }
  key.show(words);
  svg.setAttribute("viewBox", `0 0 ${width} ${CURVE_HEIGHT}`);
  svg.setAttribute("height", String(CURVE_HEIGHT));
  svg.setAttribute("aria-label", say(axis.logarithmic ? "curve_logarithmic" : "curve_linear"));
  tellReading(svg, state.curve.epochs, index, words.spoken);
  svg.replaceChildren(...layers);
}

/** The reading as a slider's value; before the first epoch there is nothing to slide over. */
function tellReading(svg, epochs, index, spoken) {
  const slides = index >= 0;
  const values = { valuemin: epochs[0], valuemax: epochs.at(-1), valuenow: epochs[index], valuetext: spoken };
  svg.setAttribute("role", slides ? "slider" : "img");
  for (const [name, value] of Object.entries(values)) {
    if (slides) {
      svg.setAttribute(`aria-${name}`, String(value));
    } else {
      svg.removeAttribute(`aria-${name}`);
    }
  }
}

function gridLines(axis, x, y, width, last, say) {
  const { left, right, bottom } = CURVE_MARGIN;
  const lines = axis.ticks.flatMap((tick) => [
    svgElement("path", { class: "ng-grid", d: `M${left} ${y(tick).toFixed(1)}H${width - right}` }),
    label(left - 9, y(tick) + 4, shortNumber(tick), "ng-tick", "end"),
  ]);
  const steps = linearTicks(0, last, width < 420 ? 4 : 6).filter((tick) => Number.isInteger(tick));
  lines.push(svgElement("path", { class: "ng-grid ng-base", d: `M${left} ${CURVE_HEIGHT - bottom}H${width - right}` }));
  lines.push(...steps.map((tick) => label(x(tick), CURVE_HEIGHT - bottom + 18, String(tick), "ng-tick", "middle")));
  lines.push(label((left + width - right) / 2, CURVE_HEIGHT - 6, say("epoch"), "ng-tick", "middle"));
  return lines;
}

/** The line up to the present epoch, and faintly what lies beyond it after a rewind. */
function curveLines(name, state, losses, x, y) {
  const points = state.curve.epochs
    .map((epoch, index) => ({ epoch, loss: losses[index] }))
    .filter(({ loss }) => loss !== null && loss !== undefined);
  const line = (part, kind) =>
    part.length > 0
      ? [
          svgElement("polyline", {
            class: kind,
            points: part.map(({ epoch, loss }) => `${x(epoch).toFixed(1)},${y(loss).toFixed(1)}`).join(" "),
          }),
        ]
      : [];
  const past = points.filter(({ epoch }) => epoch <= state.epoch);
  const future = points.filter(({ epoch }) => epoch >= state.epoch);
  return [...(future.length > 1 ? line(future, `${name} ng-future`) : []), ...line(past, name)];
}

function cursorWords(state, index, say) {
  const epoch = state.curve.epochs[index];
  const train = shortNumber(state.curve.train[index], 3);
  const validation = state.curve.validation.length > 0 ? shortNumber(state.curve.validation[index], 3) : "";
  const spoken = say(validation ? "losses" : "loss", { epoch, train, validation });
  return { epoch: say("epoch_number", { epoch }), train, validation, spoken, short: [epoch, train, validation].filter(Boolean).join(" · ") };
}

function cursorMarks(state, index, words, x, y, width) {
  const { top, bottom, right } = CURVE_MARGIN;
  const place = x(state.curve.epochs[index]);
  const loss = state.curve.train[index];
  const validation = state.curve.validation[index];
  const room = words.short.length * 7.2 + 12;
  const turned = place + room > width - right;
  const marks = [
    svgElement("path", { class: "ng-cursor", d: `M${place.toFixed(1)} ${top - 4}V${CURVE_HEIGHT - bottom}` }),
    label(place + (turned ? -8 : 8), top + 8, words.short, "ng-reading", turned ? "end" : "start"),
  ];
  for (const [value, name] of [[validation, "ng-validation-dot"], [loss, "ng-train-dot"]]) {
    if (value !== null && value !== undefined) {
      marks.push(svgElement("circle", { class: name, cx: place.toFixed(1), cy: y(value).toFixed(1), r: "4.5" }));
    }
  }
  return marks;
}

function label(x, y, words, kind, anchor = "start") {
  return svgElement("text", { x: x.toFixed(1), y: y.toFixed(1), class: kind, "text-anchor": anchor }, [words]);
}
