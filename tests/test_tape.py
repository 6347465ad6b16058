"""The tape face: what a beginner's TensorFlow program does, and what the tape says to mistakes."""

import gc
import weakref

import numpy as np
import pytest

from nbgrad import tape as tf
from nbgrad.core import errors
from nbgrad.core.tensor import Tensor


# ---- what is recorded
def test_a_variable_is_recorded_by_itself():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    assert tape.gradient(y, x).numpy() == 6.0


def test_a_constant_only_when_it_is_watched():
    c = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = c * c
    assert tape.gradient(y, c) is None
    with tf.GradientTape() as tape:
        tape.watch(c)
        y = c * c
    assert tape.gradient(y, c).numpy() == 6.0
    with tf.GradientTape() as tape:  # being watched once is no lasting property
        y = c * c
    assert tape.gradient(y, c) is None


def test_watching_several():
    a, b = tf.constant(2.0), tf.constant(3.0)
    with tf.GradientTape() as tape:
        tape.watch([a, b])
        y = a * b
    assert [g.numpy() for g in tape.gradient(y, [a, b])] == [3.0, 2.0]
    assert tape.watched_variables() == (a, b)


def test_what_was_computed_before_watching_is_not_connected():
    c = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = c * c
        tape.watch(c)
    assert tape.gradient(y, c) is None


def test_an_untrainable_variable_and_one_of_whole_numbers():
    fixed, whole = tf.Variable(3.0, trainable=False), tf.Variable(3)
    assert (fixed.trainable, whole.trainable, tf.Variable(3.0).trainable) == (False, False, True)
    with tf.GradientTape() as tape:
        y = fixed * whole
    assert tape.gradient(y, [fixed]) == [None]


def test_without_automatic_watching():
    x, z = tf.Variable(3.0), tf.Variable(4.0)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        y = x * z
    dx, dz = tape.gradient(y, [x, z])
    assert dx.numpy() == 4.0
    assert dz is None


def test_what_is_computed_outside_is_not_recorded():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        inside = x * x
    outside = inside * x
    with tf.GradientTape() as later:
        after = inside * 2
    assert tape.gradient(outside, x) is None
    assert later.gradient(after, x) is None


def test_a_result_from_before_the_tape_counts_as_a_leaf_once_watched():
    x = tf.Variable(3.0)
    before = x * x
    with tf.GradientTape() as tape:
        tape.watch(before)
        y = before * x + x
    dx, db = tape.gradient(y, [x, before])
    assert (dx.numpy(), db.numpy()) == (10.0, 3.0)


def test_an_intermediate_result_is_a_source_too():
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        z = y * y
    assert tape.gradient(z, y).numpy() == 18.0
    assert tape.gradient(z, [x, y])[1].numpy() == 18.0
    assert tape.gradient(z, z).numpy() == 1.0


def test_stop_recording():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        with tape.stop_recording():
            cut = x * x
        y = y * x + cut
    assert tape.gradient(y, x).numpy() == 27.0


def test_reset():
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        before = x * x
        tape.reset()
        after = x * 2
    assert tape.gradient(before, x) is None
    assert tape.gradient(after, x).numpy() == 2.0


def test_stop_gradient():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = tf.stop_gradient(x * x) * x
    assert tape.gradient(y, x).numpy() == 9.0


# ---- using tapes
def test_a_tape_is_used_once_unless_persistent():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    with pytest.raises(errors.TapeUsedError, match="persistent=True"):
        tape.gradient(y, x)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
        z = y * y
    assert [tape.gradient(t, x).numpy() for t in (z, y, z)] == [108.0, 6.0, 108.0]


@pytest.mark.parametrize("persistent", [False, True])
def test_nested_tapes(persistent):
    x = tf.Variable(3.0)
    with tf.GradientTape() as outer:
        with tf.GradientTape(persistent=persistent) as inner:
            y = x * x * x
        dy = inner.gradient(y, x)
    assert dy.numpy() == 27.0
    assert outer.gradient(dy, x).numpy() == 18.0


def test_three_tapes_deep():
    x = tf.Variable(2.0)
    with tf.GradientTape() as third:
        with tf.GradientTape() as second:
            with tf.GradientTape() as first:
                y = x**4
            dy = first.gradient(y, x)
        d2y = second.gradient(dy, x)
    assert (dy.numpy(), d2y.numpy(), third.gradient(d2y, x).numpy()) == (32.0, 48.0, 48.0)


def test_gradient_asked_inside_the_block():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        assert tape.gradient(y, x).numpy() == 6.0
    with tf.GradientTape(persistent=True) as tape:
        y = x * x * x
        dy = tape.gradient(y, x)
    assert tape.gradient(dy, x).numpy() == 18.0


