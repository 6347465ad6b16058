// The player's state, which lives in the widget's model and is shared by all its views in the page.
//
// The page never waits for the kernel: a change is set on the model first, which tells every view at
// once, and then offered to the kernel, which may be busy, dead or not there at all.

import { clampFrame, firstFrom, frameReached, lastFrom, phaseAt, reachedAt, speedBy, stepDelay } from "./frames.js";
import { saveChanges } from "./kernel.js";

const PLAYED_TRAITS = ["frame", "playing", "speed", "loop"];

export class Playback {
  /** `onChange(playback)` is called at every change, `onAlone()` when there is no kernel to tell of it. */
  constructor(model, payload, onChange, onAlone = () => {}) {
    this.model = model;
    this.onAlone = onAlone;
    this.payload = payload;
    this.onChange = onChange;
    this.timer = null;
    // Each view keeps its own timer and starts it anew at every change of frame. Whichever is due first
    // moves on, which resets the others: two views of one model never step twice.
    this.update = () => {
      this.onChange(this); // where other frames have come, too, the view takes them in first
      this.keepReached();
      this.schedule();
    };
    for (const trait of PLAYED_TRAITS) {
      model.on(`change:${trait}`, this.update);
    }
    this.keepReached();
    this.schedule();
  }

  get phases() {
    return this.payload.phases;
  }

  get count() {
    return this.payload.frames.length;
  }

  get frame() {
    return clampFrame(this.model.get("frame"), this.count);
  }

  get phase() {
    return phaseAt(this.phases, this.frame);
  }

  get playing() {
    return Boolean(this.model.get("playing")) && this.count > 1;
  }

  get speed() {
    return Number(this.model.get("speed")) || 1;
  }

  get loop() {
    return Boolean(this.model.get("loop"));
  }

  get atStart() {
    return this.frame === 0;
  }

  get atEnd() {
    return this.frame >= this.count - 1;
  }

  /** Show `frame` and stop there: what every control but Play does. The reader is there by choice, even if it is shown. */
  goTo(wanted) {
    const frame = clampFrame(wanted, this.count);
    this.set({ frame, reached: reachedAt(this.payload, frame), playing: false });
  }

  stepBy(distance) {
    this.goTo(this.frame + distance);
  }

  first() {
    this.goTo(firstFrom(this.phases, this.frame));
  }

  last() {
    this.goTo(lastFrom(this.phases, this.frame));
  }

  /** Go to the beginning of the phase with that index or key; nothing happens where there is none. */
  goToPhase(wanted) {
    const phase = this.phases.find(({ key }, index) => key === wanted || index === wanted);
    if (phase) {
      this.goTo(phase.first);
    }
  }

  pause() {
    if (this.playing) {
      this.set({ playing: false });
    }
  }

  /** Play or pause. Play at the end begins again. */
  toggle() {
    if (this.playing) {
      this.set({ playing: false });
    } else if (this.count > 1) {
      this.set({ frame: this.atEnd ? this.restart() : this.frame, playing: true });
    }
  }

  setSpeed(speed) {
    this.set({ speed });
  }

  changeSpeed(distance) {
    this.setSpeed(speedBy(this.speed, distance));
  }

  toggleLoop() {
    this.set({ loop: !this.loop });
  }

  /**
   * New frames have come: stay where as much has happened. How far the reader went stays in the model, so that all views
   * come to the same frame, and other groups that are opened lead back to where one was.
   */
  exchange(payload) {
    this.payload = payload;
    const frame = this.frameReached();
    if (frame !== this.model.get("frame")) {
      this.set({ frame });
    }
    this.schedule();
  }

  /** Whoever goes to another frame has come as far as that; an exchange alone leads to where one is. */
  keepReached() {
    if (!this.model.get("reached") || this.frame !== this.frameReached()) {
      this.model.set("reached", reachedAt(this.payload, this.frame));
    }
  }

  frameReached() {
    return frameReached(this.payload, this.model.get("reached") ?? {}, this.frame);
  }

  /** Forget the model and the timer: nothing runs on after the view has gone. */
  dispose() {
    clearTimeout(this.timer);
    for (const trait of PLAYED_TRAITS) {
      this.model.off(`change:${trait}`, this.update);
    }
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = this.playing ? setTimeout(() => this.tick(), stepDelay(this.speed)) : null;
  }

  /** Where playing begins again: a loop repeats its phase, otherwise all phases follow each other once more. */
  restart() {
    return this.loop ? this.phase.first : 0;
  }

  tick() {
    const { first, count } = this.phase;
    if (this.loop && count > 1 && this.frame === first + count - 1) {
      this.set({ frame: first });
      return;
    }
    if (this.atEnd) {
      this.set({ playing: false });
      return;
    }
    const next = this.frame + 1;
    this.set({ frame: next, playing: this.loop || next < this.count - 1 });
  }

  set(changes) {
    for (const [trait, value] of Object.entries(changes)) {
      this.model.set(trait, value);
    }
    if (!saveChanges(this.model)) {
      this.onAlone(); // the page goes on by itself
    }
  }
}
