// The quiz: the learner says a gradient before the pass shows it, and is told right, or which slip it was.

import { markCell, unmarkCells } from "./asked_cell.js";
import { element } from "./dom.js";
import { frameOfNode, panelButton, panelDisable, panelStatus } from "./panel_parts.js";
import { judge } from "./quiz_slips.js";
import { fieldText, typedNumber, whyNoNumber } from "./typed_number.js";

const TRIES = 2;

/** Build the quiz where it was left; question and score are remembered. */
export function buildQuizPanel(desk) {
  const game = (desk.memory.quiz ??= newGame());
  const questions = () => desk.payload().quiz;
  const place = element("span", { class: "ng-dim" });
  const score = element("span", { class: "ng-score" });
  const asked = element("label", { class: "ng-question", for: `${desk.id}-answer` });
  const field = element("input", {
    type: "text",
    inputmode: "decimal",
    class: "ng-field",
    id: `${desk.id}-answer`,
    autocomplete: "off",
  });
  const check = element("button", { type: "submit", class: "ng-button ng-button-main" }, [desk.words("quiz_check")]);
  const hint = panelButton(desk.words("quiz_hint"), showHint);
  const reveal = panelButton(desk.words("quiz_reveal"), showStep);
  const next = panelButton(desk.words("quiz_next"), goOn);
  const status = panelStatus({ id: `${desk.id}-verdict` });
  field.setAttribute("aria-describedby", `${desk.id}-verdict`);
  const hinted = element("p", { class: "ng-dim", role: "status" });
  const form = element("form", { class: "ng-quiz-form" }, [field, check, hint, reveal, next]);
  const body = element("div", { class: "ng-quiz" }, [place, asked, form, status.root, hinted, score]);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer();
  });
  let playback = null;
  let subject = "";

  function ask() {
    const question = questions()[game.index];
    if (!question) {
      finish();
      return;
    }
    subject = subjectOf(question);
    place.textContent = desk.words("quiz_place", { number: game.index + 1, count: questions().length });
    asked.textContent = question.question;
    hinted.textContent = "";
    field.value = "";
    tellValidity(true);
    status.say(game.closed ? desk.words("quiz_answer", { answer: question.text }) : "");
    if (!game.closed) {
      desk.goTo(Math.max(0, question.frame - 1));
      desk.reveal({ nodes: [String(question.node), ...usersOf(desk, question)] });
    }
    refresh();
    (game.closed ? next : field).focus({ preventScroll: true });
  }

  function answer() {
    const question = questions()[game.index];
    if (game.closed || !question) {
      return;
    }
    const number = typedNumber(field.value);
    if (number === null) {
      status.say(desk.words(whyNoNumber(field.value, "quiz_no_number")), "error");
      tellValidity(false);
      return;
    }
    const verdict = judge({ ...question, value: valueOf(desk, question) }, number);
    tellValidity(verdict.kind === "right");
    game.tries += 1;
    game.closed = verdict.kind === "right" || game.tries >= TRIES;
    game.right += verdict.kind === "right" ? 1 : 0;
    game.asked += game.closed ? 1 : 0;
    status.say(verdictText(desk, verdict, question, game), verdict.kind === "right" ? "right" : "wrong");
    refresh();
    if (game.closed) {
      goToAnswer(question);
    }
    (game.closed ? next : field).focus({ preventScroll: true });
    if (!game.closed) {
      field.select();
    }
  }

  function tellValidity(valid) {
    field.setAttribute("aria-invalid", String(!valid));
  }

  function showHint() {
    hinted.textContent = questions()[game.index]?.hint ?? "";
  }

  /** Show the step that answers; a question that was still open counts as asked. */
  function showStep() {
    const question = questions()[game.index];
    if (!game.closed) {
      game.closed = true;
      game.asked += 1;
      status.say(desk.words("quiz_answer", { answer: question.text }));
    }
    refresh();
    goToAnswer(question);
    next.focus({ preventScroll: true });
  }

  /** Let the stage show the step after which all of the gradient stands there, so that it agrees with what is said. */
  function goToAnswer(question) {
    const last = frameOfNode(desk.frames(), question.node, "gradient");
    desk.goTo(last < 0 ? question.frame : last);
  }

  function goOn() {
    const over = game.index >= questions().length;
    Object.assign(game, over ? newGame() : { index: game.index + 1, tries: 0, closed: false });
    ask();
  }

  function finish() {
    subject = "";
    place.textContent = "";
    asked.textContent = desk.words("quiz_done", { right: game.right, asked: game.asked });
    hinted.textContent = "";
    status.say("");
    refresh();
    next.focus({ preventScroll: true });
  }

  function refresh() {
    const question = questions()[game.index];
    for (const [part, hidden] of [
      [field, !question],
      [check, !question || game.closed],
      [hint, !question?.hint || game.closed],
      [reveal, !question],
      [next, Boolean(question) && !game.closed],
    ]) {
      part.hidden = hidden;
    }
    field.readOnly = game.closed;
    panelDisable(check, game.closed);
    next.textContent = desk.words(nextWord(game.index, questions().length));
    score.textContent = question && game.asked > 0 ? desk.words("quiz_score", game) : "";
    hide();
  }

  /** Keep what would give the answer away from the stage: the gradient that is asked for, and every later step. */
  function hide() {
    const question = game.closed ? null : questions()[game.index];
    unveil(desk.root);
    if (!question) {
      return;
    }
    const slots = desk.root.querySelectorAll(`[data-gradient="${question.node}"]`);
    slots.forEach((slot) => {
      slot.classList.add("ng-secret");
      const node = slot.closest("[data-node]");
      node?.classList.add("ng-asked");
      if (node && question.element) {
        markCell(node, question.element, desk.payload().nodes[question.node]?.shape ?? "");
      }
    });
    lock(Math.max(0, question.frame - 1));
  }

  /** Let nobody step or play beyond the frame `last`. */
  function lock(last) {
    const { frame = 0, playing = false } = playback ?? {};
    if (frame > last || (playing && frame === last)) {
      desk.pause();
      desk.goTo(last);
      status.say(desk.words("quiz_locked"));
    }
  }

  function show(state) {
    playback = state;
    hide();
  }

  /** An edit changes the numbers, so the question begins anew; what else may change does not disturb it. */
  function payloadChanged() {
    if (subjectOf(questions()[game.index]) === subject) {
      hide();
      return;
    }
    Object.assign(game, game.index < questions().length ? { tries: 0, closed: false } : newGame());
    ask();
  }

  /** Someone clicks on the stage meanwhile: facts about nodes would give the answer away. */
  function selected(kind, key) {
    if (key !== null && !game.closed) {
      status.say(desk.words("quiz_busy"));
    }
  }

  function dispose() {
    unveil(desk.root);
  }

  // After the panel has reached the page, so that the field can take the focus.
  queueMicrotask(() => body.isConnected && ask());
  return { title: [desk.words("panel_quiz")], body, focus: field, show, payloadChanged, selected, dispose };
}

