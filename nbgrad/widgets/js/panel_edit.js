// Change a leaf: a number to type, to drag or to step with the arrow keys, or a grid of up to 64 of them.
//
// What was typed stays in the field until the kernel has taken it, also when the panel is closed and opened again.

import { element } from "./dom.js";
import { EditSender } from "./edit_sender.js";
import { panelButton, panelPart, panelStatus } from "./panel_parts.js";
import { fieldStep, fieldText, stepped, typedNumber } from "./typed_number.js";

const PAUSE = 400; // milliseconds without a key after which a number counts as typed
const SCRUB_START = 3; // pixels before a press on a field becomes a drag
const SCRUB_STEP = 4; // pixels for each step

/** Build the fields of the leaf `key`. */
export function buildEdit(desk, key) {
  const drafts = (desk.memory.drafts ??= {});
  const leaf = () => desk.payload().nodes[key]?.editable;
  const status = panelStatus();
  const sender = new EditSender((message) => sendOrThrow(desk.model, message), showState);
  const data = [...(drafts[key]?.data ?? leaf().data)];
  const fields = data.map((_, index) => buildField(index));
  const shape = leaf().shape;
  let typing = null;
  fillFields();

  function buildField(index) {
    const label = desk.words(fieldLabel(leaf().shape, index), fieldPlace(leaf(), index, desk.payload().nodes[key].name));
    const field = element("input", { type: "text", inputmode: "decimal", class: "ng-field", autocomplete: "off" });
    field.setAttribute("aria-label", label);
    field.addEventListener("input", () => typed(index));
    field.addEventListener("change", () => settle(index));
    field.addEventListener("keydown", (event) => onFieldKey(event, index));
    listenToDrag(field, () => data[index] ?? 0, (number) => change(index, number));
    return field;
  }

  function fillFields() {
    const texts = drafts[key]?.texts;
    fields.forEach((field, index) => {
      field.value = texts?.[index] ?? fieldText(data[index]);
      field.removeAttribute("aria-invalid");
    });
  }

  /** A key changed a field: keep it, and send it when the typing pauses. */
  function typed(index) {
    keep();
    clearTimeout(typing);
    const number = typedNumber(fields[index].value);
    fields[index].toggleAttribute("aria-invalid", false);
    if (number !== null) {
      typing = setTimeout(() => settle(index), PAUSE);
    }
  }

  /** The number is complete: send it, or say that it is none. */
  function settle(index) {
    clearTimeout(typing);
    const number = typedNumber(fields[index].value);
    // What the kernel has, or is about to have; what it refused or never answered may be sent again.
    const known = sender.busy ? data[index] : leaf().data[index];
    if (number === null) {
      fields[index].setAttribute("aria-invalid", "true");
      status.say(desk.words("edit_no_number"), "error");
    } else if (number !== known && fields[index].value !== fieldText(known)) {
      fields[index].removeAttribute("aria-invalid");
      data[index] = number;
      send();
    }
  }

  /** Set a number by dragging or with an arrow key. */
  function change(index, number) {
    data[index] = number;
    fields[index].value = fieldText(number);
    fields[index].removeAttribute("aria-invalid");
    send();
  }

  function keep() {
    drafts[key] = { data: [...data], texts: fields.map(({ value }) => value) };
  }

  function send() {
    keep();
    // What JSON has no number for came as null.
    sender.push({ kind: "edit", node: Number(key), data: data.map((number) => number ?? "NaN") });
  }

  function reset() {
    clearTimeout(typing);
    for (const each of Object.keys(drafts)) {
      delete drafts[each];
    }
    sender.push({ kind: "reset" });
  }

  function showState(state, text) {
    root.classList.toggle("ng-pending", state === "pending");
    if (state === "done") {
      delete drafts[key];
      adopt();
    }
    const said = { pending: "edit_pending", done: "edit_done", silent: "edit_silent", none: "edit_no_kernel" }[state];
    status.say(state === "error" ? text : desk.words(said), state === "pending" || state === "done" ? "" : "error");
  }

  /** Take over what the kernel says, unless something else has been typed since. */
  function adopt() {
    if (leaf() && !drafts[key] && !sender.busy) {
      data.splice(0, data.length, ...leaf().data);
      fields.forEach((field, index) => {
        if (typedNumber(field.value) !== data[index] && field.value !== fieldText(data[index])) {
          field.value = fieldText(data[index]);
        }
        field.removeAttribute("aria-invalid");
      });
    }
  }

  function onFieldKey(event, index) {
    const { key: pressed } = event;
    if (pressed === "Enter") {
      settle(index);
    } else if (pressed === "ArrowUp" || pressed === "ArrowDown") {
      event.preventDefault();
      if (fields.length > 1) {
        const next = index + (pressed === "ArrowUp" ? -1 : 1) * columnsOf(shape);
        fields[next]?.select();
        return;
      }
      const number = typedNumber(fields[index].value) ?? data[index] ?? 0;
      const count = (pressed === "ArrowUp" ? 1 : -1) * (event.shiftKey ? 10 : 1);
      change(index, stepped(number, count, fieldStep(number)));
    }
  }

  const hear = (answer) => sender.hear(answer);
  desk.model.on?.("msg:custom", hear);

  const grid = element("div", { class: isMatrix(shape) ? "ng-field-grid" : "ng-field-row" }, fields);
  grid.style.setProperty("--ng-columns", String(columnsOf(shape)));
  const resetButton = panelButton(desk.words("edit_reset"), reset, { title: desk.words("edit_reset_title") });
  const hint = element("p", { class: "ng-dim ng-hint" }, [desk.words(data.length === 1 ? "edit_hint" : "edit_hint_grid")]);
  const root = panelPart(
    desk.words("edit_heading"),
    [element("div", { class: "ng-edit-row" }, [grid, resetButton]), hint, status.root],
    { class: "ng-part ng-edit" },
  );

  function dispose() {
    clearTimeout(typing);
    sender.dispose();
    desk.model.off?.("msg:custom", hear);
  }

  return { root, payloadChanged: adopt, dispose };
}

function sendOrThrow(model, message) {
  if (typeof model.send !== "function") {
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

function fieldPlace({ shape }, index, name) {
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
      drag = { x: event.clientX, from: start(), moved: false, count: 0 };
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
      change(stepped(drag.from, count, fieldStep(drag.from)));
    }
  });
  const end = () => {
    drag = null;
    field.classList.remove("ng-dragging");
  };
  field.addEventListener("pointerup", end);
  field.addEventListener("pointercancel", end);
}
