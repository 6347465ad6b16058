// The surface: a canvas that is turned and zoomed in the page. The kernel only sends new heights.

import { element } from "./dom.js";
import { claimKeys } from "./keyboard.js";
import { phrases } from "./phrases.js";
import { shortNumber } from "./plot_scale.js";
import { cameraOf, heightAt, unitOf } from "./surface_geometry.js";
import { boxOf, paintSurface } from "./surface_paint.js";

const REACH = 11; // pixels around a point in which the mouse finds it
const KEY_TURNS = { ArrowLeft: [-5, 0], ArrowRight: [5, 0], ArrowUp: [0, 5], ArrowDown: [0, -5] };
const SETTLED_VIEW = 400; // ms without another turn before the view is spoken
const KEY_ZOOMS = { "+": 1.15, "=": 1.15, "-": 1 / 1.15, _: 1 / 1.15 };

function render({ model, el }) {
  const say = phrases(() => model.get("words") ?? {});
  const hint = say("hint");
  const canvas = element("canvas", { class: "ng-canvas ng-focusable", tabindex: "0", role: "application" });
  canvas.setAttribute("aria-roledescription", say("kind"));
  const status = element("span", { class: "ng-hint ng-dim" }, [hint]);
  const spoken = element("div", { class: "ng-aside", "aria-live": "polite" });
  const buttons = buildViewButtons(say, { zoom: (factor) => zoomBy(factor), home: () => goHome() });
  const scene = model.get("scene");
  const [first, second, target] = scene.names;
  const title = say("title", { target, first, second });
  const attributes = { class: "ng-widget ng-card ng-surface", "data-lm-suppress-shortcuts": "true", "aria-label": title };
  const root = element("section", { ...attributes, lang: say("language") }, [
    element("div", { class: "ng-head" }, [element("span", { class: "ng-title" }, [title]), buttons]),
    canvas,
    element("div", { class: "ng-foot" }, [status]),
    spoken,
  ]);
  const home = cameraOf({ ...scene.view, zoom: 1 });
  let camera = home;
  let box = boxOf(scene, model.get("heights"));
  let places = [];
  let pointed = null;
  let waiting = 0;
  let settling = 0;

  function paint() {
    waiting = 0;
    const size = { width: Math.max(280, canvas.clientWidth), height: Math.max(200, canvas.clientHeight) };
    const sharp = window.devicePixelRatio || 1;
    canvas.width = Math.round(size.width * sharp);
    canvas.height = Math.round(size.height * sharp);
    const context = canvas.getContext("2d");
    context.setTransform(sharp, 0, 0, sharp, 0, 0);
    places = paintSurface(context, size, scene, box, camera, paletteOf(root), pointed);
    canvas.setAttribute("aria-label", spokenSurface(scene, model.get("heights"), camera, say));
    canvas.dataset.view = `${camera.azimuth.toFixed(1)} ${camera.elevation.toFixed(1)} ${camera.zoom.toFixed(2)}`;
  }

  /** Paint once, at the next frame, however much has changed until then. */
  function schedule() {
    waiting ||= requestAnimationFrame(paint);
  }

  function look(next) {
    camera = cameraOf({ ...camera, ...next });
    schedule();
    clearTimeout(settling);
    settling = setTimeout(() => {
      spoken.textContent = viewWords(camera, say);
    }, SETTLED_VIEW);
  }

  const zoomBy = (factor) => look({ zoom: camera.zoom * factor });
  const turnBy = (right, up) => look({ azimuth: camera.azimuth + right, elevation: camera.elevation + up });
  const goHome = () => look(home);

  function point(index) {
    if (index !== pointed) {
      pointed = index;
      status.textContent = index === null ? hint : pointWords(scene, box, index, say);
      schedule();
    }
  }

  listenToPointers(canvas, { turnBy, zoomBy, point, find: (x, y) => nearestPoint(places, x, y), zoom: () => camera.zoom });
  canvas.addEventListener("dblclick", goHome);
  canvas.addEventListener("keydown", (event) => surfaceKeys(event, { turnBy, zoomBy, goHome }));
  const reheight = () => {
    box = boxOf(scene, model.get("heights"));
    status.textContent = pointed === null ? hint : pointWords(scene, box, pointed, say);
    schedule();
  };
  model.on("change:heights", reheight);
  const resized = new ResizeObserver(schedule);
  resized.observe(canvas);
  const rethemed = new MutationObserver(schedule);
  rethemed.observe(document.body, { attributes: true });
  const releaseKeys = claimKeys(root);
  el.append(root);
  paint();
  return () => {
    cancelAnimationFrame(waiting);
    clearTimeout(settling);
    model.off("change:heights", reheight);
    resized.disconnect();
    rethemed.disconnect();
    releaseKeys();
    root.remove();
  };
}

