// What each box is called, for the ear and in the mouse's tooltip: with the numbers that it shows at present.

import { svgElement } from "./dom.js";

export class BoxLabels {
  /** `nodes`: id -> element. `suffixes`: what is said after a node's numbers, such as that it opens as a group. */
  constructor(nodes, suffixes, say) {
    this.nodes = nodes;
    this.suffixes = suffixes;
    this.say = say;
    this.titles = new Map([...nodes].map(([id, node]) => [id, titleOf(node)]));
  }

  /** Take other facts and frames. `slots`: { kind, node } of all places for numbers in the drawing. */
  exchange({ nodes, frames }, slots) {
    this.facts = nodes;
    this.frames = frames;
    this.slots = new Set(slots.map(({ kind, node }) => `${kind} ${node}`));
    this.coming = new Set(frames.map(({ slot, target }) => `${slot} ${target}`));
  }

  /** Name these boxes anew: `picture` says which frame's number each of them shows. */
  show(picture, changed) {
    for (const id of changed) {
      const facts = this.facts[id];
      if (facts) {
        const node = this.nodes.get(id);
        node.setAttribute("aria-label", this.withNumbers(briefName(facts), id, picture) + (this.suffixes.get(id) ?? ""));
        this.titles.get(id).textContent = this.withNumbers(facts.about ?? briefName(facts), id, picture);
      }
    }
  }

  withNumbers(said, id, picture) {
    const value = this.valueOf(id, picture);
    const valued = value ? this.say("label_value", { said, number: value }) : said;
    if (!this.slots.has(`gradient ${id}`)) {
      return valued;
    }
    const number = this.numberOf(id, "gradient", picture) ?? this.say("label_not_yet");
    return this.say("label_gradient", { said: valued, number });
  }

  /** A leaf has its value from the beginning; what is computed has it once its frame has come. */
  valueOf(id, picture) {
    const facts = this.facts[id];
    if (facts.results?.length > 0) {
      return ""; // a closed group's results have a value each
    }
    const known = isLeaf(facts) || !this.coming.has(`value ${id}`);
    return this.numberOf(id, "value", picture) ?? (known ? facts.value : this.say("label_not_yet"));
  }

  /** The number that a slot shows, in words; null where no frame has filled it yet. */
  numberOf(id, kind, picture) {
    const index = picture[kind].get(id) ?? -1;
    return index < 0 ? null : (this.frames[index].number ?? this.facts[id][kind] ?? "");
  }
}

/** Whether a node is where numbers come in: nothing computes it. */
function isLeaf({ kind }) {
  return kind !== "operation" && kind !== "group";
}

/** Name, operation and shape, as far as they say anything. */
export function briefName({ name, op, shape }) {
  return [name, op === name ? "" : op, shape === "()" ? "" : shape].filter(Boolean).join(", ");
}

function titleOf(node) {
  const own = [...node.children].find((child) => child.localName === "title");
  if (own) {
    return own;
  }
  const title = svgElement("title");
  node.prepend(title);
  return title;
}
