"""What can go wrong when a picture is written to a file."""

from nbgrad.display.errors import DisplayError


class FormatError(DisplayError, ValueError):
    """The ending of the file's name is not one of those that this picture can be written as."""


class FolderError(DisplayError, FileNotFoundError):
    """The folder that the file is to be written to does not exist.

    It is not made silently: a slip in its name would otherwise hide the picture.
    """


class TooManyPixelsError(DisplayError, ValueError):
    """So many dots per inch make more dots than a picture may have here, some 40 million, or 65,000 of a side."""


class GraphTooLargeError(DisplayError, ValueError):
    """The graph has more nodes than are drawn, so there is no picture to be saved.

    ``nbgrad.to_networkx(result)`` gives the graph itself, and ``nbgrad.display.export.to_dot`` writes it for Graphviz.
    """


class FilmError(DisplayError, ValueError):
    """There is no film of this backward pass: it has no steps, too many of them, a graph too large to be drawn, or one
    that the player has let go."""


class EncoderError(DisplayError, RuntimeError):
    """An MP4 is made by the program ffmpeg, which was not found, or which failed."""


class MissingGlyphWarning(UserWarning):
    """No font of this machine has some of the picture's characters; boxes are painted for them.

    The fonts that are tried are DejaVu Sans, which comes with Matplotlib, and well-known ones for Chinese and for
    symbols. An SVG or HTML file leaves the choice of the font to the reader's machine.
    """
