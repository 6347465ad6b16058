"""A real browser page for the widgets' tests, without Jupyter: modules are mounted with a model of our own.

``page`` is a fresh Chromium page (Debian's, driven through Playwright) that is themed like JupyterLab, asks
the network for nothing, and fails its test where anything is written to the console as an error.
``mount(widget)`` shows a widget on it as anywidget would. The browser is that of ``tests/conftest.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

ADDRESS = "http://nbgrad.test/"

# A model with what anywidget's has: get, set, on, off, save_changes, send. `models` and `saved` are for the
# tests to look at; `remount` removes a view as Jupyter does when its cell is cleared.
HARNESS = """
window.models = []; window.views = [];
class Model {
  constructor(state) { this.state = state; this.listeners = {}; this.saved = []; this.sent = []; }
  get(name) { return this.state[name]; }
  set(name, value) {
    if (this.state[name] === value) return;
    this.state[name] = value;
    this.saved.push([name, value]);
    for (const listener of [...(this.listeners["change:" + name] || [])]) listener();
    for (const listener of [...(this.listeners["change"] || [])]) listener();
  }
  on(name, listener) { (this.listeners[name] ||= []).push(listener); }
  off(name, listener) {
    this.listeners[name] = (this.listeners[name] || []).filter((each) => listener && each !== listener);
  }
  save_changes() { if (window.kernelIsDead) throw new Error("no comm channel"); }
  send(content) { this.sent.push(content); }
}
window.mountWidget = async (esm, css, state, count) => {
  const style = document.createElement("style");
  style.textContent = css;
  document.head.append(style);
  const url = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  let definition = (await import(url)).default;
  if (typeof definition === "function") definition = await definition();
  const model = new Model(state);
  window.models.push(model);
  await definition.initialize?.({ model });
  for (let view = 0; view < count; view += 1) {
    const el = document.createElement("div");
    el.className = "view";
    document.getElementById("cells").append(el);
    window.views.push({ el, cleanup: await definition.render({ model, el }) });
  }
};
window.removeView = (index) => { const { el, cleanup } = window.views[index]; cleanup?.(); el.remove(); };
"""

# What the page sends goes to Python, and what Python answers comes back: the payload first, then the answer.
BRIDGE = """() => {
    const model = models[0];
    model.send = async (content) => {
        const [payload, answer] = await askPython(content);
        model.set("payload", payload);
        for (const listener of [...(model.listeners["msg:custom"] || [])]) listener(answer);
    };
}"""

# The theme variables that JupyterLab itself sets, as far as the widgets read them.
THEMES = {
    "light": ("#ffffff", "rgba(0, 0, 0, 1)"),
    "dark": ("#111111", "rgba(255, 255, 255, 1)"),
}


def _document(theme: str | None) -> str:
    if theme is None:
        body, variables = "<body>", ""
    else:
        ground, ink = THEMES[theme]
        body = f'<body data-jp-theme-light="{str(theme == "light").lower()}">'
        variables = f":root {{ --jp-layout-color0: {ground}; --jp-content-font-color0: {ink}; }}"
    return (
        f"<!doctype html><meta charset=utf-8><title>widgets</title><link rel=icon href=data:,>"
        f"<style>{variables} body {{ background: var(--jp-layout-color0); margin: 16px }}"
        f" .view {{ margin-bottom: 20px }}</style>{body}<div id=cells></div>"
    )


@pytest.fixture
def open_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """``open_page(theme="light"|"dark"|None, width=1180, **context)``: pages that must stay free of errors."""
    contexts: list[Any] = []
    errors: list[str] = []

    def open_page(theme: str | None = "light", width: int = 1180, height: int = 900, **options: Any) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: message.type == "error" and errors.append(message.text))
        page.route("**/*", lambda route: _serve(route, theme, errors))
        page.goto(ADDRESS)
        page.add_script_tag(content=HARNESS)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def _serve(route: Any, theme: str | None, errors: list[str]) -> None:
    if route.request.url == ADDRESS:
        route.fulfill(content_type="text/html", body=_document(theme))
    else:
        errors.append(f"a request to {route.request.url}")
        route.abort()


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """A fresh page, 1180 px wide, in JupyterLab's light theme."""
    return open_page()


@pytest.fixture
def mount() -> Callable[..., None]:
    """``mount(page, widget, views=1)``: show an anywidget's view on a page, with its present state."""

    def mount(page: Any, widget: Any, views: int = 1) -> None:
        state = {name: value for name, value in widget.get_state().items() if not name.startswith("_")}
        plain = {name: value for name, value in state.items() if _is_json(value)}
        page.evaluate(
            "([esm, css, state, count]) => mountWidget(esm, css, state, count)",
            [str(widget._esm), str(widget._css), plain, views],
        )

    return mount


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True


@pytest.fixture
def show(page, mount):
    """``show(loss, views=1)``: the player of a loss on the page, with Python behind it; gives the page."""
    import nbgrad as ng

    def show(loss: Any, views: int = 1) -> Any:
        player = ng.animate(loss)
        answers: list[Any] = []
        player.send = answers.append  # type: ignore[method-assign]

        def ask(content: Any) -> Any:
            player._handle_custom_msg(content, [])
            return [player.payload, answers.pop()]

        mount(page, player, views)
        page.expose_function("askPython", ask)
        page.evaluate(BRIDGE)
        return page

    return show
