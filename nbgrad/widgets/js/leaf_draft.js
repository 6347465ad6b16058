// What somebody writes into the fields of a leaf while the kernel is at work on what was written before. Pure: Node
// can test it alone.
//
// A text is open from its first key until its number is taken to be sent. No answer of the kernel touches an open
// text, so nothing that was typed is lost, however keys and answers fall.

import { fieldText, typedNumber } from "./typed_number.js";

export class LeafDraft {
  /** A draft of a leaf whose numbers are `known`; those that JSON does not have come as texts, "-Infinity" say. */
  constructor(known) {
    this.data = known.map(numberOf); // what was sent last, or else what the kernel has
    this.texts = this.data.map(fieldText);
    this.open = new Map(); // the places that have not been sent, and their numbers; null where the text means none
    this.unsettled = false; // whether the kernel has yet to take, or has refused, what was sent last
  }

  /** A key has made `text` of the field at `index`. */
  type(index, text) {
    // The text that was shown stands for all digits of its number.
    const shown = text === fieldText(this.data[index]);
    this.texts[index] = text;
    this.open.set(index, shown ? this.data[index] : typedNumber(text));
  }

  /** A drag or an arrow key has set the number at `index`. */
  set(index, number) {
    this.texts[index] = fieldText(number);
    this.open.set(index, number);
  }

  /** The number at `index`, or null where the text means none. */
  numberAt(index) {
    return this.open.has(index) ? this.open.get(index) : this.data[index];
  }

  /** Take the open numbers into the data; whether that changed it. What is no number stays open. */
  take() {
    const before = [...this.data];
    for (const [index, number] of this.open) {
      if (number !== null) {
        this.data[index] = number;
        this.open.delete(index);
      }
    }
    return !this.data.every((number, index) => Object.is(number, before[index]));
  }

  /** Let go of the open texts. */
  forget() {
    for (const index of this.open.keys()) {
      this.texts[index] = fieldText(this.data[index]);
    }
    this.open.clear();
  }

  agrees(known) {
    return this.data.every((number, index) => Object.is(number, numberOf(known[index])));
  }

  /** Take over the kernel's numbers. Open texts stay, and so does a text that reads as its number. */
  adopt(known) {
    this.unsettled = false;
    known.map(numberOf).forEach((number, index) => {
      this.data[index] = number;
      const text = this.texts[index];
      if (!this.open.has(index) && text !== fieldText(number) && typedNumber(text) !== number) {
        this.texts[index] = fieldText(number);
      }
    });
  }
}

/** A number as it comes; null, of notebooks from before, stands for any that JSON does not have. */
function numberOf(number) {
  return Number(number ?? Number.NaN);
}
