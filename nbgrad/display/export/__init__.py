"""Pictures for elsewhere: PNG and PDF painted by Matplotlib, films, pages, and the graph in other tools' languages.

This is the only part of the house of pictures that needs more than networkx, and only when something is painted.
"""

from nbgrad.display.export.dot import to_dot
from nbgrad.display.export.errors import (
    EncoderError,
    FilmError,
    FolderError,
    FormatError,
    GraphTooLargeError,
    MissingGlyphWarning,
    TooManyPixelsError,
)
from nbgrad.display.export.files import save_drawing, save_film
from nbgrad.display.export.film import to_gif, to_mp4
from nbgrad.display.export.mermaid import to_mermaid
from nbgrad.display.export.page import film_to_html, to_html
from nbgrad.display.export.painter import to_pdf, to_png

__all__ = [
    "EncoderError",
    "FilmError",
    "FolderError",
    "FormatError",
    "GraphTooLargeError",
    "MissingGlyphWarning",
    "TooManyPixelsError",
    "film_to_html",
    "save_drawing",
    "save_film",
    "to_dot",
    "to_gif",
    "to_html",
    "to_mermaid",
    "to_mp4",
    "to_pdf",
    "to_png",
]
