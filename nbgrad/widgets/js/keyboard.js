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
  return () => root.removeEventListener("keydown", onKey);
}

/** Keys that a focused control uses itself must not reach the notebook as well (Space scrolls it). */
function keepFromNotebook(event) {
  const own = [" ", "Enter", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"];
  if (own.includes(event.key)) {
    event.stopPropagation();
  }
}
