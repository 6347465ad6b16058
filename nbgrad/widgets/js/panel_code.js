// The lines of the cells that made the graph: a line lights up its nodes on the stage, and a node its line.

import { element } from "./dom.js";
import { panelLights } from "./panel_parts.js";

/** Build the list of lines. */
export function buildCodePanel(desk) {
  const body = element("div", { class: "ng-code" });
  let rows = [];
  let playback = null;

  function payloadChanged() {
    rows = [];
    const lines = desk.payload().code;
    const children = lines.flatMap((line, index) => {
      const row = codeRow(desk, line);
      rows.push(row);
      const first = index === 0 || lines[index - 1].where !== line.where;
      return first ? [element("p", { class: "ng-dim ng-where" }, [line.where]), row] : [row];
    });
    body.replaceChildren(...children);
    show(playback);
  }

  /** The line of the step that the stage shows. */
  function show(state) {
    playback = state;
    const now = state ? desk.frames()[state.frame]?.line : null;
    rows.forEach((row, index) => {
      row.classList.toggle("ng-row-now", index === now);
      if (index === now) {
        row.setAttribute("aria-current", "step");
      } else {
        row.removeAttribute("aria-current");
      }
    });
  }

  function hover(node) {
    const lines = desk.payload().code;
    rows.forEach((row, index) => row.classList.toggle("ng-row-lit", isOfLine(lines[index], node)));
  }

  payloadChanged();
  return { title: [desk.words("panel_code")], body, payloadChanged, show, hover };
}

/** Whether `node` (an id, or null) was made by `line`. */
export function isOfLine(line, node) {
  return node !== null && node !== undefined && line.nodes.some((each) => String(each) === String(node));
}

function codeRow(desk, { line, text, nodes }) {
  const row = element("button", { type: "button", class: "ng-row" }, [
    element("span", { class: "ng-line-number ng-dim" }, [String(line)]),
    element("code", {}, [text]),
  ]);
  panelLights(row, desk, () => ({ nodes: nodes.map(String), edges: [] }));
  return row;
}
