"""The training loop on its own: every kind of model, the way back, and what can go wrong."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import nbgrad as ng
from nbgrad import training
from nbgrad.core.errors import LearningRateError, NbgradError
from nbgrad.data.errors import UnequalLengthsError
from nbgrad.training import Trainer


def in_a_loop(coroutine):
    """Run it in an event loop of its own thread: this one may belong to the browser tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def line_data(rows=64):
    rng = np.random.default_rng(1)
    x = rng.normal(size=rows)
    return x, 3 * x - 1 + 0.1 * rng.normal(size=rows)


def loss_trainer(**settings):
    """k * x + b by a loss function."""
    k = ng.tensor(0.5, requires_grad=True, name="k")
    b = ng.tensor(np.zeros(1), requires_grad=True, name="b")
    settings = {"data": line_data(), "batch_size": 16, "epochs": 6, "learning_rate": 0.1} | settings
    return Trainer(lambda x, y: ((k * x + b - y) ** 2).mean(), [k, b], **settings)


def step_trainer(**settings):
    """The same by a step function on arrays."""
    k, b = np.array([0.5]), np.zeros(1)

    def step(x, y, learning_rate):
        error = k * x + b - y
        loss = np.mean(error**2)
        k[:] = k - learning_rate * np.sum(2 * error * x) / len(x)
        b[:] = b - learning_rate * np.sum(2 * error) / len(x)
        return loss

    settings = {"data": line_data(), "batch_size": 16, "epochs": 6, "learning_rate": 0.1} | settings
    return Trainer(step, [k, b], **settings)


def graph_trainer(**settings):
    """The same as a graph."""
    from nbgrad.graph import MSE, Linear, Placeholder

    x, y = Placeholder(name="x"), Placeholder(name="y")
    k, b = Placeholder(name="k", is_trainable=True), Placeholder(name="b", is_trainable=True)
    k.value, b.value = np.array([[0.5]]), np.zeros(1)
    loss = MSE(y, Linear(x, k, b))
    data = line_data()
    settings = {
        "data": (data[0].reshape(-1, 1), data[1]),
        "batch_size": 16,
        "epochs": 6,
        "learning_rate": 0.1,
    } | settings
    return Trainer(loss, inputs=(x, y), **settings)


makers = pytest.mark.parametrize("make", [loss_trainer, step_trainer, graph_trainer])


def values(trainer):
    return [np.array(value) for value in trainer._loop.adapter.parameters.copy()]


def same(a, b):
    return all(np.array_equal(x, y) for x, y in zip(a, b, strict=True))


# ---- the three kinds


def test_the_three_kinds_train_alike():
    histories = [make().run().train for make in (loss_trainer, step_trainer, graph_trainer)]
    assert histories[0][-1] < histories[0][0] / 10
    np.testing.assert_allclose(histories[0], histories[1], rtol=1e-9)
    np.testing.assert_allclose(histories[0], histories[2], rtol=1e-9)


def test_the_history_is_the_mean_of_the_batch_losses_of_hand_written_descent():
    x, y = line_data()
    rng = np.random.default_rng(0)
    k, b, expected = 0.5, 0.0, []
    for _ in range(3):
        total = 0.0
        for _ in range(4):
            chosen = rng.integers(0, 64, size=16)
            error = k * x[chosen] + b - y[chosen]
            total += np.mean(error**2)
            k, b = k - 0.1 * np.mean(2 * error * x[chosen]), b - 0.1 * np.mean(2 * error)
        expected.append(total / 4)
    np.testing.assert_allclose(loss_trainer().run(epochs=3).train, expected, rtol=1e-9)


def test_kinds_are_named():
    trainer = loss_trainer()
    trainer.step()
    assert trainer.kind == "loss function"
    assert step_trainer().kind == "step function"
    assert graph_trainer().kind == "graph"


def test_a_step_function_that_returns_its_loss_tensor_is_not_stepped_twice():
    k = ng.tensor(2.0, requires_grad=True)
    optimizer = ng.optim.SGD([k], 0.1)

    def step(x):
        loss = (k * x).mean() ** 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    Trainer(step, [k], data=(np.ones(4),), batch_size=4, epochs=2).run()
    assert k.item() == pytest.approx(2.0 * 0.8**2)