def test_a_tape_can_be_entered_again_to_go_on():
    x = tf.Variable(3.0)
    tape = tf.GradientTape()
    with tape:
        y = x * x
    with tape:
        y = y * x
    assert tape.gradient(y, x).numpy() == 27.0


def test_an_error_in_the_block_closes_the_tape():
    x, tape = tf.Variable(3.0), tf.GradientTape()
    with pytest.raises(KeyError), tape:
        raise KeyError
    with tf.GradientTape() as other:
        y = x * x
    assert other.gradient(y, x).requires_grad is False  # no other tape is running, so nothing recorded it


# ---- structures
def test_structures_of_sources():
    x, y, unused = tf.Variable(2.0), tf.Variable(5.0), tf.Variable(1.0)
    with tf.GradientTape(persistent=True) as tape:
        z = x * y
    assert [g and g.numpy() for g in tape.gradient(z, [x, unused, y])] == [5.0, None, 2.0]
    assert tuple(g.numpy() for g in tape.gradient(z, (x, y))) == (5.0, 2.0)
    named = tape.gradient(z, {"y": y, "none": unused, "x": x})
    assert list(named) == ["y", "none", "x"]
    assert (named["x"].numpy(), named["none"]) == (5.0, None)
    assert tape.gradient(z, [x, x])[1].numpy() == 5.0
    assert tape.gradient(z, []) == []


def test_unconnected_gradients_can_be_zero():
    x, unused = tf.Variable(2.0), tf.Variable(np.ones((2, 3)))
    with tf.GradientTape() as tape:
        z = x * x
    _, zero = tape.gradient(z, [x, unused], unconnected_gradients="zero")
    np.testing.assert_array_equal(zero.numpy(), np.zeros((2, 3)))


def test_several_targets_and_arrays_add_up():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        a, b = x * x, x * 3
    np.testing.assert_array_equal(tape.gradient(a, x).numpy(), [2, 4])
    np.testing.assert_array_equal(tape.gradient([a, b], x).numpy(), [5, 7])
    weighted = tape.gradient([a, b], x, output_gradients=[[1.0, 10.0], [0.0, 1.0]])
    np.testing.assert_array_equal(weighted.numpy(), [2, 43])


def test_gradients_share_no_memory():
    u, v = tf.Variable(np.ones(3)), tf.Variable(np.ones(3))
    seed = np.ones(3)
    with tf.GradientTape(persistent=True) as tape:
        a, b = u * 1.0, v * 1.0
        y = a + b
    found = [g.numpy() for g in tape.gradient(y, [u, v, a, b, y], output_gradients=seed)]
    for i, one in enumerate(found):
        assert not any(np.shares_memory(one, other) for other in [*found[i + 1 :], seed, u.numpy()])


def test_jacobian():
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = tf.stack([x[0] * x[1], x[2] ** 2])
    np.testing.assert_allclose(tape.jacobian(y, x).numpy(), [[2, 1, 0], [0, 0, 6]])
    with tf.GradientTape() as tape:
        y = x[0] * x[1]
    np.testing.assert_allclose(tape.jacobian(y, x).numpy(), [2, 1, 0])


# ---- variables
def test_assigning():
    x = tf.Variable([1.0, 2.0])
    assert x.assign([3.0, 4.0]) is x
    x.assign_add([1.0, 1.0])
    x.assign_sub(tf.constant([0.5, 0.5]))
    np.testing.assert_array_equal(x.numpy(), [3.5, 4.5])
    with pytest.raises(errors.ShapeError, match=r"shape \(2,\).*\(3,\)"):
        x.assign(np.ones(3))
    with pytest.raises(errors.ShapeError, match="w has shape"):
        tf.Variable(1.0, name="w").assign_sub([1.0, 2.0])
    np.testing.assert_array_equal(x.numpy(), [3.5, 4.5])


def test_assigning_leaves_what_was_computed_as_it_was():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    x.assign(100.0)
    assert y.numpy() == 9.0
    assert tape.gradient(y, x).numpy() == 6.0


def test_variables_keep_their_own_numbers_and_dtype():
    a = np.ones(2)
    x = tf.Variable(a)
    a[:] = 5
    np.testing.assert_array_equal(x.numpy(), [1.0, 1.0])
    new = np.zeros(2)
    x.assign(new)
    new[:] = 5
    np.testing.assert_array_equal(x.numpy(), [0.0, 0.0])
    small = tf.Variable([1.0], dtype=tf.float32)
    small.assign_sub(np.array([0.5]))
    assert small.dtype == np.float32
    assert tf.constant(1, dtype=tf.float64).dtype == np.float64


