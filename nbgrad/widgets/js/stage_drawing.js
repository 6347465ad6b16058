// One drawing brought to life: its boxes, edges and slots by name, and the sheet over it on which things move.

import { BoxLabels } from "./box_labels.js";
import { Callout, notePlaces, roomForNotes } from "./callout.js";
import { svgElement } from "./dom.js";
import { EdgeLabel } from "./edge_label.js";
import { Flow } from "./flow.js";
import { boxOfRect, distance } from "./geometry.js";
import { addGroupHandles } from "./group_handles.js";
import { isFarAway } from "./note_places.js";
import { Roving } from "./roving.js";
import { Slots } from "./slots.js";
import { importDrawing, importFragment, indexBy, naturalSize } from "./svg.js";

export class StageDrawing {
  /** Build it from `payload`; `say` gives the words. */
  constructor(payload, say) {
    this.prefix = `ng${Math.random().toString(36).slice(2, 10)}-`;
    this.root = importDrawing(payload.svg, this.prefix);
    this.root.setAttribute("role", "group");
    this.nodes = indexBy(this.root, "node");
    this.edges = indexBy(this.root, "edge");
    this.boxes = new Map([...this.nodes].map(([id, node]) => [id, boxOfRect(node.querySelector(".ng-box"))]));
    this.say = say;
    this.froms = this.sourcesOf(payload);
    const parts = { boxes: this.boxes, edges: this.edges, nodes: this.nodes, drawing: this.root };
    this.places = notePlaces(payload.frames, this.froms, { ...parts, natural: naturalSize(this.root) });
    this.natural = roomForNotes(this.places, naturalSize(this.root));
    this.groups = addGroupHandles(payload.groups, {
      frames: indexBy(this.root, "group"),
      nodes: this.nodes,
      boxes: this.boxes,
      sheet: this.natural,
    });
    this.sheet = svgElement("svg", { class: "ng-over", "aria-hidden": "true" });
    for (const svg of [this.root, this.sheet]) {
      svg.setAttribute("viewBox", viewBoxOf(this.natural));
      svg.removeAttribute("width");
      svg.removeAttribute("height");
    }
    this.addHits();
    this.slots = new Slots(this.root, this.prefix, this.boxes);
    this.flow = new Flow(this.edges, this.sheet);
    this.label = new EdgeLabel(this.sheet);
    this.callout = new Callout(this.sheet, this.boxes, this.places);
    this.roving = new Roving(this.stops(say), (key) => this.joined(key));
    this.labels = new BoxLabels(this.nodes, this.suffixes(say), say);
    this.now = null;
    this.exchange(payload);
  }

  /** Other frames for the same drawing. */
  exchange(payload) {
    this.frames = payload.frames;
    this.groupsOfNodes = new Map(Object.entries(payload.nodes).map(([node, { group }]) => [node, group]));
    this.froms = this.sourcesOf(payload);
    this.slots.exchange(payload.frames, payload.ghosts);
    this.labels.exchange(payload, this.slots.slots);
    this.named = false;
  }

  /** Bring everything to `picture`, which is that of the frame at `index`. */
  show(picture, index) {
    const frame = this.frames[index];
    this.flow.show(picture);
    const changed = this.slots.show(picture);
    this.labels.show(picture, this.named ? changed : this.nodes.keys());
    this.named = true;
    this.markNow(picture.now);
    this.label.show(frame);
    const change = this.changeOf(picture, frame, index);
    this.callout.show(frame, (text) => importFragment(text, this.prefix), change, this.froms[index]);
  }

  /** For every frame, what says where its gradient comes from; "" where one sees it. */
  sourcesOf({ frames, nodes }) {
    return frames.map(({ phase, active, target }) => {
      const [from, to] = [active, target].map((node) => this.boxes.get(String(node)));
      const far = phase === "backward" && from && to && isFarAway(from, to);
      return far ? this.say("note_from", { name: nodes[active]?.name ?? String(active) }) : "";
    });
  }

  /**
   * The places on the page of what the picture shows, the most important first: what changes, its note, its cause; in
   * the forward pass what goes in, the nearest first.
   */
  seenAt(picture) {
    const changed = this.nodes.get(picture.fresh?.node);
    if (picture.phase === "forward") {
      return [changed, ...this.inputsOf(picture).map((node) => this.nodes.get(node))].filter(Boolean);
    }
    const cause = this.nodes.get(picture.now);
    const place = this.places.get(picture.fresh?.node);
    return [changed, place && this.onPage(place), cause].filter(Boolean);
  }