def test_a_step_function_gets_the_learning_rate_only_if_it_asks():
    seen = []

    def step(x, lr):
        seen.append(lr)
        return 1.0

    trainer = Trainer(step, data=(np.ones(2),), batch_size=2, epochs=2, learning_rate=0.3)
    trainer.step()
    trainer.learning_rate = 0.2
    trainer.step()
    assert seen == [0.3, 0.2]
    assert Trainer(lambda x: 1.0, data=(np.ones(2),), epochs=1, batch_size=2).run().train == [1.0]


def test_an_optimizer_class_or_object_is_used():
    plain = loss_trainer().run().train
    assert loss_trainer(optimizer=ng.optim.SGD).run().train == plain


def test_a_graph_trains_the_params_it_is_given():
    from nbgrad.graph import Linear, Loss, Placeholder

    x, y, k, b = (Placeholder(name=name) for name in "xykb")
    k.value, b.value = 0.5, 0.0
    trainer = Trainer(
        Loss(y, Linear(x, k, b)), [k], inputs=(x, y), data=(np.full(4, 2.0), np.full(4, 3.0)), batch_size=4, epochs=1
    )
    trainer.step()
    assert k.value != 0.5
    assert b.value == 0.0


# ---- batches


def test_a_batch_as_large_as_the_data_is_the_data():
    seen = []
    data = (np.arange(5.0),)
    Trainer(lambda x: seen.append(x) or 1.0, data=data, batch_size=5, epochs=1).run()
    assert np.array_equal(seen[0], data[0])


def test_a_batch_larger_than_the_data_says_so():
    with pytest.warns(training.BatchSizeWarning, match=r"batch_size 99 is larger than the data \(64 rows\)"):
        trainer = loss_trainer(batch_size=99)
    assert trainer.steps_per_epoch == 1
    assert "99" in trainer.note
    assert trainer.note in repr_text(trainer)


def repr_text(trainer):
    from nbgrad.training.report import describe

    return describe(trainer)


# ---- one loop, however it is driven


@makers
def test_the_asynchronous_run_is_bit_identical(make):
    expected = make()
    expected.run()
    trainer = make()
    in_a_loop(trainer.run_async())
    assert trainer.history == expected.history
    assert same(values(trainer), values(expected))


@makers
def test_pauses_change_nothing(make):
    expected = make()
    expected.run()
    trainer = make()
    trainer.on_epoch(lambda t: t.pause() if t.epoch in (2, 3) else None)

    async def play():
        for _ in range(3):
            await trainer.play()

    in_a_loop(play())
    assert trainer.phase == "finished"
    assert trainer.history == expected.history
    assert same(values(trainer), values(expected))


def test_single_steps_and_runs_make_the_same_history():
    expected = loss_trainer().run()
    trainer = loss_trainer()
    for _ in range(7):
        trainer.step()
    assert (trainer.epoch, trainer.step_in_epoch, trainer.phase) == (1, 3, "paused")
    trainer.run()
    assert trainer.history == expected


def test_run_goes_on_and_run_without_a_number_stops_at_the_goal():
    trainer = loss_trainer()
    trainer.run(epochs=2)
    trainer.run()
    assert trainer.run() == loss_trainer().run()
    trainer.run(epochs=3)
    assert trainer.epoch == trainer.epochs == 9


def test_play_after_the_end_goes_on_for_as_many_epochs():
    trainer = loss_trainer()
    trainer.run()

    async def play():
        await trainer.play()

    in_a_loop(play())
    assert trainer.epoch == trainer.epochs == 12


def test_pause_answers_while_playing_and_stop_cancels():
    trainer = loss_trainer(epochs=100_000)

    async def play():
        task = trainer.play()
        await asyncio.sleep(0.05)
        assert trainer.running
        assert trainer.play() is task
        trainer.pause()
        await asyncio.wait_for(task, 5)
        assert trainer.phase == "paused"
        steps = trainer.steps
        task = trainer.play()
        await asyncio.sleep(0.05)
        trainer.stop()
        await asyncio.wait([task])
        assert trainer.steps > steps
        assert trainer.phase == "paused"

    in_a_loop(play())


def test_a_synchronous_run_takes_over_from_a_playing_one():
    trainer = loss_trainer(epochs=100_000)

    async def play():
        task = trainer.play()
        await asyncio.sleep(0.02)
        trainer.run(epochs=2)
        await asyncio.wait_for(task, 5)
        return trainer.steps % trainer.steps_per_epoch

    assert in_a_loop(play()) == 0
    assert trainer.phase == "paused"


# ---- the way back


@makers
def test_reset_restores_parameters_and_generator_to_the_bit(make):
    trainer = make()
    start = values(trainer)
    first = trainer.run()
    trainer.reset()
    assert same(values(trainer), start)
    assert len(trainer.history) == 0
    assert trainer.phase == "ready"
    assert trainer.run() == first


