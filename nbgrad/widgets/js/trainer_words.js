// What the training controls say and send: words and numbers only.

import { shortNumber } from "./plot_scale.js";

const LOWEST_POWER = -6;
const HIGHEST_POWER = 1;

/** The slider's position, a power of ten, for a learning rate, and its range widened to hold it. */
export function rateToPower(rate) {
  const power = Math.log10(rate);
  return { power, low: Math.min(LOWEST_POWER, Math.floor(power)), high: Math.max(HIGHEST_POWER, Math.ceil(power)) };
}

/** The learning rate at a position of the slider, with two significant digits. */
export function powerToRate(power) {
  return Number((10 ** power).toPrecision(2));
}

/** Text that was typed as a positive number; null where it is none. */
export function typedRate(text) {
  const number = Number(text.trim().replace(",", "."));
  return text.trim() !== "" && Number.isFinite(number) && number > 0 ? number : null;
}

/** Text that was typed as a whole number from 1 on; null where it is none. */
export function typedEpochs(text) {
  const number = Number(text.trim());
  return text.trim() !== "" && Number.isInteger(number) && number >= 1 ? number : null;
}

/** A duration in few characters. */
export function durationWords(seconds) {
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  return whole < 3600
    ? `${Math.floor(whole / 60)} min ${whole % 60} s`
    : `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A pace in steps a second, with commas between the thousands. */
export function paceWords(pace) {
  const rounded = pace >= 10 ? Math.round(pace) : Number(pace.toPrecision(2));
  return `${rounded.toLocaleString("en-US")} steps/s`;
}

/** How much of the whole training is done, 0 to 1. */
export function shareDone(state) {
  const done = state.epoch + state.step / Math.max(1, state.stepsPerEpoch);
  return Math.min(1, done / Math.max(1, state.epochs));
}

/** The word on the main button. */
export function playWord(phase, state) {
  if (phase === "running") {
    return "Pause";
  }
  return phase === "finished" ? `${state.span} more` : "Play";
}

/** What the chart says where it has nothing to draw yet. */
export function chartWords(state) {
  if (state.step === 0 || state.stepsPerEpoch === 1) {
    return "the loss of each epoch will be drawn here";
  }
  const place = `step ${state.step} of ${state.stepsPerEpoch}`;
  return state.lastLoss === null ? place : `${place} · batch loss ${shortNumber(state.lastLoss, 3)}`;
}

/** Where the training stands, in a few words. */
export function phaseWords(phase, state) {
  const place = state.stepsPerEpoch > 1 && state.step > 0 ? `step ${state.step}/${state.stepsPerEpoch}` : "";
  const words = {
    ready: "ready",
    running: "running",
    paused: place || "paused",
    finished: "finished",
    error: "stopped by an error",
  };
  return words[phase] ?? "";
}
