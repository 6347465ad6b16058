"""Gradient descent and automatic differentiation, shown.

>>> import nbgrad as ng
>>> x = ng.tensor(3.0, requires_grad=True)
>>> y = x * x
>>> y.backward()
>>> float(x.grad)
6.0

In a notebook, a cell that ends in ``y`` draws its graph, and ``ng.animate(y)`` plays the backward pass.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import ops
from .core import errors
from .core.backward import Step, backward_steps
from .core.check import check_gradients
from .core.debugging import debug
from .core.groups import group
from .core.jacobians import hessian, hvp, jacobian
from .core.shown import show, show_alive
from .core.tensor import Tensor, no_grad, tensor
from .core.transforms import grad, jvp, value_and_grad, vjp

if TYPE_CHECKING:
    from . import data, display, graph, nn, notebook, optim, plots, program, seeing, tape, training, widgets
    from .display.messages import language, set_language
    from .notebook import Drawing, draw, to_networkx
    from .program import Program, compile
    from .seeing import animate, explain, find_nan
    from .training import Trainer
    from .widgets.surface import Surface

__version__ = "0.4.0"

__all__ = [
    "Drawing",
    "Program",
    "Step",
    "Surface",
    "Tensor",
    "Trainer",
    "animate",
    "backward_steps",
    "check_gradients",
    "compile",
    "data",
    "debug",
    "display",
    "draw",
    "errors",
    "explain",
    "find_nan",
    "grad",
    "graph",
    "group",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "language",
    "nn",
    "no_grad",
    "notebook",
    "ops",
    "optim",
    "plots",
    "program",
    "seeing",
    "set_language",
    "tape",
    "tensor",
    "to_networkx",
    "training",
    "value_and_grad",
    "vjp",
    "widgets",
]

# Everything but the engine is imported when it is first used: `import nbgrad` loads NumPy and nothing else.
_MODULES = {
    "data", "display", "graph", "nn", "notebook", "optim", "plots", "program", "seeing", "tape", "training", "widgets",
}  # fmt: skip
_LATER = {
    "Drawing": "notebook",
    "Program": "program",
    "compile": "program",
    "animate": "seeing",
    "draw": "notebook",
    "to_networkx": "notebook",
    "language": "display.messages",
    "set_language": "display.messages",
    "explain": "seeing",
    "find_nan": "seeing",
    "Trainer": "training",
    "Surface": "widgets.surface",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    if name in _LATER:
        return getattr(import_module(f".{_LATER[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


show("graph", lambda thing: import_module(".notebook", __name__).mimebundle(thing))
show_alive("program", lambda program: import_module(".notebook", __name__).widget_of(program))
show_alive("training", lambda trainer: import_module(".widgets.trainer", __name__).widget_of(trainer))
