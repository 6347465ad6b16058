"""What must hold however long a graph is, and however long one trains: nothing recurses, and nothing is left behind."""

import gc
import resource
import subprocess
import sys
import textwrap
import weakref

import numpy as np
import pytest

import nbgrad as ng


def leaf(value):
    return ng.tensor(value, requires_grad=True)


@pytest.mark.usefixtures("without_collector")
def test_a_graph_goes_when_its_root_goes():
    x = leaf(np.ones(3))
    y = np.tanh(x * 2)
    inner = weakref.ref(y)
    z = (y * y + x).sum()
    z.backward()
    ng.backward_steps(z)
    root = weakref.ref(z)
    del y, z
    assert root() is None
    assert inner() is None


@pytest.mark.usefixtures("without_collector")
def test_transforms_leave_nothing_behind():
    refs = []

    def f(x):
        y = (x * x).sum()
        refs.extend([weakref.ref(x), weakref.ref(y)])
        return y

    ng.grad(f)(np.ones(3))
    ng.hessian(f)(np.ones(3))
    ng.value_and_grad(ng.grad(f))  # made, not called
    assert len(refs) == 4
    assert all(ref() is None for ref in refs)


def in_a_process_of_its_own(code):
    """Run code where a crash of the interpreter (a stack used up) would be seen as such."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_chain_of_200000_operations():
    in_a_process_of_its_own(
        """
        import gc, weakref
        import nbgrad as ng
        gc.disable()
        x = ng.tensor(1.0, requires_grad=True)
        z = x
        for _ in range(200_000):
            z = z + 1e-6
        middle = weakref.ref(z.inputs[0].inputs[0])
        z.backward()
        assert x.grad == 1.0
        assert len(ng.backward_steps(z)) == 200_000
        repr(z), z.detach()
        del z
        assert middle() is None
        """
    )


def test_higher_derivatives_of_a_long_chain():
    in_a_process_of_its_own(
        """
        import nbgrad as ng
        def f(x):
            for _ in range(20_000):
                x = x * 1.0001
            return x * x
        slope = ng.grad(ng.grad(f))(1.0)
        assert abs(slope / (2 * 1.0001 ** 40_000) - 1) < 1e-8, slope
        """
    )


def test_forward_mode_along_a_chain_of_200000_operations():
    in_a_process_of_its_own(
        """
        import numpy as np
        import nbgrad as ng
        def f(x):
            for _ in range(200_000):
                x = x * 1.0
            return x
        assert ng.jvp(f, (2.0,), (3.0,)) == (2.0, 3.0)
        """
    )


@pytest.mark.usefixtures("without_collector")
def test_every_transform_frees_its_graph_by_counting_references():
    """With the collector off, whatever is still there after a call is kept by a circle of links."""
    x = np.linspace(0.1, 1.0, 4)

    def f(x):
        return (np.tanh(x) * x[::-1]).sum() + np.sqrt(x).mean()

    calls = [
        lambda: ng.value_and_grad(f)(x),
        lambda: ng.grad(lambda x: ng.grad(f)(x).sum())(x),
        lambda: ng.vjp(np.tanh, x)[1](x),
        lambda: ng.jvp(np.tanh, (x,), (x,)),
        lambda: ng.jacobian(lambda x: np.cumprod(x), mode="forward")(x),
        lambda: ng.jacobian(lambda x: np.cumprod(x), mode="reverse")(x),
        lambda: ng.hessian(f)(x),
        lambda: ng.hvp(f)(x, x),
        lambda: ng.check_gradients(f, x),
        lambda: ng.backward_steps(f(leaf(x))),
        lambda: f(leaf(x)).backward(),
    ]
    for call in calls:
        call()
        gc.collect()
        call()
        assert gc.collect() == 0


def memory():
    """The most memory that this process has ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.usefixtures("without_collector")
def test_a_training_loop_of_100000_steps_holds_its_memory():
    w, b = leaf(0.0), leaf(0.0)
    optimizer = ng.optim.Adam([w, b], lr=1e-3)
    x = np.linspace(-1, 1, 5)

    def step():
        loss = ((w * x + b - (3 * x + 2)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    for _ in range(2_000):
        step()
    before, objects = memory(), len(gc.get_objects())
    for _ in range(98_000):
        step()
    assert memory() - before < 5.0
    assert len(gc.get_objects()) - objects < 100
    assert (float(w.data), float(b.data)) == pytest.approx((3.0, 2.0), abs=1e-3)
