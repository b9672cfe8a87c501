# SPDX-License-Identifier: MIT
"""The post-deploy hook in the shells it may meet, with a Kamal and an rgc of this test: no engine, no network.
The docker-setup hook too. All cases are tried in busybox, as Kamal's own image has it; in the other shells those that depend
on the shell."""

import ctypes
import shutil
import subprocess
import unittest

from hook_processes import Processes
from hook_setup import Setup
from hook_shell import Shell
from hook_words import Words

PR_SET_CHILD_SUBREAPER = 36


def setUpModule():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Cases(Setup, Processes, Words, Shell):
    pass


class OtherShell(Cases):
    def __init_subclass__(cls):
        super().__init_subclass__()
        for name in dir(cls):
            if name.startswith("test_") and not hasattr(getattr(cls, name), "is_for_every_shell"):
                setattr(cls, name, None)


class HookInBusybox(Cases, unittest.TestCase):
    """Nothing but busybox, as in Kamal's own image; whichever is installed: Debian's static one takes its own applets before
    what is in the PATH, the other one does not."""

    shell = ["busybox", "sh"]

    def provide_tools(self):
        busybox = shutil.which("busybox")
        for tool in subprocess.run([busybox, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split():
            (self.bin / tool).symlink_to(busybox)
        self.shell = [str(self.bin / "sh")]


class HookInDash(OtherShell, unittest.TestCase):
    shell = ["dash"]


class HookInBash(OtherShell, unittest.TestCase):
    shell = ["bash", "--posix"]


class HookInSlimImage(OtherShell, unittest.TestCase):
    """Without ps."""

    shell = ["dash"]

    def provide_tools(self):
        super().provide_tools()
        (self.bin / "ps").unlink()