  /** Where the live edges of the forward pass begin, the nearest box first. */
  inputsOf({ live, now }) {
    const here = this.boxes.get(now);
    const inputs = [...new Set(live.flatMap(endsOf))].filter((node) => node !== now && this.boxes.has(node));
    const far = (node) => (here ? distance(here, this.boxes.get(node)) : 0);
    return inputs.sort((one, other) => far(one) - far(other));
  }

  /** A rectangle of the drawing as something that says where on the page it is. */
  onPage({ x, y, width, height }) {
    const sheet = this.root.getBoundingClientRect();
    const scale = sheet.width / this.natural.width;
    const left = sheet.left + (x - this.natural.x) * scale;
    const top = sheet.top + (y - this.natural.y) * scale;
    return { getBoundingClientRect: () => new DOMRect(left, top, width * scale, height * scale) };
  }

  markNow(node) {
    if (node !== this.now) {
      this.nodes.get(this.now)?.classList.remove("ng-now");
      this.nodes.get(node)?.classList.add("ng-now");
      this.now = node;
    }
  }

  /** A parameter's old and new value where the update changes a single number, else null. */
  changeOf(picture, frame, index) {
    if (frame?.phase !== "update" || frame.target === null) {
      return null;
    }
    const change = [this.slots.textBefore(picture, frame), this.slots.textOf(index)];
    return change.every((text) => text !== "") && change[0] !== change[1] ? change : null;
  }

  /** A broad unseen path along every edge: a thin line is hard to hit. */
  addHits() {
    for (const [id, edge] of this.edges) {
      const hit = svgElement("path", { class: "ng-hit", d: edge.getAttribute("d"), fill: "none", "data-hit": id });
      edge.after(hit);
    }
  }

  /** What the keyboard can reach: every node and every group's header. */
  stops(say) {
    const stops = new Map();
    for (const [id, element] of this.nodes) {
      const label = element.querySelector("title")?.textContent ?? "";
      const expanded = this.groups.collapsed.has(id) ? false : null;
      stops.set(`node:${id}`, { element, box: this.boxes.get(id), label, expanded });
    }
    for (const [path, { element, box }] of this.groups.headers) {
      stops.set(`group:${path}`, { element, box, label: say("group_close", { name: path }), expanded: true });
    }
    return stops;
  }

  /** What is said of collapsed groups' boxes after their numbers. */
  suffixes(say) {
    return new Map([...this.groups.collapsed].map(([id, path]) => [id, `. ${say("group_open", { name: path })}`]));
  }

  /** The group that a node or a header stands for; undefined where it stands for none. */
  groupOf({ kind, id }) {
    return kind === "group" ? id : this.groups.collapsed.get(id);
  }

  /** The path of the innermost open group around a node; undefined where there is none. */
  groupAround(node) {
    const path = this.groupsOfNodes.get(node);
    return this.groups.headers.has(path) ? path : undefined;
  }

  /** What a group is opened or collapsed by: its header, or its box; undefined where it has neither. */
  handleOf(path) {
    const box = [...this.groups.collapsed].find(([, each]) => each === path);
    return this.groups.headers.get(path)?.element ?? (box && this.nodes.get(box[0]));
  }

  /** The stop that takes the place of one of another drawing: a group's header that of its box, and the reverse. */
  successorOf(key, before) {
    const [kind] = key.split(":", 1);
    const id = key.slice(kind.length + 1);
    const path = before.groupOf({ kind, id });
    if (path !== undefined && this.groups.headers.has(path)) {
      return `group:${path}`;
    }
    const box = [...this.groups.collapsed].find(([, each]) => each === path);
    return box ? `node:${box[0]}` : key;
  }

  /** The stops at the other ends of a node's edges. */
  joined(key) {
    const node = key.startsWith("node:") ? key.slice(5) : null;
    const others = this.edgesAt(node).flatMap((edge) => endsOf(edge)).filter((end) => end !== node);
    return new Set(others.map((end) => `node:${end}`));
  }

  /** The edges that begin or end at a node. */
  edgesAt(node) {
    return [...this.edges.keys()].filter((edge) => endsOf(edge).includes(node));
  }
}

/** The two nodes of an edge called "u-v-key". */
export function endsOf(edge) {
  return edge.split("-").slice(0, 2);
}

function viewBoxOf({ x, y, width, height }) {
  return [x, y, width, height].join(" ");
}
