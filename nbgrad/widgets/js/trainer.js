// The training controls: what the kernel's trainer does, shown, and what is asked of it, sent.

import { element } from "./dom.js";
import { claimKeys } from "./keyboard.js";
import { phrases } from "./phrases.js";
import { buildCurve } from "./trainer_curve.js";
import { buildSide } from "./trainer_side.js";

const PATIENCE_MS = 2000; // how long the kernel may be silent before that is said
const EXPECTED = { play: "running", pause: "paused", reset: "ready", rewind: "paused" };
const FORESEEN = {
  learning_rate: (value) => ({ learningRate: value }),
  epochs: (value) => ({ epochs: value }),
  rewind: (value) => ({ epoch: value, step: 0 }),
};

function render({ model, el }) {
  const say = phrases(() => model.get("words"));
  const curve = buildCurve(say);
  const head = buildTrainerHead(say);
  const panel = buildErrorPanel(say);
  let asked = null; // the newest request that the kernel has not answered yet
  let patience = 0;
  let gone = false; // the kernel that this panel belonged to is no more

  function send(type, value = null) {
    if (gone) {
      return;
    }
    const id = Math.max(Date.now(), (asked?.id ?? 0) + 1);
    const foreseen = { ...asked?.foreseen, ...FORESEEN[type]?.(value) };
    asked = { id, phase: EXPECTED[type] ?? asked?.phase ?? null, late: false, foreseen };
    clearTimeout(patience);
    try {
      model.send({ type, value, id });
    } catch {
      gone = true; // no other kernel will ever know this trainer
      asked = null;
      show();
      return;
    }
    patience = setTimeout(() => {
      if (asked) {
        asked.late = true;
        show();
      }
    }, PATIENCE_MS);
    show();
  }

  const side = buildSide(send, say);
  const views = element("div", { class: "ng-views" }, [panel.root, curve.root]);
  const root = element("section", { class: "ng-widget ng-card ng-trainer", "data-lm-suppress-shortcuts": "true" }, [
    head.root,
    element("div", { class: "ng-body" }, [side.root, views]),
  ]);

  root.lang = say("language");

  function show() {
    if (asked && model.get("state").answered >= asked.id) {
      asked = null;
      clearTimeout(patience);
    }
    const state = { ...model.get("state"), ...asked?.foreseen };
    // A click shows at once; the kernel's own word on it follows.
    const phase = asked?.phase ?? (gone && state.phase === "running" ? "paused" : state.phase);
    root.setAttribute("aria-label", say("label", { name: state.name }));
    root.dataset.phase = phase;
    head.show(state, phase, Boolean(asked?.late));
    side.show(state, phase);
    panel.show(state);
    curve.show(state);
    if (gone) {
      head.showGone();
      retire(side.root);
    }
  }

  const hearKeys = (event) => spaceToggles(event, () => send(root.dataset.phase === "running" ? "pause" : "play"));
  root.addEventListener("keydown", hearKeys);
  const releaseKeys = claimKeys(root);
  model.on("change:state", show);
  el.append(root);
  show();
  return () => {
    clearTimeout(patience);
    model.off("change:state", show);
    curve.dispose();
    releaseKeys();
    root.remove();
  };
}

/** Space plays and pauses wherever it has no meaning of its own; no key that is used here reaches the notebook. */
function spaceToggles(event, toggle) {
  const place = event.target.localName;
  if (event.key === " " && !["button", "input", "summary"].includes(place)) {
    event.preventDefault();
    toggle();
  }
  if ([" ", "Enter", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) {
    event.stopPropagation();
  }
}

/** Controls that nothing answers any more; the buttons stay in reach, so that the focus is not lost. */
function retire(controls) {
  controls.querySelectorAll("button").forEach((button) => button.setAttribute("aria-disabled", "true"));
  controls.querySelectorAll("input").forEach((input) => {
    input.disabled = true;
  });
}

function buildTrainerHead(say) {
  const title = element("span", { class: "ng-title" });
  const setup = element("span", { class: "ng-dim" });
  const status = element("span", { class: "ng-status", role: "status" });
  const note = element("div", { class: "ng-note" });
  const root = element("div", { class: "ng-head" }, [title, setup, status, note]);

  function show(state, phase, late) {
    title.textContent = state.name;
    setup.textContent = state.setup;
    status.textContent = say(late ? "waiting" : `status_${phase}`);
    status.dataset.phase = late ? "late" : phase;
    note.textContent = state.note;
    note.hidden = state.note === "";
  }

  function showGone() {
    status.textContent = say("no_kernel");
    status.dataset.phase = "late";
    note.textContent = say("restarted");
    note.hidden = false;
  }

  return { root, show, showGone };
}

function buildErrorPanel(say) {
  const title = element("b");
  const message = element("p");
  const trace = element("pre", { class: "ng-traceback ng-focusable", tabindex: "0", "aria-label": say("traceback") });
  const details = element("details", {}, [element("summary", { class: "ng-focusable" }, [say("traceback")]), trace]);
  const root = element("div", { class: "ng-error", role: "alert" }, [title, message, details]);
  let shown = "";

  function show(state) {
    const error = state.error;
    const next = JSON.stringify([error, state.problem]);
    if (next === shown) {
      return; // an alert that is written again is read aloud again
    }
    shown = next;
    root.hidden = error === null && state.problem === "";
    title.textContent = error ? say("error_in", error) : say("did_not_work");
    message.textContent = error ? error.message : state.problem;
    trace.textContent = error?.traceback ?? "";
    details.hidden = !error?.traceback;
    details.open = false;
  }

  return { root, show };
}

export default { render };
