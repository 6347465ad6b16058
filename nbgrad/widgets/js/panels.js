// The panels under the stage, one at a time: a node, an edge, paths, the quiz, the orders, the code.
//
// A panel is built when it opens and thrown away when it closes. What must outlive it (a score, numbers typed but not
// yet sent) is kept in `memory`. A panel is { title, body } and, where it needs them, focus (the element that gets the
// focus), show(playback), payloadChanged(), hover(node), dispose().

import { linkCells } from "./cell_lines.js";
import { element, svgElement } from "./dom.js";
import { buildCodePanel } from "./panel_code.js";
import { buildEdgePanel } from "./panel_edge.js";
import { closedGroup } from "./panel_group.js";
import { buildNodePanel } from "./panel_node.js";
import { buildOrdersPanel } from "./panel_orders.js";
import { panelButton } from "./panel_parts.js";
import { buildPathsPanel } from "./panel_paths.js";
import { buildQuizPanel } from "./panel_quiz.js";
import { bringIntoView, revealBelow } from "./scrolling.js";

const PANEL_BUILDERS = {
  node: buildNodePanel,
  edge: buildEdgePanel,
  paths: buildPathsPanel,
  quiz: buildQuizPanel,
  orders: buildOrdersPanel,
  code: buildCodePanel,
};
const PANEL_BUTTONS = ["paths", "quiz", "orders", "code"]; // also the keys of their payloads

/**
 * Build the panels of a player. `context` is what the player offers: model, payload(), frames(), goTo(frame), pause(),
 * select(kind, id), toggle(path), highlight({ nodes, edges }, seen) or highlight(null), words(key, places), root.
 */
