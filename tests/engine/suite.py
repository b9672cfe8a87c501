"""How a scenario test meets the engines: every test case runs once per flavour, and what cannot run is skipped aloud.

    import suite

    class Rollback(suite.EngineCase):
        def test_a_kept_release_can_be_rolled_back_to(self):
            blog = Kamal(self.engine)
            blog.deploy("v1")
            ...

    if __name__ == "__main__":
        suite.main()

    ./scenario.py [-v] [--flavour 28.5-containerd] [Rollback__28_5_containerd.test_...]

Ends with 0, with 1 when a test failed, with 77 when every test was skipped.
"""

import argparse
import contextlib
import sys
import threading
import time
import unittest

import workspace
from engines import FLAVOURS, Engine
from registry import Registry

ALL_SKIPPED = 77


class EngineCase(unittest.TestCase):
    """One engine for the whole class, emptied before every test. Set `registry_wanted` to have self.registry too."""

    flavour = None
    engine_class = Engine
    engine_config = None
    registry_wanted = False

    @classmethod
    def setUpClass(cls):
        try:
            cls.registry = Registry().start() if cls.registry_wanted else None
            cls.engine = cls.engine_class(cls.flavour, cls.engine_config)
            cls.addClassCleanup(cls.engine.close)
            cls.engine.start()
        except workspace.Unavailable as reason:
            raise unittest.SkipTest(f"{cls.flavour}: {reason}") from reason
        if cls.registry:
            cls.addClassCleanup(cls.registry.close)

    def setUp(self):
        if getattr(self, "used", False):
            self.engine.wipe()
        type(self).used = True

    @contextlib.contextmanager
    def goes_on(self, step, pause=0.0):
        """Calls step(n) again and again in the background; at the end, its errors are the test's."""
        end, errors = threading.Event(), []

        def loop():
            number = 0
            while not end.is_set():
                try:
                    step(number)
                except Exception as error:  # all of them fail the test
                    errors.append(error)
                    return
                number += 1
                end.wait(pause)

        thread = threading.Thread(target=loop)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()
        self.assertEqual(errors, [])


def _per_flavour(module, flavours):
    """Puts a copy of each EngineCase of the module for each flavour in its place."""
    for name, case in list(vars(module).items()):
        if isinstance(case, type) and issubclass(case, EngineCase) and case.flavour is None:
            if case.__module__ == module.__name__:
                for flavour in flavours:
                    copy = f"{name}__{flavour.replace('-', '_').replace('.', '_')}"
                    setattr(module, copy, type(copy, (case,), {"flavour": flavour, "__module__": module.__name__}))
            delattr(module, name)


class _Result(unittest.TextTestResult):
    succeeded = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.succeeded += 1

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"SKIPPED: {test}: {reason}", file=sys.stderr, flush=True)


def main(module="__main__"):
    workspace.end_cleanly_on_signals()
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--flavour", action="append", choices=list(FLAVOURS))
    options, rest = parser.parse_known_args()
    _per_flavour(sys.modules[module], options.flavour or list(FLAVOURS))
    started = time.monotonic()
    runner = unittest.TextTestRunner(resultclass=_Result, verbosity=2 if {"-v", "--verbose"} & set(rest) else 1)
    result = unittest.main(module, argv=sys.argv[:1] + rest, testRunner=runner, exit=False).result
    print(f"{result.succeeded} passed, {len(result.failures) + len(result.errors)} failed, "
          f"{len(result.skipped)} skipped, {time.monotonic() - started:.1f} s", file=sys.stderr)
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(ALL_SKIPPED if result.skipped and not result.succeeded else 0)
