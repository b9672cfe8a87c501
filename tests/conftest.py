# SPDX-License-Identifier: MIT
"""What all Python tests share. CMake runs each file by itself: python3 -m pytest tests/DIRECTORY/FILE.py [-k NAME].

On real engines, --flavour chooses which ones (tests/engine/suite.py).
"""
import os
import pathlib
import signal
import sys

TESTS = pathlib.Path(__file__).resolve().parent
SKIPPED = 77  # SKIP_RETURN_CODE of ctest

sys.path.insert(0, str(TESTS / "lib"))


def pytest_addoption(parser):
    parser.addoption("--flavour", action="append", default=[],
                     help="run the tests on this engine, for example 28.5-containerd; may be repeated; all by default")


def end_by_signal(number, _frame):
    """Ends the run like Ctrl-C: pytest leaves every test and class in order, so that what they started ends."""
    for other in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt(signal.Signals(number).name)


def pytest_configure(config):
    # Classes are copied for each flavour where they are defined, before pytest looks at them.
    if config.getoption("flavour"):
        os.environ["RGC_FLAVOURS"] = ",".join(config.getoption("flavour"))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_by_signal)


def pytest_sessionfinish(session, exitstatus):
    """A run in which nothing passed is a skipped one for ctest, not a passed one."""
    outcomes = session.config.pluginmanager.get_plugin("terminalreporter").stats
    if exitstatus == 0 and outcomes.get("skipped") and not outcomes.get("passed"):
        session.exitstatus = SKIPPED
