// The player: a drawing on which forward pass, backward pass and update run, its equation, a sentence, the controls.

import { buildControls } from "./controls.js";
import { element } from "./dom.js";
import { frameOf, stepDelay } from "./frames.js";
import { buildHelp } from "./help.js";
import { Kernel, watchKernel } from "./kernel.js";
import { listenToKeys } from "./keyboard.js";
import { buildPanels } from "./panels.js";
import { readPayload } from "./payload.js";
import { buildPhases } from "./phases.js";
import { phrases } from "./phrases.js";
import { Playback } from "./playback.js";
import { showWhenPrinted } from "./printing.js";
import { buildSpeech } from "./speech.js";
import { Stage } from "./stage.js";
import { listenToTouch } from "./touch.js";
import { buildWords } from "./words.js";

const UNHURRIED = 900; // ms: how long the motion of a step takes that nothing follows by itself

function render({ model, el }) {
  let raw = model.get("payload");
  let payload = readPayload(raw);
  let toggled = null; // the group that the kernel was asked to open or to collapse
  const say = phrases(() => payload.words);
  const root = element("section", { class: "ng-widget ng-card ng-player" });
  const silence = element("p", { class: "ng-silence ng-dim", role: "status" });
  const tell = (text) => {
    silence.textContent = text;
  };
  const kernel = new Kernel(model, (isGone) => tell(say(isGone ? "kernel_gone" : "kernel_silent")), tell);
  const stopWatching = watchKernel(model, () => tell(say("kernel_gone")));
  const playback = new Playback(model, payload, show, () => tell(say("kernel_gone")));
  const head = buildHead(say, (key) => playback.goToPhase(key));
  const words = buildWords();
  const speech = buildSpeech(say);
  const help = buildHelp(say);
  const stage = new Stage(payload, say, {
    select,
    go: (node) => goToNode(node),
    toggle,
    hover: (node) => panels.hover(node),
    step: (distance) => playback.stepBy(distance),
    edge: (key) => speech.tell(edgeWords(payload.edges[key], say)),
    enter: () => panels.enter(),
  });
  const panels = buildPanels({
    model,
    payload: () => payload,
    frames: () => payload.frames,
    goTo: (frame) => playback.goTo(frame),
    pause: () => playback.pause(),
    select,
    toggle,
    highlight: (lit, seen) => stage.highlight(lit, seen),
    markWrong: (nodes) => stage.markWrong(nodes),
    words: say,
    root,
    kernelSilent: () => kernel.silent(),
  });
  const actions = {
    first: () => playback.first(),
    back: () => step(-1),
    toggle: () => playback.toggle(),
    forward: () => step(1),
    last: () => playback.last(),
    goTo: (frame) => playback.goTo(frame),
    setSpeed: (speed) => playback.setSpeed(speed),
    faster: () => playback.changeSpeed(1),
    slower: () => playback.changeSpeed(-1),
    loop: () => playback.toggleLoop(),
    phase1: () => playback.goToPhase(0),
    phase2: () => playback.goToPhase(1),
    phase3: () => playback.goToPhase(2),
    larger: () => stage.zoom.larger(),
    smaller: () => stage.zoom.smaller(),
    fit: () => stage.zoom.fit(),
    one: () => stage.zoom.one(),
    help: () => help.toggle(),
    clear,
  };
  const controls = buildControls(say, actions, [stage.zoom.root, ...panels.buttons, help.button]);
  root.append(head.root, stage.more.root, words.root, controls.root, help.root, silence, panels.root, speech.root);
  const undo = [
    listenToKeys(root, actions),
    listenToTouch(words.root, { step: (distance) => playback.stepBy(distance) }),
    showWhenPrinted(() => draw(payload.frames.length - 1), () => show()),
    () => [playback, stage, words, speech, kernel, panels, { dispose: stopWatching }].forEach((part) => part.dispose()),
    () => model.off("change:payload", exchange),
    () => root.remove(),
  ];

  /** Everything that depends on the payload, at first and after every change. */
  function fill() {
    root.setAttribute("aria-label", say("player", { title: payload.title }));
    root.lang = payload.language ?? "";
    head.exchange(payload);
    words.exchange(payload.frames);
  }

  function exchange() {
    if (raw === model.get("payload")) {
      return;
    }
    const before = payload;
    raw = model.get("payload");
    payload = readPayload(raw);
    stage.exchange(payload, payload.svg === before.svg, toggled);
    toggled = null;
    playback.exchange(payload);
    fill();
    panels.payloadChanged();
    show();
  }

  function show() {
    exchange(); // another view of this player may have been told first, and has gone to a frame of what has come
    const frame = draw(playback.frame);
    root.classList.toggle("ng-playing", playback.playing);
    root.style.setProperty("--ng-step", `${playback.playing ? stepDelay(playback.speed) : UNHURRIED}ms`);
    controls.show(playback, frame?.caption ?? "");
    speech.step(frame, playback);
    panels.show(playback);
  }

  /** Show the frame at `index` without going there. */
  function draw(index) {
    const frame = payload.frames[index];
    root.setAttribute("data-phase", frame?.phase ?? "");
    stage.show(index);
    head.show(frame);
    words.show(frame);
    return frame;
  }

  /** Step; where there is no step any more, say so. */
  function step(distance) {
    if (distance > 0 ? playback.atEnd : playback.atStart) {
      speech.tell(say(distance > 0 ? "last" : "first"));
    }
    playback.stepBy(distance);
  }

  function select(kind, id) {
    stage.select(kind, id);
    panels.select(kind, id);
  }

  /** Ask the kernel to open a group, or to collapse it. */
  function toggle(path) {
    toggled = path;
    kernel.ask({ kind: "toggle", path });
  }

  function goToNode(node) {
    const frame = frameOf(payload.frames, node, playback.phase.key);
    if (frame !== null) {
      playback.goTo(frame);
    }
  }

  function clear() {
    if (!help.close()) {
      select(null, null);
      stage.highlight(null);
    }
  }

  model.on("change:payload", exchange);
  fill();
  el.append(root);
  show();
  return () => undo.forEach((each) => each());
}

/** What is said of an edge that a key has chosen: its three numbers, where it has them. */
function edgeWords(edge, say) {
  const numbers = [edge?.upstream, edge?.local, edge?.product];
  return edge ? say(numbers.every(Boolean) ? "edge_spoken" : "edge_named", edge) : "";
}

function buildHead(say, choosePhase) {
  const title = element("span", { class: "ng-title" });
  const caption = element("span", { class: "ng-caption ng-dim" });
  const phases = buildPhases(say, choosePhase);
  const root = element("div", { class: "ng-head" }, [title, caption, phases.root]);

  function exchange(payload) {
    title.textContent = payload.title;
    phases.exchange(payload.phases);
  }

  function show(frame) {
    caption.textContent = frame?.caption ?? "";
    phases.show(frame?.phase ?? "");
  }

  return { root, exchange, show };
}

export default { render };
