// The very lines of the notebook's cells, where the page is JupyterLab or Notebook 7: hovering a node marks its line
// in the editor, and pointing at such a line, or putting the caret there, lights up its nodes on the stage.
//
// All of it is a courtesy: where there is no such editor, or the cell has been changed since, nothing happens.
// CodeMirror owns its lines and takes foreign classes away again, so the mark is a bar of our own laid over the line.

const CELL_MARK = "ng-cell-mark";
const COMMENT = /(^|\s)#[^'"]*$/; // at the end of a line; what has quotes in it may be a text

/** Link the cells of the notebook around the player. Returns { hover(node), dispose() }. */
export function linkCells(context) {
  const notebook = () => context.root?.closest?.(".jp-Notebook") ?? null;
  let listening = null;
  let lit = false;
  let marks = [];

  function hover(node) {
    clear();
    if (node === null || node === undefined || !notebook()) {
      return;
    }
    const lines = context.payload().code.filter(({ nodes }) => nodes.some((each) => String(each) === String(node)));
    marks = lines.map((line) => editorLine(notebook(), line)).filter(Boolean).map(markLine);
  }

  function clear() {
    marks.forEach((mark) => mark.remove());
    marks = [];
  }

  /** The pointer or the caret is on `place`: light up the nodes of that line, if it is one of ours. */
  function pointAt(place) {
    const line = place?.closest?.(".cm-line");
    const number = line ? promptNumber(line.closest(".jp-Cell")?.querySelector(".jp-InputPrompt")?.textContent) : null;
    const known = number
      ? context.payload().code.find((each) => promptNumber(each.where) === number && editorLine(notebook(), each) === line)
      : null;
    if (known) {
      context.highlight({ nodes: known.nodes.map(String), edges: [] }, true);
    } else if (lit) {
      context.highlight(null);
    }
    lit = Boolean(known);
  }

  const onOver = ({ target }) => pointAt(target);
  const onCaret = () => {
    const place = document.getSelection()?.anchorNode;
    const around = place?.nodeType === Node.TEXT_NODE ? place.parentElement : place;
    if (around?.closest?.(".cm-content") && notebook()?.contains(around)) {
      pointAt(around);
    }
  };
  // The player reaches the page after it has been built.
  const start = requestAnimationFrame(() => {
    listening = notebook();
    listening?.addEventListener("mouseover", onOver);
    if (listening) {
      document.addEventListener("selectionchange", onCaret);
    }
  });

  function dispose() {
    cancelAnimationFrame(start);
    listening?.removeEventListener("mouseover", onOver);
    document.removeEventListener("selectionchange", onCaret);
    clear();
  }

  return { hover, dispose };
}

/** The editor's element of a line of code, or null: the cell has its prompt, and the line still says the same. */
export function editorLine(notebook, { where, line, text }) {
  const number = promptNumber(where);
  if (!notebook || number === null) {
    return null;
  }
  const prompts = [...notebook.querySelectorAll(".jp-InputPrompt")];
  const prompt = prompts.find((each) => promptNumber(each.textContent) === number);
  const lines = [...(prompt?.closest(".jp-Cell")?.querySelectorAll(".cm-content > .cm-line") ?? [])].slice(line - 1);
  return isThere(text, lines.map(({ textContent }) => textContent)) ? lines[0] : null;
}

/** Whether these lines of code begin with the statement `text`, which has all of its lines in one. */
export function isThere(text, lines) {
  const whole = tight(text);
  const isOne = tight(lines[0] ?? "") === whole; // of a statement in one line its comment belongs to the text
  const bare = (line) => tight(isOne ? line : line.replace(COMMENT, "")).replace(/\s*\\$/, "");
  const [first, ...others] = lines.map(bare);
  if (!first || !whole.startsWith(first)) {
    return false;
  }
  const rest = whole.slice(first.length).trim();
  const next = others.find((line) => line !== "" && !line.startsWith("#"));
  return rest === "" ? isOne : Boolean(next && rest.startsWith(next));
}

/** Code with one blank where there are several, and none within parentheses, which come of joining lines. */
function tight(code) {
  return code.trim().replaceAll(/\s+/g, " ").replaceAll(/\( +/g, "(").replaceAll(/ +\)/g, ")");
}

/** The number of a cell's run, "3", in "In [3]" or "[3]:"; null where there is none. */
export function promptNumber(text) {
  return /^\s*(?:In )?\[(\d+)\]/.exec(text ?? "")?.[1] ?? null;
}

function markLine(line) {
  const mark = document.createElement("div");
  mark.className = CELL_MARK;
  mark.setAttribute("aria-hidden", "true");
  const scroller = line.closest(".cm-scroller") ?? line.parentElement.parentElement;
  const at = line.getBoundingClientRect();
  const frame = scroller.getBoundingClientRect();
  Object.assign(mark.style, {
    top: `${at.top - frame.top + scroller.scrollTop}px`,
    left: `${at.left - frame.left + scroller.scrollLeft}px`,
    width: `${at.width}px`,
    height: `${at.height}px`,
  });
  scroller.append(mark);
  return mark;
}
