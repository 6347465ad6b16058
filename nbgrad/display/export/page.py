"""A page that stands by itself: the picture, playing where it is a film, and the same in words and numbers.

No script and nothing from elsewhere: it works from a mail or a memory stick, and a policy in the page forbids the
browser everything else. What can be pressed are radio buttons, which the style sheet asks for their state.
"""

from __future__ import annotations

import re

from nbgrad.display import messages
from nbgrad.display.animated import PAUSE, SECONDS, Clock, Film
from nbgrad.display.svg import escape

SMALLEST = 0.6  # the share of its size that a picture keeps; below that it is to be scrolled
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

COLOURS = {  # of the page by the theme of its picture, so that the two agree
    "light": "color-scheme: light; --ground: #f4f6f9; --ink: #1b2430; --line: #c5ccd6; --chosen: #0b5fa5; "
    "--playing: #ffe3cc; --sheet: #ffffff;",
    "dark": "color-scheme: dark; --ground: #14181e; --ink: #e4e8ee; --line: #4a5563; --chosen: #6cb6ee; "
    "--playing: #6b3410; --sheet: #111418;",
}
STYLE = """
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, 'DejaVu Sans', sans-serif; }
main { max-width: 1600px; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.25rem; margin: 0 0 0.75rem; overflow-wrap: anywhere; }
figure { margin: 0; overflow: auto; border: 1px solid var(--line); border-radius: 10px;
  background: var(--sheet); }
figure svg { display: block; margin: 0 auto; height: auto; }
pre { overflow: auto; font: 13px/1.5 ui-monospace, 'DejaVu Sans Mono', monospace; }
summary { cursor: pointer; margin-top: 0.75rem; }
:focus-visible { outline: 3px solid var(--chosen); outline-offset: 2px; }
@media print {
  :root { --ground: #fff; --ink: #000; }
  figure { border: 0; overflow: visible; }
  figure svg { max-width: 100%; height: auto; }
  fieldset, details { display: none; }
}
"""

CONTROLS = """
fieldset { border: 0; padding: 0; margin: 0 0 0.75rem; display: flex; flex-wrap: wrap; gap: 0.25rem; }
legend { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
fieldset input { position: absolute; opacity: 0; pointer-events: none; }
fieldset label { min-width: 1.25rem; padding: 0.2rem 0.5rem; border: 1px solid var(--line); border-radius: 6px;
  text-align: center; cursor: pointer; }
fieldset input:checked + label { border-color: var(--chosen); box-shadow: inset 0 0 0 1px var(--chosen);
  font-weight: 600; }
fieldset input:focus-visible + label { outline: 3px solid var(--chosen); outline-offset: 1px; }
main:has(#pause:checked) :is(.ng-graph *, label) { animation-play-state: paused !important; }
main:has(.step:checked) .ng-graph [class^=w] { animation: none !important; opacity: 0; }
main:has(.step:checked) label { animation: none !important; }
.still { display: none; }
@media (prefers-reduced-motion: reduce) {
  .ng-graph *, label { animation: none !important; }
  .still { display: inline; }
  .moving, #pause, #pause + label { display: none; }
}
@media print { .ng-graph *, label { animation: none !important; } }
"""


def to_html(svg: str, title: str, text: str, theme: str = "light") -> str:
    """Return a page with a still picture. title: plain text; text: the picture in words and numbers; theme: of the
    picture, and so of the page.

    >>> page = to_html("<svg></svg>", "x < y", "a table")
    >>> "<title>x &lt; y</title>" in page, "<script" in page
    (True, False)
    """
    return _page(title, svg, text, theme)


def film_to_html(film: Film, text: str) -> str:
    """Return a page on which a backward pass plays by itself, and can be paused and stepped.

    Where motion is not wanted it shows the final frame until a step is chosen, and offers that instead of playing; so
    does paper.
    """
    if not film.plays:
        return _page(film.title, film.svg, text, film.look.theme)
    clocks: list[Clock] = []

    def rules(clock: Clock) -> str:
        clocks.append(clock)
        return clock.rules()

    svg = film.moving(rules)
    style = CONTROLS + _chosen_steps(clocks[0]) + _playing_steps(clocks[0])
    return _page(film.title, svg, text, film.look.theme, style, _controls(film.count))


def _chosen_steps(clock: Clock) -> str:
    """Return rules that show, for a chosen step, what is seen at it. Being chosen at or after a step is seen from the
    order of the buttons: a later one of its neighbours is checked."""

    def reached(step: int) -> str:
        return f":has(#s{step}:checked,#s{step}~:checked)"

    rules = []
    for (first, end), name in clock.windows.items():
        past = "" if end is None else f":not({reached(end)})"
        rules.append(f"main{reached(first)}{past} .{name}{{opacity:1!important}}")
    return "\n".join(rules)


def _playing_steps(clock: Clock) -> str:
    """Return rules that mark the button of the step that is playing; the last one's stays until all starts again."""

    def mark(name: str, seconds: float) -> str:
        end = 100 * seconds / clock.length
        marked, plain = "background:var(--playing);text-decoration:underline", "background:none;text-decoration:none"
        return f"@keyframes {name}{{0%{{{marked}}}{end:.2f}%,to{{{plain}}}}}"

    rules = ["", mark("playing", SECONDS), mark("playing-last", SECONDS + PAUSE)]
    for step in range(clock.count):
        name = "playing-last" if step == clock.count - 1 else "playing"
        rules.append(f"#s{step}+label{{animation:{name} {clock.length:g}s {step * SECONDS:g}s step-end infinite}}")
    return "\n".join(rules)


def _controls(count: int) -> str:
    buttons = [
        ("play", "", messages.say("page_play")),
        ("pause", "", messages.say("page_pause")),
        *((f"s{step}", ' class="step"', str(step + 1)) for step in range(count)),
    ]
    parts = []
    for name, css, said in buttons:
        checked = " checked" if name == "play" else ""
        spoken = f' aria-label="{messages.say("page_step", number=said)}"' if css else ""
        parts.append(f'<input type="radio" name="at" id="{name}"{css}{spoken}{checked}>')
        parts.append(f'<label for="{name}">{_played() if name == "play" else escape(said)}</label>')
    return f"<fieldset><legend>{messages.say('page_controls')}</legend>{''.join(parts)}</fieldset>\n"


def _played() -> str:
    """Return what stands on the first button: it plays, or shows the last step where motion is not wanted."""
    play, last = escape(messages.say("page_play")), escape(messages.say("ui_last"))
    return f'<span class="moving">{play}</span><span class="still">{last}</span>'


def _fitting(svg: str) -> str:
    """Return the rule that makes a wide picture smaller where the window is narrow, as far as it can still be read."""
    width = re.match(r'<svg[^>]* width="([\d.]+)"', svg)
    if width is None:
        return ""
    return f"@media screen {{ figure svg {{ max-width: max(100%, {float(width[1]) * SMALLEST:.0f}px); }} }}\n"


def _page(title: str, svg: str, text: str, theme: str, style: str = "", controls: str = "") -> str:
    return f"""<!DOCTYPE html>
<html lang="{messages.language()}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>:root {{ {COLOURS[theme]} }}{STYLE}{_fitting(svg)}{style}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{controls}<figure tabindex="0">
{svg}
</figure>
<details><summary>{messages.say("page_text")}</summary><pre>{escape(text)}</pre></details>
</main>
</body>
</html>
"""
