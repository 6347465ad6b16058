"""One class for each mistake a learner makes.

A message says what was wrong (with names and shapes), why, and the smallest fix. The docstring of the class is
the long version: read it with ``help(nbgrad.errors.NotScalarError)``.

Every class is also the built-in exception that NumPy, PyTorch or TensorFlow would have raised, so that
``except ValueError`` goes on working.
"""

import numpy as np


class NbgradError(Exception):
    """The common ancestor: ``except nbgrad.errors.NbgradError`` catches every error that this package raises."""


class ShapeError(NbgradError, ValueError):
    """The shapes of the operands do not fit the operation.

    Arrays are lined up at their *last* axis; along each axis the lengths must be equal, or one of them must be 1.
    For a matrix product the columns of the first operand must be as many as the rows of the second.
    """


class NotScalarError(NbgradError, RuntimeError):
    """``backward()`` was called on an array of several numbers.

    A gradient says how *one* number changes. Reduce the result to one number first (``.sum()``, ``.mean()``),
    or say how much each element counts: ``y.backward(gradient)`` with an array of the shape of ``y``.
    """


class NoGradientError(NbgradError, RuntimeError):
    """``backward()`` was called on a result that does not depend on anything with ``requires_grad=True``.

    There is nothing to differentiate with respect to. Either no input was created with ``requires_grad=True``,
    or the result was computed inside ``no_grad()``, or the connection was cut by ``detach()``.
    """


class NoHistoryError(NbgradError, ValueError):
    """A PyTorch result was to be drawn that does not know how it was computed.

    PyTorch records operations only where a gradient can be wanted: where an operand has ``requires_grad=True``, outside
    of ``torch.no_grad()`` and ``torch.inference_mode()``. ``.detach()``, ``.item()`` and ``.numpy()`` cut a result off
    from its graph.
    """


class IntegerGradientError(NbgradError, TypeError):
    """``requires_grad=True`` was asked of whole numbers.

    A derivative is a limit of ever smaller changes, and whole numbers cannot change by a little. Write ``3.0``
    instead of ``3``, or convert the array with ``.astype(float)``.
    """


class OperationNameError(NbgradError, ValueError):
    """An operation was declared under the name of another one.

    Operations are found by their names: by copies, by the reference table, by pictures. Two of one name would be taken
    for each other. Declaring one's own anew, by running its cell again, is fine.
    """


class NoParametersError(NbgradError, ValueError):
    """An optimiser was given no parameters at all: nothing would ever move.

    An exhausted generator is a common cause: ``net.parameters()`` can be gone through once, a list any number of times.
    """


class RuleError(NbgradError, RuntimeError):
    """The gradient rule of an operation failed, or gave something that is no gradient.

    A rule takes ``g`` (the gradient that arrives), ``y`` (the value), the operands and the keyword arguments, and gives
    an array that fits its operand's shape. ``check_gradients`` tries a rule of one's own.
    """


class ArgumentError(NbgradError, ValueError):
    """A setting of a transform is not one of those that there are: which argument to differentiate, or how."""


class ComplexGradientError(NbgradError, TypeError):
    """``requires_grad=True`` was asked of complex numbers.

    A gradient says how a result changes with *real* numbers. Of a complex number those are its two parts: make them
    tensors, ``a`` and ``b``, and compute with ``a + 1j * b``. Complex constants are welcome.
    """


class NotPlayableError(NbgradError, TypeError):
    """``animate`` was given something that has no backward pass.

    A backward pass needs the operations with their rules of derivatives, which tensors and nodes of the graph face
    have. A networkx graph knows only which node was computed from which; ``ng.draw`` draws it.
    """


class NothingRecordedError(NbgradError, ValueError):
    """``animate`` was given a leaf: a tensor that was not computed from anything.

    Where nothing was computed there is no pass to be seen. Animate what is computed from the leaf, such as a loss.
    """


