"""Operations on each element by itself. NumPy's broadcasting applies; the reverse pass undoes it."""

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
