"""Any computation, and its gradient, as a NumPy program that can be read and run.

A function is *recorded* (:mod:`.record`), the listing is rewritten by *passes* (:mod:`.passes`), and *emitted* as text:
one to be read (:mod:`.readable`), one to be run (:mod:`.fast`).
"""

from .compiled import Program
from .compiling import compile

__all__ = ["Program", "compile"]
