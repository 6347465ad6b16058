// The stage: the drawing, what moves on it, and what fingers, mouse and keys do there.

import { element } from "./dom.js";
import { pictureAt } from "./frames.js";
import { More } from "./more.js";
import { WALKING_KEYS } from "./roving.js";
import { bringIntoView } from "./scrolling.js";
import { StageDrawing } from "./stage_drawing.js";
import { nearestMiddle, nearestPath } from "./svg.js";
import { dragToScroll, listenToTouch } from "./touch.js";
import { Zoom } from "./zoom.js";

const PASSIVE = new Set(["wheel", "touchstart"]); // listened to without holding up the page's own scrolling
// Browsers take some 300 ms to scroll smoothly: steps that follow each other faster are scrolled to at once.
const HURRY = 400; // ms
const SELECTED_BY = { node: "nodes", edge: "edges" };

export class Stage {
  /**
   * `on`: what the stage tells: select(kind, id), go(node), toggle(path), hover(node or null), step(distance), edge(id)
   * of an edge that a key has chosen; and enter(), which leads into the open panel, if there is one.
   */
  constructor(payload, say, on) {
    this.say = say;
    this.on = on;
    this.selected = null;
    this.hovered = null;
    this.walked = null; // the node among whose edges a key has chosen one
    this.onTheWay = false; // whether the stage scrolls by itself
    this.leftAt = null; // where the stage stood before it went to what is lit
    this.index = null; // the frame that is shown; null where that is still to be said
    this.kept = null; // the node or group that stays in view, since one changes it, until another frame is shown
    this.drawing = new StageDrawing(payload, say);
    this.sheet = element("div", { class: "ng-paper" }, [this.drawing.root, this.drawing.sheet]);
    this.root = element(
      "div",
      { class: "ng-stage ng-focusable", tabindex: "0", role: "group", "aria-label": this.label(payload) },
      [this.sheet],
    );
    this.more = new More(this.root);
    this.zoom = new Zoom(this.root, this.sheet, this.drawing.natural, say, {
      zoomed: () => this.revealPresent(),
      watched: () => this.more.watch(),
    });
    this.undo = [this.listen(), dragToScroll(this.root), this.listenToFingers()];
    // A stage that is laid out later, or made narrower, still shows where things happen, and at once.
    this.resized = new ResizeObserver(() => {
      this.zoom.onResize();
      this.zoom.watch();
      this.revealPresent();
    });
    this.resized.observe(this.root);
  }

  dispose() {
    this.resized.disconnect();
    this.zoom.dispose();
    this.more.dispose();
    this.undo.forEach((undo) => undo());
  }

  /**
   * Take another payload: a new drawing only where it differs from the present one. What the reader has just changed,
   * a leaf or a group (`toggled`), stays where it is on the page.
   */
  exchange(payload, sameDrawing, toggled = null) {
    this.root.setAttribute("aria-label", this.label(payload));
    const held = this.heldBy(toggled);
    const place = held?.getBoundingClientRect();
    if (sameDrawing) {
      this.drawing.exchange(payload);
    } else {
      const before = this.drawing;
      const focused = before.roving.keyOf(document.activeElement);
      this.drawing = new StageDrawing(payload, this.say);
      this.sheet.replaceChildren(this.drawing.root, this.drawing.sheet);
      this.zoom.exchange(this.drawing.natural);
      if (focused !== null) {
        this.root.focus({ preventScroll: true });
        this.drawing.roving.focus(this.drawing.successorOf(focused, before));
      }
    }
    const { kind, id } = this.selected ?? {};
    this.selected = null;
    this.select(kind, id);
    this.keep(payload, toggled, place);
  }

  show(index) {
    const picture = pictureAt(this.drawing.frames, index);
    if (this.index !== null && index !== this.index) {
      this.kept = null;
      this.leftAt = null;
    }
    this.index = index;
    this.following = this.drawing.frames[index + 1]?.target ?? null;
    // Measured first, while nothing has changed: otherwise the page would be laid out twice.
    const now = performance.now();
    if (this.kept === null) {
      this.reveal(picture, this.picture === undefined || now - this.shownAt < HURRY);
    }
    this.shownAt = now;
    this.drawing.show(picture, index);
    this.picture = picture;
  }

  /** Mark what is selected; a kind of null or something that is not there ends the selection. */
  select(kind, id) {
    this.walked = null;
    this.marked(this.selected)?.classList.remove("ng-selected");
    const wanted = SELECTED_BY[kind] ? { kind, id: String(id) } : null;
    this.selected = this.marked(wanted) ? wanted : null;
    this.marked(this.selected)?.classList.add("ng-selected");
    if (this.selected?.kind === "node") {
      this.drawing.roving.makeCurrent(`node:${this.selected.id}`);
    }
  }

