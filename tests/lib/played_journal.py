# SPDX-License-Identifier: MIT
"""A journal that a test plays: rgc's entries, as journald would get them, in a mount namespace of this process."""
import ctypes
import os
import re
import socket
import struct
import subprocess
import threading
import unittest

from program import PROJECT

SOCKET = "/run/systemd/journal/socket"
CLONE_NEWNS = 0x00020000
# "rgc" is what /proc/mounts shows, so that a test can see that it does not stand on the machine's own directory.
MOUNTS = "mount --make-rprivate / && mkdir -p /run/systemd && mount -t tmpfs rgc /run/systemd && mkdir /run/systemd/journal"


def enter(*more):
    """For setUpModule(): this process and its children see a /run/systemd of their own, and the directories in `more`."""
    if os.geteuid() != 0:
        raise unittest.SkipTest("a mount namespace needs root")
    script = " && ".join([MOUNTS, *(f"mount -t tmpfs rgc {directory}" for directory in more)])
    if subprocess.run(["unshare", "-m", "sh", "-c", script], check=False).returncode != 0:
        raise unittest.SkipTest("this machine gives no mount namespace")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["sh", "-c", script], check=True)


def identifiers():
    """{message ID: its name in journal_ids.h}"""
    text = (PROJECT / "include" / "rgc" / "journal_ids.h").read_text(encoding="utf-8")
    return {number: name for name, number in re.findall(r'RGC_MESSAGE_(\w+)\s+"([0-9a-f]+)"', text)}


def parse(data):
    """One entry in the journal's native format."""
    fields = {}
    while data:
        line, data = data.split(b"\n", 1)
        name, equals, value = line.partition(b"=")
        if not equals:
            (size,) = struct.unpack("<Q", data[:8])
            value, data = data[8:8 + size], data[9 + size:]
        fields[name.decode()] = value.decode()
    return fields


class PlayedJournal:
    """Listens where journald would. `entries` grows while the test runs."""

    def __init__(self):
        self.entries, self.names = [], identifiers()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        if os.path.exists(SOCKET):
            os.unlink(SOCKET)
        self.socket.bind(SOCKET)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        try:
            while True:
                self.entries.append(parse(self.socket.recv(1 << 20)))
        except OSError:
            pass

    def named(self, name, **fields):
        """The entries of this kind with these fields, oldest first."""
        return [entry for entry in self.entries
                if self.names.get(entry.get("MESSAGE_ID")) == name and fields.items() <= entry.items()]

    def close(self):
        self.socket.close()
