// "Why this order?": the same pass three times, sorted, depth-first without sorting, and with = for +=, in columns.
// Where nothing differs, in one.

import { element } from "./dom.js";
import { panelButton, panelDisable, panelLights, panelMark, panelNumber, slopeSign } from "./panel_parts.js";

const WALK = 900; // milliseconds a step stays
const MOST_FINALS = 6; // more of them scroll
const NOWHERE = -1; // before the first step: all numbers stand there

/** Build the columns, and the buttons that step through all of them at once. */
export function buildOrdersPanel(desk) {
  const columns = element("div", { class: "ng-orders" });
  const back = panelButton(desk.words("orders_back"), () => stepBy(-1), { class: "ng-button ng-orders-back" });
  const forward = panelButton(desk.words("orders_forward"), () => stepBy(1), { class: "ng-button ng-orders-forward" });
  const walk = panelButton(desk.words("orders_walk"), toggle, { "aria-pressed": "false" });
  const counter = element("span", { class: "ng-dim", role: "status" });
  const intro = element("p", { class: "ng-dim" });
  const body = element("div", {}, [
    intro,
    element("div", { class: "ng-orders-steps" }, [back, forward, walk, counter]),
    columns,
  ]);
  let rows = []; // for every order: [{ step, row }, ...]
  let at = NOWHERE;
  let timer = null;

  const count = () => Math.max(0, ...rows.map((order) => order.length));

  function payloadChanged() {
    stop();
    const { orders } = desk.payload();
    const alike = orders.length > 1 && isTheSame(orders);
    const hidden = orders.some((order) => order.hidden > 0) ? ` ${desk.words("orders_hidden")}` : "";
    intro.textContent = desk.words(alike ? "orders_alike" : "orders_intro") + hidden;
    const built = alike
      ? [buildOrder(desk, orders[0], { title: desk.words("orders_any"), sentence: "" })]
      : orders.map((order, index) => (isRepeated(orders, index) ? buildRepeated(desk, order) : buildOrder(desk, order)));
    rows = built.map((each) => each.rows);
    columns.replaceChildren(...built.map((each) => each.root));
    goTo(NOWHERE);
  }

  function stepBy(distance) {
    stop();
    goTo(Math.min(at + distance, count() - 1));
  }

  function toggle() {
    if (timer !== null) {
      stop();
    } else {
      walkFrom(at >= count() - 1 ? 0 : at + 1);
      walk.setAttribute("aria-pressed", "true");
      walk.textContent = desk.words("orders_stop");
    }
  }

  function walkFrom(index) {
    goTo(index);
    timer = setTimeout(() => (index + 1 < count() ? walkFrom(index + 1) : stop()), WALK);
  }

  function stop() {
    clearTimeout(timer);
    timer = null;
    walk.setAttribute("aria-pressed", "false");
    walk.textContent = desk.words("orders_walk");
  }

  /** Show every order up to its step `index`, and on the stage the places where they are. */
  function goTo(index) {
    at = Math.max(NOWHERE, index);
    rows.flat().forEach(({ row }) => row.classList.remove("ng-row-now", "ng-row-later"));
    const now = at === NOWHERE ? [] : rows.map((order) => order[at]).filter(Boolean);
    now.forEach(({ row }) => row.classList.add("ng-row-now"));
    if (at !== NOWHERE) {
      rows.forEach((order) => order.slice(at + 1).forEach(({ row }) => row.classList.add("ng-row-later")));
      now.forEach(({ row }) => scrollInList(row));
    }
    const lit = now.length === 0 ? null : litBy(now.map(({ step }) => step));
    desk.highlight(lit);
    if (lit) {
      desk.reveal(lit);
    }
    counter.textContent = at === NOWHERE ? "" : desk.words("orders_place", { number: at + 1, count: count() });
    panelDisable(back, at === NOWHERE);
    panelDisable(forward, at >= count() - 1);
  }

  payloadChanged();
  return { title: [desk.words("panel_orders")], body, payloadChanged, dispose: stop };
}

/** Whether all orders do the same, step by step, since no node gets more than one gradient, in closed groups neither. */
export function isTheSame(orders) {
  return orders.every(({ alike }, index) => alike && (index === 0 || isRepeated(orders, index)));
}

/** Whether an order does the very steps of the first one, with the same numbers. */
function isRepeated(orders, index) {
  const [first, other] = [orders[0], orders[index]].map(({ steps, final }) => JSON.stringify([steps, final]));
  return index > 0 && first === other;
}

