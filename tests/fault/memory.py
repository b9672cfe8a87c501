# SPDX-License-Identifier: MIT
"""A pass on 10,000 images stays far below the MemoryMax= of rgc.service."""
import pathlib
import re
import resource
import subprocess
import tempfile
import time
import unittest

from fake_engine import FakeEngine
from fake_hosts import kamal_host
from program import PROJECT, RGC

SERVICE = PROJECT / "contrib" / "systemd" / "rgc.service.in"
CONFIG = "[engine]\nstorage = /\n[retention]\nmin_age = 0s\nquiet = 0s\n[agent]\ntrial = off\n[protect]\nimage = r:5000/*\n"


def memory_max():
    return int(re.search(r"^MemoryMax=(\d+)M$", SERVICE.read_text(encoding="utf-8"), re.M).group(1)) << 20


class Memory(unittest.TestCase):
    def test_a_pass_on_10000_images_needs_less_than_half_of_what_the_service_may_have(self):
        limit = memory_max() // 2
        with tempfile.TemporaryDirectory() as directory:
            config = pathlib.Path(directory, "rgc.conf")
            config.write_text(CONFIG, encoding="utf-8")
            with FakeEngine(kamal_host(10000, apps=20, containers_per_app=50, now=time.time())) as engine:
                for words in (["collect", "--here"], ["plan"]):
                    done = subprocess.run(
                        [RGC, "--config", config, "--state", directory + "/state", "--host", engine.host, *words, "--json"],
                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)))
                    self.assertEqual((done.returncode, done.stderr), (0, ""), words)


def setUpModule():
    if "libasan" in subprocess.run(["ldd", RGC], capture_output=True, text=True, check=False).stdout:
        raise unittest.SkipTest("the address sanitizer takes more memory than there may be")
