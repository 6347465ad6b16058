// On paper nothing moves: a page that is printed shows how it ends.

/** Call `before` when the page is about to be printed and `after` when it is back on the screen. Returns the undoing. */
export function showWhenPrinted(before, after) {
  const printed = window.matchMedia("print");
  const onChange = () => (printed.matches ? before() : after());
  printed.addEventListener("change", onChange);
  return () => printed.removeEventListener("change", onChange);
}
