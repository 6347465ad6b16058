// All ways from a leaf to the result: each way's product, and their sum, which is the gradient.

import { element } from "./dom.js";
import { panelFormula, panelLights, panelNumber } from "./panel_parts.js";

const MOST_TABS = 6; // more leaves than these stand in a list

/** Build the panel of paths; the leaf chosen last is remembered. */
export function buildPathsPanel(desk) {
  const list = element("div", { class: "ng-paths", id: `${desk.id}-paths` });
  const chooser = element("div", { class: "ng-leaves" });
  const body = element("div", {}, [chooser, list]);
  const all = () => desk.payload().paths;

  function choose(index) {
    desk.memory.leaf = keyOf(all()[index]);
    desk.highlight(null);
    payloadChanged();
  }

  function payloadChanged() {
    const paths = all();
    const chosen = Math.max(0, paths.findIndex((leaf) => keyOf(leaf) === desk.memory.leaf));
    if (paths.length > MOST_TABS) {
      showSelect(desk, chooser, paths, chosen, choose);
    } else {
      showTabs(desk, chooser, list, paths, chosen, choose);
    }
    list.replaceChildren(...pathsOfLeaf(desk, paths[chosen]));
  }

  payloadChanged();
  return { title: [desk.words("panel_paths")], body, payloadChanged };
}

/** The name of a leaf, with that of the closed group which hides it. */
function placed({ name, inside }) {
  return inside ? `${name} (${inside})` : name;
}

/** Several leaves may be in one closed group. */
function keyOf({ node, inside, name }) {
  return inside ? `${node} ${name}` : `${node}`;
}

function showTabs(desk, chooser, list, paths, chosen, choose) {
  const hadFocus = chooser.contains(document.activeElement);
  const tabs = paths.map((leaf, index) => {
    const tab = element("button", {
      type: "button",
      role: "tab",
      class: "ng-tab",
      id: `${desk.id}-leaf-${index}`,
      "aria-selected": String(index === chosen),
      "aria-controls": list.id,
      tabindex: index === chosen ? "0" : "-1",
    }, [element("bdi", {}, [placed(leaf)])]);
    tab.addEventListener("click", () => choose(index));
    return tab;
  });
  const bar = element("div", { role: "tablist", class: "ng-tabs", "aria-label": desk.words("paths_leaf") }, tabs);
  bar.addEventListener("keydown", ({ key }) => {
    const to = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: paths.length - 1 }[key];
    if (to !== undefined) {
      choose((to + paths.length) % paths.length);
    }
  });
  list.setAttribute("role", "tabpanel");
  list.setAttribute("aria-labelledby", tabs[chosen].id);
  chooser.replaceChildren(bar);
  if (hadFocus) {
    tabs[chosen].focus();
  }
}

function showSelect(desk, chooser, paths, chosen, choose) {
  const options = paths.map((leaf, index) => element("option", { value: String(index) }, [placed(leaf)]));
  const select = chooser.querySelector("select") ?? element("select", { class: "ng-select" });
  select.replaceChildren(...options);
  select.value = String(chosen);
  select.onchange = () => choose(Number(select.value));
  if (!select.isConnected || !chooser.contains(select)) {
    const label = element("label", { class: "ng-choice" }, [element("span", {}, [desk.words("paths_leaf")]), select]);
    chooser.replaceChildren(label);
  }
}

function pathsOfLeaf(desk, leaf) {
  const rows = leaf.shown.map((path) => element("li", {}, [pathRow(desk, path)]));
  const rest = leaf.rest ? [restRow(leaf)] : [];
  const sum = element("div", { class: "ng-sum" }, [
    element("span", { class: "ng-dim" }, [desk.words(leaf.shown.length > 1 || leaf.rest ? "paths_sum" : "paths_one")]),
    ...panelFormula(leaf.math),
    element("strong", {}, [panelNumber(leaf.sum, "gradient")]),
  ]);
  const said = leaf.sentence ? [element("p", { class: "ng-dim" }, [leaf.sentence])] : [];
  return [element("ol", { class: "ng-rows" }, rows), ...rest, sum, ...said];
}

/** What the paths that are not shown bring together, in the columns of those that are. */
function restRow({ others, rest }) {
  return element("div", { class: "ng-row ng-rest" }, [
    element("span", { class: "ng-row-name ng-dim" }, [others]),
    element("span", { class: "ng-row-number" }, [panelNumber(rest, "gradient")]),
  ]);
}

/** One path; it is lit on the stage while it is pointed at or has the focus. */
function pathRow(desk, { edges, nodes, names, product, math }) {
  const along = names ?? nodes.map((node) => desk.payload().nodes[node]?.name ?? "…").join(" → ");
  const row = element("button", { type: "button", class: "ng-row" }, [
    element("span", { class: "ng-row-name" }, [along]),
    ...panelFormula(math),
    element("span", { class: "ng-row-number" }, [panelNumber(product, "gradient")]),
  ]);
  panelLights(row, desk, () => ({ nodes: nodes.map(String), edges }));
  return row;
}
