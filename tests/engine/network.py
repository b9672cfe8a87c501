"""A network of this program's own. On its start a dockerd without a bridge removes the docker0 that it finds: in the
host's network that would be the one of the host's Docker. It also lets no test reach the outside."""

import ctypes
import fcntl
import functools
import os
import socket
import struct

from workspace import Unavailable

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1


@functools.lru_cache(maxsize=None)
def hosts():
    """A descriptor of the network that this program was started in."""
    return os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)


@functools.lru_cache(maxsize=None)
def leave_the_hosts():
    """Moves this thread, and what it starts from now on, into a network with nothing but a loopback."""
    hosts()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise Unavailable(f"no network namespace: {os.strerror(ctypes.get_errno())}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def enter_the_hosts():
    """Moves this thread back: not for the thread that tests are in."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(hosts(), CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def in_the_hosts(argv):
    """The command that runs argv in the host's network: for what has to be downloaded."""
    return ["nsenter", f"--net=/proc/{os.getpid()}/fd/{hosts()}", "--", *argv]