  marked(selection) {
    return selection ? this.drawing[SELECTED_BY[selection.kind]].get(selection.id) : undefined;
  }

  /**
   * Dim everything but these nodes and edges; null ends it. Where they should be `seen`, the stage goes there, and back
   * again afterwards, unless another step is shown by then.
   */
  highlight(lit, seen = false) {
    if (seen) {
      this.leftAt ??= { left: this.root.scrollLeft, top: this.root.scrollTop };
      const nodes = lit.nodes.map((node) => this.drawing.nodes.get(String(node))).filter(Boolean);
      this.onTheWay = bringIntoView(this.root, nodes, false);
    } else if (this.leftAt !== null) {
      this.root.scrollTo({ ...this.leftAt, behavior: "instant" });
      this.leftAt = null;
    }
    const wanted = new Set([...(lit?.nodes ?? []).map((node) => `n${node}`), ...(lit?.edges ?? []).map((edge) => `e${edge}`)]);
    this.sheet.classList.toggle("ng-dimming", lit !== null && lit !== undefined);
    this.drawing.nodes.forEach((node, id) => node.classList.toggle("ng-lit", wanted.has(`n${id}`)));
    this.drawing.edges.forEach((edge, id) => edge.classList.toggle("ng-lit", wanted.has(`e${id}`)));
  }

  /** Mark these nodes as having a wrong gradient; none, or null, ends it. */
  markWrong(nodes) {
    const wanted = new Set([...(nodes ?? [])].map(String));
    this.drawing.nodes.forEach((node, id) => node.classList.toggle("ng-wrong", wanted.has(id)));
  }

  label(payload) {
    return this.say("stage", { title: payload.title });
  }

  // ---- what the reader does

  listen() {
    const { root } = this;
    const handlers = {
      click: (event) => this.choose(this.placeAt(event)),
      dblclick: (event) => this.goThere(this.placeOf(event.target)),
      pointerover: (event) => this.hover(this.placeOf(event.target)),
      pointerleave: () => this.hover(null),
      focusin: (event) => this.focused(event.target),
      focusout: () => this.hover(null),
      keydown: (event) => this.key(event),
      scrollend: () => this.leaveTheWay(),
      wheel: () => this.leaveTheWay(),
      pointerdown: () => this.leaveTheWay(),
      touchstart: () => this.leaveTheWay(),
    };
    Object.entries(handlers).forEach(([name, handler]) => root.addEventListener(name, handler, { passive: PASSIVE.has(name) }));
    return () => Object.entries(handlers).forEach(([name, handler]) => root.removeEventListener(name, handler));
  }

  listenToFingers() {
    return listenToTouch(this.root, {
      step: (distance) => this.on.step(distance),
      pinch: (factor, point) => this.zoom.by(factor, point),
    });
  }

  /** What an element of the drawing belongs to: { kind, id } of a node, an edge or a group's handle; else null. */
  placeOf(target) {
    const handle = target.closest?.("[data-toggle]");
    if (handle) {
      return { kind: "group", id: handle.getAttribute("data-toggle") };
    }
    const node = target.closest?.("[data-node]");
    if (node) {
      return { kind: "node", id: node.getAttribute("data-node") };
    }
    const edge = target.closest?.("[data-hit], [data-edge]");
    if (edge) {
      return { kind: "edge", id: edge.getAttribute("data-hit") ?? edge.getAttribute("data-edge") };
    }
    return null;
  }

  /** The place of a click: where several edges, or the signs of several groups, are within reach of it, the nearest. */
  placeAt(event) {
    const place = this.placeOf(event.target);
    const nearestOf = { edge: ["[data-hit]", nearestPath], group: [".ng-group-target", nearestMiddle] }[place?.kind];
    if (!nearestOf) {
      return place;
    }
    const [wanted, nearestTo] = nearestOf;
    const under = document.elementsFromPoint(event.clientX, event.clientY);
    const nearest = nearestTo(under.filter((each) => each.matches(wanted) && this.root.contains(each)), event);
    return nearest ? this.placeOf(nearest) : place;
  }

  choose(place) {
    if (place?.kind === "group") {
      this.on.toggle(place.id);
    } else {
      this.on.select(place?.kind ?? null, place?.id ?? null);
    }
  }

  /** The place of the group that a key on `place` opens or collapses: its own; of a plain box, the one around it. */
  groupAt(place) {
    const around = place?.kind === "node" && this.drawing.groupOf(place) === undefined && this.drawing.groupAround(place.id);
    if (!around) {
      return place;
    }
    this.drawing.roving.focus(`group:${around}`); // the box itself is about to disappear
    return { kind: "group", id: around };
  }

