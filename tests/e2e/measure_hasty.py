# SPDX-License-Identifier: MIT
"""Measures what `quiet = 0s` and `min_age = 0s` cost, which nobody should set. It promises nothing.

Kamal's prune and the passes have the same containers and images to remove."""

import time

import fire
from fire import DEPLOYS


class Hasty(fire.UnderFire):
    def test_how_many_deploys_fail(self):
        hasty = {"quiet": "0s", "min_age": "0s", "keep_previous": 1}
        self.server.rgc.configure({**self.settings, "retention": hasty})
        hasty = self.deployer.project("hasty", roles=("web", "worker"), settings=fire.RACING)
        hasty.deploy("v0", verb="setup")
        with self.fire():
            started = time.monotonic()
            failed = [done for number in range(1, DEPLOYS + 1)
                      if (done := hasty.deploy(f"v{number}", check=False)).returncode != 0]
        print(f"\nquiet = 0s: {len(failed)} of {DEPLOYS} deploys failed beside {self.passes} passes in "
              f"{time.monotonic() - started:.0f} s", *(done.stdout[-600:] for done in failed), sep="\n", flush=True)