class UnsupportedDataError(NbgradError, TypeError):
    """The data cannot be held by a tensor: text, objects or ragged lists."""


class UnsupportedFunctionError(NbgradError, TypeError):
    """A NumPy function was called on a tensor for which no gradient rule is declared.

    Returning a plain array instead would cut the graph without a word, and the gradient would silently be wrong.
    """


class TruthValueError(NbgradError, ValueError):
    """``if tensor:`` was asked of a tensor with several elements, so there is no one answer.

    Say which is meant: ``(x > 0).any()`` or ``(x > 0).all()``.
    """


class NotOneNumberError(NbgradError, ValueError, TypeError):
    """One number was asked of a tensor that holds several, or none: ``float(x)``, ``x.item()``, ``f"{x:.3f}"``.

    Reduce it to one (``.sum()``, ``.mean()``), or pick one (``x[0]``).
    """


class NoAxisError(NbgradError, TypeError):
    """A length, or its elements one after the other, were asked of a tensor that is a single number.

    It has no axis: its shape is ``()``. An array with one element, of shape ``(1,)``, has.
    """


class AssignmentError(NbgradError, TypeError):
    """An element of a tensor was assigned to.

    The graph remembers values, not places: had the place been overwritten, the rules of earlier operations would
    multiply by the wrong numbers. Build a new tensor instead (``np.where(mask, new, x)``).
    """


class NameTypeError(NbgradError, TypeError):
    """A name is a piece of text. Any text will do, however odd: it is only ever shown, never run."""


class TapeUsedError(NbgradError, RuntimeError):
    """A ``GradientTape`` was asked for a second gradient.

    A tape gives one gradient, as in TensorFlow. Create it with ``persistent=True`` to use it several times.
    """


class TapeStateError(NbgradError, RuntimeError):
    """A ``GradientTape`` was entered, or asked to watch, at the wrong moment.

    A tape records from the beginning of its ``with`` block to the end. While it runs it cannot be entered again, and
    what it shall watch must be said inside the block, before it is used.
    """


class MissingFeedError(NbgradError, KeyError):
    """A placeholder that the result needs was given no value in ``feed_dict``."""

    def __str__(self) -> str:  # KeyError would show the message in quotes, with its line breaks escaped
        return str(self.args[0]) if self.args else ""


class FeedError(NbgradError, TypeError):
    """``feed_dict`` is not a dictionary from placeholders to values."""


class NodesError(NbgradError, TypeError):
    """Something else than a list of nodes was given; ``topological_sort_feed_dict`` gives such a list."""


class CycleError(NbgradError, ValueError):
    """Nodes lead back to themselves, so there is no order in which they could be computed."""


class AmbiguousLossError(NbgradError, ValueError):
    """The fed placeholders lead to several losses (or to none), and which one is meant was not said.

    Pass it: ``topological_sort_feed_dict(feed_dict, loss)``.
    """


class NotTrainableError(NbgradError, ValueError):
    """``optimize`` was asked to move a placeholder that says ``is_trainable=False``."""


class NotComputedError(NbgradError, RuntimeError):
    """A value or a gradient is needed that has not been computed yet: run ``forward`` or ``backward`` first."""


class LearningRateError(NbgradError, ValueError):
    """A learning rate is a positive, finite number.

    It says how far a parameter moves against its gradient. At 0 nothing would move, below 0 the loss would grow; too
    large a rate overshoots the minimum, further with every step.
    """


class NonFiniteError(NbgradError, ValueError):
    """A number is NaN or infinite where only ordinary numbers make sense.

    One NaN in the data turns every gradient that it touches, and so every parameter, into NaN. In training, a loss
    that grows beyond all bounds usually means that the learning rate is too large.
    """


class HyperparameterError(NbgradError, ValueError):
    """A number that steers a method (momentum, ``eps``, a dropout rate, ...) lies where the method does not work.

    A momentum of 1, for example, would never forget a gradient, and a parameter would swing about for ever.
    """