@makers
def test_rewind_and_going_on_repeats_the_same_epochs(make):
    trainer = make()
    full = trainer.run()
    last = values(trainer)
    assert trainer.rewind(2) == 2
    assert trainer.history.train == full.train[:2]
    assert trainer.record == full
    assert trainer.rewind(6) == 6
    assert same(values(trainer), last)
    trainer.rewind(3)
    assert trainer.run() == full
    assert same(values(trainer), last)


def test_another_way_after_a_rewind_forgets_the_old_one():
    trainer = loss_trainer()
    full = trainer.run()
    trainer.rewind(2)
    trainer.learning_rate = 0.01
    trainer.step()
    assert len(trainer.record) == 2
    assert trainer.run().train[2] != full.train[2]


def test_checkpoints_stay_within_their_memory_and_keep_start_and_end():
    from nbgrad.training.checkpoints import Checkpoints, Snapshot

    checkpoints = Checkpoints(limit=20_000)
    for epoch in range(301):
        checkpoints.add(Snapshot(epoch, 0, 0.0, epoch, (np.zeros(10),), None, {}))
    assert len(checkpoints.epochs) * 1104 <= 20_000
    assert checkpoints.epochs[0] == 0
    assert checkpoints.epochs[-1] == 300
    assert checkpoints.at_or_before(299).epoch % checkpoints.stride == 0


def test_without_params_there_is_no_way_back():
    trainer = Trainer(lambda x: 1.0, data=(np.ones(2),), epochs=1, batch_size=2)
    trainer.run()
    assert not trainer.rewindable
    with pytest.raises(training.RewindError, match="params"):
        trainer.reset()
    assert len(trainer.history) == 1


@pytest.mark.parametrize("epoch", [-1, 7, 1.5, "2"])
def test_rewind_to_nowhere(epoch):
    trainer = loss_trainer()
    trainer.run()
    with pytest.raises(training.RewindError, match="0 \\(the start\\) to 6"):
        trainer.rewind(epoch)


# ---- errors in the step


@makers
def test_an_error_in_a_step_leaves_everything_as_before_it(make):
    expected = make().run()
    trainer = make()
    trainer.run(epochs=2)
    trainer.step()
    real = trainer._loop.adapter.step
    before = values(trainer)

    def broken(batch, rate):
        real(batch, rate)
        raise ZeroDivisionError("halfway")

    trainer._loop.adapter.step = broken
    with pytest.raises(ZeroDivisionError):
        trainer.run()
    assert same(values(trainer), before)
    assert trainer.phase == "error"
    assert trainer.history.train == expected.train[:2]
    assert (trainer.error.kind, trainer.error.epoch, trainer.error.step) == ("ZeroDivisionError", 3, 2)
    assert "halfway" in trainer.error.traceback
    trainer._loop.adapter.step = real  # mended: it goes on as if nothing had happened
    assert trainer.run() == expected
    assert trainer.error is None


def test_the_traceback_shows_the_learners_frames_only():
    def step(x):
        return x[99].sum()

    trainer = Trainer(step, data=(np.ones(4),), epochs=1)
    with pytest.raises(IndexError):
        trainer.run()
    assert "return x[99].sum()" in trainer.error.traceback
    assert "trainer.py" not in trainer.error.traceback.split("test_training.py")[-1]


def test_an_interrupt_in_the_middle_of_a_step_is_undone():
    w = np.zeros(1)

    def step(x):
        w[:] += 1
        if w[0] == 3:
            raise KeyboardInterrupt
        return 1.0

    trainer = Trainer(step, [w], data=(np.ones(2),), batch_size=2, epochs=5)
    with pytest.raises(KeyboardInterrupt):
        trainer.run()
    assert w[0] == 2.0
    assert trainer.error is None
    assert trainer.phase == "paused"


def test_an_error_while_playing_is_kept_and_not_raised():
    def step(x):
        raise RuntimeError("no")

    trainer = Trainer(step, data=(np.ones(2),), epochs=5)

    async def play():
        await trainer.play()

    in_a_loop(play())
    assert trainer.phase == "error"
    assert str(trainer.error) == "RuntimeError in epoch 1, step 1: no"


def test_an_error_in_a_listener_is_kept_too():
    trainer = loss_trainer()

    @trainer.on_epoch
    def listener(t):
        raise RuntimeError("deaf")

    with pytest.raises(RuntimeError, match="deaf"):
        trainer.run()
    assert trainer.error.kind == "RuntimeError"
    assert trainer.epoch == 1
    trainer.off(listener)
    assert trainer.run() == loss_trainer().run()


