// Scales and ticks of a plot: numbers in, numbers and words out, no page needed.

const MARKS = [1, 2, 5];

/** The nearest of 1, 2, 5, 10, 20, ... (times any power of ten) that is not above `value`. */
export function logFloor(value) {
  const decade = 10 ** Math.floor(Math.log10(value));
  return Math.max(...MARKS.map((mark) => mark * decade).filter((tick) => tick <= value * (1 + 1e-9)), decade);
}

/** The nearest of them that is not below `value`. */
export function logCeil(value) {
  const decade = 10 ** Math.floor(Math.log10(value));
  return Math.min(...[...MARKS, 10, 20].map((mark) => mark * decade).filter((tick) => tick >= value * (1 - 1e-9)));
}

/** Round numbers from `low` to `high`: 1, 2, 5 in each decade, or whole decades when there are many. */
export function logTicks(low, high) {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const stride = Math.max(1, Math.ceil((last - first) / 7));
  const marks = last - first <= 3 ? MARKS : [1];
  const ticks = [];
  for (let decade = first; decade <= last; decade += stride) {
    ticks.push(...marks.map((mark) => Number(`${mark}e${decade}`)));
  }
  return ticks.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
}

/** A step of 1, 2 or 5 times a power of ten that cuts `span` into about `count` pieces. */
export function niceStep(span, count) {
  const decade = 10 ** Math.floor(Math.log10(span / count));
  const steps = [1, 2, 5, 10].map((mark) => mark * decade);
  return steps.reduce((best, step) => (Math.abs(span / step - count) < Math.abs(span / best - count) ? step : best));
}

/** Round numbers inside `low` to `high`, about `count` of them. */
export function linearTicks(low, high, count) {
  const step = niceStep(high - low || 1, count);
  const ticks = [];
  for (let index = Math.ceil(low / step - 1e-9); index * step <= high + step * 1e-9; index += 1) {
    ticks.push(Number((index * step).toPrecision(12)));
  }
  return ticks;
}

/** An axis that holds all `values`: logarithmic where all are positive. `at` gives 0 (low end) to 1 (high end). */
export function lossAxis(values) {
  const known = values.filter((value) => Number.isFinite(value));
  if (known.length === 0) {
    return { ticks: [], at: () => 0, logarithmic: true };
  }
  const least = Math.min(...known);
  const most = Math.max(...known);
  if (least > 0) {
    const low = logFloor(least);
    const high = logCeil(most) > low ? logCeil(most) : low * 10;
    const span = Math.log10(high) - Math.log10(low);
    const at = (value) => (Math.log10(value) - Math.log10(low)) / span;
    return { ticks: logTicks(low, high), at, logarithmic: true };
  }
  const step = niceStep(most - least || 1, 5);
  const low = Math.floor(least / step) * step;
  const high = Math.max(Math.ceil(most / step) * step, low + step);
  return { ticks: linearTicks(low, high, 5), at: (value) => (value - low) / (high - low), logarithmic: false };
}

/** A number as it is read at a glance: four significant digits, no trailing zeros, a true minus. */
export function shortNumber(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) {
    return "—";
  }
  const size = Math.abs(value);
  const words =
    value !== 0 && (size < 1e-3 || size >= 1e6)
      ? value.toExponential(digits - 2).replace(/\.?0+e/, "e").replace("e+", "e")
      : String(Number(value.toPrecision(digits)));
  return words.replace(/-/g, "−");
}

/** The place in the rising list `epochs` that is nearest to `epoch`; -1 when it is empty. */
export function nearestIndex(epochs, epoch) {
  let best = -1;
  epochs.forEach((each, index) => {
    if (best < 0 || Math.abs(each - epoch) < Math.abs(epochs[best] - epoch)) {
      best = index;
    }
  });
  return best;
}
