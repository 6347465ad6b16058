"""What stands in a notebook for a widget that is not alive: its picture, in an output of its own.

A page prefers a widget's view to everything else that an output holds, and says "model not found" where there is no
such widget any more: in a notebook that is opened the next morning, exported, or printed without scripts. So the
picture is a second output. The widget's style sheet hides it for as long as the widget is there (``theme.css``).
"""

from __future__ import annotations

from typing import Any

from IPython.display import display

from ..display.page_image import image_with_tooltips, is_moving, only_on_paper

VIEW = "application/vnd.jupyter.widget-view+json"
FALLBACK = "ng-fallback"  # the class that the style sheet knows
# And the page's words about a widget that is not there say nothing to a reader of this picture.
NO_COMPLAINT = f"""<style>
.jp-OutputArea-child:has(+ .jp-OutputArea-child .{FALLBACK}):not(:has(.ng-widget)) {{ display: none }}
</style>"""


class WithStill:
    """A widget that is displayed with its still picture behind it."""

    def _ipython_display_(self, **kwargs: Any) -> None:
        display_both(self._repr_mimebundle_(**kwargs))  # type: ignore[attr-defined]


def display_both(bundled: tuple[dict[str, Any], dict[str, Any]] | None) -> None:
    """Display a widget's view, and after it the picture and the text that its mimebundle holds.

    The view has no text of its own: where no widget runs, as in a notebook that is not trusted, a line such as
    "Player('loss', 22 steps)" would stand there, and the picture with the readable text says more.
    """
    if bundled is None:
        return
    data, metadata = bundled
    if VIEW in data:
        display({VIEW: data[VIEW]}, metadata=metadata, raw=True)
    svg, text = data["image/svg+xml"], data["text/plain"]
    page = NO_COMPLAINT + image_with_tooltips(svg, FALLBACK)
    if is_moving(svg):
        page += only_on_paper(text.partition("\n\n")[0])  # the table, without the steps
    display({"text/html": page, "image/svg+xml": svg, "text/plain": text}, raw=True)