@makers
def test_divergence_stops_with_the_reason_and_finite_parameters(make):
    trainer = make(learning_rate=1e6, epochs=200)
    says = r"became infinite or NaN in epoch \d+, step \d.*learning rate 1e\+06.* for example 100000"
    with np.errstate(all="ignore"), pytest.raises(training.DivergedError, match=says):
        trainer.run()
    assert all(np.isfinite(value).all() for value in values(trainer))
    trainer.rewind(0)
    trainer.learning_rate = 0.1
    trainer.epochs = 6
    assert trainer.run() == make().run()


# ---- validation


@makers
def test_validation_is_measured_each_epoch_and_moves_nothing(make):
    alone = make().run().train
    data = make()._loop.batches.arrays
    if make is step_trainer:
        with pytest.raises(training.ValidationError, match="step function"):
            make(validation=data)
        trainer = make(validation=lambda: 5.0)
    else:
        trainer = make(validation=tuple(array[:20] for array in data))
    history = trainer.run()
    assert history.train == alone
    assert len(history.validation) == 6


@pytest.mark.parametrize(
    "validation", [(np.ones(3),), (np.ones((3, 2)), np.ones(3))], ids=["too few arrays", "another shape"]
)
def test_validation_that_does_not_fit(validation):
    with pytest.raises(training.ValidationError):
        loss_trainer(validation=validation)


# ---- bad input, before anything is changed

X, Y = line_data()
HOLE = X.copy()
HOLE[5] = np.nan


@pytest.mark.parametrize(
    ("settings", "error", "says"),
    [
        ({"data": (HOLE, Y)}, training.NotANumberError, r"data\[0\] \(x\) of shape \(64,\) holds nan at \[5\]"),
        ({"data": (X, Y[:-1])}, UnequalLengthsError, r"\(64,\).*\(63,\)"),
        ({"data": (X[:0], Y[:0])}, training.EmptyDataError, "no rows"),
        ({"data": ()}, training.EmptyDataError, "empty tuple"),
        ({"data": X}, training.TrainingDataError, r"an array of shape \(64,\)"),
        ({"data": (X, 3.0)}, training.TrainingDataError, r"data\[1\] \(y\) is the single number"),
        ({"data": (["a"], ["b"])}, training.TrainingDataError, "dtype"),
        ({"data": ([[1, 2], [3]], [1, 2])}, training.TrainingDataError, "equally long"),
        ({"batch_size": 0}, training.BatchSizeError, "batch_size is 0"),
        ({"batch_size": 1.5}, training.BatchSizeError, "1.5"),
        ({"epochs": 0}, training.EpochsError, "epochs is 0"),
        ({"epochs": True}, training.EpochsError, "True"),
        ({"learning_rate": 0}, LearningRateError, "0"),
        ({"learning_rate": -1.0}, LearningRateError, "-1.0"),
        ({"learning_rate": float("nan")}, LearningRateError, "nan"),
        ({"learning_rate": float("inf")}, LearningRateError, "inf"),
        ({"inputs": (1,)}, training.InputsError, "inputs="),
    ],
)
def test_bad_settings(settings, error, says):
    with pytest.raises(error, match=says) as caught:
        loss_trainer(**settings)
    assert isinstance(caught.value, NbgradError)


def test_bad_models():
    data = (np.ones(4),)
    w = ng.tensor(1.0, requires_grad=True)
    with pytest.raises(training.ModelError, match="of type int"):
        Trainer(3, data=data)
    with pytest.raises(training.ParametersError, match=r"params\[0\] is of type str"):
        Trainer(lambda x: 1.0, ["w"], data=data)
    with pytest.raises(training.ParametersError, match="params="):
        Trainer(lambda x: (w * x).mean(), data=data).run()
    with pytest.raises(training.ModelError, match=r"shape \(4,\)"):
        Trainer(lambda x: w * x, [w], data=data, batch_size=4).run()
    with pytest.raises(training.ModelError, match="returned None"):
        Trainer(lambda x: None, data=data).run()
    with pytest.raises(training.ModelError, match="requires_grad=True"):
        Trainer(lambda x: ng.tensor(x).mean(), [ng.tensor(1.0)], data=data).run()
    assert w.item() == 1.0


