// The rewriting passes: what each does, and how many lines there were before and after it.

import { element } from "./dom.js";

/** Build the table; `groups` have a name and rows with name, before, after and what. */
export function buildPasses(groups, say) {
  const columns = ["column_pass", "column_lines", "column_what"].map((key) => heading(say(key), "col"));
  const table = element("table", { class: "ng-passes" }, [
    element("thead", {}, [element("tr", {}, columns)]),
    ...groups.map((group) =>
      element("tbody", {}, [
        element("tr", {}, [element("th", { colspan: "3", class: "ng-pass-group" }, [group.name])]),
        ...group.rows.map(buildPass),
      ]),
    ),
  ]);
  const attributes = { class: "ng-source ng-focusable", tabindex: "0", role: "group", "aria-label": say("passes_label") };
  return element("div", attributes, [table]);
}

function buildPass({ name, before, after, what }) {
  const change = element("td", { class: `ng-change${before === after ? "" : " ng-changed"}` }, [`${before} → ${after}`]);
  return element("tr", {}, [heading(name, "row"), change, element("td", {}, [what])]);
}

function heading(text, scope) {
  return element("th", { scope }, [text]);
}
