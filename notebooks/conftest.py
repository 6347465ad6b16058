"""How the lessons are run by `pytest --nbval`: as JupyterLab runs them."""

import os

from nbval.kernel import RunningKernel

# One thread, so that sums are added up in the same order on every machine. The kernels inherit this.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

# No progress bar: whether one is shown depends on how busy the machine is, and outputs are compared.
os.environ["NBGRAD_QUIET"] = "1"

# The lessons speak English, whatever the machine does.
os.environ["NBGRAD_LANGUAGE"] = "en"

# The kernel chooses Matplotlib's inline backend only where none is asked for.
os.environ.pop("MPLBACKEND", None)


def _execute_cell_input(self: RunningKernel, cell_input: str, allow_stdin: bool | None = None) -> str:
    """Run a cell and store it in the history.

    IPython looks up a cell's last line in the history to see whether it ends in `;` and is to show nothing.
    nbval runs cells without storing them, so such a cell would show its value there and nowhere else.
    """
    return self.kc.execute(cell_input, allow_stdin=allow_stdin, store_history=True, stop_on_error=False)


RunningKernel.execute_cell_input = _execute_cell_input
