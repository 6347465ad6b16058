// Sends edits of a leaf to the kernel: ten a second at most, one at a time, and always the last one.
//
// Between two edits that wait, only the newest counts. A kernel that does not answer holds nothing up: after five
// seconds the page says so, and the next edit goes out all the same. Its answer counts whenever it comes.

export const EDIT_GAP = 100; // milliseconds between two edits
export const EDIT_PATIENCE = 5000; // milliseconds to wait for an answer

export class EditSender {
  /**
   * `send(message)` hands a message to the kernel, and throws where there is none. `onState(state, text)` hears
   * "pending", "done", "error" (with the kernel's text), "silent" and "none".
   */
  constructor(send, onState) {
    this.send = send;
    this.onState = onState;
    this.stem = `edit-${Math.random().toString(36).slice(2, 10)}`;
    this.count = 0;
    this.waiting = null; // what is to go out next
    this.flying = null; // the id of what the kernel has not answered
    this.overdue = false; // whether its answer has been waited for too long
    this.gap = null;
    this.patience = null;
  }

  /** Let `message` go out as soon as it may, instead of what waits. */
  push(message) {
    this.waiting = message;
    this.onState("pending", "");
    this.next();
  }

  /** Hear the kernel's answer; true where it was meant for this sender. */
  hear(answer) {
    if (!String(answer?.id ?? "").startsWith(`${this.stem}-`)) {
      return false;
    }
    if (answer.id !== this.flying) {
      // An answer to an earlier edit, late: the kernel works, so the answer to the last one is waited for anew.
      if (this.flying !== null) {
        this.onState("pending", "");
        this.wait();
      }
      return true;
    }
    clearTimeout(this.patience);
    this.flying = null;
    this.overdue = false;
    if (answer.kind === "error") {
      this.onState("error", String(answer.text ?? ""));
    } else if (this.waiting === null) {
      this.onState("done", "");
    }
    this.next();
    return true;
  }

  /** Whether something is on its way or waits to be. */
  get busy() {
    return (this.flying !== null && !this.overdue) || this.waiting !== null;
  }

  /** Nobody will answer any more: what flies or waits has got lost. */
  lose() {
    if (this.flying === null && this.waiting === null) {
      return;
    }
    clearTimeout(this.patience);
    this.flying = null;
    this.waiting = null;
    this.overdue = false;
    this.onState("none", "");
  }

  dispose() {
    // What was typed last before the view went is still sent.
    if (this.waiting !== null) {
      this.flush();
    }
    clearTimeout(this.gap);
    clearTimeout(this.patience);
  }

  next() {
    if (this.waiting !== null && (this.flying === null || this.overdue) && this.gap === null) {
      this.flush();
    }
  }

  flush() {
    this.count += 1;
    const id = `${this.stem}-${this.count}`;
    const message = { ...this.waiting, id };
    this.waiting = null;
    try {
      this.send(message);
    } catch {
      this.onState("none", "");
      return;
    }
    this.flying = id;
    this.gap = setTimeout(() => {
      this.gap = null;
      this.next();
    }, EDIT_GAP);
    this.wait();
  }

  /** Begin to wait for the answer to what flies. */
  wait() {
    clearTimeout(this.patience);
    this.overdue = false;
    this.patience = setTimeout(() => {
      this.overdue = true;
      this.onState("silent", "");
      this.next();
    }, EDIT_PATIENCE);
  }
}
