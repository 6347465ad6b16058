// What is asked of the kernel, and a line that says that no answer has come yet.

const KERNEL_PATIENCE = 5000; // ms without an answer

/** Whether the page knows that no kernel hears it: it was shut down, or has died. One that is only silent may be busy. */
export function hasGone(model) {
  const manager = model.widget_manager;
  if (!manager || !("kernel" in manager)) {
    return false; // not in Jupyter: nobody knows
  }
  const { kernel } = manager;
  return !kernel || Boolean(kernel.isDisposed) || kernel.status === "dead";
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
    this.onSilence(hasGone(this.model));
  }

  dispose() {
    this.waiting.forEach((timer) => clearTimeout(timer));
    this.model.off("msg:custom", this.hear);
  }
}
