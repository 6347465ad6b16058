// What the training controls say and send: words and numbers only. The sentences come from the catalogue, by `say`.

import { shortNumber } from "./plot_scale.js";

const LOWEST_POWER = -6;
const HIGHEST_POWER = 1;
const PHASES = ["ready", "running", "paused", "finished", "error"];

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
export function durationWords(seconds, say) {
  if (seconds < 10) {
    return say("seconds", { seconds: seconds.toFixed(1) });
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return say("seconds", { seconds: whole });
  }
  return whole < 3600
    ? say("minutes", { minutes: Math.floor(whole / 60), seconds: whole % 60 })
    : say("hours", { hours: Math.floor(whole / 3600), minutes: Math.floor((whole % 3600) / 60) });
}

/** A pace in steps a second, with commas between the thousands. */
export function paceWords(pace, say) {
  const rounded = pace >= 10 ? Math.round(pace) : Number(pace.toPrecision(2));
  return say("pace", { pace: rounded.toLocaleString("en-US") });
}

/** How much of the whole training is done, 0 to 1. */
export function shareDone(state) {
  const done = state.epoch + state.step / Math.max(1, state.stepsPerEpoch);
  return Math.min(1, done / Math.max(1, state.epochs));
}

/** The word on the main button. */
export function playWord(phase, state, say) {
  if (phase === "running") {
    return say("pause");
  }
  return phase === "finished" ? say("more", { epochs: state.span }) : say("play");
}

/** What the chart says where it has nothing to draw yet. */
export function chartWords(state, say) {
  if (state.step === 0 || state.stepsPerEpoch === 1) {
    return say("chart_empty");
  }
  const place = say("step_of", { number: state.step, count: state.stepsPerEpoch });
  return state.lastLoss === null ? place : `${place} · ${say("batch_loss", { loss: shortNumber(state.lastLoss, 3) })}`;
}

/** Where the training stands, in a few words. */
export function phaseWords(phase, state, say) {
  if (phase === "paused" && state.stepsPerEpoch > 1 && state.step > 0) {
    return say("step_short", { number: state.step, count: state.stepsPerEpoch });
  }
  return PHASES.includes(phase) ? say(`phase_${phase}`) : "";
}
