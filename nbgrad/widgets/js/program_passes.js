// The rewriting passes: what each does, and how many lines there were before and after it.

import { element } from "./dom.js";

/** Build the table; `groups` have a name and rows with name, before, after and what. */
export function buildPasses(groups) {
  const table = element("table", { class: "ng-passes" }, [
    element("thead", {}, [element("tr", {}, ["pass", "lines", "what it does"].map((name) => heading(name, "col")))]),
    ...groups.map((group) =>
      element("tbody", {}, [
        element("tr", {}, [element("th", { colspan: "3", scope: "rowgroup" }, [group.name])]),
        ...group.rows.map(buildPass),
      ]),
    ),
  ]);
  const attributes = { class: "ng-source ng-focusable", tabindex: "0", role: "group", "aria-label": "Rewriting passes" };
  return element("div", attributes, [table]);
}

function buildPass({ name, before, after, what }) {
  const change = element("td", { class: `ng-change${before === after ? "" : " ng-changed"}` }, [`${before} → ${after}`]);
  return element("tr", {}, [heading(name, "row"), change, element("td", {}, [what])]);
}

function heading(text, scope) {
  return element("th", { scope }, [text]);
}
