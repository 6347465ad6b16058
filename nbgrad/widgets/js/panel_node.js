// The panel of a node: its formula, its numbers, its local derivatives, the line that made it, and for a leaf a field
// to change it.

import { element } from "./dom.js";
import { buildEdit } from "./panel_edit.js";
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
  const body = element("div", { class: "ng-node-panel" }, [facts, ...(edit ? [edit.root] : [])]);
  const title = nodeTitle(desk, desk.payload().nodes[key]);

  function payloadChanged() {
    facts.replaceChildren(...nodeColumns(desk, key));
    edit?.payloadChanged();
  }

  facts.replaceChildren(...nodeColumns(desk, key));
  return { title, body, payloadChanged, dispose: () => edit?.dispose() };
}

function nodeTitle(desk, node) {
  const kind = desk.words(`kind_${node.kind}`);
  const parts = [kind, node.op && node.op !== node.name ? node.op : "", node.group ?? ""].filter(Boolean);
  return [element("bdi", {}, [node.name]), " ", element("span", { class: "ng-dim" }, [parts.join(" · ")])];
}

function nodeColumns(desk, key) {
  const payload = desk.payload();
  const node = payload.nodes[key];
  const columns = [element("div", {}, [nodeFacts(desk, node), ...nodeSteps(desk, key)])];
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

function nodeFacts(desk, node) {
  const stats = (node.stats ?? []).map(([label, text]) => `${label} ${text}`).join(" · ");
  const gradient = node.gradient ?? element("span", { class: "ng-dim" }, [desk.words("node_no_gradient")]);
  return panelFacts([
    [desk.words("node_formula"), panelFormula(node.math)],
    [desk.words("node_value"), [stats || node.value ? panelNumber(stats || node.value, "value") : ""]],
    [desk.words("node_gradient"), [node.gradient ? panelNumber(gradient, "gradient") : gradient]],
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
