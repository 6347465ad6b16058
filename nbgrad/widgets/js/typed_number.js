// Numbers as people write them, and numbers as a field shows them. Pure: Node can test it alone.

const SIGNS = /[−–—‐‑]/g; // minus signs and the dashes that stand in for them
const TOKEN = /\d[\d.,]*(?:e[+-]?\d+)?|[.,]\d+(?:e[+-]?\d+)?|[-+*/()]/giy;
const PLAIN = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The number that `text` means, or null where it means none. Numbers may be added, multiplied and divided, with
 * parentheses ("0.3·0.4 + 1/3", "½"). A comma is a decimal point unless several commas, or a point as well, show that
 * it divides thousands. Full-width digits count, too.
 */
export function typedNumber(text) {
  const tokens = tokensOf(
    text
      .replace(/[¼½¾]/g, (sign) => `(${sign.normalize("NFKC")})`)
      .normalize("NFKC")
      .replace(SIGNS, "-")
      .replace(/[×·⋅∙]/g, "*")
      .replace(/[÷⁄]/g, "/")
      .replace(/\s|_/g, ""),
  );
  if (tokens === null || tokens.length === 0) {
    return null;
  }
  const number = sumOf(tokens);
  return tokens.length === 0 && number !== null && Number.isFinite(number) ? number : null;
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

/** A number or a sum in parentheses, with one sign before it at most. */
function factorOf(tokens) {
  const signed = tokens[0] === "+" || tokens[0] === "-";
  const sign = signed && tokens.shift() === "-" ? -1 : 1;
  const token = tokens.shift();
  if (token === "(") {
    const inside = sumOf(tokens);
    return inside === null || tokens.shift() !== ")" ? null : sign * inside;
  }
  const number = token === undefined ? null : plainNumber(token);
  return number === null ? null : sign * number;
}

function plainNumber(text) {
  const commas = text.split(",").length - 1;
  const plain = commas === 1 && !text.includes(".") ? text.replace(",", ".") : text.replaceAll(",", "");
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