/** The nodes that use the asked one: from there its gradient comes. */
function usersOf(desk, { node }) {
  const edges = Object.keys(desk.payload().edges).map((edge) => edge.split("-"));
  return edges.filter(([from]) => from === String(node)).map(([, to]) => to);
}

function unveil(root) {
  unmarkCells(root);
  root.querySelectorAll(".ng-secret, .ng-asked").forEach((place) => place.classList.remove("ng-secret", "ng-asked"));
}

/** The value of the asked node, where it is a single number. */
function valueOf(desk, { node }) {
  return typedNumber(desk.payload().nodes[node]?.value ?? "") ?? Number.NaN;
}

function subjectOf(question) {
  return question ? `${question.node} ${question.answer} ${question.question}` : "";
}

function newGame() {
  return { index: 0, tries: 0, closed: false, right: 0, asked: 0 };
}

function nextWord(index, count) {
  if (index >= count) {
    return "quiz_again";
  }
  return index === count - 1 ? "quiz_end" : "quiz_next";
}

/** What is said of an answer; with the number that was meant once the question is closed. */
function verdictText(desk, { kind, or, factor }, question, game) {
  if (kind === "right") {
    return desk.words("quiz_right");
  }
  const slip = (each) => desk.words(`quiz_slip_${each}`, { factor: factor === undefined ? "" : fieldText(factor) });
  const said = or === undefined ? slip(kind) : desk.words("quiz_either", { one: slip(kind), other: slip(or) });
  return `${said} ${game.closed ? desk.words("quiz_answer", { answer: question.text }) : desk.words("quiz_once_more")}`;
}
