// What is asked of the kernel, and a line that says that no answer has come yet.

const KERNEL_PATIENCE = 5000; // ms without an answer
const ENDS = new Set(["restarting", "autorestarting", "terminating", "dead"]); // what Jupyter calls a kernel that goes
const orphans = new WeakSet(); // models whose kernel has gone: another one in its place knows nothing of them

/**
 * Call `onEnd()` when the kernel goes, also where Jupyter starts another one in its place by itself, and when it is shut
 * down; `hasGone` knows it from then on. What is returned stops it.
 */
export function watchKernel(model, onEnd) {
  const { statusChanged, disposed } = model.widget_manager?.kernel ?? {};
  const end = () => {
    orphans.add(model);
    onEnd();
  };
  const hear = (_, status) => ENDS.has(status) && end();
  const heard = [[statusChanged, hear], [disposed, end]].filter(([signal]) => typeof signal?.connect === "function");
  heard.forEach(([signal, listener]) => signal.connect(listener));
  return () => heard.forEach(([signal, listener]) => signal.disconnect(listener));
}

/** Whether the page knows that no kernel hears it: it was shut down, or has died. One that is only silent may be busy. */
export function hasGone(model) {
  if (orphans.has(model)) {
    return true;
  }
  const manager = model.widget_manager;
  if (!manager || !("kernel" in manager)) {
    return false; // not in Jupyter: nobody knows
  }
  const { kernel } = manager;
  return !kernel || Boolean(kernel.isDisposed) || kernel.status === "dead";
}

/**
 * Whether the kernel knows nothing of the model, since it is another one than that which made it: it has done all that
 * it was asked, and has not answered. To be asked after some waiting.
 */
export function isUnknown(model) {
  if (model.widget_manager?.kernel?.status === "idle") {
    orphans.add(model);
  }
  return hasGone(model);
}

/** Offer what was set on `model` to the kernel; false where there is none, which the manager would complain about. */
export function saveChanges(model) {
  if (hasGone(model)) {
    return false;
  }
  try {
    model.save_changes()?.catch?.(() => {});
  } catch {
    return false;
  }
  return true;
}

export class Kernel {
  /**
   * `onSilence(isGone)` is called when an answer is waited for too long, or when nobody is there to give one;
   * `onRefusal(text)` when the kernel says that it cannot.
   */
  constructor(model, onSilence, onRefusal) {
    this.model = model;
    this.onSilence = onSilence;
    this.onRefusal = onRefusal;
    this.stem = `page-${Math.random().toString(36).slice(2, 10)}`;
    this.count = 0;
    this.waiting = new Map();
    this.hear = (message) => this.answered(message ?? {});
    model.on("msg:custom", this.hear);
  }

  /** Send a message with an id of its own. */
  ask(message) {
    this.count += 1;
    const id = `${this.stem}-${this.count}`;
    if (orphans.has(this.model)) {
      this.onSilence(true);
      return;
    }
    try {
      this.model.send({ ...message, id });
    } catch {
      this.onSilence(true); // what leads to the kernel is closed
      return;
    }
    this.waiting.set(id, setTimeout(() => this.silent(), KERNEL_PATIENCE));
  }

  answered({ kind, id, text }) {
    if (!this.waiting.has(id)) {
      return; // somebody else's question
    }
    clearTimeout(this.waiting.get(id));
    this.waiting.delete(id);
    this.onRefusal(kind === "error" ? text : "");
  }

  silent() {
    this.onSilence(isUnknown(this.model));
  }

  dispose() {
    this.waiting.forEach((timer) => clearTimeout(timer));
    this.model.off("msg:custom", this.hear);
  }
}