def test_texts_and_values():
    x = tf.Variable([1.0, 2.0], name="x")
    assert repr(x) == "Variable([1., 2.], name='x')"
    assert repr(tf.Variable(1.5)) == "Variable(1.5)"
    np.testing.assert_array_equal(x.value().numpy(), x.numpy())
    assert x.name == "x"


# ---- a beginner's names
@pytest.mark.parametrize(
    ("name", "args", "expected"),
    [
        ("reduce_mean", ([[1.0, 2.0], [3.0, 4.0]],), 2.5),
        ("reduce_sum", ([[1.0, 2.0], [3.0, 4.0]], 0), [4.0, 6.0]),
        ("reduce_max", ([[1.0, 2.0], [3.0, 4.0]], [0, 1]), 4.0),
        ("reduce_min", ([[1.0, 2.0], [3.0, 4.0]], -1), [1.0, 3.0]),
        ("square", (3.0,), 9.0), ("sqrt", (9.0,), 3.0), ("exp", (0.0,), 1.0), ("log", (1.0,), 0.0),
        ("sin", (0.0,), 0.0), ("cos", (0.0,), 1.0), ("tanh", (0.0,), 0.0), ("sigmoid", (0.0,), 0.5),
        ("relu", ([-1.0, 2.0],), [0.0, 2.0]), ("abs", ([-1.0, 2.0],), [1.0, 2.0]), ("negative", (1.0,), -1.0),
        ("add", (1.0, 2.0), 3.0), ("subtract", (1.0, 2.0), -1.0), ("multiply", ([1.0, 2.0], 2.0), [2.0, 4.0]),
        ("divide", (1.0, 2.0), 0.5), ("maximum", ([1.0, 5.0], 2.0), [2.0, 5.0]), ("minimum", (1.0, 2.0), 1.0),
        ("pow", (2.0, 3.0), 8.0), ("matmul", ([[1.0, 2.0]], [[3.0], [4.0]]), [[11.0]]),
        ("transpose", ([[1.0, 2.0]],), [[1.0], [2.0]]), ("reshape", ([1.0, 2.0], [2, 1]), [[1.0], [2.0]]),
        ("cast", ([1, 2], np.float32), [1.0, 2.0]), ("stack", ([[1.0], [2.0]],), [[1.0], [2.0]]),
        ("concat", ([[1.0], [2.0]], 0), [1.0, 2.0]), ("zeros", ((2,),), [0.0, 0.0]), ("ones", ((2,),), [1.0, 1.0]),
        ("zeros_like", ([1.0],), [0.0]), ("ones_like", ([5.0],), [1.0]), ("linspace", (0.0, 1.0, 3), [0.0, 0.5, 1.0]),
        ("range", (3,), [0, 1, 2]), ("convert_to_tensor", ([1.0],), [1.0]),
    ],
)  # fmt: skip
def test_names_of_a_beginners_program(name, args, expected):
    result = getattr(tf, name)(*args)
    assert isinstance(result, Tensor)
    np.testing.assert_allclose(result.numpy(), expected)
    if hasattr(tf.math, name):
        assert getattr(tf.math, name) is getattr(tf, name)


@pytest.mark.parametrize(
    "name", ["square", "sqrt", "exp", "log", "sin", "cos", "tanh", "sigmoid", "relu", "reduce_mean"]
)
def test_the_names_are_recorded(name):
    x = tf.Variable([0.5, 1.5])
    with tf.GradientTape() as tape:
        y = tf.reduce_sum(getattr(tf, name)(x))
    assert tape.gradient(y, x).shape == (2,)


def test_random_numbers_are_repeatable():
    draws = []
    for _ in range(2):
        tf.random.set_seed(0)
        draws.append([tf.random.normal((2,)).numpy(), tf.random.uniform((2,), 5, 6).numpy()])
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0][1] >= 5).all()


def test_linear_regression_as_by_hand():
    rng = np.random.default_rng(0)
    X = np.linspace(0, 50, 100) + rng.uniform(-10, 10, 100)
    target = np.linspace(0, 50, 100) + rng.uniform(-10, 10, 100)
    W, b = tf.Variable(0.0), tf.Variable(0.0)
    hand = np.zeros(2)
    for _ in range(40):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(target - (W * X + b)))
        dW, db = tape.gradient(loss, [W, b])
        W.assign_sub(1e-4 * dW)
        b.assign_sub(1e-4 * db)
        error = hand[0] * X + hand[1] - target
        assert float(loss.numpy()) == pytest.approx(np.mean(error**2), rel=1e-12)
        hand -= 1e-4 * np.array([np.mean(2 * error * X), np.mean(2 * error)])
    np.testing.assert_allclose([W.numpy(), b.numpy()], hand, rtol=1e-12)


