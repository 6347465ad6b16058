// The source: a list of lines, one of which may be the current one, and some of which may be lit. What stands in
// comments at the ends of lines can be done without: it is shown where there is room for it.

import { element } from "./dom.js";
import { splitNote, textOf } from "./program_links.js";
import { scrollNeeded } from "./scrolling.js";

const ROLES = new Set(["keyword", "function", "number", "string", "comment", "heading", "parameter", "gradient"]);
const SECTIONS = new Set(["forward", "backward", "update"]);
const MARGIN = 20; // px from the notes to the divider, as the style sheet has it

export class Source {
  /** `over(index)` is told of the line under the pointer (-1: none), `chosen(index)` of the one that was clicked. */
  constructor(lines, label, prefix, { over, chosen } = {}) {
    this.rows = lines.map((line, index) => buildLine(line, index, `${prefix}line${index + 1}`));
    const role = over ? "listbox" : "group";
    const attributes = { class: "ng-source ng-focusable", tabindex: "0", role, "aria-label": label };
    this.root = element("div", attributes, [element("div", { class: "ng-lines", role: "presentation" }, this.rows)]);
    if (over) {
      this.rows.forEach((row, index) => {
        if (!isBlank(lines[index])) {
          row.setAttribute("role", "option");
          row.setAttribute("aria-selected", "false");
        }
        row.addEventListener("pointerenter", () => over(index));
        row.addEventListener("click", () => chosen(index));
      });
      this.root.addEventListener("pointerleave", () => over(-1));
    }
    this.longest = this.longestNote();
    this.resized = new ResizeObserver(() => this.makeRoom());
    this.resized.observe(this.root);
  }

  /** The note that ends farthest to the right; null without any. */
  longestNote() {
    const rows = this.rows.filter((row) => row.querySelector(".ng-note"));
    const length = (row) => row.lastChild.textContent.length;
    return rows.reduce((most, row) => (most && length(most) >= length(row) ? most : row), null)?.querySelector(".ng-note");
  }

  /** Show the notes if all of them fit as a whole; else none. A source that is not shown is left as it is. */
  makeRoom() {
    if (!this.longest || this.root.clientWidth === 0) {
      return;
    }
    this.root.classList.remove("ng-without-notes");
    const needed = this.longest.getBoundingClientRect().right + this.root.scrollLeft + MARGIN;
    const room = this.root.getBoundingClientRect().left + this.root.clientWidth;
    this.root.classList.toggle("ng-without-notes", needed > room);
  }

  dispose() {
    this.resized.disconnect();
  }

  /** Light these lines; `current` is where the keyboard stands, -1 for nowhere. */
  show(lit, current) {
    const wanted = new Set(lit);
    this.rows.forEach((row, index) => {
      row.classList.toggle("ng-lit", wanted.has(index));
      row.classList.toggle("ng-current", index === current);
      if (row.getAttribute("role") === "option") {
        row.setAttribute("aria-selected", String(index === current));
      }
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

/** Whether nothing stands in a line, so that there is nothing to choose. */
function isBlank({ tokens }) {
  return textOf(tokens).trim() === "";
}

function buildLine(line, index, id) {
  const section = SECTIONS.has(line.section) ? ` ng-in-${line.section}` : "";
  return element("div", { class: `ng-line${section}`, id }, [
    element("span", { class: "ng-line-number", "aria-hidden": "true" }, [String(index + 1)]),
    element("code", { class: "ng-code" }, buildCode(line.tokens)),
  ]);
}

/** The pieces of a line; a comment behind code, with the blanks before it, is a note. */
function buildCode(tokens) {
  const { code, note } = splitNote(tokens);
  const pieces = code.map(buildToken);
  return note.length > 0 ? [...pieces, element("span", { class: "ng-note" }, note.map(buildToken))] : pieces;
}

function buildToken([text, role]) {
  return ROLES.has(role) ? element("span", { class: `ng-token-${role}` }, [text]) : document.createTextNode(text);
}