  /** Open a collapsed group, collapse an open one. */
  toggle(place) {
    const path = place && this.drawing.groupOf(place);
    if (path !== null && path !== undefined) {
      this.on.toggle(path);
    }
  }

  goThere(place) {
    if (place?.kind === "node") {
      this.on.go(place.id);
    }
  }

  hover(place) {
    const node = place?.kind === "node" ? place.id : null;
    if (node !== this.hovered) {
      this.hovered = node;
      this.on.hover(node);
    }
  }

  focused(target) {
    const place = this.placeOf(target);
    this.hover(place);
    if (target === this.root && this.onTheWay) {
      this.reveal(this.picture, true); // a smooth scroll is given up by browsers when the focus moves
    }
    if (place && place.kind !== "edge") {
      this.drawing.roving.makeCurrent(`${place.kind}:${place.id}`);
      if (target.matches(":focus-visible")) {
        bringIntoView(this.root, [target], true); // under a mouse that is pressed, nothing may move: its click would be lost
      }
    }
  }

  /** Keys of a box that has the focus: arrows walk, Enter selects and then enters, G goes to its step, E walks over its edges, O opens. */
  key(event) {
    const from = this.drawing.roving.keyOf(event.target);
    if (from === null || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const place = this.placeOf(event.target);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (WALKING_KEYS.includes(key)) {
      this.drawing.roving.walk(from, key);
    } else if (key === "Enter") {
      if (!(this.isChosen(place) && this.on.enter())) {
        this.choose(place);
      }
    } else if (key === "g" && place?.kind === "node") {
      this.goThere(place);
    } else if (key === "o") {
      this.toggle(this.groupAt(place));
    } else if (key === "e" && place?.kind === "node") {
      this.nextEdge(place.id);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Select the next of a node's edges, and the first one after the last. */
  nextEdge(node) {
    const edges = this.drawing.edgesAt(node);
    if (edges.length > 0) {
      const present = this.selected?.kind === "edge" ? edges.indexOf(this.selected.id) : -1;
      const next = edges[(present + 1) % edges.length];
      this.on.select("edge", next);
      this.on.edge(next);
      this.walked = node;
    }
  }

  /** Whether it is this place that the open panel speaks of: its node, or an edge that was chosen from there. */
  isChosen(place) {
    const { kind, id } = this.selected ?? {};
    return place?.kind === "node" && (kind === "node" ? id === place.id : kind === "edge" && this.walked === place.id);
  }

  // ---- scrolling

  /**
   * Scroll the stage, never the page, until what happens can be seen, and where it goes on from there, if there is room
   * for both: smoothly, unless it is far or `atOnce`.
   */
  reveal(picture, atOnce = false) {
    const following = this.drawing.nodes.get(String(this.following));
    const shapes = [...this.drawing.seenAt(picture), following].filter(Boolean);
    if (this.onTheWay) {
      this.stop();
    }
    this.onTheWay = bringIntoView(this.root, shapes, atOnce);
  }

  /** What happens now, or what one changes, stays in view when the stage or the drawing has got another size. */
  revealPresent() {
    const kept = this.kept?.();
    if (kept) {
      bringIntoView(this.root, [kept], true);
    } else if (this.picture) {
      this.reveal(this.picture, true);
    }
  }

  /** What the reader is changing at present: the header or the box of a group, or else the selected node; else null. */
  heldBy(toggled) {
    const node = this.selected?.kind === "node" ? this.marked(this.selected) : null;
    return (toggled === null ? node : this.drawing.handleOf(toggled)) ?? null;
  }

  /** Let what one has changed stand where it stood, at `place`; the first time, with as much as fits of what it changed. */
  keep(payload, toggled, place) {
    const changed = Object.keys(payload.ghosts?.values ?? {});
    const held = this.heldBy(toggled);
    if (!held || !place || (toggled === null && changed.length === 0 && this.kept === null)) {
      this.kept = null;
      return;
    }
    const first = this.kept === null;
    this.index = null; // the same place may have another index among the new frames
    this.kept = () => this.heldBy(toggled);
    const now = held.getBoundingClientRect();
    this.root.scrollBy({ left: now.left - place.left, top: now.top - place.top, behavior: "instant" });
    if (first) {
      const others = toggled === null ? changed.map((node) => this.drawing.nodes.get(node)) : [held.closest("[data-group]")];
      bringIntoView(this.root, [held, ...others].filter(Boolean), true);
    }
  }

  /** End a smooth scroll: it would lead on to where the step before happened. */
  stop() {
    this.root.scrollTo({ left: this.root.scrollLeft, top: this.root.scrollTop, behavior: "instant" });
  }

  leaveTheWay() {
    this.onTheWay = false;
  }
}