export function buildPanels(context) {
  const id = `ng-panels-${Math.random().toString(36).slice(2, 10)}`;
  const root = element("div", { class: "ng-panels", id, hidden: "" });
  const buttons = Object.fromEntries(PANEL_BUTTONS.map((kind) => [kind, buildOpener(kind)]));
  const desk = { ...context, memory: {}, open: (kind, key) => open(kind, key, true), reveal, id };
  const cells = linkCells(context);
  let current = null; // { kind, key, opener, panel, section, group }
  let playback = null;

  function buildOpener(kind) {
    const button = panelButton(context.words(`panel_${kind}`), () => toggle(kind), {
      "aria-expanded": "false",
      "aria-controls": id,
      class: `ng-button ng-open-${kind}`,
    });
    button.addEventListener("keydown", closeOnEscape);
    return button;
  }

  function toggle(kind) {
    if (current?.kind === kind) {
      close();
    } else {
      open(kind, null);
    }
  }

  /**
   * Open a panel in the place of the one that is open. `inside` says that a panel's own link asked for it. The focus
   * goes along, unless `follow` is false.
   */
  function open(kind, key, inside = false, follow = true) {
    if (current?.kind === kind && current.key === key) {
      return;
    }
    const opener = inside && current ? current.opener : document.activeElement;
    leave();
    if (kind !== "node" && kind !== "edge") {
      context.select(null, null);
    }
    context.pause();
    const panel = PANEL_BUILDERS[kind](desk, key);
    const section = buildSection(kind, panel);
    current = { kind, key, opener, panel, section, group: kind === "node" ? closedGroup(context.payload(), key) : undefined };
    root.replaceChildren(section);
    root.hidden = false;
    buttons[kind]?.setAttribute("aria-expanded", "true");
    if (inside) {
      context.select(kind, key);
      reveal({ nodes: kind === "edge" ? key.split("-").slice(0, 2) : [key] });
    } else if (kind === "node") {
      reveal({ nodes: [key] }); // one may have clicked on the part of a box that was to be seen
    }
    panel.show?.(playback);
    if (follow) {
      (panel.focus ?? section).focus({ preventScroll: true });
    }
    revealBelow(section, section.firstElementChild, context.root.querySelector(".ng-stage"));
  }

  /** Take the focus into the open panel; false where none is open. */
  function enter() {
    const place = current?.panel.focus ?? current?.section;
    place?.focus();
    return Boolean(place);
  }

  /** Scroll the stage until these nodes can be seen. */
  function reveal({ nodes }) {
    const stage = context.root.querySelector(".ng-stage");
    const shapes = nodes.map((node) => stage.querySelector(`[data-node="${CSS.escape(node)}"]`));
    bringIntoView(stage, shapes.filter(Boolean), false);
  }

  function buildSection(kind, panel) {
    const heading = element("h3", { class: "ng-panel-title", id: `${id}-title` }, panel.title);
    const shut = element("button", {
      type: "button",
      class: "ng-button ng-panel-close",
      "aria-label": context.words("panel_close"),
      title: context.words("panel_close"),
    });
    const cross = svgElement("path", { d: "M2 2l8 8M10 2l-8 8", stroke: "currentColor", "stroke-width": "1.6" });
    shut.append(svgElement("svg", { class: "ng-icon", viewBox: "0 0 12 12", "aria-hidden": "true" }, [cross]));
    shut.addEventListener("click", close);
    const attributes = { class: `ng-panel ng-panel-${kind}`, tabindex: "-1", "aria-labelledby": `${id}-title` };
    return element("section", attributes, [
      element("div", { class: "ng-panel-head" }, [heading, shut]),
      element("div", { class: "ng-panel-body" }, [panel.body]),
    ]);
  }

  /** Close what is open, and give the focus back to what opened it. */
  function close() {
    if (current === null) {
      return;
    }
    const { kind, key, opener } = current;
    leave();
    if (kind === "node" || kind === "edge") {
      context.select(null, null);
    }
    const stage = kind === "node" || kind === "edge" ? context.root?.querySelector(`[data-${kind}="${key}"]`) : null;
    const back = buttons[kind] ?? (opener?.isConnected && opener !== document.body ? opener : stage);
    back?.focus?.({ preventScroll: true });
  }

  function leave() {
    if (current === null) {
      return;
    }
    const { kind, panel } = current;
    current = null;
    buttons[kind]?.setAttribute("aria-expanded", "false");
    context.highlight(null);
    panel.dispose?.();
    root.replaceChildren();
    root.hidden = true;
  }

  /** A node or an edge of the stage was chosen, or nothing any more (null). */
  function select(kind, key) {
    const name = key === null || key === undefined ? null : String(key);
    if (current?.kind === "quiz") {
      current.panel.selected?.(kind, name);
    } else if (name !== null && context.payload()[`${kind}s`]?.[name]) {
      // The mouse stays where it is, and so do keys that walk over the edges of a node; Enter on a node goes along.
      open(kind, name, false, kind === "node" && document.activeElement?.matches("[data-node]:focus-visible"));
    } else if (current?.kind === "node" || current?.kind === "edge") {
      close();
    }
  }

  function show(state) {
    playback = state;
    current?.panel.show?.(state);
  }

  function payloadChanged() {
    const payload = context.payload();
    for (const kind of PANEL_BUTTONS) {
      buttons[kind].hidden = !payload[kind]?.length;
    }
    if (current === null) {
      return;
    }
    const { kind, key } = current;
    const there = key === null ? payload[kind]?.length : payload[`${kind}s`]?.[key];
    // A collapsed group's box has the number of one of its nodes, which may stand there now.
    if (there && (kind !== "node" || closedGroup(payload, key) === current.group)) {
      current.panel.payloadChanged?.();
    } else {
      close();
    }
  }

  function hover(node) {
    cells.hover(node);
    current?.panel.hover?.(node);
  }

  function closeOnEscape(event) {
    if (event.key === "Escape" && current !== null) {
      event.stopPropagation();
      close();
    }
  }

  root.addEventListener("keydown", (event) => {
    closeOnEscape(event);
    // Fields and tabs use the arrow keys themselves; the player must not step meanwhile, nor the notebook.
    if (event.target.matches("input, select, [role=tab]") && !(event.ctrlKey || event.metaKey || event.altKey)) {
      event.stopPropagation();
    }
  });
  payloadChanged();

  function dispose() {
    leave();
    cells.dispose();
  }

  return { buttons: Object.values(buttons), root, show, select, enter, payloadChanged, hover, dispose };
}
