// The places for values and gradients in the boxes: what the present frame puts there, and what stood there before.

import { addGhostText } from "./ghosts.js";
import { importFragment, indexBy } from "./svg.js";

const KINDS = ["value", "gradient"];
const BOX_PADDING = 6; // px that stay free at a box's right end

export class Slots {
  /** `boxes`: node -> box. */
  constructor(drawing, prefix, boxes) {
    this.boxes = boxes;
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
    this.completed = this.completedBy(frames);
    this.pieces.clear();
    this.slots.forEach((slot) => {
      slot.shown = null;
    });
  }

  /** For every slot, the frame whose number is that of the whole graph; -1 where the drawing has it from the beginning. */
  completedBy(frames) {
    const last = new Map(this.slots.map(({ kind, node }) => [`${kind} ${node}`, -1]));
    frames.forEach(({ phase, slot, target }, index) => {
      if (phase !== "update") {
        last.set(`${slot} ${target}`, index);
      }
    });
    return last;
  }

  /** Bring all slots to `picture`; only those that change are touched. Returns the nodes of those. */
  show(picture) {
    const changed = new Set();
    this.fresh?.classList.remove("ng-fresh");
    this.fresh = null;
    for (const slot of this.slots) {
      const index = picture[slot.kind].get(slot.node) ?? -1;
      if (slot.shown !== index) {
        slot.shown = index;
        changed.add(slot.node);
        slot.root.replaceChildren(...(index < 0 ? slot.base : this.piece(index)));
        this.addGhost(slot, index);
      }
      if (picture.fresh?.slot === slot.kind && picture.fresh.node === slot.node) {
        this.fresh = slot.root;
      }
    }
    this.fresh?.classList.add("ng-fresh");
    return changed;
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

  /**
   * Show what an edit has replaced: an old number beside the new one; of an array, pictures of both in the place of the
   * new one's. Nothing where the slot is still empty or a step has moved on, and no pictures before all that arrives has
   * been added up.
   */
  addGhost({ kind, node, root }, index) {
    const text = this.ghosts?.[`${kind}s`]?.[node];
    const isMoved = this.frames[index]?.phase === "update"; // the ghost is of the moment before the step
    if (!text || isMoved || (index < 0 && kind === "gradient")) {
      return;
    }
    const nodes = importFragment(text, this.prefix);
    const old = singleText(nodes);
    if (old === "") {
      if (index === this.completed.get(`${kind} ${node}`)) {
        root.replaceChildren(...nodes);
      }
      return;
    }
    const number = root.querySelector("text");
    if (number) {
      addGhostText(root, old, number, this.roomOf(root, node));
    }
  }

  /** The room from a slot's beginning to the right end of its box. */
  roomOf(root, node) {
    const box = this.boxes.get(node);
    return box.x + box.width - BOX_PADDING - translationOf(root).x;
  }
}

function translationOf(root) {
  const [x = 0, y = 0] = (root.getAttribute("transform") ?? "").match(/-?\d+(\.\d+)?/g)?.map(Number) ?? [];
  return { x, y };
}

/** The text of a piece that is nothing but one text; "" for a thumbnail. */
export function singleText(nodes) {
  const elements = nodes.filter((node) => node.nodeType === 1);
  const texts = elements.flatMap((each) => (each.localName === "text" ? [each] : [...each.querySelectorAll("text")]));
  const other = elements.some((each) => each.matches("path, rect, image") || each.querySelector("path, rect, image"));
  return texts.length === 1 && !other ? texts[0].textContent : "";
}
