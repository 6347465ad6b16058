// Between the fields of a leaf and the kernel: when a number counts as typed, what is sent, whose numbers are shown.
// It knows nothing of the page, so Node can test it alone.

import { EditSender } from "./edit_sender.js";
import { LeafDraft } from "./leaf_draft.js";

export const TYPING_PAUSE = 400; // milliseconds without a key after which a number counts as typed

export class LeafEditor {
  /**
   * Edit the leaf `node`. `drafts` keeps what was typed for the next time; `known()` are the kernel's numbers, or
   * undefined while a closed group hides the leaf. `send(message)` throws where there is no kernel, `show()` hears
   * that texts have changed, `onState(state, text)` what EditSender says, "stays" where there is no kernel to take something back,
   * and "" when there is nothing left to say.
   */
  constructor(node, drafts, { known, send, show, onState }) {
    this.node = node;
    this.drafts = drafts;
    this.known = known;
    this.show = show;
    this.onState = onState;
    this.sender = new EditSender(send, (state, text) => this.heard(state, text));
    this.draft = drafts[node] ??= new LeafDraft(known());
    this.typing = null;
    this.resetting = false;
    this.payloadChanged();
  }

  /** A key changed the field at `index`: keep it, and send it when the typing pauses. */
  typed(index, text) {
    this.draft.type(index, text);
    clearTimeout(this.typing);
    if (this.draft.numberAt(index) !== null) {
      this.typing = setTimeout(() => this.submit(), TYPING_PAUSE);
    }
  }

  /** Set a number by dragging or with an arrow key. joins: whether this goes on with the change before, in a drag. */
  change(index, number, joins = false) {
    this.draft.set(index, number);
    this.show();
    this.submit(joins);
  }

  /** Send what stands in the fields, unless the kernel has it, or is about to have it. */
  submit(joins = false) {
    clearTimeout(this.typing);
    if (this.resetting && !this.sender.overdue) {
      return; // until the kernel says to what, nobody knows the numbers beside the new one: it stays open until then
    }
    const moved = this.draft.take();
    const missing = !this.sender.busy && !this.draft.agrees(this.known() ?? this.draft.data);
    if (moved || missing) {
      this.draft.unsettled = true;
      // JSON has no word for what is no number, and none for what is infinite.
      const data = this.draft.data.map((number) => (Number.isFinite(number) ? number : String(number)));
      // What was to begin a change and has not gone out yet: this begins it instead.
      const begins = !joins || (this.sender.waiting !== null && !this.sender.waiting.joins);
      this.sender.push({ kind: "edit", node: Number(this.node), data, ...(begins ? {} : { joins: true }) });
    } else if (!this.sender.busy) {
      this.onState("", "");
    }
  }

  /** Take back the last change, of whichever leaf; of what has not been sent yet, only that. */
  undo() {
    if (this.draft.open.size > 0) {
      clearTimeout(this.typing);
      this.draft.forget();
      this.show();
      this.onState("", ""); // what was said of the text is over with it
    } else {
      this.takeBack("undo");
    }
  }

  /** Take back all changes, of other leaves too. */
  reset() {
    this.takeBack("reset");
  }

  takeBack(kind) {
    clearTimeout(this.typing);
    for (const each of Object.keys(this.drafts)) {
      if (each !== String(this.node)) {
        delete this.drafts[each];
      }
    }
    this.draft.open.clear();
    this.draft.unsettled = true;
    this.resetting = true;
    this.sender.push({ kind });
  }

  hear(answer) {
    this.sender.hear(answer);
  }

  /** The kernel has gone. */
  lose() {
    this.sender.lose();
  }

  /** The kernel's numbers may have changed. While an answer is to come, or after a refusal, the draft stands. */
  payloadChanged() {
    const known = this.known();
    if (known && !this.sender.busy && (!this.draft.unsettled || this.draft.agrees(known))) {
      this.adopt();
    }
  }

  heard(state, text) {
    this.onState(state === "none" && this.resetting ? "stays" : state, text);
    if (state === "done") {
      this.adopt();
    }
    if (state === "none") {
      this.resetting = false;
      this.giveUp();
    }
    if (this.resetting && ["done", "error"].includes(state)) {
      this.resetting = false;
      this.submit();
    }
  }

  /** Nobody computes with what was typed: the numbers are again those that stand in the graph. */
  giveUp() {
    this.draft.open.clear();
    this.adopt();
  }

  adopt() {
    const known = this.known();
    if (known) {
      this.draft.adopt(known);
      this.show();
    }
  }

  /** What was typed last before the fields go is still sent. */
  dispose() {
    if (this.draft.open.size > 0) {
      this.submit();
    }
    clearTimeout(this.typing);
    this.sender.dispose();
  }
}
