// Equations as MathML: brought in safely, and in pieces between which a line may break.

import { element } from "./dom.js";

const MATHML_NAMESPACE = "http://www.w3.org/1998/Math/MathML";
const MATH_ELEMENTS = new Set(
  (
    "math mrow mi mn mo mtext mspace ms mfrac msqrt mroot mstyle merror mpadded mphantom " +
    "msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd"
  ).split(" "),
);
const MATH_ATTRIBUTES = new Set(
  "class display displaystyle scriptlevel mathvariant stretchy form fence separator lspace rspace width height depth".split(
    " ",
  ),
);
const LONGEST_PIECE = 30; // characters: what is longer may break before an operator, too
const OPERATORS = new Set(["+", "−", "·", "×", "⊙", "←"]);
const TOKEN_ROLES = ["plain", "gradient", "value", "dim"];

/** The nodes of a frame's equation: MathML where there is any, as one formula for the ear; else the tokens as text. */
export function equationOf({ math, equation }) {
  const parsed = math ? importMath(math) : null;
  if (parsed === null) {
    return equationTokens(equation);
  }
  const written = equation.map(({ text }) => text).join("");
  const attributes = { class: "ng-formula", role: "math", "aria-label": (written || plainText(parsed)).trim() };
  return [element("span", attributes, [element("span", { "aria-hidden": "true" }, breakable(parsed))])];
}

/** A formula in one line of text, as one would type it: fractions with a stroke, powers with a roof. */
export function plainText(node) {
  const parts = [...node.children].map(plainText);
  const group = (text) => (/^[\p{L}\p{N}\p{M}∂.]*$/u.test(text) ? text : `(${text})`);
  const [first, second, third] = parts;
  switch (node.localName) {
    case "mfrac":
      return `${group(first)}/${group(second)}`;
    case "msup":
      return `${first}^${group(second)}`;
    case "msubsup":
      return `${first}_${group(second)}^${group(third)}`;
    case "msub":
      return `${first}_${group(second)}`;
    case "msqrt":
      return `√(${parts.join("")})`;
    default:
      return parts.length > 0 ? parts.join("") : node.textContent.replaceAll("\u00a0", " ");
  }
}

/** Parse MathML. Null where it is not well-formed, or holds anything but mathematics. */
export function importMath(text) {
  const parsed = new DOMParser().parseFromString(text, "application/xml");
  const root = parsed.documentElement;
  const all = [root, ...root.querySelectorAll("*")];
  const known = (node) => node.namespaceURI === MATHML_NAMESPACE && MATH_ELEMENTS.has(node.localName);
  if (parsed.getElementsByTagName("parsererror").length > 0 || root.localName !== "math" || !all.every(known)) {
    return null;
  }
  for (const node of all) {
    for (const { name } of [...node.attributes]) {
      if (!keepsMathAttribute(name)) {
        node.removeAttribute(name);
      }
    }
  }
  return document.importNode(root, true);
}

/** Attributes that say how mathematics is set, and nothing else: no links, no styles, no handlers. */
export function keepsMathAttribute(name) {
  return name === "xmlns" || MATH_ATTRIBUTES.has(name);
}

/**
 * A formula as several that follow each other, each of which begins with an equals sign or with words about shapes, and
 * long ones with an operator: MathML does not break by itself where the page is narrow. What is shorter stays together
 * as long as it fits into a line.
 */
function breakable(math) {
  let row = math;
  while (row.children.length === 1 && ["mrow", "mstyle"].includes(row.firstElementChild.localName)) {
    row = row.firstElementChild;
  }
  const isBlock = math.getAttribute("display") === "block";
  return piecesAt([...row.children].flatMap(inWords), beginsPiece).flatMap((piece) => {
    const parts = piecesAt(piece, breaksWhatIsLong).map((part) => mathOf(part, isBlock));
    const isLong = lengthOf(piece) > LONGEST_PIECE;
    return isLong || parts.length === 1 ? parts : [element("span", { class: "ng-piece" }, parts)];
  });
}

function mathOf(piece, isBlock) {
  const part = document.createElementNS(MATHML_NAMESPACE, "math");
  if (isBlock) {
    part.setAttribute("displaystyle", "true");
  }
  const last = piece.at(-1).textContent === "," ? [piece.at(-1)] : [];
  for (const sign of [piece[0], ...last].filter(({ localName }) => localName === "mo")) {
    sign.setAttribute("form", "infix"); // so that it keeps its distances at a beginning or an end
  }
  const inner = document.createElementNS(MATHML_NAMESPACE, "mrow");
  inner.append(...piece);
  part.append(inner);
  return part;
}

/** A text of several words as one text each, so that a line may break between them. */
function inWords(node) {
  const words = node.localName === "mtext" ? node.textContent.split(/(?<=\s)(?=\S)/) : [];
  return words.length < 2 ? [node] : words.map((word) => {
    const part = node.cloneNode();
    part.textContent = word.replaceAll(" ", "\u00a0");
    return part;
  });
}

function lengthOf(piece) {
  return piece.reduce((sum, { textContent }) => sum + textContent.length, 0);
}

/** Whether a line may break before this part of a formula. */
function beginsPiece(node) {
  const isEqual = node.localName === "mo" && ["=", "≈"].includes(node.textContent.trim());
  return isEqual || node.classList.contains("ng-token-dim");
}

/** Before an operator, before a word, and between words about a number and that number. */
function breaksWhatIsLong(node) {
  const isOperator = node.localName === "mo" && OPERATORS.has(node.textContent.trim());
  const isWords = node.localName === "mtext" && /\S/.test(node.textContent);
  const isNumber = node.localName === "mrow" && !node.classList.contains("ng-token-dim");
  return isOperator || isWords || (isNumber && node.previousElementSibling?.classList.contains("ng-token-dim"));
}

/** Cut a list before every item for which `isCut` holds, but not before its first. */
export function piecesAt(items, isCut) {
  const pieces = [];
  items.forEach((item, index) => {
    if (index === 0 || isCut(item)) {
      pieces.push([]);
    }
    pieces.at(-1).push(item);
  });
  return pieces;
}

function equationTokens(tokens) {
  return tokens.map(({ text, role }) =>
    element("span", { class: `ng-token-${TOKEN_ROLES.includes(role) ? role : "plain"}` }, [text]),
  );
}