function buildViewButtons(say, { zoom, home }) {
  const button = (words, label, action) => {
    const made = element("button", { type: "button", class: "ng-button", "aria-label": label, title: label }, [words]);
    made.addEventListener("click", action);
    return made;
  };
  return element("div", { class: "ng-view-buttons", role: "group", "aria-label": say("view") }, [
    button("−", say("zoom_out"), () => zoom(1 / 1.25)),
    button("+", say("zoom_in"), () => zoom(1.25)),
    button(say("home"), say("home_title"), home),
  ]);
}

/** The colours of the page's theme, as a canvas needs them. */
function paletteOf(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ink: read("--ng-fg"),
    ground: read("--ng-bg"),
    dim: read("--ng-dim"),
    line: read("--ng-line"),
    soft: read("--ng-soft"),
    edge: read("--ng-edge"),
    accent: read("--ng-backward"),
    mesh: "rgb(255 255 255 / 35%)",
    font: style.fontFamily,
  };
}

function spokenSurface(scene, heights, camera, say) {
  const known = heights.z.flat().filter((value) => value !== null);
  const unit = unitWords(scene.units[2]);
  const [first, second, target] = scene.names;
  const ends = { low: shortNumber(Math.min(...known)), high: shortNumber(Math.max(...known)) + unit };
  return say("spoken", {
    first,
    second,
    target,
    spread: known.length ? say("from_to", ends) : say("not_finite"),
    count: scene.points.length,
    turned: Math.round(camera.azimuth),
    tilted: Math.round(camera.elevation),
  });
}

/** From where the surface is seen, and how large. */
function viewWords({ azimuth, elevation, zoom }, say) {
  return say("seen", { turned: Math.round(azimuth), tilted: Math.round(elevation), zoom: shortNumber(zoom, 3) });
}

/** What there is to say of one data point, the model's prediction included. */
function pointWords(scene, box, index, say) {
  const [x, y, target] = scene.points[index];
  const { z, spans } = box;
  const model = heightAt(z, unitOf(x, ...spans[0]), unitOf(y, ...spans[1]));
  const value = (number, axis) => `${shortNumber(number)}${unitWords(scene.units[axis])}`;
  return [
    `${scene.names[0]} ${value(x, 0)}`,
    `${scene.names[1]} ${value(y, 1)}`,
    `${scene.names[2]} ${value(target, 2)}`,
    say("model", { value: value(Number.isFinite(model) ? model : null, 2) }),
  ].join(" · ");
}

/** A unit behind its number; one that is a number itself, such as 1000 USD, after a times sign. */
function unitWords(unit) {
  return unit && (/^\d/.test(unit) ? ` × ${unit}` : ` ${unit}`);
}

function nearestPoint(places, x, y) {
  let best = null;
  let distance = REACH;
  for (const each of places) {
    const away = Math.hypot(each.x - x, each.y - y) + (each.hidden ? REACH / 2 : 0);
    if (away < distance) {
      [best, distance] = [each.index, away];
    }
  }
  return best;
}

/**
 * Drag turns, two fingers pinch, the wheel zooms: when the canvas has the focus, until it has zoomed all the way.
 * Otherwise the page scrolls. A pinch on a touchpad is a wheel with Ctrl, and meant for what lies under it.
 */
function listenToPointers(canvas, { turnBy, zoomBy, point, find, zoom }) {
  const held = new Map();
  const apart = () => {
    const [a, b] = [...held.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    held.set(event.pointerId, { x: event.clientX, y: event.clientY });
    point(null);
  });
  canvas.addEventListener("pointermove", (event) => {
    const now = { x: event.clientX, y: event.clientY };
    const before = held.get(event.pointerId);
    if (!before) {
      const corner = canvas.getBoundingClientRect();
      point(find(now.x - corner.left, now.y - corner.top));
      return;
    }
    const wide = held.size === 2 ? apart() : 0;
    held.set(event.pointerId, now);
    if (wide > 0) {
      zoomBy(apart() / wide);
    } else if (held.size === 1) {
      turnBy((now.x - before.x) * 0.5, (now.y - before.y) * 0.4);
    }
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(end, (event) => held.delete(event.pointerId));
  }
  canvas.addEventListener("pointerleave", () => point(null));
  canvas.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !canvas.matches(":focus")) {
        return;
      }
      const factor = Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) * 0.0025);
      const next = cameraOf({ azimuth: 0, elevation: 0, zoom: zoom() * factor }).zoom;
      if (Math.abs(next - zoom()) > 1e-6 || event.ctrlKey) {
        event.preventDefault();
        zoomBy(factor);
      }
    },
    { passive: false },
  );
}

function surfaceKeys(event, { turnBy, zoomBy, goHome }) {
  if (event.ctrlKey || event.altKey || event.metaKey) {
    return;
  }
  if (Object.hasOwn(KEY_TURNS, event.key)) {
    turnBy(...KEY_TURNS[event.key]);
  } else if (Object.hasOwn(KEY_ZOOMS, event.key)) {
    zoomBy(KEY_ZOOMS[event.key]);
  } else if (event.key === "Home") {
    goHome();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

export default { render };
