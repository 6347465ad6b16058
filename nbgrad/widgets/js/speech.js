// What a screen reader is told: the step that one has come to, once one stays there.

import { element } from "./dom.js";

const SETTLED = 250; // ms without another step before it is spoken
const SLOW_ENOUGH = 0.5; // while playing, only a pass as slow as this leaves time to speak

/** Whether a step is spoken: every one that was stepped to, and when playing only where there is time. */
export function isSpoken({ playing, speed }) {
  return !playing || speed <= SLOW_ENOUGH;
}

/** A live region for the ear. `say(text, playback)` speaks the newest text; what comes thick and fast is left out. */
export function buildSpeech() {
  const root = element("div", { class: "ng-aside ng-spoken", "aria-live": "polite" });
  let timer = null;
  let newest = null;

  function say(text, playback) {
    const beginning = newest === null; // a page that has just been opened is silent
    if (text === newest) {
      return;
    }
    newest = text;
    clearTimeout(timer);
    if (!beginning && isSpoken(playback)) {
      timer = setTimeout(() => {
        root.textContent = text;
      }, SETTLED);
    }
  }

  return { root, say, dispose: () => clearTimeout(timer) };
}