/** Build the column of an order that does what the first one does: nothing is told twice. */
function buildRepeated(desk, { label, sentence }) {
  const root = element("div", { class: "ng-order", role: "group", "aria-label": label }, [
    element("h4", {}, [label]),
    element("p", { class: "ng-dim" }, [sentence]),
    element("p", {}, [desk.words("orders_repeated")]),
  ]);
  return { root, rows: [] };
}

/** Build a column. Its `title` and `sentence` are the order's own, unless it stands for all of them. */
function buildOrder(desk, order, { title, sentence } = { title: order.label, sentence: order.sentence }) {
  const wrong = order.final.filter(({ right }) => right === false); // null: it cannot be told of NaN
  const isUnknown = wrong.length === 0 && order.final.some(({ right }) => right === null);
  const rows = order.steps.map((step) => ({ step, row: orderRow(desk, step, step.right === false || Boolean(step.early)) }));
  const verdict = element("p", { class: "ng-verdict" }, [
    panelMark(wrong.length === 0),
    desk.words(wrong.length === 0 ? "orders_right" : "orders_wrong", { wrong: wrong.length, count: order.final.length }),
  ]);
  const root = element("div", { class: "ng-order", role: "group", "aria-label": title }, [
    element("h4", {}, [title]),
    ...(sentence ? [element("p", { class: "ng-dim" }, [sentence])] : []),
    ...(isUnknown ? [] : [verdict]),
    element("h5", {}, [desk.words("orders_steps")]),
    element("ol", { class: "ng-rows" }, rows.map(({ row }) => element("li", {}, [row]))),
    element("h5", {}, [desk.words("orders_final")]),
    finalRows(desk, order),
  ]);
  return { root, rows };
}

/** Scroll the list, never the page, until one of its rows can be seen. */
function scrollInList(row) {
  const list = row.closest("ol");
  const place = row.getBoundingClientRect();
  const seen = list.getBoundingClientRect();
  list.scrollTop += Math.max(0, place.bottom - seen.bottom) - Math.max(0, seen.top - place.top);
}

/** What stands everywhere in the end, what is wrong first. A list that scrolls is reached by the keyboard. */
function finalRows(desk, { final, label }) {
  const sorted = [...final].sort((one, other) => Number(one.right ?? true) - Number(other.right ?? true));
  const rows = sorted.map((each) => finalRow(desk, each));
  const scrolls = rows.length > MOST_FINALS ? { tabindex: "0", "aria-label": `${label}: ${desk.words("orders_final")}` } : {};
  return element("ul", { class: "ng-finals", ...scrolls }, rows);
}

function litBy(steps) {
  return { nodes: steps.map(({ node }) => String(node)), edges: steps.flatMap(({ edge }) => (edge ? [edge] : [])) };
}

function orderRow(desk, step, isWrong) {
  const edge = desk.payload().edges[step.edge]; // its names are short; the first step has none
  const name = edge?.from ?? desk.payload().nodes[step.node]?.name ?? String(step.node);
  const from = edge?.to;
  const row = element("button", { type: "button", class: "ng-row" }, [
    element("span", { class: "ng-row-name" }, [from ? `${from} → ${name}` : name]),
    orderNumber(desk, step.text, isWrong),
    ...(step.early ? [element("span", { class: "ng-should ng-early" }, [step.early])] : []),
  ]);
  panelLights(row, desk, () => litBy([step]));
  return row;
}

/** A number; a wrong one is red and struck, and has a mark before it. */
function orderNumber(desk, text, isWrong) {
  return element("span", { class: isWrong ? "ng-row-number ng-wrong-number" : "ng-row-number" }, [
    ...(isWrong ? [panelMark(false, desk.words("orders_is_wrong"))] : []),
    panelNumber(text, isWrong ? "wrong" : "gradient"),
  ]);
}

function finalRow(desk, { name, inside, text, right, should }) {
  const isWrong = right === false;
  const better = !isWrong ? [] : [element("span", { class: "ng-should" }, [desk.words("orders_should", { should })])];
  return element("li", { class: "ng-final" }, [
    element("bdi", { class: "ng-row-name" }, [slopeSign(name), inside ? ` (${inside})` : ""]),
    orderNumber(desk, text, isWrong),
    ...better,
  ]);
}
