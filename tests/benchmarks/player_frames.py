"""How evenly the player's page moves while it plays a graph of 119 nodes: the time between two painted frames.

    python tests/benchmarks/player_frames.py [speed]

The median shall be under 20 ms in a headless Chromium, which paints at most 60 frames a second (16.7 ms). The browser
is that of the tests. A page that plays is watched for ten seconds in each phase; printed are the median, the time that
19 of 20 frames keep to, and the longest.
"""

import json
import os
import shutil
import sys
from typing import Any

import numpy as np

import nbgrad as ng

SECONDS = 10
PAGE = """<!doctype html><meta charset=utf-8><body data-jp-theme-light="true"><div id="cell"></div>"""
MOUNT = """async ([esm, css, state]) => {
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
  const { default: { render } } = await import(URL.createObjectURL(new Blob([esm], { type: "text/javascript" })));
  const listeners = {};
  window.model = {
    get: (name) => state[name],
    set: (name, value) => { state[name] = value; (listeners["change:" + name] ?? []).forEach((each) => each()); },
    on: (name, listener) => { (listeners[name] ??= []).push(listener); },
    off: () => {},
    save_changes: () => {},
    send: () => {},
  };
  render({ model: window.model, el: document.getElementById("cell") });
}"""
WATCH = """(seconds) => new Promise((resolve) => {
  const gaps = [];
  let before = null;
  const begun = performance.now();
  const look = (now) => {
    if (before !== null) gaps.push(now - before);
    before = now;
    if (now - begun < seconds * 1000) requestAnimationFrame(look);
    else resolve(gaps);
  };
  requestAnimationFrame(look);
})"""


def network() -> ng.Tensor:
    """A network of single numbers, every product and sum a node of its own: 119 nodes."""
    rng = np.random.default_rng(0)

    def weight() -> ng.Tensor:
        return ng.tensor(float(rng.normal()), requires_grad=True)

    layer: list[Any] = [ng.tensor(1.0), ng.tensor(-2.0), ng.tensor(0.5)]
    for size in (4, 4, 1):
        following = []
        for _ in range(size):
            total = weight()
            for x in layer:
                total = total + weight() * x
            following.append(np.tanh(total))
        layer = following
    return layer[0] - 1.0


def report(phase: str, gaps: list[float]) -> None:
    median, most, longest = np.quantile(gaps, [0.5, 0.95, 1.0])
    print(
        f"{phase:10} {len(gaps):5} frames   median {median:5.1f} ms   19 of 20 under {most:5.1f} ms   {longest:5.0f} ms"
    )


def main(speed: float) -> None:
    from playwright.sync_api import sync_playwright

    player = ng.animate(network())
    payload = player.payload
    print(f"{len(payload['nodes'])} nodes, {len(payload['frames'])} steps, {speed:g}x")
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    executable = os.environ.get("NBGRAD_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    state = {"payload": payload, "frame": 0, "playing": False, "speed": speed, "loop": True}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1180, "height": 900})
        page.set_content(PAGE)
        page.evaluate(MOUNT, [str(player._esm), str(player._css), json.loads(json.dumps(state))])
        for phase in payload["phases"]:
            page.evaluate("frame => { model.set('frame', frame); model.set('playing', true); }", phase["first"])
            report(phase["label"], page.evaluate(WATCH, SECONDS))
        browser.close()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
