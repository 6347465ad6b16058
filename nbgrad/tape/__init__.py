"""The tape face: ``from nbgrad import tape as tf``.

A gradient tape records what happens while it runs, and gives gradients of what it recorded. Variables are recorded by
themselves, constants once they are watched.

>>> from nbgrad import tape as tf
>>> x = tf.Variable(3.0)
>>> with tf.GradientTape() as tape:
...     y = x * x
>>> tape.gradient(y, x).numpy()
np.float64(6.0)

The engine underneath is that of the eager face: a tape is the span of serial numbers between its start and its end,
and its gradient is the engine's reverse pass over the operations of that span.
"""

from .names import (
    abs,
    add,
    cast,
    concat,
    cos,
    divide,
    exp,
    float32,
    float64,
    int32,
    int64,
    linspace,
    log,
    math,
    matmul,
    maximum,
    minimum,
    multiply,
    negative,
    nn,
    ones,
    ones_like,
    pow,
    random,
    range,
    reduce_max,
    reduce_mean,
    reduce_min,
    reduce_sum,
    relu,
    reshape,
    sigmoid,
    sin,
    sqrt,
    square,
    stack,
    stop_gradient,
    subtract,
    tanh,
    transpose,
    zeros,
    zeros_like,
)
from .recorder import GradientTape
from .variables import Variable, constant, convert_to_tensor

__all__ = [
    "GradientTape",
    "Variable",
    "abs",
    "add",
    "cast",
    "concat",
    "constant",
    "convert_to_tensor",
    "cos",
    "divide",
    "exp",
    "float32",
    "float64",
    "int32",
    "int64",
    "linspace",
    "log",
    "math",
    "matmul",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "nn",
    "ones",
    "ones_like",
    "pow",
    "random",
    "range",
    "reduce_max",
    "reduce_mean",
    "reduce_min",
    "reduce_sum",
    "relu",
    "reshape",
    "sigmoid",
    "sin",
    "sqrt",
    "square",
    "stack",
    "stop_gradient",
    "subtract",
    "tanh",
    "transpose",
    "zeros",
    "zeros_like",
]
