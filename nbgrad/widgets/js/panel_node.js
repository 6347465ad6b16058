// The panel of a node: its formula, its numbers, its local derivatives, the line that made it, and for a leaf a field
// to change it.

import { element } from "./dom.js";
import { buildEdit } from "./panel_edit.js";
import { groupOpener } from "./panel_group.js";
import {
  frameOfNode,
  panelFacts,
  panelFormula,
  panelLink,
  panelNumber,
  panelPart,
  shapeText,
  slopeSign,
} from "./panel_parts.js";

/** Build the panel of the node `key`. */
export function buildNodePanel(desk, key) {
  const facts = element("div", { class: "ng-columns" });
  const edit = desk.payload().nodes[key].editable ? buildEdit(desk, key) : null;
  const body = element("div", { class: "ng-node-panel" }, [...groupOpener(desk, key), facts, ...(edit ? [edit.root] : [])]);
  const moment = element("p", { class: "ng-dim", hidden: "" }, [desk.words("edit_before")]);
  edit?.root.querySelector("h4").after(moment);
  const title = nodeTitle(desk, desk.payload().nodes[key]);
  let frame = Infinity; // until it is known which one is shown
  let numbers = null;

  function fill() {
    numbers = numbersAt(desk, key, frame);
    moment.hidden = numbers.after === null;
    facts.replaceChildren(...nodeColumns(desk, key, numbers));
  }

  function show(playback) {
    frame = playback?.frame ?? Infinity;
    if (!desk.payload().nodes[key]) {
      return; // it lies in a group that is being collapsed; this panel will be closed
    }
    const now = numbersAt(desk, key, frame);
    if (now.value !== numbers.value || now.gradient !== numbers.gradient || now.after !== numbers.after) {
      numbers = now;
      moment.hidden = numbers.after === null;
      facts.querySelector("dl")?.replaceWith(nodeFacts(desk, desk.payload().nodes[key], numbers));
    }
  }

  function payloadChanged() {
    fill();
    edit?.payloadChanged();
  }

  fill();
  return { title, body, show, payloadChanged, dispose: () => edit?.dispose() };
}

function nodeTitle(desk, node) {
  const kind = desk.words(`kind_${node.kind}`);
  const parts = [kind, node.op && node.op !== node.name ? node.op : "", node.group ?? ""].filter(Boolean);
  return [element("bdi", {}, [node.name]), " ", element("span", { class: "ng-dim" }, [parts.join(" · ")])];
}

/**
 * What the node's box shows in a frame: its value and its gradient as texts, null where they are not there yet. Once a
 * parameter has moved the box shows what is `after` the step, while the passes were computed with its `value`.
 */
export function numbersAt(desk, key, frame) {
  const node = desk.payload().nodes[key];
  const stats = (node.stats ?? []).map(([label, text]) => `${label} ${text}`).join(" · ");
  const [value, gradient] = ["value", "gradient"].map((slot) => {
    const all = slot === "value" ? stats || node.value : node.gradient;
    const last = frameOfNode(desk.frames(), key, slot);
    if (last <= frame) {
      return all;
    }
    const before = frameOfNode(desk.frames().slice(0, frame + 1), key, slot);
    return before < 0 ? null : (desk.frames()[before].number ?? null);
  });
  const moved = desk.frames().findLastIndex(({ phase, target }) => phase === "update" && String(target) === String(key));
  const after = moved >= 0 && moved <= frame && frame < Infinity ? (desk.frames()[moved].number ?? null) : null;
  return { value, gradient: node.gradient === null ? node.gradient : gradient, after };
}

function nodeColumns(desk, key, numbers) {
  const payload = desk.payload();
  const node = payload.nodes[key];
  const hasNumbers = !(node.results?.length > 0); // each of a closed group's several results has its own
  const columns = hasNumbers ? [element("div", {}, [nodeFacts(desk, node, numbers), ...nodeSteps(desk, key)])] : [];
  if (node.locals?.length) {
    columns.push(panelPart(desk.words("node_locals"), [nodeLocals(desk, node)]));
  }
  const said = [node.sentence, node.note].filter(Boolean).map((text) => element("p", { class: "ng-dim" }, [text]));
  const line = node.code === null || node.code === undefined ? null : payload.code?.[node.code];
  if (line) {
    said.push(nodeLine(desk, line));
  }
  return said.length > 0 ? [...columns, element("div", {}, said)] : columns;
}

function nodeFacts(desk, node, { value, gradient, after }) {
  const said = (key) => element("span", { class: "ng-dim" }, [desk.words(key)]);
  const none = node.gradient === null || node.gradient === undefined ? "node_no_gradient" : "label_not_yet";
  return panelFacts([
    [desk.words("node_formula"), panelFormula(node.math)],
    [
      desk.words(after === null ? "node_value" : "node_value_before"),
      [value ? panelNumber(value, "value") : value === null ? said("label_not_yet") : ""],
    ],
    [desk.words("node_value_after"), after === null ? [] : [panelNumber(after, "value")]],
    [desk.words("node_gradient"), [gradient ? panelNumber(gradient, "gradient") : said(none)]],
    [desk.words("node_shape"), [[shapeText(node.shape), node.dtype].filter(Boolean).join(", ")]],
  ]);
}

/** Links to the steps that computed the value and completed the gradient. */
function nodeSteps(desk, key) {
  const links = ["value", "gradient"].flatMap((slot) => {
    const frame = frameOfNode(desk.frames(), key, slot);
    return frame < 0 ? [] : [panelLink([desk.words(`node_step_${slot}`)], () => desk.goTo(frame))];
  });
  return links.length > 0 ? [element("p", { class: "ng-links" }, links)] : [];
}

function nodeLocals(desk, node) {
  const rows = node.locals.map(({ edge, name, math, formula, text }) => {
    const written = panelFormula(math);
    const symbols = written.length > 0 ? written : [formula ?? ""];
    const number = text && text !== formula ? [element("span", {}, [" = ", panelNumber(text, "value")])] : [];
    // Where the rule multiplies by no single derivative (a matrix product), its formula is what goes on to the input.
    const left = text ? `${slopeSign(node.name)} / ${slopeSign(name)}` : `${node.name} → ${name}`;
    const derivative = element("span", { class: "ng-derivative" }, [left]);
    const link = panelLink([derivative, text ? " = " : ": ", ...symbols, ...number], () => desk.open("edge", edge), {
      title: desk.words("node_open_edge", { from: name, to: node.name }),
    });
    return element("li", {}, [link]);
  });
  return element("ul", { class: "ng-locals" }, rows);
}

function nodeLine(desk, { where, line, text }) {
  return element("p", { class: "ng-line" }, [
    element("span", { class: "ng-dim" }, [desk.words("code_place", { where, line })]),
    element("code", {}, [text]),
  ]);
}
