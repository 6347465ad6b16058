// Gradients that meet at one node: what was there, what arrives, and what both add up to.

/**
 * The pieces of what is shown at the box, with their roles: "0.3 + …" for the first of several, then
 * "0.3 + 0.4 = 0.7", with "+ …" behind as long as more will come.
 */
export function arrivalTokens({ index, count, before, new: arriving, total, sign = "=" }) {
  const more = index < count ? [{ text: " + …", role: "dim" }] : [];
  if (index <= 1 || before === null || before === undefined || before === "") {
    return [{ text: arriving, role: "new" }, ...more];
  }
  return [
    { text: before, role: "before" },
    { text: " + ", role: "dim" },
    { text: arriving, role: "new" },
    { text: ` ${sign} `, role: "dim" },
    { text: total, role: "total" },
    ...more,
  ];
}

/** Whether the frame is one of several arrivals. */
export function isArrival(frame) {
  return frame.arrival !== null && frame.arrival.count > 1;
}
