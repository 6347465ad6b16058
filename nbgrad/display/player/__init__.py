"""What the player shows, made of plain facts: frames of three phases, facts about nodes and edges, paths, questions.

The engine's side says in a :class:`Trace` what happened; here it becomes words, equations, pieces of the drawing and,
in the end, the payload that the page gets.
"""

from nbgrad.display.player.payload import payload_of
from nbgrad.display.player.trace import Check, Order, Route, Routes, Trace, Update, Written

__all__ = ["Check", "Order", "Route", "Routes", "Trace", "Update", "Written", "payload_of"]
