// The source: a list of lines, one of which may be the current one, and some of which may be lit.

import { element } from "./dom.js";
import { scrollNeeded } from "./stage.js";

const ROLES = new Set(["keyword", "function", "number", "string", "comment", "heading", "parameter", "gradient"]);
const SECTIONS = new Set(["forward", "backward", "update"]);

export class Source {
  /** `over(index)` is told of the line under the pointer (-1: none), `chosen(index)` of the one that was clicked. */
  constructor(lines, label, prefix, { over, chosen } = {}) {
    this.rows = lines.map((line, index) => buildLine(line, index, `${prefix}line${index + 1}`));
    const role = over ? "listbox" : "group";
    const attributes = { class: "ng-source ng-focusable", tabindex: "0", role, "aria-label": label };
    this.root = element("div", attributes, [element("div", { class: "ng-lines", role: "presentation" }, this.rows)]);
    if (over) {
      this.rows.forEach((row, index) => {
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", "false");
        row.addEventListener("pointerenter", () => over(index));
        row.addEventListener("click", () => chosen(index));
      });
      this.root.addEventListener("pointerleave", () => over(-1));
    }
  }

  /** Light these lines; `current` is where the keyboard stands, -1 for nowhere. */
  show(lit, current) {
    const wanted = new Set(lit);
    this.rows.forEach((row, index) => {
      row.classList.toggle("ng-lit", wanted.has(index));
      row.classList.toggle("ng-current", index === current);
      row.setAttribute("aria-selected", String(index === current));
    });
    if (this.rows[current]) {
      this.root.setAttribute("aria-activedescendant", this.rows[current].id);
    } else {
      this.root.removeAttribute("aria-activedescendant");
    }
  }

  /** Scroll, here and not the page, until the first of these lines can be seen. */
  reveal(lit) {
    const boxes = lit.map((index) => this.rows[index].getBoundingClientRect());
    const seen = this.root.getBoundingClientRect();
    if (boxes.length === 0 || seen.height === 0) {
      return;
    }
    const top = Math.min(...boxes.map((box) => box.top)) - 12 - seen.top;
    const bottom = Math.max(...boxes.map((box) => box.bottom)) + 12 - seen.bottom;
    this.root.scrollBy({ top: scrollNeeded(top, bottom), behavior: "instant" });
  }
}

function buildLine(line, index, id) {
  const section = SECTIONS.has(line.section) ? ` ng-in-${line.section}` : "";
  return element("div", { class: `ng-line${section}`, id }, [
    element("span", { class: "ng-line-number", "aria-hidden": "true" }, [String(index + 1)]),
    element("code", { class: "ng-code" }, line.tokens.map(buildToken)),
  ]);
}

function buildToken([text, role]) {
  return ROLES.has(role) ? element("span", { class: `ng-token-${role}` }, [text]) : document.createTextNode(text);
}
