"""Operations on each element by itself.

Operands may have any shapes that NumPy broadcasts (the reverse pass undoes it), and the result has the dtype that NumPy
gives it: float32 stays float32, and a plain Python number adapts to what it meets. What moves in jumps (``x // y``,
``np.sign``, ``np.round``, comparisons) has the slope zero wherever it has one, and gives plain arrays.

>>> import nbgrad as ng
>>> import numpy as np
>>> x = ng.tensor([[-1.0], [2.0]], requires_grad=True)
>>> y = np.maximum(x, np.array([0.0, 3.0, 1.0]))
>>> y.tolist()
[[0.0, 3.0, 1.0], [2.0, 3.0, 2.0]]
>>> y.sum().backward()
>>> x.grad.tolist()
[[0.0], [2.0]]
"""

from .activation import elu, erf, gelu, leaky_relu, log_sigmoid, relu, sigmoid, silu, softplus
from .arithmetic import add, astype, divide, divmod_, floor_divide, fmod, multiply, negative, remainder, subtract
from .choosing import absolute, clip, copysign, fmax, fmin, maximum, minimum, nan_to_num, or_infinity, round_, where
from .exponential import exp, exp2, expm1, log, log1p, log2, log10, logaddexp, logaddexp2
from .hyperbolic import arccosh, arcsinh, arctanh, cosh, sinh, tanh
from .powers import cbrt, float_power, power, reciprocal, sqrt, square
from .trigonometric import arccos, arcsin, arctan, arctan2, cos, deg2rad, hypot, rad2deg, sin, sinc, tan

__all__ = [
    "absolute", "add", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "astype", "cbrt",
    "clip", "copysign", "cos", "cosh", "deg2rad", "divide", "divmod_", "elu", "erf", "exp", "exp2", "expm1",
    "float_power", "floor_divide", "fmax", "fmin", "fmod", "gelu", "hypot", "leaky_relu", "log", "log1p", "log2",
    "log10", "log_sigmoid", "logaddexp", "logaddexp2", "maximum", "minimum", "multiply", "nan_to_num", "negative",
    "or_infinity", "power", "rad2deg", "reciprocal", "relu", "remainder", "round_", "sigmoid", "silu", "sin", "sinc",
    "sinh", "softplus", "sqrt", "square", "subtract", "tan", "tanh", "where",
]  # fmt: skip
