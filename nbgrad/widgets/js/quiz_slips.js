// What an answer in the quiz says about the learner's thought: right, or which slip it was. Pure: Node can test it.
//
// A question is { answer, text, upstream, local, products }: at the asked node one gradient arrives along every edge,
// each of them the product of what arrived upstream and of the local derivative. `value` is the node's own, if known.

const TOLERANCE = 0.02; // of the right number: who rounds to two digits is still right
const NEARLY = 0.12; // beyond this it is not rounding any more
const CANCELLED = 1e-6; // of the largest product: a sum as small as this is zero but for rounding
const FACTORS = [2, 3, 4, 5, 10, 100];

/**
 * Judge the number `typed`. The result's `kind` is "right", a slip ("sign", "one_path", "upstream", "local",
 * "forgotten", "sum", "product", "sign_path", "divided", "value", "rounding", "factor") or "not_yet"; a "factor" comes
 * with `factor`, by how much the answer is too large.
 */
export function judge(question, typed) {
  const { answer } = question;
  if (isRight(question, typed)) {
    return { kind: "right" };
  }
  // A slip that leads to the right number is none, so a number within reach of the right one never gets here.
  const slip = slipsOf(question).find(([, number]) => isNear(typed, number));
  if (slip) {
    return { kind: slip[0] };
  }
  if (Math.abs(typed - answer) <= NEARLY * Math.abs(answer)) {
    return { kind: "rounding" };
  }
  const factor = FACTORS.find((each) => isNear(typed, answer * each) || isNear(typed * each, answer));
  if (factor) {
    return { kind: "factor", factor: Math.abs(typed) > Math.abs(answer) ? factor : 1 / factor };
  }
  return { kind: "not_yet" };
}

/** Every slip and the number to which it leads, the likeliest first. */
function slipsOf({ answer, upstream, local, products, value = Number.NaN }) {
  const pairs = upstream.map((number, index) => [number, local[index], products[index]]);
  const without = (index) => answer - products[index];
  const slips = [["sign", -answer]];
  if (pairs.length > 1) {
    slips.push(...partialSums(products).map((sum) => ["one_path", sum]));
  }
  slips.push(["upstream", total(upstream)], ["local", total(local)]);
  if (pairs.length > 1) {
    pairs.forEach(([above, slope], index) => {
      slips.push(["forgotten", without(index) + above], ["forgotten", without(index) + slope]);
    });
    pairs.forEach(([, , product], index) => slips.push(["sign_path", without(index) - product]));
    slips.push(["product", products.reduce((all, each) => all * each, 1)]);
  }
  slips.push(["sum", total(upstream) + total(local)]);
  slips.push(["divided", total(pairs.map(([above, slope]) => above / slope))], ["value", value]);
  return slips.filter(([, number]) => Number.isFinite(number));
}

/** Sums of some, but not all, of `numbers`: what one gets who leaves paths out. Beyond eight, of a single one. */
function partialSums(numbers) {
  if (numbers.length > 8) {
    return numbers;
  }
  const sums = [];
  for (let chosen = 1; chosen < 2 ** numbers.length - 1; chosen += 1) {
    sums.push(total(numbers.filter((_, index) => chosen & (1 << index))));
  }
  return sums;
}

function isRight({ answer, text, upstream, products }, typed) {
  const largest = Math.max(0, ...products.filter(Number.isFinite).map(Math.abs));
  if (Math.abs(answer) <= CANCELLED * largest) {
    // What is left where products cancel is rounding, and counts as zero. Near zero no share of the answer helps; what counts is how small it is beside what went into it.
    const size = Math.max(largest, ...upstream.filter(Number.isFinite).map(Math.abs));
    return Math.abs(typed) <= size * 0.001;
  }
  return isNear(typed, answer) || fieldReads(text, typed);
}

/** Whether `typed` is the very number that the page shows, however much it was rounded. */
function fieldReads(text, typed) {
  return typeof text === "string" && Number(text.replace("−", "-")) === typed;
}

function isNear(typed, number) {
  return number === 0 ? typed === 0 : Math.abs(typed - number) <= TOLERANCE * Math.abs(number);
}

function total(numbers) {
  return numbers.reduce((sum, each) => sum + each, 0);
}
