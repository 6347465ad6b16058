// What a screen reader is told: the step that one has come to, once one stays there, and what a key has found.

import { element } from "./dom.js";

const SETTLED = 250; // ms without another step before it is spoken
const SLOW_ENOUGH = 0.5; // while playing, only a pass as slow as this leaves time to speak

/** Whether a step is spoken: every one that was stepped to, and when playing only where there is time. */
export function isSpoken({ playing, speed }) {
  return !playing || speed <= SLOW_ENOUGH;
}

/** A frame's words with its place: the number of its step, and first of all its phase where that is another one. */
export function spokenStep(frame, { frame: index, phase }, phaseBefore, say) {
  if (!frame) {
    return "";
  }
  const step = say("spoken_step", { number: index - phase.first + 1, count: phase.count, said: frame.spoken });
  return phase.key === phaseBefore ? step : say("spoken_phase", { phase: phase.label, said: step });
}

/**
 * A live region for the ear. `step(frame, playback)` speaks the newest step; what comes thick and fast is left out.
 * `tell(text)` says something at once, and again where it has just been said.
 */
export function buildSpeech(say) {
  const root = element("div", { class: "ng-aside ng-spoken", "aria-live": "polite" });
  let timer = null;
  let newest = null; // the frame that was shown last
  let phase = null; // the key of the phase that was spoken last

  function step(frame, playback) {
    const beginning = newest === null; // a page that has just been opened is silent
    const place = `${playback.frame} ${frame?.spoken}`;
    if (place === newest) {
      return;
    }
    newest = place;
    clearTimeout(timer);
    if (beginning) {
      phase = playback.phase.key;
    } else if (isSpoken(playback)) {
      timer = setTimeout(() => {
        root.textContent = spokenStep(frame, playback, phase, say);
        phase = playback.phase.key;
      }, SETTLED);
    }
  }

  function tell(text) {
    clearTimeout(timer);
    root.textContent = root.textContent === text ? `${text}\u00a0` : text; // the same text would not be read again
  }

  return { root, step, tell, dispose: () => clearTimeout(timer) };
}
