// The player's state, which lives in the widget's model and is shared by all its views in the page.
//
// The page never waits for the kernel: a change is set on the model first, which tells every view at
// once, and then offered to the kernel, which may be busy, dead or not there at all.

import { clampFrame, stepDelay } from "./frames.js";

export class Playback {
  constructor(model, count, onChange) {
    this.model = model;
    this.count = count;
    this.onChange = onChange;
    this.timer = null;
    // Each view keeps its own timer and starts it anew at every change of frame. Whichever is due first
    // moves on, which resets the others: two views of one model never step twice.
    this.update = () => {
      this.schedule();
      this.onChange(this);
    };
    for (const trait of ["frame", "playing", "speed"]) {
      model.on(`change:${trait}`, this.update);
    }
    this.schedule();
  }

  get frame() {
    return clampFrame(this.model.get("frame"), this.count);
  }

  get playing() {
    return Boolean(this.model.get("playing")) && this.count > 1;
  }

  get speed() {
    return Number(this.model.get("speed")) || 1;
  }

  get atStart() {
    return this.frame === 0;
  }

  get atEnd() {
    return this.frame >= this.count - 1;
  }

  /** Show `frame` and stop there: what every control but Play does. */
  goTo(frame) {
    this.set({ frame: clampFrame(frame, this.count), playing: false });
  }

  stepBy(distance) {
    this.goTo(this.frame + distance);
  }

  /** Play or pause. Play at the end begins again. */
  toggle() {
    if (this.playing) {
      this.set({ playing: false });
    } else if (this.count > 1) {
      this.set({ frame: this.atEnd ? 0 : this.frame, playing: true });
    }
  }

  setSpeed(speed) {
    this.set({ speed });
  }

  /** Forget the model and the timer: nothing runs on after the view has gone. */
  dispose() {
    clearTimeout(this.timer);
    for (const trait of ["frame", "playing", "speed"]) {
      this.model.off(`change:${trait}`, this.update);
    }
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = this.playing ? setTimeout(() => this.tick(), stepDelay(this.speed)) : null;
  }

  tick() {
    if (this.atEnd) {
      this.set({ playing: false });
      return;
    }
    const next = this.frame + 1;
    this.set({ frame: next, playing: next < this.count - 1 });
  }

  set(changes) {
    for (const [trait, value] of Object.entries(changes)) {
      this.model.set(trait, value);
    }
    try {
      const sent = this.model.save_changes();
      sent?.catch?.(() => {});
    } catch {
      // No kernel to tell. The page goes on by itself.
    }
  }
}
