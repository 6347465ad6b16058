"""Fourier transforms and complex numbers on the way between real inputs and a real result, against HIPS autograd."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

import nbgrad as ng
from nbgrad.core import errors

rng = np.random.default_rng(8)
X, Y = rng.normal(size=(4, 6)), rng.normal(size=(4, 6))
Z = rng.normal(size=(4, 6)) + 1j * rng.normal(size=(4, 6))

FUNCTIONS = {
    "spectrum": lambda np, x: (np.abs(np.fft.fft(x)) ** 2).sum(),
    "magnitude": lambda np, x: np.abs(np.fft.fft(x)).sum(),
    "shorter": lambda np, x: (np.abs(np.fft.fft(x, 3)) ** 2).sum(),
    "longer": lambda np, x: (np.abs(np.fft.fft(x, n=9, axis=0)) ** 3).sum(),
    "ortho": lambda np, x: np.sin(np.real(np.fft.fft(x, norm="ortho"))).sum(),
    "inverse": lambda np, x: (np.imag(np.fft.ifft(x * Z)) ** 2).sum(),
    "inverse of what is longer": lambda np, x: (np.imag(np.fft.ifft(x * Z, 8, 0, "ortho")) ** 2).sum(),
    "filter": lambda np, x: (np.real(np.fft.ifft(np.fft.fft(x) * Z)) ** 2).sum(),
    "phase": lambda np, x: (np.angle(np.fft.fft(x) + Z) ** 2).sum(),
    "conjugate": lambda np, x: np.real(np.conj(np.fft.fft(x)) * np.fft.fft(x**2)).sum(),
    "waves": lambda np, x: (np.real(np.exp(1j * x) * Z) ** 2).sum() + (np.abs(np.exp(1j * x) + Z)).sum(),
    "complex constant": lambda np, x: np.imag((x + 1j * x**2) ** 2).sum(),
    "half": lambda np, x: (np.abs(np.fft.rfft(x)) ** 2).sum(),
    "odd half": lambda np, x: (np.sin(np.real(np.fft.rfft(x, 5))) + np.imag(np.fft.rfft(x, 5)) ** 2).sum(),
    "back from half": lambda np, x: (np.fft.irfft(x * Z) ** 3).sum(),
    "back to an odd number": lambda np, x: (np.fft.irfft(x * Z, 9) ** 3).sum(),
    "two axes": lambda np, x: (np.abs(np.fft.fft2(x)) ** 3).sum(),
    "all axes": lambda np, x: (np.abs(np.fft.ifftn(x * Z)) ** 3).sum(),
    "shifted": lambda np, x: (np.fft.fftshift(x) * Y + np.fft.ifftshift(x, axes=1) ** 2).sum(),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_gradients_are_those_of_autograd(name):
    ours = ng.grad(lambda x: FUNCTIONS[name](np, x))(X)
    assert ours.dtype == np.float64
    if "odd" not in name:  # of which autograd has no half transforms
        theirs = autograd.grad(lambda x: FUNCTIONS[name](anp, x))(X)
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-11)
    ng.check_gradients(lambda x: FUNCTIONS[name](np, x), X, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_second_derivatives(name):
    slope = ng.grad(lambda x: FUNCTIONS[name](np, x))
    ng.check_gradients(lambda x: (np.sin(slope(x)) * Y).sum(), X, rtol=1e-4, atol=1e-4)


MORE = [
    lambda x: np.fft.rfft2(x), lambda x: np.fft.irfft2(x * Z), lambda x: np.fft.rfftn(x, (3, 8), (0, 1)),
    lambda x: np.fft.irfftn(x * Z, axes=(0,)), lambda x: np.fft.fftn(x, axes=[1]), lambda x: np.fft.rfftn(x, axes=(1,)),
    lambda x: np.fft.ifft2(x, (5, 5), norm="forward"), lambda x: np.fft.irfft(x * Z, 7, 0, "forward"),
    lambda x: np.fft.irfft(x * Z, n=20), lambda x: np.fft.rfft(x, axis=0, norm="ortho"), lambda x: (x * Z).real,
    lambda x: (x * Z).imag, lambda x: abs(x * Z), lambda x: (x * Z).conj(), lambda x: np.angle(x * Z, deg=True),
    lambda x: np.conjugate(x), lambda x: np.real(x), lambda x: np.imag(x), lambda x: np.angle(x), lambda x: x.real,
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(MORE)))
def test_values_gradients_and_tangents(number):
    function = MORE[number]
    expected = function(X)
    np.testing.assert_allclose(function(ng.tensor(X, requires_grad=True)).data, expected, rtol=1e-13, atol=1e-13)
    weights = rng.normal(size=expected.shape) + 1j * rng.normal(size=expected.shape)

    def weighted(x):
        return np.real(function(x) * weights).sum()

    ng.check_gradients(weighted, X, rtol=1e-5, atol=1e-6)
    step = rng.normal(size=X.shape)
    slope, tangent = ng.grad(weighted)(X), ng.jvp(weighted, (X,), (step,))[1]
    np.testing.assert_allclose(tangent, (slope * step).sum(), rtol=1e-9, atol=1e-10)


def test_the_corners_at_zero():
    zero = np.zeros(2)
    for function in (lambda x: np.abs(x + 1j * x), lambda x: np.angle(x + 1j * x), lambda x: np.abs(np.fft.fft(x))):
        np.testing.assert_array_equal(ng.grad(lambda x, f=function: f(x).sum())(zero), zero)
        np.testing.assert_array_equal(ng.hessian(lambda x, f=function: f(x).sum())(zero), np.zeros((2, 2)))


def test_single_precision():
    x = ng.tensor(X.astype(np.float32), requires_grad=True)
    spectrum = np.fft.fft(x)
    assert spectrum.dtype == np.complex64
    power = np.abs(spectrum) ** 2
    assert power.dtype == np.float32
    power.sum().backward()
    assert x.grad.dtype == np.float32


def test_parts_of_real_numbers_are_real():
    x = ng.tensor(X, requires_grad=True)
    assert np.real(x) is x
    assert np.conj(x) is x
    assert x.real is x
    np.testing.assert_array_equal(ng.grad(lambda x: np.imag(x).sum())(X), 0.0)
    np.testing.assert_array_equal(ng.grad(lambda x: np.angle(x).sum())(X), 0.0)


def test_a_complex_leaf_is_a_constant():
    z = ng.tensor(Z)
    assert np.fft.fft(z).requires_grad is False
    with pytest.raises(errors.ComplexGradientError):
        ng.tensor(Z, requires_grad=True)


def test_the_transform_is_drawn_as_one_node():
    y = np.fft.fft(ng.tensor(X, requires_grad=True), norm="ortho")
    assert y.op.name == "fft"
    assert y.static == {"norm": "ortho"}
