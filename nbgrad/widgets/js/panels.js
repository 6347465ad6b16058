// The panels beside the drawing: none yet.

/** Build the panels and the buttons that open them. */
export function buildPanels() {
  return {
    buttons: [],
    root: null,
    show() {},
    select() {},
    payloadChanged() {},
    hover() {},
    dispose() {},
  };
}
