// Change a leaf: a number to type, to drag or to step with the arrow keys, or a grid of up to 64 of them.
//
// What was typed stays in the field until the kernel has taken it, also when the panel is closed and opened again.

import { element } from "./dom.js";
import { hasGone, isUnknown, watchKernel } from "./kernel.js";
import { LeafEditor } from "./leaf_editor.js";
import { panelButton, panelPart, panelStatus } from "./panel_parts.js";
import { fieldStep, stepped, whyNoNumber } from "./typed_number.js";

const SAID = {
  pending: "edit_pending",
  done: "edit_done",
  silent: "edit_silent",
  none: "edit_no_kernel",
  stays: "edit_stays",
};
const SCRUB_START = 3; // pixels before a press on a field becomes a drag
const SCRUB_STEP = 4; // pixels for each step

/** Build the fields of the leaf `key`. */
export function buildEdit(desk, key) {
  const leaf = () => desk.payload().nodes[key]?.editable;
  const shape = leaf().shape;
  const status = panelStatus();
  let fields = [];
  const editor = new LeafEditor(key, (desk.memory.drafts ??= {}), {
    known: () => leaf()?.data,
    send: (message) => sendOrThrow(desk.model, message),
    show: showTexts,
    onState: showState,
  });
  const { draft } = editor;
  fields = draft.data.map((_, index) => buildField(index));
  showTexts();

  function buildField(index) {
    const label = desk.words(fieldLabel(shape, index), fieldPlace(shape, index, desk.payload().nodes[key].name));
    const field = element("input", { type: "text", inputmode: "decimal", class: "ng-field", autocomplete: "off" });
    field.setAttribute("aria-label", label);
    field.addEventListener("input", () => {
      field.removeAttribute("aria-invalid");
      editor.typed(index, field.value);
    });
    field.addEventListener("change", () => settle(index));
    field.addEventListener("keydown", (event) => onFieldKey(event, index));
    listenToDrag(field, () => numberAt(index), (number, joins) => editor.change(index, number, joins));
    return field;
  }

  /** The number from which a drag or a step starts. */
  function numberAt(index) {
    return draft.numberAt(index) ?? draft.data[index];
  }

  /** Show the draft. A field that shows it already is left alone, and with it the caret. */
  function showTexts() {
    fields.forEach((field, index) => {
      if (field.value !== draft.texts[index]) {
        field.value = draft.texts[index];
      }
      if (draft.numberAt(index) !== null) {
        field.removeAttribute("aria-invalid");
      }
    });
  }

  /** The number at `index` is complete: send it, or say that it is none. */
  function settle(index) {
    if (draft.numberAt(index) !== null) {
      editor.submit();
      return;
    }
    fields[index].setAttribute("aria-invalid", "true");
    status.say(desk.words(whyNoNumber(fields[index].value, "edit_no_number")), "error");
  }

  function showState(state, text) {
    root.classList.toggle("ng-pending", state === "pending");
    if (state === "silent" && isUnknown(desk.model)) {
      editor.lose();
      return;
    }
    const said = SAID[state];
    const quiet = state === "pending" || state === "done" || state === "";
    status.say(said ? desk.words(said) : text, quiet ? "" : "error");
  }

  function onFieldKey(event, index) {
    const { key: pressed } = event;
    if (pressed.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.shiftKey) {
      event.preventDefault();
      editor.undo();
    } else if (pressed === "Enter") {
      settle(index);
    } else if (pressed === "ArrowUp" || pressed === "ArrowDown") {
      event.preventDefault();
      if (fields.length > 1) {
        const next = index + (pressed === "ArrowUp" ? -1 : 1) * columnsOf(shape);
        fields[next]?.select();
        return;
      }
      const number = numberAt(index);
      const count = (pressed === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1);
      editor.change(index, stepped(number, count, fieldStep(number)));
    }
  }

  const hear = (answer) => editor.hear(answer);
  desk.model.on?.("msg:custom", hear);
  const stopWatching = watchKernel(desk.model, () => editor.lose());

  const grid = element("div", { class: isMatrix(shape) ? "ng-field-grid" : "ng-field-row" }, fields);
  grid.style.setProperty("--ng-columns", String(columnsOf(shape)));
  const undoButton = panelButton(desk.words("edit_undo"), () => editor.undo(), { title: desk.words("edit_undo_title") });
  const resetButton = panelButton(desk.words("edit_reset"), () => editor.reset(), { title: desk.words("edit_reset_title") });
  const hint = element("p", { class: "ng-dim ng-hint" }, [desk.words(fields.length === 1 ? "edit_hint" : "edit_hint_grid")]);
  const root = panelPart(
    desk.words("edit_heading"),
    [element("div", { class: "ng-edit-row" }, [grid, undoButton, resetButton]), hint, status.root],
    { class: "ng-part ng-edit" },
  );

  function dispose() {
    editor.dispose();
    desk.model.off?.("msg:custom", hear);
    stopWatching();
  }

  return { root, payloadChanged: () => editor.payloadChanged(), dispose };
}

function sendOrThrow(model, message) {
  if (typeof model.send !== "function" || hasGone(model)) {
    throw new Error("There is no kernel to send to.");
  }
  model.send(message);
}

/** Whether the numbers stand in rows and columns; others follow each other, as far as the page is wide. */
function isMatrix(shape) {
  return shape.length > 1 && shape.at(-1) > 1;
}

/** Rows of a grid are as long as the last axis. */
function columnsOf(shape) {
  return isMatrix(shape) ? shape.at(-1) : 1;
}

function fieldLabel(shape, index) {
  return shape.length === 0 && index === 0 ? "edit_value" : "edit_element";
}

function fieldPlace(shape, index, name) {
  const place = [];
  let rest = index;
  for (const length of [...shape].reverse()) {
    place.unshift(rest % length);
    rest = Math.floor(rest / length);
  }
  return { name, place: `[${place.join(", ")}]` };
}

/** Drag a field sideways to change its number, like a slider without ends. A press that does not move sets the caret. */
function listenToDrag(field, start, change) {
  let drag = null;
  field.addEventListener("pointerdown", (event) => {
    if (event.button === 0) {
      drag = { x: event.clientX, from: start(), moved: false, count: 0, sent: false };
    }
  });
  field.addEventListener("pointermove", (event) => {
    if (drag === null || (!drag.moved && Math.abs(event.clientX - drag.x) < SCRUB_START)) {
      return;
    }
    if (!drag.moved) {
      drag.moved = true;
      field.setPointerCapture(event.pointerId);
      field.classList.add("ng-dragging");
    }
    event.preventDefault();
    const count = Math.round((event.clientX - drag.x) / SCRUB_STEP);
    if (count !== drag.count) {
      drag.count = count;
      change(stepped(drag.from, count, fieldStep(drag.from)), drag.sent);
      drag.sent = true;
    }
  });
  const end = () => {
    drag = null;
    field.classList.remove("ng-dragging");
  };
  field.addEventListener("pointerup", end);
  field.addEventListener("pointercancel", end);
}
