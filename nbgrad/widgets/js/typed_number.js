// Numbers as people write them, and numbers as a field shows them. Pure: Node can test it alone.

const SIGNS = /[−–—‐‑]/g; // minus signs and the dashes that stand in for them
const TOKEN = /\d[\d.,]*(?:e[+-]?\d+)?|[.,]\d+(?:e[+-]?\d+)?|[-+*/^()]/giy;
const PLAIN = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const RAISED = /[⁺⁻]?[⁰¹²³⁴-⁹]+/g;
const THOUSANDS = /^[1-9]\d{0,2}(,\d{3})+(\.\d*)?(e[+-]?\d+)?$/i;
const ONE_GROUP = /^[1-9]\d{0,2},\d{3}(e[+-]?\d+)?$/i;

/**
 * The number that `text` means, or null where it means none. Numbers may be added, multiplied, divided and raised to a
 * power, with parentheses ("0.3·0.4 + 1/3", "½", "10^-3", "2**3", "5²"). A comma is a decimal point, or divides
 * thousands where there are several or a point as well; where it could be either ("1,000"), the text means no number.
 * Full-width digits count, too.
 */
export function typedNumber(text) {
  const number = resultOf(text);
  return number !== null && Number.isFinite(number) ? number : null;
}

/** What is computed, be it finite or not; null where the text cannot be read. */
function resultOf(text) {
  const tokens = tokensOf(keyboardText(text));
  if (tokens === null || tokens.length === 0) {
    return null;
  }
  const number = sumOf(tokens);
  return tokens.length === 0 ? number : null;
}

/** Whether `text` means no number because of a comma: "1,000" could be 1 or 1000, "1,5,0" is neither. */
export function hasUnclearComma(text) {
  return typedNumber(text) === null && (tokensOf(keyboardText(text)) ?? []).some((token) => /\d,/.test(token));
}

/** Whether `text` is a number beyond the largest that a computer has, about 1.8e308; 1/0 is none at all. */
export function isTooLarge(text) {
  const number = resultOf(text);
  return (number === Infinity || number === -Infinity) && !keyboardText(text).includes("/");
}

/** Which word of the page says why `text` is no number: that of its comma, that it is too large, or `otherwise`. */
export function whyNoNumber(text, otherwise) {
  return hasUnclearComma(text) ? "number_comma" : isTooLarge(text) ? "number_too_large" : otherwise;
}

/** `text` with the signs of a keyboard only, and without spaces. */
function keyboardText(text) {
  return text
    .replace(/[¼½¾]/g, (sign) => `(${sign.normalize("NFKC")})`)
    .replace(RAISED, (power) => `^(${power.normalize("NFKC")})`)
    .normalize("NFKC")
    .replace(SIGNS, "-")
    .replaceAll("**", "^")
    .replace(/[×·⋅∙]/g, "*")
    .replace(/[÷⁄]/g, "/")
    .replace(/\s|_/g, "");
}

/** The text's numbers and signs in order; null where there is anything else. */
function tokensOf(text) {
  const tokens = text.match(TOKEN) ?? [];
  return tokens.join("") === text ? tokens : null;
}

// Each of these takes its tokens from the front of the list. A part that is missing is null, and so is the whole.

function sumOf(tokens) {
  let sum = productOf(tokens);
  while (sum !== null && (tokens[0] === "+" || tokens[0] === "-")) {
    const sign = tokens.shift() === "+" ? 1 : -1;
    const next = productOf(tokens);
    sum = next === null ? null : sum + sign * next;
  }
  return sum;
}

function productOf(tokens) {
  let product = factorOf(tokens);
  while (product !== null && (tokens[0] === "*" || tokens[0] === "/")) {
    const times = tokens.shift() === "*";
    const next = factorOf(tokens);
    product = next === null ? null : times ? product * next : product / next;
  }
  return product;
}

/** A power, or what is raised to none, with one sign before it at most: −2^2 is −4, as on paper. */
function factorOf(tokens) {
  const signed = tokens[0] === "+" || tokens[0] === "-";
  const sign = signed && tokens.shift() === "-" ? -1 : 1;
  const base = baseOf(tokens);
  if (base === null || tokens[0] !== "^") {
    return base === null ? null : sign * base;
  }
  tokens.shift();
  const exponent = factorOf(tokens); // which may be a power itself: 2^3^2 is 2^9
  return exponent === null ? null : sign * base ** exponent;
}

/** A number, or a sum in parentheses. */
function baseOf(tokens) {
  const token = tokens.shift();
  if (token === "(") {
    const inside = sumOf(tokens);
    return inside === null || tokens.shift() !== ")" ? null : inside;
  }
  return token === undefined ? null : plainNumber(token);
}

function plainNumber(text) {
  if (ONE_GROUP.test(text)) {
    return null; // thousands in one country, a decimal point in another
  }
  const plain = THOUSANDS.test(text) ? text.replaceAll(",", "") : text.replace(",", ".");
  return PLAIN.test(plain) ? Number(plain) : null;
}

/** How a field shows `number`: up to six significant digits, with a true minus sign. */
export function fieldText(number) {
  if (typeof number !== "number" || Number.isNaN(number)) {
    return "NaN";
  }
  if (!Number.isFinite(number)) {
    return number > 0 ? "∞" : "−∞";
  }
  return String(Number(number.toPrecision(6))).replaceAll("-", "−");
}

/** By how much an arrow key changes `number`: a tenth of the power of ten that it has, 0.01 for 0.5, 0.1 for 3. */
export function fieldStep(number) {
  const size = Number.isFinite(number) ? Math.abs(number) : 0;
  const power = size < 1e-3 ? -1 : Math.floor(Math.log10(size));
  return 10 ** (power - 1);
}

/** `number` moved by `count` steps of `step`, without the dust of binary fractions. */
export function stepped(number, count, step) {
  const start = Number.isFinite(number) ? number : 0;
  const digits = Math.min(20, Math.max(0, 6 - Math.floor(Math.log10(step))));
  return Number((start + count * step).toFixed(digits)) + 0; // + 0: no minus zero
}
