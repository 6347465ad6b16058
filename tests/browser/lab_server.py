"""A Jupyter server of the tests' own: its own port, settings, kernels' folder and copy of the lessons."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import matplotlib

START_SECONDS = 60
STOP_SECONDS = 15

# Without an answer of ours JupyterLab asks the reader whether it may fetch news, in a dialog above the lesson.
SETTINGS = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


class LabServer:
    """JupyterLab and Notebook 7 on one port, on a fresh copy of the lessons in ``folder``.

    Attributes:
        address: the server's, without a slash at the end.
        token: what every address needs as ``?token=``.
    """

    def __init__(self, folder: Path) -> None:
        self.lessons = folder / "lessons"
        self.token = secrets.token_hex(16)
        self.address = ""
        self._runtime = folder / "runtime"
        self._log = folder / "server.log"
        environment = self._environment(folder)
        copy = [sys.executable, "-m", "nbgrad", "lessons", "--dir", str(self.lessons)]
        subprocess.run(copy, check=True, env=environment, stdout=subprocess.DEVNULL)
        command = [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"),
            f"--ServerApp.root_dir={self.lessons}",
            f"--IdentityProvider.token={self.token}",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.extension_manager=readonly",
            "--JupyterNotebookApp.expose_app_in_browser=True",
        ]
        with self._log.open("w") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)

    def wait(self) -> None:
        """Return when the server answers.

        Raises:
            RuntimeError: it ended, or did not answer in time; with its log.
        """
        last = time.monotonic() + START_SECONDS
        while time.monotonic() < last and self._process.poll() is None:
            if self._answers():
                return
            time.sleep(0.1)
        raise RuntimeError(f"JupyterLab did not start:\n{self.log()}")

    def page(self, path: str) -> str:
        """The address of ``path``, with the token."""
        return f"{self.address}/{path}?token={self.token}"

    def log(self) -> str:
        """All that the server has written so far."""
        return self._log.read_text(errors="replace")

    def stop(self) -> None:
        """End the server, which ends its kernels first."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        """The server chose its port itself; the file that says which one may be half written."""
        try:
            (description,) = self._runtime.glob("jpserver-*.json")
            self.address = json.loads(description.read_text())["url"].rstrip("/")
            with urlopen(self.page("api/status"), timeout=5):
                return True
        except (ValueError, URLError, OSError):
            return False

    def _environment(self, folder: Path) -> dict[str, str]:
        """Nothing of the user's own settings; the kernel is found in ``sys.prefix`` all the same."""
        places = {"HOME": "home", "IPYTHONDIR": "ipython", "JUPYTER_DATA_DIR": "data", "JUPYTER_CONFIG_DIR": "config"}
        own = {name: str(folder / place) for name, place in places.items()}
        own["JUPYTER_RUNTIME_DIR"] = str(self._runtime)
        for place in own.values():
            Path(place).mkdir()
        overrides = folder / "config" / "labconfig" / "default_setting_overrides.json"
        overrides.parent.mkdir()
        overrides.write_text(json.dumps(SETTINGS))
        # Whether a progress bar shows depends on how busy the machine is; a test takes words on stderr for complaints.
        own["NBGRAD_QUIET"] = "1"
        # In a new home Matplotlib would look through all fonts of the machine again.
        own["MPLCONFIGDIR"] = matplotlib.get_cachedir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "MPL"))}
        return kept | own
