// A program: its source on the left, its graph on the right. What is pointed at on one side is lit on the other.

import { element } from "./dom.js";
import { claimKeys } from "./keyboard.js";
import { ProgramGraph } from "./program_graph.js";
import { firstLinked, linesOfNodes, litBy, longestLine, movedTo, stopsOf } from "./program_links.js";
import { phrases } from "./phrases.js";
import { buildPasses } from "./program_passes.js";
import { Source } from "./program_source.js";

const VIEWS = ["readable", "fast", "passes"];

function render({ model, el }) {
  const payload = model.get("payload");
  const say = phrases(() => payload.words ?? {});
  const lines = payload.readable;
  const linesOf = linesOfNodes(lines, payload.nodes.length);
  const prefix = `ng${Math.random().toString(36).slice(2, 10)}-`;
  let pointed = null; // what the pointer is over: { line } or { node }
  let chosen = model.get("line") ? { line: model.get("line") - 1 } : null; // what was clicked or reached by key

  const source = new Source(lines, say("label", { title: payload.title }), prefix, {
    over: (line) => point(line < 0 ? null : { line }),
    chosen: (line) => choose({ line }),
  });
  const graph = new ProgramGraph(payload, say("graph_label", { title: payload.title }), prefix, {
    over: (node) => point(node < 0 ? null : { node }),
    chosen: (node) => choose({ node }),
  });
  const fast = new Source(payload.fast, say("fast_label", { title: payload.title }), `${prefix}fast-`);
  const panels = {
    readable: source.root,
    fast: fast.root,
    passes: buildPasses(payload.passes, say),
  };
  const head = buildProgramHead(payload, say, (view) => tell("view", view));
  const said = element("p", { class: "ng-said ng-dim", "aria-live": "polite" });
  const body = element("div", { class: "ng-body" }, [...Object.values(panels), graph.root]);
  body.style.setProperty("--ng-source-width", `calc(${longestLine(lines)} * 7.9px + 82px)`);
  const root = element("section", { class: "ng-widget ng-card ng-program", "aria-label": say("root_label", { title: payload.title }) }, [
    head.root,
    body,
    element("div", { class: "ng-foot" }, [said]),
  ]);

  root.lang = payload.language ?? "";

  function tell(trait, value) {
    model.set(trait, value);
    try {
      model.save_changes()?.catch?.(() => {});
    } catch {
      // No kernel to tell. The page goes on by itself.
    }
  }

  function point(what) {
    pointed = what;
    show();
    if (what?.line !== undefined) {
      graph.reveal(lines[what.line].nodes);
    } else if (what) {
      source.reveal(linesOf[what.node]);
    }
  }

  function choose(what) {
    chosen = what;
    pointed = null;
    tell("line", what?.line === undefined ? 0 : what.line + 1);
    show();
    const lit = litBy(what, lines, linesOf);
    source.reveal(lit.lines);
    graph.reveal(lit.nodes);
  }

  function show() {
    const what = pointed ?? chosen;
    const lit = litBy(what, lines, linesOf);
    source.show(lit.lines, chosen?.line ?? -1);
    graph.show(lit, chosen?.node ?? -1);
    said.textContent = sayOf(what);
  }

  /** What is said of a line or a node; of nothing, how one chooses something. Numbers of lines are the readable source's, so they are said beside it alone. */
  function sayOf(what) {
    if (model.get("view") !== "readable") {
      return payload.names[what?.node] ?? "";
    }
    if (!what) {
      return say("hint");
    }
    return (what.line === undefined ? payload.nodes[what.node] : lines[what.line]?.said) ?? "";
  }

  function showView() {
    const view = model.get("view");
    for (const [name, panel] of Object.entries(panels)) {
      panel.hidden = name !== view;
    }
    head.show(view);
    graph.label(view === "readable" ? payload.nodes : payload.names);
    said.textContent = sayOf(pointed ?? chosen);
  }

  function followLine() {
    const line = model.get("line") - 1;
    if (line >= 0 ? line !== chosen?.line : chosen?.line !== undefined) {
      chosen = line >= 0 ? { line } : null;
      show();
      source.reveal(line >= 0 ? [line] : []);
    }
  }

  listen(source.root, () => chosen?.line ?? -1, stopsOf(lines), (line) => choose({ line }), firstLinked(lines));
  listen(graph.root, () => chosen?.node ?? -1, [...payload.nodes.keys()], (node) => choose({ node }));

  /** Let the keys move what is chosen within `panel`, from stop to stop; Escape chooses nothing. */
  function listen(panel, current, stops, goTo, first) {
    panel.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) {
        return;
      }
      const next = event.key === "Escape" ? -1 : movedTo(current(), event.key, stops, first);
      if (next === null) {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      if (next < 0) {
        choose(null);
      } else {
        goTo(next);
      }
    });
  }

  const deaf = claimKeys(root);
  model.on("change:view", showView);
  model.on("change:line", followLine);
  el.append(root);
  show();
  showView();
  return () => {
    deaf();
    source.dispose();
    fast.dispose();
    model.off("change:view", showView);
    model.off("change:line", followLine);
    root.remove();
  };
}

function buildProgramHead(payload, say, choose) {
  const buttons = new Map();
  for (const view of VIEWS) {
    const button = element("button", { class: "ng-tab ng-focusable", type: "button" }, [say(`view_${view}`)]);
    button.addEventListener("click", () => choose(view));
    buttons.set(view, button);
  }
  const count = element("span", { class: "ng-dim" });
  const root = element("div", { class: "ng-head" }, [
    element("span", { class: "ng-title" }, [payload.title]),
    count,
    element("div", { class: "ng-tabs", role: "group", "aria-label": say("views") }, [...buttons.values()]),
  ]);

  function show(view) {
    for (const [name, button] of buttons) {
      button.setAttribute("aria-pressed", String(name === view));
    }
    count.textContent = countOf(payload, view, say);
  }

  return { root, show };
}

function countOf(payload, view, say) {
  if (view === "passes") {
    return say("count_passes", { count: payload.passes.reduce((sum, group) => sum + group.rows.length, 0) });
  }
  const more = payload.left_out[view];
  const count = payload[view].length + more;
  return say(more ? "count_first" : "count_lines", { shown: payload[view].length, count });
}

export default { render };