class OptionError(NbgradError, ValueError):
    """An option of an operation was given a value that it does not know: ``F.gelu(x, approximate="cosine")``, say.

    The message lists the values that it knows.
    """


class IndexRangeError(NbgradError, IndexError):
    """An index (of a class, of a row of an embedding) lies outside of what there is.

    Counting begins at 0, so the last of ten has the index 9. Unlike in NumPy, a negative index does not count from the
    end here: as a class or a word it is nearly always a mistake.
    """


class IndexKindError(NbgradError, TypeError):
    """Indices (of classes, of rows of an embedding) were given that are no whole numbers."""


class DuplicateParameterError(NbgradError, ValueError):
    """The same parameter was given to an optimiser twice, so that each step would move it twice."""


class StateError(NbgradError, ValueError):
    """A state does not fit the module or the optimiser that it was loaded into.

    A state is a dictionary from names to arrays. It fits when it has the names that ``state_dict()`` gives, no more
    and no fewer, and each array has the same shape. Where it does not, nothing is loaded.
    """


class NameClashError(NbgradError, ValueError):
    """Two tensors of a module have the same path, so a state could hold only one of them.

    A path joins the names of attributes, keys and places by points: ``hidden.0.weight``. It leads to two tensors where
    the key of a dictionary has a point of its own, or where two keys differ in kind only: ``1`` and ``"1"``.
    """


class NotAStateError(NbgradError, TypeError):
    """Something else than a dictionary from names to arrays was to be saved or loaded as a state."""


class StateFileError(NbgradError, ValueError):
    """A file of parameters is damaged, or is no such file; nothing was loaded from it."""


class FileKindError(NbgradError, ValueError):
    """Parameters are saved as ``.safetensors`` or as ``.npz``; the end of the file's name says which."""


class LayerSizeError(NbgradError, ValueError):
    """A layer was asked for with a size that is no positive whole number, or with sizes that do not go together."""


class ForwardMissingError(NbgradError, NotImplementedError):
    """A module was called that does not say what it computes.

    Give its class a method ``forward(self, x)`` that returns the result; calling the module calls it.
    """


class NoGradientWarning(UserWarning):
    """An optimiser was to take a step, and none of its parameters has a gradient, so nothing moved.

    Either ``backward()`` was not called since ``zero_grad()``, or the loss was not computed from these parameters: from
    copies of them, say, or within ``no_grad()``.
    """


class MutatedDataError(NbgradError, RuntimeError):
    """Numbers that the backward pass needs were changed in place since they were used. Found in ``ng.debug()`` mode.

    The graph keeps the arrays that went into each operation, not copies of them. Changing one in place
    (``x.data[0] = 5``, ``X *= 2``) makes the rules multiply by other numbers than the forward pass did. Make a new
    array instead, or change the old one when ``backward()`` is done.
    """


class BroadcastWarning(UserWarning):
    """A column of shape ``(n, 1)`` and a row of shape ``(n,)`` were subtracted, which gives an ``(n, n)`` table.

    NumPy lines shapes up at the last axis, so each element of one meets *every* element of the other. In a loss, each
    prediction is to meet its own target only: the mean over the table is another number, its gradient pulls all
    predictions towards the mean of the targets, and nothing fails. Give both the same shape.
    """


class BackwardTwiceWarning(UserWarning):
    """``backward()`` was called a second time on the same result, and the gradients of the first time are still there.

    Gradients add up in ``.grad``, so that several losses can share their parameters. The same loss twice gives twice
    the gradient, and so twice the step. Call ``zero_grad()`` in between, or ``backward()`` only once.
    """


class NotALayerError(NbgradError, TypeError):
    """Something stands among the layers of a network that cannot be called with a tensor: a class, say, or a list."""


