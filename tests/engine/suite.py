# SPDX-License-Identifier: MIT
"""How a scenario test meets the engines: every test case runs once for each flavour, and what cannot run is skipped aloud.

    import suite

    class Rollback(suite.EngineCase):
        def test_a_kept_release_can_be_rolled_back_to(self):
            blog = Kamal(self.engine)
            blog.deploy("v1")
            ...

    python3 -m pytest tests/engine/scenario.py [--flavour 28.5-containerd] [-k NAME]

Rollback itself holds no tests then. Rollback__28_5_containerd and the others do, one for each flavour that was asked for.
"""

import contextlib
import os
import sys
import threading
import unittest

import workspace
from engines import FLAVOURS, Engine
from registry import Registry


def _flavours():
    """What --flavour of pytest says (tests/conftest.py), else all."""
    asked = [name for name in os.environ.get("RGC_FLAVOURS", "").split(",") if name]
    unknown = sorted(set(asked) - set(FLAVOURS))
    if unknown:
        raise ValueError(f"there is no flavour {', '.join(unknown)}; there are {', '.join(FLAVOURS)}")
    return asked or list(FLAVOURS)


class EngineCase(unittest.TestCase):
    """One engine for the whole class, emptied before every test. Set `registry_wanted` to have self.registry too."""

    flavour = None
    engine_class = Engine
    engine_config = None
    registry_wanted = False
    __test__ = False

    def __init_subclass__(cls, **options):
        """Puts a copy of the class for each flavour into its module; only these are collected."""
        super().__init_subclass__(**options)
        cls.__test__ = cls.flavour is not None
        if cls.flavour is not None or not any(name.startswith("test_") for name in dir(cls)):
            return
        module = sys.modules[cls.__module__]
        for flavour in _flavours():
            name = f"{cls.__name__}__{flavour.replace('-', '_').replace('.', '_')}"
            setattr(module, name, type(name, (cls,), {"flavour": flavour, "__module__": cls.__module__}))

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
