# SPDX-License-Identifier: MIT
"""BusyBox for test images: a shell, and the programs that a Dockerfile's RUN needs."""

import pathlib
import re
import shutil
import subprocess
import unittest


def busybox_and_libraries(place):
    """{path in an image: bytes} of BusyBox at `place`, and of what it is linked with."""
    busybox = shutil.which("busybox")
    if not busybox:
        raise unittest.SkipTest("busybox is not installed")
    linked = subprocess.run(["ldd", busybox], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
    libraries = re.findall(r"(/\S+) \(0x", linked)  # none, if it is static
    return {place: pathlib.Path(busybox).read_bytes(),
            **{path.lstrip("/"): pathlib.Path(path).read_bytes() for path in libraries}}
