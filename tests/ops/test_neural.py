"""The operations of networks: what their declarations' samples do not reach, and slow definitions to compare with."""

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import errors
from nbgrad.nn import functional as F
from nbgrad.ops import REGISTRY

rng = np.random.default_rng(11)


def leaf(*shape, dtype=float):
    return ng.tensor(rng.standard_normal(shape).astype(dtype), requires_grad=True)


# ---- linear


@pytest.mark.parametrize(
    "shapes", [((), (), ()), ((4,), (), ()), ((), (3, 2), (2,)), ((4, 3), (3, 2), (1, 2))], ids=str
)
def test_linear_of_scalars_and_of_odd_biases(shapes):
    args = [np.asarray(rng.standard_normal(shape))[()] for shape in shapes]
    weights = rng.uniform(0.5, 1.5, np.shape(F.linear(*args)))[()]
    ng.check_gradients(lambda x, W, b: (F.linear(x, W, b) * weights).sum(), *args)


def test_linear_without_biases():
    x, W = leaf(5, 3), leaf(3, 2)
    np.testing.assert_array_equal(F.linear(x, W).data, x.data @ W.data)
    F.linear(x, W).sum().backward()
    np.testing.assert_allclose(W.grad, x.data.T @ np.ones((5, 2)), rtol=1e-14)


def test_a_linear_layer_on_sequences_adds_up_over_all_their_members():
    x, W, b = leaf(4, 6, 3), leaf(3, 2), leaf(2)
    F.linear(x, W, b).sum().backward()
    np.testing.assert_allclose(W.grad, x.data.reshape(24, 3).T @ np.ones((24, 2)), rtol=1e-13)
    np.testing.assert_array_equal(b.grad, [24.0, 24.0])


def test_biases_of_another_length():
    with pytest.raises(errors.ShapeError, match=r"biases \(3,\)"):
        F.linear(np.ones((5, 2)), np.ones((2, 4)), np.ones(3))


# ---- embedding and one-hot


def test_rows_that_are_looked_up_twice_add_up():
    weight = leaf(4, 2)
    (F.embedding(np.array([[1, 3], [1, 1]]), weight) * np.array([[[1.0], [2.0]], [[10.0], [100.0]]])).sum().backward()
    np.testing.assert_array_equal(weight.grad, [[0, 0], [111, 111], [0, 0], [2, 2]])


@pytest.mark.parametrize("wrong", [[0, 4], [[-1]]])
def test_an_index_out_of_range_is_named(wrong):
    with pytest.raises(errors.IndexRangeError, match=r"between 0 and 3, but (4 was found at 1; counting|-1 was found)"):
        F.embedding(np.array(wrong), leaf(4, 2))
    with pytest.raises(IndexError):
        F.one_hot(wrong, 4)


def test_indices_must_be_whole():
    with pytest.raises(errors.IndexKindError, match=r"\.astype\(int\)"):
        F.embedding(np.array([0.0, 1.0]), leaf(4, 2))
    with pytest.raises(errors.IndexKindError):
        F.one_hot([0.5], 3)
    with pytest.raises(errors.HyperparameterError, match="classes="):
        F.one_hot(np.zeros(0, int))


def test_one_hot_counts_the_classes_itself():
    np.testing.assert_array_equal(F.one_hot(np.array([[0], [2]])), [[[1, 0, 0]], [[0, 0, 1]]])


# ---- convolution


