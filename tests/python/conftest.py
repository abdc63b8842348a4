"""What several test modules share."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

DATA_HOME = "ROSENBLATT_DATA_HOME"

# The continuous integration has the data, so there a skipped test is one that was forgotten.
NOTHING_MAY_BE_SKIPPED = bool(os.environ.get("CI")) and bool(os.environ.get(DATA_HOME))


@pytest.fixture(scope="session")
def mnist_home() -> Path:
    """The data folder that holds the real MNIST; a test that asks for it is skipped without."""
    home = os.environ.get(DATA_HOME)
    if not home:
        pytest.skip(f"{DATA_HOME} is not set; it names the folder that holds mnist/")
    if not (Path(home) / "mnist").is_dir():
        pytest.skip(f"{DATA_HOME} is {home}, which has no folder mnist/")
    return Path(home)


@pytest.fixture
def no_garbage_collection() -> Iterator[None]:
    """For tests that press Ctrl-C, which is lost in a callback of the collector; hypothesis has one."""
    gc.disable()
    yield
    gc.enable()


def pytest_configure() -> None:
    # A shell starts its background jobs deaf to Ctrl-C, which they hand down; its tests want it heard.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _skipped(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", [])) if reporter is not None else 0


def pytest_sessionfinish(session: pytest.Session) -> None:
    if NOTHING_MAY_BE_SKIPPED and _skipped(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if NOTHING_MAY_BE_SKIPPED and _skipped(config):
        terminalreporter.write_line(
            f"{_skipped(config)} skipped, but with CI and {DATA_HOME} set every test must run",
            red=True,
        )
