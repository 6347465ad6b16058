"""Written by ``python -m nbgrad.ops.stub`` from the declarations of the operations; not by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np

from .tensor import Tensor

class Methods:
    __slots__ = ()

    def __array_ufunc__(self, ufunc: Any, how: Any, *operands: Any, **static: Any) -> Any:
        """What NumPy calls when a ufunc (``np.add``, ``np.exp``, ...) or a method of one meets a tensor (NEP 13)."""

    def __array_function__(self, function: Any, types: Any, operands: Any, static: Any) -> Any:
        """What NumPy calls when one of its functions (``np.sum``, ``np.stack``, ...) meets a tensor (NEP 18)."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        """What ``np.asarray(x)`` and ``np.array(x)`` get: the numbers, as from ``x.numpy()``; the graph ends there."""

    def __abs__(self) -> Tensor:
        """The absolute value, of real and of complex numbers."""

    def abs(self) -> Tensor:
        """The absolute value, of real and of complex numbers."""

    def clip(self, min: Any = None, max: Any = None) -> Tensor:
        """``x`` with all that is below ``min`` or above ``max`` moved there; a bound may be left out."""

    def round(self, decimals: Any = 0) -> np.ndarray:
        """``x`` rounded, as a plain array: it moves in jumps, and between them its slope is zero."""

    def __round__(self, digits: Any = None) -> np.ndarray:
        """What ``round(x)`` and ``round(x, digits)`` give, as a plain array."""

    def sigmoid(self) -> Tensor:
        """The logistic function ``1 / (1 + exp(-x))``, written with ``tanh`` so that it overflows nowhere."""

    def relu(self) -> Tensor:
        """``max(0, x)``; at 0 the subgradient 0 is taken."""

    def erf(self) -> Tensor:
        """The error function, ``2/sqrt(π)`` times the integral of ``exp(-t*t)`` from 0 to ``x``."""

    def __add__(self, other: Any) -> Tensor:
        """The sum ``a + b``."""

    def __radd__(self, other: Any) -> Tensor:
        """The sum ``a + b``."""

    def __sub__(self, other: Any) -> Tensor:
        """The difference ``a - b``; of a column and a row of the same length with a :class:`BroadcastWarning`."""

    def __rsub__(self, other: Any) -> Tensor:
        """The difference ``a - b``; of a column and a row of the same length with a :class:`BroadcastWarning`."""

    def __mul__(self, other: Any) -> Tensor:
        """The product ``a * b``, element by element."""

    def __rmul__(self, other: Any) -> Tensor:
        """The product ``a * b``, element by element."""

    def __truediv__(self, other: Any) -> Tensor:
        """The quotient ``a / b``."""

    def __rtruediv__(self, other: Any) -> Tensor:
        """The quotient ``a / b``."""

    def __neg__(self) -> Tensor:
        """``-x``, the number with its sign turned."""

    def __pos__(self) -> Tensor:
        """``x`` itself."""

    def __mod__(self, other: Any) -> Tensor:
        """``a % b``, what ``a // b`` leaves over; it has the sign of ``b``."""

    def __rmod__(self, other: Any) -> Tensor:
        """``a % b``, what ``a // b`` leaves over; it has the sign of ``b``."""

    def __floordiv__(self, b: Any) -> np.ndarray:
        """``a // b``, as a plain array: it moves in jumps, and between them its slope is zero."""

    def __rfloordiv__(self, a: Any) -> np.ndarray:
        """``a // b`` with the tensor on the right."""

    def __divmod__(self, b: Any) -> tuple[np.ndarray, Any]:
        """``(a // b, a % b)``; the quotient is a plain array, see :func:`floor_divide`."""

    def __rdivmod__(self, a: Any) -> tuple[np.ndarray, Any]:
        """``divmod(a, b)`` with the tensor on the right."""

    def astype(self, dtype: Any) -> Tensor:
        """The numbers in another dtype; whole numbers and truth values have no gradient, so there the graph ends."""

    def exp(self) -> Tensor:
        """``e ** x``."""

    def exp2(self) -> Tensor:
        """``2 ** x``."""

    def expm1(self) -> Tensor:
        """``e ** x - 1``, exact for ``x`` near 0, where the subtraction would lose all digits."""

    def log(self) -> Tensor:
        """The natural logarithm."""

    def log2(self) -> Tensor:
        """The logarithm to base 2."""

    def log10(self) -> Tensor:
        """The logarithm to base 10."""

    def log1p(self) -> Tensor:
        """``ln(1 + x)``, exact for ``x`` near 0, where the addition would lose all digits."""

    def sinh(self) -> Tensor:
        """The hyperbolic sine, ``(exp(x) - exp(-x)) / 2``."""

    def cosh(self) -> Tensor:
        """The hyperbolic cosine, ``(exp(x) + exp(-x)) / 2``."""

    def tanh(self) -> Tensor:
        """The hyperbolic tangent."""

    def arcsinh(self) -> Tensor:
        """The number whose hyperbolic sine is ``x``."""

    def arccosh(self) -> Tensor:
        """The number, 0 or more, whose hyperbolic cosine is ``x >= 1``."""

    def arctanh(self) -> Tensor:
        """The number whose hyperbolic tangent is ``x``, between -1 and 1, where it and its slope are infinite."""

    def square(self) -> Tensor:
        """``x * x``."""

    def __pow__(self, b: Any) -> Tensor:
        """``a ** b``, squares spelled as squares: they are the commonest power, faster, and easier to read."""

    def __rpow__(self, other: Any) -> Tensor:
        """``a ** b``; of a negative base, as in NumPy, a number only for whole ``b``."""

    def reciprocal(self) -> Tensor:
        """``1 / x``; that of a whole number is a fraction here, where NumPy would round it towards 0."""

    def sqrt(self) -> Tensor:
        """The square root."""

    def sin(self) -> Tensor:
        """The sine of ``x`` in radians."""

    def cos(self) -> Tensor:
        """The cosine of ``x`` in radians."""

    def tan(self) -> Tensor:
        """The tangent of ``x`` in radians."""

    def arcsin(self) -> Tensor:
        """The angle between -π/2 and π/2 whose sine is ``x``."""

    def arccos(self) -> Tensor:
        """The angle between 0 and π whose cosine is ``x``."""

    def arctan(self) -> Tensor:
        """The angle between -π/2 and π/2 whose tangent is ``x``."""

    def conj(self) -> Tensor:
        """The complex conjugate; real numbers are it themselves."""

    @property
    def real(self) -> Tensor:
        """The real part; real numbers are it themselves."""

    @property
    def imag(self) -> Tensor:
        """The imaginary part; of real numbers 0."""

    def reshape(self, *shape: Any, order: Any = "C") -> Tensor:
        """The same numbers in another shape; -1 stands for whatever length is left."""

    def ravel(self, order: Any = "C") -> Tensor:
        """All numbers along one axis, as many as there are."""

    def flatten(self, order: Any = "C") -> Tensor:
        """All numbers along one axis, as many as there are."""

    def squeeze(self, axis: Any = None) -> Tensor:
        """``x`` without its axes of length 1 (or without ``axis``, one or several of them)."""

    def swapaxes(self, axis1: Any = -1, axis2: Any = -2) -> Tensor:
        """Two axes exchanged, by default the last two."""

    def transpose(self, *axes: Any) -> Tensor:
        """The axes in the order ``axes``; reversed by default."""

    @property
    def T(self) -> Tensor:
        """The axes in the order ``axes``; reversed by default."""

    @property
    def mT(self) -> Tensor:
        """Two axes exchanged, by default the last two."""

    def __getitem__(self, index: Any) -> Tensor:
        """``x[index]`` with any index that NumPy takes: :func:`getitem`, with its loops unrolled."""

    def take(self, indices: Any, axis: Any = None, mode: Any = "raise") -> Tensor:
        """The elements ``indices`` along ``axis`` (``None``: of the flattened array)."""

    def compress(self, condition: Any, axis: Any = None) -> Tensor:
        """compress"""

    def nonzero(self) -> Tensor:
        """nonzero"""

    def __matmul__(self, other: Any) -> Tensor:
        """The matrix product, with NumPy's rules for vectors and stacks of matrices."""

    def __rmatmul__(self, other: Any) -> Tensor:
        """The matrix product, with NumPy's rules for vectors and stacks of matrices."""

    def dot(self, b: Any) -> Tensor:
        """``np.dot``: the product with a number, of vectors and of matrices."""

    def trace(self, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Tensor:
        """The sum of a diagonal."""

    def diagonal(self, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Tensor:
        """The elements of a diagonal, along a new last axis; arguments as :func:`trace`."""

    def repeat(self, repeats: Any, axis: Any = None) -> Tensor:
        """Each element so many times, along ``axis`` (``None``: of the flattened array)."""

    def max(self, axis: Any = None, keepdims: Any = False) -> Tensor:
        """The largest element over ``axis``; equal ones share the gradient."""

    def min(self, axis: Any = None, keepdims: Any = False) -> Tensor:
        """The smallest element over ``axis``; equal ones share the gradient."""

    def argmax(self, axis: Any = None, keepdims: Any = False) -> np.ndarray:
        """The index of the largest element, the first of equal ones, as a plain array."""

    def argmin(self, axis: Any = None, keepdims: Any = False) -> np.ndarray:
        """The index of the smallest element, the first of equal ones, as a plain array."""

    def any(self, axis: Any = None, keepdims: Any = False) -> np.ndarray:
        """Whether any element is not zero, as a plain array."""

    def all(self, axis: Any = None, keepdims: Any = False) -> np.ndarray:
        """Whether no element is zero, as a plain array."""

    def sum(self, axis: Any = None, keepdims: Any = False) -> Tensor:
        """The sum over ``axis`` (an integer, a tuple, or ``None`` for all)."""

    def mean(self, axis: Any = None, keepdims: Any = False) -> Tensor:
        """The mean over ``axis`` (an integer, a tuple, or ``None`` for all)."""

    def prod(self, axis: Any = None, keepdims: Any = False) -> Tensor:
        """The product over ``axis`` (an integer, a tuple, or ``None`` for all); its gradient is right at zeros too."""

    def norm(self, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Tensor:
        """A norm of a vector or, of two axes, of a matrix, as ``np.linalg.norm``."""

    def cumsum(self, axis: Any = None) -> Tensor:
        """The running sum along ``axis``; by default of all elements in a row."""

    def cumprod(self, axis: Any = None) -> Tensor:
        """The running product along ``axis``; by default of all elements in a row."""

    def argsort(self, axis: Any = -1) -> np.ndarray:
        """The indices that would sort ``x``, as a plain array; equal elements keep their order."""

    def var(self, axis: Any = None, ddof: Any = 0, keepdims: Any = False) -> Tensor:
        """The variance: the sum of the ``n`` squared distances from the mean, divided by ``n - ddof``."""

    def std(self, axis: Any = None, ddof: Any = 0, keepdims: Any = False) -> Tensor:
        """The standard deviation, the root of the variance (see :func:`var`)."""

    def median(self, axis: Any = None, keepdims: Any = False) -> Tensor:
        """The number in the middle, or the mean of the two in the middle."""

    def logsumexp(self, axis: Any = None, keepdims: Any = False) -> Tensor:
        """``ln(sum(exp(x)))`` without overflow: the largest element is taken out of the sum first."""

    def register_hook(self, hook: Any) -> Tensor:
        """Call ``hook(gradient)`` whenever the whole gradient of this tensor has arrived in a backward pass."""

    def retain_grad(self) -> Tensor:
        """Let ``backward()`` store the gradient of this result in ``.grad``, as it does for leaves."""

    def backward(self, gradient: Any = None, create_graph: Any = False) -> None:
        """Compute the gradients of this tensor and add them to ``.grad`` of the leaves that require one."""

def method(name: str, function: Callable) -> None: ...