# ---- mistakes
def test_a_tape_that_runs_cannot_be_entered():
    with tf.GradientTape() as tape, pytest.raises(errors.TapeStateError, match="running already"):
        tape.__enter__()


def test_watching_outside_the_block():
    tape = tf.GradientTape()
    with pytest.raises(errors.TapeStateError, match="inside the tape's with block"):
        tape.watch(tf.constant(1.0))


def test_watching_what_has_no_gradient():
    with tf.GradientTape() as tape:
        with pytest.raises(errors.IntegerGradientError, match="int64"):
            tape.watch(tf.constant(3))
        with pytest.raises(TypeError, match=r"tf\.constant"):
            tape.watch(3.0)


def test_targets_and_sources_are_tensors():
    x = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    with pytest.raises(TypeError, match="target is a float"):
        tape.gradient(9.0, x)
    with pytest.raises(TypeError, match="source is a float"):
        tape.gradient(y, 3.0)
    with pytest.raises(errors.ShapeError, match=r"\(2,\)"):
        tape.gradient(y, x, output_gradients=[np.ones(2)])


def test_an_unknown_way_to_treat_the_unconnected():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    with pytest.raises(ValueError, match="'none' or 'zero'"):
        tape.gradient(y, x, unconnected_gradients="zeros")


def test_a_list_with_something_that_is_no_tensor():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    with pytest.raises(TypeError, match="float"):
        tape.gradient(y, [x, 3.0])
    assert tape.gradient(y, x).numpy() == 6.0  # a mistake does not use the tape up


def test_a_recording_goes_when_its_results_go():
    gc.collect()
    gc.disable()
    try:
        x = tf.Variable(np.ones(3))
        with tf.GradientTape() as tape:
            y = tf.reduce_sum(x * x)
        tape.gradient(y, x)
        ref = weakref.ref(y)
        del y
        assert ref() is None
    finally:
        gc.enable()


def test_higher_derivatives_use_the_numbers_of_that_moment():
    v = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as outer:
        y = v**3
        v.assign(10.0)
        slope = outer.gradient(y, v)
    assert slope.numpy() == 27.0
    assert outer.gradient(slope, v).numpy() == 18.0


def test_stop_recording_only_while_the_tape_runs():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    with pytest.raises(errors.TapeStateError), tape.stop_recording():
        pass
    z = y * x
    assert tape.gradient(z, x) is None


def test_a_gradient_asked_for_while_not_recording_records_nothing():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
        with tape.stop_recording():
            tape.gradient(y, x)
            z = y * x
        tape._used = False
    assert tape.gradient(z, x) is None


def test_a_jacobian_uses_the_tape_up_too():
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        y = x * x
    np.testing.assert_array_equal(tape.jacobian(y, x), np.diag([2.0, 4.0]))
    for ask in (tape.jacobian, tape.gradient):
        with pytest.raises(errors.TapeUsedError):
            ask(y, x)


def test_watching_is_all_or_nothing():
    good, bad = tf.constant(1.0), tf.constant(1)
    with tf.GradientTape() as tape, pytest.raises(errors.IntegerGradientError):
        tape.watch([good, bad])
    assert not good.requires_grad


def test_steps_that_do_not_fit_say_so():
    v = tf.Variable([1.0, 2.0], name="v")
    with pytest.raises(errors.NoGradientError, match="v cannot be moved by None"):
        v.assign_sub(None)
    with pytest.raises(errors.ShapeError, match=r"v has shape \(2,\).*\(3,\)"):
        v.assign_add([1.0, 1.0, 1.0])
    np.testing.assert_array_equal(v.numpy(), [1.0, 2.0])


def test_whole_numbers_have_no_gradient_and_say_so():
    v = tf.Variable(3)
    with tf.GradientTape() as tape:
        y = v * v
    with pytest.raises(errors.IntegerGradientError, match=r"tf.Variable\(3.0\)"):
        tape.gradient(y, v)


def test_casts_values_and_keywords_hand_gradients_on():
    v = tf.Variable(3.0)
    with tf.GradientTape(persistent=True) as tape:
        cast = tf.square(x=tf.cast(v, tf.float32))
        value = tf.multiply(x=v.value(), y=v)
    assert tape.gradient(cast, v).numpy() == 6.0
    assert tape.gradient(value, v).numpy() == 6.0
