"""What the attributes of other packages' tensors are called here: told to those who ask a tensor for one of them.

Each is a property that raises an ``AttributeError`` with the hint. (A ``__getattr__`` would be shorter, but it makes
every attribute of every tensor slower to reach.)
"""

from typing import Any

METHODS_ELSEWHERE = {  # methods of PyTorch's tensors and of arrays, and what to write for them
    "view": "x.reshape(…)",
    "permute": "x.transpose(…)",
    "t": "x.T",
    "unsqueeze": "np.expand_dims(x, axis), or x[:, None]",
    "expand": "np.broadcast_to(x, shape)",
    "mm": "x @ y",
    "bmm": "x @ y",
    "matmul": "x @ y",
    "mul": "x * y",
    "add": "x + y",
    "sub": "x - y",
    "div": "x / y",
    "pow": "x ** n",
    "neg": "-x",
    "numel": "x.size",
    "clone": "x + 0.0, which the gradient flows through, or x.detach()",
    "copy": "x.detach(), or copy.copy(x)",
    "requires_grad_": "ng.tensor(x, requires_grad=True)",
    "float": "x.astype(np.float32)",
    "double": "x.astype(np.float64)",
    "cpu": "not needed: the numbers are in NumPy arrays",
    "cuda": "not there: the numbers are in NumPy arrays",
    "to": "x.astype(dtype)",
    "contiguous": "not needed",
    "masked_fill": "np.where(mask, value, x)",
    "fill": "ng.tensor(np.full_like(x, value)), a new tensor: tensors are not changed in place",
    "sort": "np.sort(x), a new tensor: tensors are not changed in place",
    "softmax": "nbgrad.nn.functional.softmax(x)",
    "log_softmax": "nbgrad.nn.functional.log_softmax(x)",
    "flat": "x.ravel()",
    "nbytes": "x.numpy().nbytes",
    "zero_": "x.zero_grad() for the gradient; tensors are not changed in place",
}


class NamesElsewhere:
    """A base of ``Tensor`` with a property for each of those names; to ``hasattr`` and ``dir`` they are not there."""

    __slots__ = ()

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name not in METHODS_ELSEWHERE]


def _missing(name: str, here: str) -> property:
    def ask(self: Any) -> Any:
        raise AttributeError(f"a tensor has no attribute {name!r}; here it is {here}", name=name, obj=self)

    return property(ask)


for _name, _here in METHODS_ELSEWHERE.items():
    setattr(NamesElsewhere, _name, _missing(_name, _here))
