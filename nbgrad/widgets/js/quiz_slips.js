// What an answer in the quiz says about the learner's thought: right, or which slip it was. Pure: Node can test it.
//
// A question is { answer, text, upstream, local, products }: at the asked node one gradient arrives along every edge,
// each of them the product of what arrived upstream and of the local derivative. `value` is the node's own, if known.
// `paths` are the products along all the paths from the result to here, where paths have met further up.

const TOLERANCE = 0.02; // of the right number: who rounds to two digits is still right
const CANCELLED = 1e-6; // of the largest product: a sum as small as this is zero but for rounding
const EXACTLY = 0.01; // of the number of a far path, or of a plain factor: one of so many is soon hit by chance
const FEW_PATHS = 4; // of which all partial sums are known; of more, only each path alone
const DIGITS = 3; // that the page shows of a number, and with which people reckon
const FACTORS = [2, 3, 4, 5, 10, 100];

/**
 * Judge the number `typed`. The result's `kind` is "right", a slip ("sign", "one_path", "far_path", "upstream",
 * "local", "forgotten", "sum", "product", "sign_path", "divided", "value", "rounding", "factor") or "not_yet"; a
 * "factor" comes with `factor`, by how much the answer is too large. `or` is another slip that leads to the same number:
 * nobody can tell which one it was.
 */
export function judge(question, typed) {
  const { answer } = question;
  if (isRight(question, typed)) {
    return { kind: "right" };
  }
  // A slip that leads to the right number is none, so a number within reach of the right one never gets here.
  const [slip = null, ...alike] = nearestSlips(question, typed);
  if (slip === "value") {
    // Where the number fits both, it says more that z² has the slope 2z than that z is the value.
    const factor = plainFactor(answer, typed);
    return factor === null ? { kind: slip } : { kind: "factor", factor, or: slip };
  }
  if (slip !== null) {
    const other = alike.find((kind) => slip !== "one_path" || kind !== "far_path"); // one path is a part all the same
    return other ? { kind: slip, or: other } : { kind: slip };
  }
  if (Math.abs(typed - answer) <= roundingOf(question) || isCutShort(answer, typed)) {
    return { kind: "rounding" };
  }
  const factor = plainFactor(answer, typed);
  return factor === null ? { kind: "not_yet" } : { kind: "factor", factor };
}

/** By how much `typed` is too large, where that is a plain factor; else null. */
function plainFactor(answer, typed) {
  const factor = FACTORS.find((each) => [answer * each, answer / each].some((number) => isNear(typed, number, EXACTLY)));
  if (!factor || answer === 0) {
    return null;
  }
  return Math.abs(typed) > Math.abs(answer) ? factor : 1 / factor;
}

/**
 * The slips whose number is nearest to `typed`, the likeliest first; none where none is near. Numbers that read the same
 * with the digits of the page are equally near.
 */
function nearestSlips(question, typed) {
  const near = slipsOf(question).filter(([kind, number]) => isNear(typed, number, kind === "far_path" ? EXACTLY : TOLERANCE));
  const distance = ([, number]) => Math.abs(typed - number);
  const nearest = near.reduce((best, slip) => (best && distance(best) <= distance(slip) ? best : slip), null);
  const kinds = near.filter(([, number]) => rounded(number) === rounded(nearest[1])).map(([kind]) => kind);
  return [...new Set(kinds)];
}

/** Every slip and the number to which it leads, the likeliest first. */
function slipsOf({ answer, upstream, local, products, paths = [], value = Number.NaN }) {
  const pairs = upstream.map((number, index) => [number, local[index], products[index]]);
  const without = (index) => answer - products[index];
  const slips = [["sign", -answer]];
  if (pairs.length > 1) {
    slips.push(...partialSums(products).map((sum) => ["one_path", sum]));
  }
  const parts = paths.length > FEW_PATHS ? paths : partialSums(paths);
  slips.push(...parts.map((sum) => ["far_path", sum]));
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
  return slips.filter(([, number]) => Number.isFinite(number) && number !== 0); // 0 is said for many a reason
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

function isRight(question, typed) {
  const { answer, text, products } = question;
  const dust = CANCELLED * Math.max(0, ...products.filter(Number.isFinite).map(Math.abs));
  if (Math.abs(answer) <= dust) {
    // What is left where products cancel is zero but for rounding. No share of zero helps: as near as the numbers on
    // the page allow is right.
    return Math.abs(typed) <= Math.max(dust, roundingOf(question));
  }
  return isNear(typed, answer) || fieldReads(text, typed);
}

/** How far somebody may end from the sum of the products who reckons with the digits on the page. */
function roundingOf({ upstream, local, products }) {
  const errors = products.map((product, index) =>
    Math.max(Math.abs(product - rounded(product)), Math.abs(product - rounded(upstream[index]) * rounded(local[index]))),
  );
  return total(errors.filter(Number.isFinite));
}

function rounded(number, digits = DIGITS) {
  return Number(number.toPrecision(digits));
}

/** Whether `typed` is the right number with fewer digits than the page shows. */
function isCutShort(answer, typed) {
  return [1, 2].some((digits) => rounded(answer, digits) === typed);
}

/** Whether `typed` is the very number that the page shows, however much it was rounded. */
function fieldReads(text, typed) {
  return typeof text === "string" && Number(text.replace("−", "-")) === typed;
}

function isNear(typed, number, tolerance = TOLERANCE) {
  return number === 0 ? typed === 0 : Math.abs(typed - number) <= tolerance * Math.abs(number);
}

function total(numbers) {
  return numbers.reduce((sum, each) => sum + each, 0);
}