def test_bad_graphs():
    from nbgrad.graph import Linear, Loss, Placeholder

    x, y, k, b, stranger = (Placeholder(name=name) for name in ("x", "y", "k", "b", "stranger"))
    loss = Loss(y, Linear(x, k, b))
    with pytest.raises(training.InputsError, match="none were given"):
        Trainer(loss, [k], data=line_data())
    with pytest.raises(training.InputsError, match="stranger"):
        Trainer(loss, [k], data=line_data(), inputs=(x, stranger))
    with pytest.raises(training.ParametersError, match="is_trainable"):
        Trainer(loss, data=line_data(), inputs=(x, y))


def test_a_bad_setting_later_changes_nothing():
    trainer = loss_trainer()
    with pytest.raises(LearningRateError):
        trainer.learning_rate = 0
    with pytest.raises(training.EpochsError):
        trainer.epochs = -3
    with pytest.raises(training.EpochsError):
        trainer.run(epochs=0)
    assert (trainer.learning_rate, trainer.epochs, trainer.phase) == (0.1, 6, "ready")


# ---- text


def test_text_is_the_same_each_time():
    texts = []
    for _ in range(2):
        trainer = loss_trainer(name="a line", validation=line_data())
        trainer.run()
        texts.append(repr_text(trainer))
    assert texts[0] == texts[1]
    assert texts[0].startswith("a line: epoch 6 of 6\nloss function · batches of 16 from 64 rows")
    assert all(line == line.rstrip() for line in texts[0].splitlines())
    assert repr(trainer).startswith("Trainer(a line: epoch 6 of 6, loss ")


def test_progress_is_silent_unless_someone_looks(capsys, monkeypatch):
    monkeypatch.delenv("NBGRAD_QUIET", raising=False)
    loss_trainer().run(progress=True)  # pytest's stderr is no terminal
    assert capsys.readouterr() == ("", "")


def test_progress_rewrites_one_line_and_leaves_nothing(monkeypatch):
    import io
    import sys

    from nbgrad.training.progress import Progress

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.delenv("NBGRAD_QUIET", raising=False)
    monkeypatch.setattr(sys, "stderr", Terminal())
    bar = Progress(True, 10)
    bar.show(5, 1.5)
    assert "epoch 5 of 10, loss 1.5" in sys.stderr.getvalue()
    bar.close()
    assert sys.stderr.getvalue().split("\r")[-2].strip() == ""
    monkeypatch.setenv("NBGRAD_QUIET", "1")
    assert not Progress(True, 10).on


def test_training_needs_no_widgets():
    import subprocess
    import sys

    code = (
        "import sys, nbgrad.training; unwanted = {'ipywidgets', 'anywidget', 'matplotlib', 'networkx', 'IPython'}; "
        "print(sorted(unwanted.intersection(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_a_pause_in_the_same_breath_as_play_counts():
    w = ng.tensor(1.0, requires_grad=True)
    trainer = Trainer(lambda x: (w * x).mean() ** 2, [w], data=(np.ones(64),), epochs=50)

    async def play():
        task = trainer.play()
        assert trainer.play() is task
        trainer.pause()
        await task
        assert (trainer.steps, trainer.phase) == (0, "ready")
        trainer.play()
        trainer.step()
        await trainer.task

    in_a_loop(play())
    assert trainer.steps == 1


def test_the_callers_arrays_are_not_the_trainers():
    X = np.ones(64)
    w = ng.tensor(1.0, requires_grad=True)

    def loss(x):
        with pytest.raises(ValueError, match="read-only"):
            x *= 2
        return (w * x).mean() ** 2

    trainer = Trainer(loss, [w], data=(X,), batch_size=64, epochs=2)
    X[:] = np.nan
    assert np.isfinite(trainer.run()[-1])


def test_a_run_takes_over_from_another_thread_that_plays():
    """JupyterLab may play on a thread of its own while a cell runs on the main one."""
    inside, seen = [], []
    w = ng.tensor(1.0, requires_grad=True)

    def step(x):
        inside.append(1)
        seen.append(len(inside))
        w.data = w.data * 0.999
        time.sleep(0)  # an invitation to the other thread
        inside.pop()
        return float(w.data)

    trainer = Trainer(step, [w], data=(np.ones(64),), batch_size=1, epochs=100_000)
    with ThreadPoolExecutor(1) as thread:
        for _ in range(20):
            playing = thread.submit(trainer.run, 1000)
            while not trainer.running and not playing.done():
                time.sleep(0)
            trainer.run(1)
            trainer.reset()
            playing.result()
    assert max(seen) == 1
    assert trainer.error is None
