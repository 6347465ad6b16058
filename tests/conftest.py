"""What all tests share: a Matplotlib without windows, and a Chromium for the tests that look at a page."""

import gc
import os
import shutil

import hypothesis
import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# The last three keep Chromium from calling home, which a closed network answers with errors.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# How long an example takes says how busy the machine is.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# Sentences are compared in English, whatever the machine speaks. Kernels and other processes inherit this.
os.environ["NBGRAD_LANGUAGE"] = "en"


@pytest.fixture(autouse=True)
def _no_windows(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")


@pytest.fixture
def without_collector():
    """Only reference counting frees memory during the test, so a cycle of links would show."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="module")
def launch_browser():
    """``launch_browser(**options)``: a headless Chromium driven by Playwright, started with these options.

    It is stopped after each module, because Playwright's synchronous interface keeps an event loop running in this
    thread, in which other tests could not use `asyncio.run`. Without Chromium the test is skipped, unless
    NBGRAD_REQUIRE_BROWSER is set, as it is in CI.
    """
    executable = os.environ.get("NBGRAD_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        missing = f"no Chromium: none of {', '.join(CHROMIUM_NAMES)} is on the PATH and NBGRAD_CHROMIUM is not set"
        if os.environ.get("NBGRAD_REQUIRE_BROWSER"):
            pytest.fail(missing)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = []

        def launch(**options):
            chromium = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_FLAGS), **options)
            started.append(chromium)
            return chromium

        yield launch
        for chromium in started:
            chromium.close()


@pytest.fixture(scope="module")
def browser(launch_browser):
    """A headless Chromium, as ``launch_browser`` starts it by itself: without scrollbars."""
    return launch_browser()
