"""The picture that stands in a notebook behind a widget."""

import re

import nbgrad as ng
from nbgrad.widgets.still import VIEW, display_both


def test_a_widget_is_displayed_with_its_picture_text_and_tooltips_behind_it(monkeypatch):
    x = ng.tensor(3.0, requires_grad=True, name='x"<b>')
    player = ng.animate(x * x)
    shown = []
    monkeypatch.setattr("nbgrad.widgets.still.display", lambda data, **options: shown.append(data))
    display_both(player._repr_mimebundle_())
    alive, still = shown
    assert set(alive) == {VIEW}, "a text would stand beside the picture where no widget runs"
    assert set(still) == {"text/html", "image/svg+xml", "text/plain"}
    assert set(re.findall(r"<(\w+)", still["text/html"])) == {"style", "div", "img", "span", "pre"}
    tooltips = re.findall(r'<span[^>]* title="([^"]*)"', still["text/html"])
    assert len(tooltips) == 2
    assert tooltips[0].startswith("x&quot;&lt;b&gt;")
