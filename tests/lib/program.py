# SPDX-License-Identifier: MIT
"""The programs under test. RGC_BINARY in the environment overrides what the build says with RGC_BUILT."""
import os
import pathlib

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = os.environ.get("RGC_BUILD") or str(PROJECT / "build" / "dev")
RGC = os.path.abspath(os.environ.get("RGC_BINARY") or os.environ.get("RGC_BUILT") or f"{BUILD}/src/rgc")
# The agent alone, with the ways to hang it that no release has.
AGENT = os.path.abspath(os.environ.get("RGC_AGENT") or f"{BUILD}/tests/agent_main")
LONG = os.environ.get("RGC_TEST_LONG", "") not in ("", "0")
