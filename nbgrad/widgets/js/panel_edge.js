// The panel of an edge: what arrives, times the local derivative, is what goes on; and a check of that very number.

import { element } from "./dom.js";
import { panelFacts, panelFormula, panelLink, panelMark, panelNumber, panelPart } from "./panel_parts.js";
import { typedNumber } from "./typed_number.js";

/** Build the panel of the edge `key`. */
export function buildEdgePanel(desk, key) {
  const body = element("div", { class: "ng-columns" });
  const [from, to] = key.split("-");
  const { from: source, to: result } = desk.payload().edges[key];
  const title = [
    panelLink([source], () => desk.open("node", from)),
    element("span", { "aria-hidden": "true" }, [" → "]),
    element("span", { class: "ng-aside" }, [` ${desk.words("edge_to")} `]),
    panelLink([result], () => desk.open("node", to)),
  ];

  function payloadChanged() {
    body.replaceChildren(...edgeColumns(desk, desk.payload().edges[key]));
  }

  payloadChanged();
  return { title, body, payloadChanged };
}

function edgeColumns(desk, edge) {
  const said = edge.sentence ? [element("p", { class: "ng-dim" }, [edge.sentence])] : [];
  const link =
    edge.frame === null || edge.frame === undefined
      ? []
      : [element("p", { class: "ng-links" }, [panelLink([desk.words("edge_step")], () => desk.goTo(edge.frame))])];
  const product = element("div", { class: "ng-edge-product" }, [
    ...panelFormula(edge.math),
    ...edgeNumbers(desk, edge),
    ...said,
    ...link,
  ]);
  return edge.check ? [product, edgeCheck(desk, edge.check)] : [product];
}

/**
 * What arrives, the local derivative and what goes on, below each other: a formula above them may add up what several
 * edges bring. Without a formula, "upstream × local = product" where these are single numbers.
 */
function edgeNumbers(desk, { upstream, local, each, over, product, math, sign = "=" }) {
  if (math || ![upstream, local, product].every((text) => typedNumber(text ?? "") !== null)) {
    const told = (text, role) => (text ? [panelNumber(text, role)] : []);
    return [
      panelFacts([
        [desk.words("edge_upstream"), told(upstream, "gradient")],
        // The rule of a matrix product multiplies by no single derivative; the formula above says what it does.
        [desk.words("edge_local"), local?.includes("∂") ? [] : told(local, "value")],
        // Of what was copied to fit, the gradients of all copies are added up.
        [desk.words("edge_each"), told(each, "gradient")],
        [desk.words("edge_product"), [...(over ? [element("span", { class: "ng-dim" }, [`${over} `])] : []), ...told(product, "gradient")]],
      ]),
    ];
  }
  return [
    element("p", { class: "ng-product" }, [
      panelNumber(upstream, "gradient"),
      " × ",
      panelNumber(local, "value"),
      ` ${sign} `,
      panelNumber(product, "gradient"),
    ]),
  ];
}

/** The same number by finite differences: the value moved a little, and what came of it. */
function edgeCheck(desk, { element: place, ours, differences, agrees, said }) {
  const known = typeof agrees === "boolean"; // else it could not be told
  const verdict = known ? [panelMark(agrees), element("strong", {}, [desk.words(agrees ? "edge_agree" : "edge_disagree")])] : [];
  return panelPart(
    desk.words("edge_check"),
    [
      ...(known ? [element("p", { class: "ng-verdict" }, verdict)] : []),
      panelFacts([
        [desk.words("edge_element"), [place ?? ""]],
        [desk.words("edge_ours"), ours ? [panelNumber(ours, "gradient")] : []],
        [desk.words("edge_differences"), differences ? [panelNumber(differences, "gradient")] : []],
      ]),
      ...(said ? [element("p", { class: "ng-dim" }, [said])] : []),
    ],
    { class: "ng-part ng-check" },
  );
}