def convolved(x, weight, bias, stride, padding, dilation, groups):
    """``conv2d`` by its definition, one number after the other."""
    x = np.pad(x, ((0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2))
    (n, _, height, width), (o, part, kh, kw) = x.shape, weight.shape
    rows = (height - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    columns = (width - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    y = np.zeros((n, o, rows, columns))
    for at in np.ndindex(y.shape):
        example, filter_, i, j = at
        group = filter_ // (o // groups)
        y[at] = bias[filter_]
        for channel, a, b in np.ndindex(part, kh, kw):
            row, column = i * stride[0] + a * dilation[0], j * stride[1] + b * dilation[1]
            y[at] += weight[filter_, channel, a, b] * x[example, group * part + channel, row, column]
    return y


SLIDES = [((1, 1), (0, 0), (1, 1)), ((2, 1), (1, 0), (1, 2)), ((1, 3), (2, 2), (2, 1)), ((3, 2), (1, 1), (2, 2))]


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("slide", SLIDES, ids=str)
def test_convolution_agrees_with_its_definition(slide, groups):
    stride, padding, dilation = slide
    x, weight, bias = leaf(2, 4, 7, 8), leaf(6, 4 // groups, 3, 2), leaf(6)
    y = F.conv2d(x, weight, bias, stride=stride, padding=padding, dilation=dilation, groups=groups)
    np.testing.assert_allclose(
        y.data, convolved(x.data, weight.data, bias.data, *slide, groups), rtol=1e-12, atol=1e-13
    )


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("slide", SLIDES, ids=str)
def test_transposed_convolution_is_the_transpose(slide, groups):
    """⟨g, conv(x)⟩ = ⟨conv_transpose(g), x⟩ for every g and x."""
    stride, padding, dilation = slide
    slid = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    x, weight = rng.standard_normal((2, 4, 7, 8)), rng.standard_normal((6, 4 // groups, 3, 2))
    y = F.conv2d(x, weight, **slid)
    g = rng.standard_normal(y.shape)
    smallest = F.conv_transpose2d(g, weight, **slid).shape[2:]
    back = F.conv_transpose2d(g, weight, output_padding=(7 - smallest[0], 8 - smallest[1]), **slid)
    np.testing.assert_allclose((g * y).sum(), (back * x).sum(), rtol=1e-12)


def test_a_sequence_is_an_image_one_pixel_high():
    x, weight, bias = leaf(2, 4, 9), leaf(6, 2, 3), leaf(6)
    y = F.conv1d(x, weight, bias, stride=2, padding=1, dilation=2, groups=2)
    expected = convolved(x.data[:, :, None], weight.data[:, :, None], bias.data, (1, 2), (0, 1), (1, 2), 2)[:, :, 0]
    np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-13)


def test_convolution_tells_what_does_not_fit():
    x = leaf(2, 3, 5, 5)
    for call, told in [
        (lambda: F.conv2d(x, leaf(4, 2, 3, 3)), "3 channels in 1 group need filters with 3 channels, not 2"),
        (
            lambda: F.conv2d(x, leaf(4, 1, 3, 3), groups=3),
            r"groups=3 must divide .* \(3\) and of filters \(4\)",
        ),
        (lambda: F.conv2d(x[0], leaf(4, 3, 3, 3)), r"x\[None\]"),
        (lambda: F.conv2d(x, leaf(4, 3, 3, 3), leaf(3)), r"\(4,\), one for each filter"),
        (lambda: F.conv2d(x, leaf(4, 3, 6, 3)), "6 × 3 is larger than the image of 5 × 5"),
        (lambda: F.conv1d(x, leaf(4, 3, 6)), r"\(n, c, length\)"),
        (lambda: F.conv_transpose2d(x, leaf(4, 3, 3, 3)), r"\(o, c / groups, kh, kw\)"),
        (lambda: F.max_pool2d(x, 6), "6 × 6 is larger"),
        (lambda: F.avg_pool2d(x[0], 2), r"\(n, c, height, width\)"),
    ]:
        with pytest.raises(errors.ShapeError, match=told):
            call()
    for call, told in [
        (lambda: F.conv2d(x, leaf(4, 3, 3, 3), stride=0), "stride is 0"),
        (lambda: F.conv2d(x, leaf(4, 3, 3, 3), padding=(1, -1)), r"padding is \(1, -1\)"),
        (lambda: F.conv2d(x, leaf(4, 3, 3, 3), dilation=1.5), "dilation is 1.5"),
        (lambda: F.max_pool2d(x, 2, padding=2), "at most half"),
        (
            lambda: F.conv_transpose2d(x, leaf(3, 1, 2, 2), dilation=2, output_padding=1),
            r"output_padding is 1, but must be less than stride \(1, 1\)",
        ),
        (lambda: F.conv_transpose2d(x, leaf(3, 1, 2, 2), stride=(3, 2), output_padding=2), "less than stride"),
    ]:
        with pytest.raises(errors.HyperparameterError, match=told):
            call()


def test_no_image_gradient_is_computed_when_none_is_needed(monkeypatch):
    monkeypatch.setattr(REGISTRY["conv_transpose2d"], "forward", None)
    weight = leaf(2, 1, 3, 3)
    F.conv2d(np.ones((1, 1, 4, 4)), weight).sum().backward()
    np.testing.assert_array_equal(weight.grad, np.full((2, 1, 3, 3), 4.0))


# ---- pooling


@pytest.mark.parametrize(("size", "stride", "padding"), [(2, None, 0), (3, 1, 1), ((2, 3), (3, 2), (1, 0))])
def test_pooling_agrees_with_its_definition(size, stride, padding):
    x = rng.standard_normal((2, 3, 7, 8))
    kh, kw = np.broadcast_to(size, 2)
    down, right = np.broadcast_to(size if stride is None else stride, 2)
    top, left = np.broadcast_to(padding, 2)
    for pool, filling, reduce in [(F.max_pool2d, -np.inf, np.max), (F.avg_pool2d, 0.0, np.mean)]:
        framed = np.pad(x, ((0, 0), (0, 0), (top, top), (left, left)), constant_values=filling)
        y = pool(x, size, stride, padding)
        for i, j in np.ndindex(y.shape[2:]):
            window = framed[:, :, i * down : i * down + kh, j * right : j * right + kw]
            np.testing.assert_allclose(y[:, :, i, j], reduce(window, axis=(2, 3)), rtol=1e-13, atol=1e-15)
        assert y.shape[2:] == ((7 + 2 * top - kh) // down + 1, (8 + 2 * left - kw) // right + 1)


def test_of_equal_numbers_the_first_receives_the_gradient():
    x = ng.tensor(np.zeros((1, 1, 4, 4)), requires_grad=True)
    F.max_pool2d(x, 2).sum().backward()
    np.testing.assert_array_equal(x.grad[0, 0], np.tile([[1.0, 0.0], [0.0, 0.0]], (2, 2)))
    x = ng.tensor(np.array([[[[0.0, 5.0], [5.0, 5.0]]]]), requires_grad=True)
    F.max_pool2d(x, 2).sum().backward()
    np.testing.assert_array_equal(x.grad[0, 0], [[0.0, 1.0], [0.0, 0.0]])


def test_ties_go_the_same_way_in_the_second_derivative():
    x = np.zeros((1, 1, 2, 2))
    hessian = ng.hessian(lambda x: (F.max_pool2d(x, 2) ** 3 + F.max_pool2d(x, 2) ** 2).sum())(x).reshape(4, 4)
    np.testing.assert_array_equal(hessian, np.diag([2.0, 0.0, 0.0, 0.0]))


def test_whole_numbers_can_be_pooled():
    assert F.max_pool2d(np.arange(-9, 0).reshape(1, 1, 3, 3), 3, padding=1, stride=3).tolist() == [[[[-5]]]]


# ---- softmax and the losses of probabilities


def test_softmax_overflows_nowhere():
    x = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4]])
    np.testing.assert_allclose(F.softmax(x), [[1, 0, 0], [1 / 3] * 3], atol=0, rtol=1e-15)
    np.testing.assert_allclose(F.log_softmax(x)[0], [0.0, -2e4, -1e4])
    z = ng.tensor(x, requires_grad=True)
    loss = F.cross_entropy(z, np.array([1, 0]))
    loss.backward()
    np.testing.assert_allclose(loss.data, (2e4 + np.log(3)) / 2)
    np.testing.assert_allclose(z.grad, np.array([[1, -1, 0], [1 / 3 - 1, 1 / 3, 1 / 3]]) / 2)


def spelled_out(logits, q, axis):
    return -(q * np.log(np.exp(logits) / np.exp(logits).sum(axis=axis, keepdims=True))).sum(axis=axis)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("axis", [-1, 1, 0])
def test_cross_entropy_agrees_with_its_definition(axis, smoothing):
    shape = [4, 5]
    shape.insert(axis if axis >= 0 else 2, 3)
    logits, target = rng.standard_normal(shape), rng.integers(0, 3, (4, 5))
    hot = np.moveaxis(F.one_hot(target, 3), -1, axis)
    losses = spelled_out(logits, (1 - smoothing) * hot + smoothing / 3, axis)
    options = {"axis": axis, "label_smoothing": smoothing}
    for t in (target, hot):
        np.testing.assert_allclose(F.cross_entropy(logits, t, reduction="none", **options), losses, rtol=1e-12)
        np.testing.assert_allclose(F.cross_entropy(logits, t, reduction="sum", **options), losses.sum(), rtol=1e-12)
        np.testing.assert_allclose(F.cross_entropy(logits, t, **options), losses.mean(), rtol=1e-12)


def test_the_gradients_of_classes_and_of_their_one_hot_rows_agree():
    logits, target = rng.standard_normal((6, 4)), rng.integers(0, 4, 6)
    for reduction in ("mean", "sum"):
        by_class = ng.grad(lambda z, r=reduction: F.cross_entropy(z, target, reduction=r))(logits)
        by_row = ng.grad(lambda z, r=reduction: F.cross_entropy(z, F.one_hot(target, 4), reduction=r))(logits)
        np.testing.assert_allclose(by_class, by_row, rtol=1e-12, atol=1e-15)


def test_cross_entropy_takes_lists_and_tensors_of_classes():
    logits = leaf(3, 2)
    loss = F.cross_entropy(logits, [0, 1, 1])
    assert loss.data == F.cross_entropy(logits, ng.tensor([0, 1, 1])).data
    loss.backward()
    assert logits.grad.shape == (3, 2)


def test_cross_entropy_tells_what_does_not_fit():
    logits = leaf(4, 3)
    with pytest.raises(errors.ShapeError, match=r"\(4,\) \(whole numbers\) or \(4, 3\) \(probabilities\), not \(3,\)"):
        F.cross_entropy(logits, np.array([0, 1, 2]))
    with pytest.raises(errors.ShapeError, match="pass axis=1"):
        F.cross_entropy(leaf(4, 3, 5), np.zeros((4, 5), int))
    with pytest.raises(errors.IndexRangeError, match="between 0 and 2, but 3 was found at 1; counting begins at 0"):
        F.cross_entropy(logits, np.array([1, 3, 2, 1]))
    with pytest.raises(errors.IndexKindError, match="float64"):
        F.cross_entropy(logits, np.array([1.0, 2.0, 0.0, 1.0]))
    with pytest.raises(errors.HyperparameterError, match="label_smoothing"):
        F.cross_entropy(logits, np.zeros(4, int), label_smoothing=2.0)


@pytest.mark.parametrize(
    "loss", [F.mse_loss, F.l1_loss, F.huber_loss, F.cross_entropy, F.binary_cross_entropy_with_logits], ids=str
)
def test_an_unknown_reduction_is_named(loss):
    target = np.zeros(3, int) if loss is F.cross_entropy else np.zeros((3, 2))
    with pytest.raises(errors.OptionError, match='\'avg\', but must be "mean", "sum" or "none"'):
        loss(leaf(3, 2), target, reduction="avg")


def test_binary_cross_entropy_of_large_scores():
    x = ng.tensor(np.array([1e3, -1e3, 1e3, -1e3, 0.0]), requires_grad=True)
    losses = F.binary_cross_entropy_with_logits(x, np.array([True, False, False, True, True]), reduction="none")
    np.testing.assert_allclose(losses.data, [0, 0, 1e3, 1e3, np.log(2)], rtol=1e-15)
    losses.sum().backward()
    np.testing.assert_allclose(x.grad, [0, 0, 1, -1, -0.5], atol=1e-15)


# ---- the losses of numbers


@pytest.mark.parametrize("loss", [F.mse_loss, F.l1_loss, F.huber_loss, F.binary_cross_entropy_with_logits], ids=str)
def test_a_column_and_a_row_of_as_many_numbers_are_lined_up(loss):
    p, t = leaf(4, 1), leaf(4)
    loss(p, t).backward()
    assert (p.grad.shape, t.grad.shape) == ((4, 1), (4,))
    np.testing.assert_allclose(loss(p, t).data, loss(p.data[:, 0], t.data), rtol=1e-15)
    with pytest.raises(errors.ShapeError, match=r"element by element, but their shapes are \(4, 1\) and \(3,\)"):
        loss(p, np.zeros(3))


def test_huber_is_half_the_square_near_and_a_line_far_away():
    d = np.array([-3.0, -0.5, 0.0, 0.5, 2.0, 4.0])
    for delta in (0.5, 2.0):
        near, far = d**2 / 2, delta * (np.abs(d) - delta / 2)
        expected = np.where(np.abs(d) <= delta, near, far)
        np.testing.assert_allclose(F.huber_loss(d, np.zeros(6), delta=delta, reduction="none"), expected)
    with pytest.raises(errors.HyperparameterError, match="delta"):
        F.huber_loss(d, d, delta=0.0)


def test_where_a_prediction_is_exact_its_slope_is_0():
    x = ng.tensor(np.array([1.0, 2.0]), requires_grad=True)
    (F.l1_loss(x, x.data) + F.huber_loss(x, x.data)).backward()
    np.testing.assert_array_equal(x.grad, [0.0, 0.0])


# ---- normalisation


def test_layer_norm_gives_mean_0_and_variance_1():
    y = F.layer_norm(rng.standard_normal((4, 50)) * 7 + 3, eps=0.0)
    np.testing.assert_allclose(y.mean(axis=1), 0, atol=1e-14)
    np.testing.assert_allclose(y.var(axis=1), 1, rtol=1e-12)


def test_batch_norm_gives_each_channel_mean_0_and_variance_1():
    x = rng.standard_normal((6, 3, 4, 5)) * 7 + 3
    y = F.batch_norm(x, np.array([1.0, 2.0, 3.0]), np.array([10.0, 20.0, 30.0]), eps=0.0)
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), [10, 20, 30])
    np.testing.assert_allclose(y.std(axis=(0, 2, 3)), [1, 2, 3])
    last = F.batch_norm(np.moveaxis(x, 1, -1), axis=-1)
    np.testing.assert_allclose(np.moveaxis(last, -1, 1), F.batch_norm(x), rtol=1e-12, atol=1e-14)


def test_half_precision_does_not_overflow_within():
    """What is averaged is added up in float32, so that the result is as it is in float64, but for rounding."""
    row, tens = np.array([[300.0, 600.0, 900.0, 1200.0]]), np.full(3000, 10.0)
    scores, classes = np.tile([[0.0, 40.0]], (3000, 1)), np.zeros(3000, int)
    for function, x in [
        (lambda x: F.mse_loss(x, np.zeros_like(tens, x.dtype)), tens),
        (lambda x: F.l1_loss(x, np.zeros_like(tens, x.dtype)), 10 * tens),
        (lambda x: F.huber_loss(x, np.zeros_like(tens, x.dtype), delta=9.0), 10 * tens),
        (lambda x: F.cross_entropy(x, classes), scores),
        (lambda x: F.layer_norm(x), row),
        (lambda x: F.batch_norm(x), row.T),
    ]:
        half = ng.tensor(x.astype(np.float16), requires_grad=True)
        y = function(half)
        assert y.dtype == np.float16
        np.testing.assert_allclose(y.data, function(x), rtol=2e-3)
        y.backward(np.ones_like(y.data))
        assert half.grad.dtype == np.float16
        assert np.isfinite(half.grad).all()


def test_a_constant_has_no_slope_but_a_finite_one():
    x = ng.tensor(np.full((3, 4), 2.0), requires_grad=True)
    (F.layer_norm(x) * np.arange(4.0)).sum().backward()
    assert np.isfinite(x.grad).all()


def test_normalisation_tells_what_does_not_fit():
    x = leaf(5, 3)
    with pytest.raises(errors.ShapeError, match=r"fit the features"):
        F.layer_norm(leaf(1, 3), leaf(4, 3))
    with pytest.raises(errors.ShapeError, match=r"weight must have shape \(3,\), one number for each channel"):
        F.batch_norm(x, leaf(5))
    with pytest.raises(errors.ShapeError, match="go together"):
        F.batch_norm(x, mean=np.zeros(3))
    for norm in (F.layer_norm, F.batch_norm):
        with pytest.raises(errors.HyperparameterError, match="eps"):
            norm(x, eps=-1.0)


# ---- dropout


def test_a_seed_always_leaves_out_the_same():
    x = np.ones((50, 40))
    np.testing.assert_array_equal(F.dropout(x, 0.3, seed=5), F.dropout(x, 0.3, seed=5))
    assert not np.array_equal(F.dropout(x, 0.3, seed=5), F.dropout(x, 0.3, seed=6))
    assert set(np.unique(F.dropout(x, 0.2, seed=5))) == {0.0, 1.25}
    assert abs(F.dropout(x, 0.3, seed=5).mean() - 1.0) < 0.1


def test_the_backward_pass_leaves_out_what_the_forward_pass_did():
    x = ng.tensor(np.ones((50, 40)), requires_grad=True)
    generator = np.random.default_rng(1)
    first, second = F.dropout(x, 0.3, seed=generator), F.dropout(x, 0.3, seed=generator)
    assert not np.array_equal(first.data, second.data)  # a generator goes on
    second.sum().backward()
    np.testing.assert_array_equal(x.grad, second.data)


def test_dropout_is_for_training_only():
    x = leaf(3)
    assert F.dropout(x, 0.9, seed=0, training=False) is x
    np.testing.assert_array_equal(F.dropout(x, 1.0, seed=0).data, np.zeros(3))
    with pytest.raises(errors.HyperparameterError, match="between 0 and 1"):
        F.dropout(x, 1.5, seed=0)


# ---- attention


def test_attention_agrees_with_its_definition():
    q, k, v = (rng.standard_normal(shape) for shape in [(2, 3, 4, 8), (2, 3, 5, 8), (2, 3, 5, 6)])
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(8)
    np.testing.assert_allclose(F.scaled_dot_product_attention(q, k, v), F.softmax(scores) @ v, rtol=1e-12)
    bias = rng.standard_normal((4, 5))
    np.testing.assert_allclose(F.scaled_dot_product_attention(q, k, v, bias), F.softmax(scores + bias) @ v, rtol=1e-12)


def test_nobody_attends_to_what_comes_later():
    q, k, v = leaf(4, 3), leaf(4, 3), leaf(4, 2)
    y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    y[1].sum().backward()
    np.testing.assert_array_equal(v.grad[2:], 0)
    assert (v.grad[:2] > 0).all()
    np.testing.assert_array_equal(y.data, F.scaled_dot_product_attention(q, k, v, np.tri(4, dtype=bool)).data)


def test_who_may_attend_to_nothing_gets_0_and_hands_back_0():
    q, k, v = leaf(2, 3), leaf(4, 3), leaf(4, 2)
    y = F.scaled_dot_product_attention(q, k, v, np.array([[True] * 4, [False] * 4]))
    np.testing.assert_array_equal(y.data[1], 0)
    y.sum().backward()
    np.testing.assert_array_equal(q.grad[1], 0)
    assert all(np.isfinite(t.grad).all() for t in (q, k, v))


def test_attention_tells_what_does_not_fit():
    with pytest.raises(errors.ShapeError, match="of one length d, and as many keys as values"):
        F.scaled_dot_product_attention(leaf(3, 4), leaf(5, 3), leaf(5, 2))
    with pytest.raises(errors.ShapeError):
        F.scaled_dot_product_attention(leaf(3, 4), leaf(5, 4), leaf(3, 2))


# ---- all of them


def test_a_small_convolutional_network_in_float32_learns():
    images = np.zeros((40, 1, 6, 6), np.float32)
    answers = np.arange(40) % 2
    for number, (image, answer) in enumerate(zip(images[:, 0], answers, strict=True)):
        line = image if answer else image.T  # horizontal or vertical
        line[number // 2 % 6] = 1.0
    shapes = [(4, 1, 3, 3), (4,), (16, 2), (2,)]
    P = [ng.tensor(rng.normal(0, 0.3, shape).astype(np.float32), requires_grad=True) for shape in shapes]

    def loss():
        h = F.max_pool2d(F.relu(F.conv2d(images, P[0], P[1])), 2).reshape(40, -1)
        return F.cross_entropy(F.linear(h, P[2], P[3]), answers)

    first = loss()
    assert first.dtype == np.float32
    for _ in range(60):
        now = loss()
        now.backward()
        for p in P:
            assert p.grad.dtype == np.float32
            p.data = p.data - np.float32(0.5) * p.grad
            p.zero_grad()
    assert now.data < 0.1 < first.data
