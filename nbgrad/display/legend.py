"""The key to a picture's colours, below the drawing."""

from __future__ import annotations

from nbgrad.display import measure, messages, theme, thumbnail
from nbgrad.display.elements import text
from nbgrad.display.scene import PICTURE, Scene

LEGEND_HEIGHT = 26
LEGEND_WIDTH = 470


def has_legend(scene: Scene) -> bool:
    """Tell whether there is a thumbnail whose colours want explaining."""
    return any(node.form == PICTURE for node in scene.nodes.values())


def full_height(scene: Scene) -> float:
    """Return the picture's height in px, legend included."""
    return round(scene.height + (LEGEND_HEIGHT if has_legend(scene) else 0), 1)


def full_width(scene: Scene) -> float:
    """Return the picture's width in px, legend included."""
    return max(scene.width, LEGEND_WIDTH) if has_legend(scene) else scene.width


def legend(scene: Scene) -> str:
    """Return the key to the thumbnails' colours, below the drawing."""
    paint = scene.look.palette
    y = scene.height + 6
    words = messages.say("legend_negative")
    x = 16.0
    parts = [text(x, y + 4, words, "ng-shape", theme.SHAPE_SIZE, paint.dim)]
    x = round(x + measure.width(words, theme.SHAPE_SIZE) + 2, 1)
    for level in range(-theme.LEVELS, theme.LEVELS + 1, 2):
        parts.append(
            f'<rect x="{x:g}" y="{y - 5:g}" width="9" height="10" fill="{paint.shade(level)}" '
            'shape-rendering="crispEdges"/>'
        )
        x += 9
    words = messages.say("legend_positive")
    x = round(x + 6, 1)
    parts.append(text(x, y + 4, words, "ng-shape", theme.SHAPE_SIZE, paint.dim))
    if _shows_gaps(scene):
        x = round(x + measure.width(words, theme.SHAPE_SIZE) + 8, 1)
        parts.append(
            f'<rect x="{x:g}" y="{y - 5:g}" width="10" height="10" fill="{paint.not_finite}"/>'
            f'<path d="M{x:g},{y - 5:g}l10,10m-10,0l10-10" '
            f'stroke="{paint.not_finite_mark}" stroke-width="0.8"/>'
        )
        words = messages.say("legend_not_finite")
        parts.append(text(x + 16, y + 4, words, "ng-shape", theme.SHAPE_SIZE, paint.dim))
    return f'<g class="ng-legend">{"".join(parts)}</g>'


def _shows_gaps(scene: Scene) -> bool:
    arrays = [scene.graph.nodes[id_][which] for id_ in scene.graph for which in ("value", "gradient")]
    return any(thumbnail.has_gaps(array) for array in arrays if array is not None and array.size > 1)
