// The places for values and gradients in the boxes: what the present frame puts there, and what stood there before.

import { svgElement } from "./dom.js";
import { importFragment, indexBy } from "./svg.js";

const KINDS = ["value", "gradient"];
const GHOST_SHARE = 0.42; // of a thumbnail's size, for the one that stood there before

export class Slots {
  constructor(drawing, prefix) {
    this.prefix = prefix;
    this.frames = [];
    this.ghosts = null;
    this.pieces = new Map();
    this.slots = KINDS.flatMap((kind) =>
      [...indexBy(drawing, kind)].map(([node, root]) => ({ kind, node, root, base: [...root.childNodes], shown: null })),
    );
    this.fresh = null;
  }

  /** Take other frames and ghosts; the next `show` fills every slot anew. */
  exchange(frames, ghosts) {
    this.frames = frames;
    this.ghosts = ghosts;
    this.pieces.clear();
    this.slots.forEach((slot) => {
      slot.shown = null;
    });
  }

  /** Bring all slots to `picture`; only those that change are touched. */
  show(picture) {
    this.fresh?.classList.remove("ng-fresh");
    this.fresh = null;
    for (const slot of this.slots) {
      const index = picture[slot.kind].get(slot.node) ?? -1;
      if (slot.shown !== index) {
        slot.shown = index;
        slot.root.replaceChildren(...(index < 0 ? slot.base : this.piece(index)), ...this.ghostOf(slot, index));
      }
      if (picture.fresh?.slot === slot.kind && picture.fresh.node === slot.node) {
        this.fresh = slot.root;
      }
    }
    this.fresh?.classList.add("ng-fresh");
  }

  /** What the slot showed before the frame at `index`, as text; "" where it is not a single text. */
  textBefore(picture, frame) {
    const { target, slot } = frame;
    const found = this.slots.find(({ kind, node }) => kind === slot && node === String(target));
    const earlier = this.frames.findLastIndex(
      (each, index) => index < picture[slot].get(String(target)) && each.slot === slot && each.target === target,
    );
    const nodes = earlier >= 0 ? this.piece(earlier) : (found?.base ?? []);
    return singleText(nodes);
  }

  /** The number of the frame at `index` as text; "" where it is not a single text. */
  textOf(index) {
    return singleText(this.piece(index));
  }

  /** A frame's piece of the drawing, parsed when it is first needed. */
  piece(index) {
    if (!this.pieces.has(index)) {
      this.pieces.set(index, importFragment(this.frames[index].fragment, this.prefix));
    }
    return this.pieces.get(index);
  }

  /** What an edit has replaced, struck or small beside the new number; none where the slot is still empty. */
  ghostOf({ kind, node, base }, index) {
    const text = this.ghosts?.[`${kind}s`]?.[node];
    if (!text || (index < 0 && kind === "gradient")) {
      return [];
    }
    const now = index < 0 ? base : this.piece(index);
    return [ghost(importFragment(text, this.prefix), singleText(now))];
  }
}

/** The text of a piece that is nothing but one text; "" for a thumbnail. */
export function singleText(nodes) {
  const elements = nodes.filter((node) => node.nodeType === 1);
  const texts = elements.flatMap((each) => (each.localName === "text" ? [each] : [...each.querySelectorAll("text")]));
  const other = elements.some((each) => each.matches("path, rect, image") || each.querySelector("path, rect, image"));
  return texts.length === 1 && !other ? texts[0].textContent : "";
}

/** Text stands struck behind the new text; a thumbnail stands small over the corner of the new one. */
function ghost(nodes, beside) {
  const old = singleText(nodes);
  if (old !== "") {
    const after = beside.length * 7.6 + 8;
    return svgElement("text", { class: "ng-ghost", x: String(Math.round(after)), y: "0" }, [old]);
  }
  const picture = nodes.filter((node) => node.localName !== "text");
  return svgElement("g", { class: "ng-ghost", transform: `translate(30,-8) scale(${GHOST_SHARE})` }, picture);
}
