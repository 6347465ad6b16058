"""A lesson that is open in JupyterLab or Notebook 7, and what a reader does with it."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

OPEN_MILLISECONDS = 60_000
RUN_MILLISECONDS = 90_000
ANSWER_MILLISECONDS = 15_000

# The page's own objects. `panel` is the open notebook, and its kernel hangs on it.
PANEL = "const panel = window.jupyterapp?.shell?.currentWidget;"

IS_READY = f"""(name) => {{
  {PANEL}
  if (panel?.context?.path !== name) return false;
  const kernel = panel?.sessionContext?.session?.kernel;
  return Boolean(panel?.content?.model?.cells?.length && panel.sessionContext.isReady && kernel?.status === "idle");
}}"""

# The saved outputs go first: what is there afterwards has been made here and now.
RUN_ALL = f"""async () => {{
  {PANEL}
  const commands = window.jupyterapp.commands;
  await commands.execute("notebook:clear-all-cell-outputs");
  const left = [...panel.content.model.cells].filter((cell) => cell.type === "code" && cell.outputs.length > 0);
  if (left.length > 0) throw new Error("saved outputs are still there");
  await commands.execute("notebook:run-all-cells");
  return [...panel.content.model.cells]
    .filter((cell) => cell.type === "code")
    .map((cell) => ({{
      source: cell.sharedModel.source,
      count: cell.executionCount,
      outputs: cell.outputs.toJSON(),
    }}));
}}"""

ASK_KERNEL = f"""async (expressions) => {{
  {PANEL}
  const content = {{ code: "", silent: true, user_expressions: expressions }};
  const reply = await panel.sessionContext.session.kernel.requestExecute(content).done;
  return {{ at: performance.now(), answers: reply.content.user_expressions }};
}}"""

SCROLL_TO = f"""async (words) => {{
  {PANEL}
  const cells = [...panel.content.model.cells];
  const index = cells.findIndex((cell) => cell.type === "code" && cell.sharedModel.source.includes(words));
  if (index < 0) throw new Error(`no code cell with ${{words}}`);
  await panel.content.scrollToItem(index, "start");
  return index;
}}"""


class Lesson:
    """A lesson in a page of its own; ``errors`` collects what goes wrong in it, and is never emptied.

    Args:
        page: Playwright's page.
        allowed: patterns of console errors that are known to be Jupyter's own.

    Attributes:
        cells: the code cells after ``run_all()``, each with ``source``, ``count`` and ``outputs``.
        sent: every message that the page has sent to a kernel.
    """

    def __init__(self, page: Any, allowed: list[re.Pattern[str]]) -> None:
        self.page = page
        self.errors: list[str] = []
        self.cells: list[dict[str, Any]] = []
        self.sent: list[str | bytes] = []
        self._allowed = allowed
        page.set_default_timeout(ANSWER_MILLISECONDS)
        page.on("pageerror", lambda error: self._note(f"{error}\n{getattr(error, 'stack', '')}"))
        page.on("console", self._listen)
        page.on("websocket", lambda socket: socket.on("framesent", lambda words: self.sent.append(words)))

    def open(self, address: str) -> None:
        """Go there and wait until the notebook is shown and its kernel is idle."""
        self.page.goto(address)
        name = unquote(urlsplit(address).path.rpartition("/")[2])
        self.page.wait_for_function(IS_READY, arg=name, timeout=OPEN_MILLISECONDS)

    def run_all(self) -> None:
        """Run all cells and wait for the last."""
        self.cells = self._evaluate(RUN_ALL, within=RUN_MILLISECONDS)

    def complaints(self) -> list[dict[str, Any]]:
        """The outputs of the cells that are errors or warnings."""
        outputs = [output for cell in self.cells for output in cell["outputs"]]
        return [each for each in outputs if each["output_type"] == "error" or each.get("name") == "stderr"]

    @contextmanager
    def without_errors(self) -> Iterator[None]:
        """Fail where an error shows on the page or in its console within this context."""
        before = len(self.errors)
        yield
        assert self.errors[before:] == []

    def cell(self, words: str) -> Any:
        """The code cell that says ``words``, scrolled into view: JupyterLab keeps only those in the page."""
        index = self._evaluate(SCROLL_TO, words)
        cell = self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]')
        cell.wait_for()
        return cell

    def ask_kernel(self, **expressions: str) -> dict[str, Any]:
        """The values of Python expressions, in the kernel; ``at``: when they arrived, in the page's milliseconds."""
        reply = self._evaluate(ASK_KERNEL, expressions)
        answers = {name: answer["data"]["text/plain"] for name, answer in reply["answers"].items()}
        return {name: ast.literal_eval(text) for name, text in answers.items()} | {"at": reply["at"]}

    def use_theme(self, name: str) -> None:
        """Switch JupyterLab to its theme ``name`` ("JupyterLab Dark", ...) and wait until the page wears it.

        JupyterLab covers the page meanwhile. Its cover goes a little later, and cannot be taken away for two switches
        at once, which is an error of JupyterLab's own: so its end is part of the switch.
        """
        self._evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
        self.page.wait_for_function("name => document.body.dataset.jpThemeName === name", arg=name)
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def photograph(self, locator: Any, name: str) -> None:
        """Keep a picture of it in the folder NBGRAD_SCREENSHOTS, where that is set."""
        folder = os.environ.get("NBGRAD_SCREENSHOTS")
        if folder:
            locator.screenshot(path=str(Path(folder) / f"{name}.png"))

    def _evaluate(self, function: str, argument: Any = None, within: int = ANSWER_MILLISECONDS) -> Any:
        """What the page's function comes to; an error where that takes longer, as Playwright itself would wait on."""
        late = f"new Promise((_, fail) => setTimeout(() => fail(new Error('no answer in {within} ms')), {within}))"
        return self.page.evaluate(f"(argument) => Promise.race([({function})(argument), {late}])", argument)

    def _listen(self, message: Any) -> None:
        if message.type == "error":
            self._note(f"{message.text} ({message.location.get('url', '')})")

    def _note(self, words: str) -> None:
        if not any(pattern.search(words) for pattern in self._allowed):
            self.errors.append(words)


def brightness(locator: Any) -> float:
    """Of an element's background: 0 is black, 255 white. It must be opaque."""
    colour = locator.evaluate("element => getComputedStyle(element).backgroundColor")
    red, green, blue = map(int, re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", colour).groups())
    return 0.299 * red + 0.587 * green + 0.114 * blue
