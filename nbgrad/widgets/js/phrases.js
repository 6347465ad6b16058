// The page's own words, which come from the kernel's message catalogue in the learner's language.

/** A function `say(key, places)` over the words that `current()` gives; a key without words says itself. */
export function phrases(current) {
  return (key, places = {}) => fillPlaces(current()[key] ?? key, places);
}

/** Fill the {places} of a template; a place that nothing is given for stays as it is. */
export function fillPlaces(template, places) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(places, name) ? String(places[name]) : whole));
}