class SingularMatrixError(NbgradError, np.linalg.LinAlgError):
    """A matrix has no inverse, or its determinant no logarithm: its columns are not independent of each other.

    One of them can be put together from the others, so the matrix squeezes space flat, and what was squeezed cannot be
    told apart again. Look for a column that was repeated, or for more unknowns than equations. ``np.linalg.pinv`` gives
    the nearest thing to an inverse; adding a little to the diagonal (``A + 1e-6 * np.eye(n)``) makes one.
    """


class NotPositiveDefiniteError(NbgradError, np.linalg.LinAlgError):
    """Only a matrix whose eigenvalues are all positive has a Cholesky decomposition.

    A covariance matrix that was estimated from too few samples is the usual case; adding a little to the diagonal
    (``A + 1e-6 * np.eye(n)``) makes its eigenvalues positive.
    """


class UndeterminedVectorsError(NbgradError, ValueError):
    """A derivative was asked of vectors that the matrix does not determine.

    Where two eigenvalues (or singular values) are equal, any rotation of their vectors would do as well, and the least
    change of the matrix picks another one: there is no derivative. The same holds for what completes a basis
    (``full_matrices=True``) and for columns that depend on each other in a QR decomposition. What is determined has a
    gradient none the less: the eigenvalues, the projection onto the vectors together, the first columns.
    """


class ParameterNameError(NbgradError, KeyError):
    """A parameter was asked for by a name that nothing here has; names are those that the drawing shows."""

    def __str__(self) -> str:  # KeyError would show the message in quotes, with its line breaks escaped
        return str(self.args[0]) if self.args else ""


class GradientCheckError(NbgradError, AssertionError):
    """``check_gradients`` found a gradient that differs from what finite differences say.

    The definition of a derivative needs nothing but the function itself, so it is a judge of the rules. The message
    says where they differ first, and guesses from all the numbers together what was forgotten.
    """


class UnknownOperationError(NbgradError, LookupError):
    """The reference was asked for an operation, or a family of operations, that is not declared.

    An operation is looked up by its name (``"tanh"``), or as NumPy calls it (``"np.abs"``). ``python -m nbgrad.ops``
    lists all of them.
    """


class TracedValueError(NbgradError, TypeError):
    """A function that is being compiled asked for the numbers of a value: for ``if x > 0``, ``float(x)``, ``range(n)``.

    ``ng.compile`` runs a function once and writes down what it computes. The numbers it sees then are those of an
    example; the program will be run with others. A decision taken by them would be frozen into the program, and be
    wrong for other numbers without a word. So it is refused. There are three ways out: choose between two results that
    are both computed (``np.where(x > 0, a, b)``); decide before, outside of the function, and compile a function for
    each case; or pass what decides as a keyword argument, which is taken as it is and compiled anew for each value.
    """


class TracedShapeError(NbgradError, TypeError):
    """A function that is being compiled makes an array whose shape depends on the numbers: ``x[x > 0]``, ``np.unique``.

    A program is recorded for the shapes of an example, so every shape in it must follow from the shapes of what it is
    given. Count by weights instead of taking out: ``np.where(x > 0, x, 0.0).sum()``, not ``x[x > 0].sum()``.
    """


class FrozenRandomError(NbgradError, RuntimeError):
    """A function that is being compiled drew random numbers that the program cannot draw again.

    What is drawn while a function is recorded would be the same numbers in every run of the program. Pass the generator
    as an argument, ``ng.compile(f, X, np.random.default_rng(0))``: what is drawn from that is drawn anew in every run.
    """


class ProgramError(NbgradError, ValueError):
    """A program was made from, or given, what it cannot be: other arguments than it was compiled for, for example."""


class TranslationError(NbgradError, NotImplementedError):
    """A program computes something that the other framework has no counterpart for."""


class RecompiledWarning(UserWarning):
    """A program was given arguments of other shapes or dtypes than it knew, and was recorded anew for them.

    That is right, only slower than one would think if it happens in every step. The last batch of an epoch, smaller
    than the others, is a common cause. Shown in debug mode (:class:`nbgrad.debug`).
    """
