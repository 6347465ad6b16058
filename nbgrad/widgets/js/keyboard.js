// The player's keys: Space plays and pauses, arrows step, Home and End go to the ends.

/** What `key` means while `focused` (a lower-case tag name, with the input's type) has the focus. */
export function keyAction(key, focused) {
  if (focused === "select") {
    return null; // the speed list has its own arrows
  }
  if (key === " " || key === "Spacebar") {
    return focused === "button" ? null : "toggle"; // a focused button is pressed by Space
  }
  const actions = { ArrowRight: "forward", ArrowLeft: "back", Home: "first", End: "last" };
  return Object.hasOwn(actions, key) ? actions[key] : null;
}

/** Do what the keys ask within `root`. Returns a function that stops listening. */
export function listenToKeys(root, actions) {
  const released = claimKeys(root);
  const onKey = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) {
      return;
    }
    const action = keyAction(event.key, event.target.localName);
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
