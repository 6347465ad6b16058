// The player's keys: Space plays and pauses, arrows step, Home and End go to the ends, and some letters and signs.

const KEY_ACTIONS = {
  ArrowRight: "forward",
  ArrowLeft: "back",
  Home: "first",
  End: "last",
  Escape: "clear",
  "+": "faster",
  "=": "faster",
  "-": "slower",
  "−": "slower",
  "]": "faster",
  "[": "slower",
  l: "loop",
  ">": "larger",
  ".": "larger",
  "<": "smaller",
  ",": "smaller",
  0: "fit",
  9: "one",
  "?": "help",
  1: "phase1",
  2: "phase2",
  3: "phase3",
};

/** What has its own use for every key: lists to choose from, and whatever one types into. */
const KEY_OWNERS = new Set(["select", "textarea", "text", "number", "search", "radio", "checkbox"]);

/** What `key` means while `focused` (a lower-case tag name, or an input's type) has the focus; null: nothing. */
export function keyAction(key, focused) {
  if (KEY_OWNERS.has(focused) && key !== "Escape") {
    return null;
  }
  if (key === " " || key === "Spacebar") {
    return focused === "button" ? null : "toggle"; // a focused button is pressed by Space
  }
  const plain = key.length === 1 ? key.toLowerCase() : key;
  return Object.hasOwn(KEY_ACTIONS, plain) ? KEY_ACTIONS[plain] : null;
}

/** Do what the keys ask within `root`. Returns a function that stops listening. */
export function listenToKeys(root, actions) {
  const released = claimKeys(root);
  const onKey = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const { localName, type } = event.target;
    const action = keyAction(event.key, localName === "input" ? type : localName);
    if (action === null) {
      keepFromNotebook(event);
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    actions[action]();
  };
  root.addEventListener("keydown", onKey);
  return () => {
    released();
    root.removeEventListener("keydown", onKey);
  };
}

/**
 * Keep JupyterLab's single-key shortcuts (a, b, dd, ...) away from whatever has the focus within `root`.
 * JupyterLab listens at the document before anything below hears a key, and leaves alone an element that
 * carries data-lm-suppress-shortcuts. It looks at the focused element itself first, so the mark must be
 * there, and only while no modifier is held: Ctrl+S still saves. Returns a function that lets go.
 */
export function claimKeys(root) {
  const claim = (event) => {
    if (!(event.target instanceof Element && root.contains(event.target))) {
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) {
      event.target.removeAttribute("data-lm-suppress-shortcuts");
    } else {
      event.target.setAttribute("data-lm-suppress-shortcuts", "true");
    }
  };
  window.addEventListener("keydown", claim, true);
  return () => window.removeEventListener("keydown", claim, true);
}

/** Keys that a focused control uses itself must not reach the notebook as well (Space scrolls it). */
function keepFromNotebook(event) {
  const own = [" ", "Enter", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"];
  if (own.includes(event.key)) {
    event.stopPropagation();
  }
}
