# SPDX-License-Identifier: MIT
"""A Debian machine of a test's own: a layer upon the cached tree, with an engine, in namespaces that end with the test.

    deployer = Machine()
    deployer.start()
    deployer.write("/root/note", "text")
    deployer.sh("cat /root/note")
"""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "engine"))

import roots
from engines import FLAVOURS, Engine
from namespace import HANGS, Namespace

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SOCKET = "/run/docker.sock"


def with_another_root(flavour):
    """The tree "kamal" has the engine of forky: that is what these flavours say."""
    flavour = FLAVOURS[flavour]
    assert flavour.version == "28.5", flavour
    return flavour


class Machine(Engine):
    def __init__(self, flavour="28.5-overlay2"):
        super().__init__(with_another_root(flavour))
        self.root = roots.tree("kamal")

    def new_namespace(self):
        return Namespace(self.root, self.state, writable=True)

    def start(self):
        super().start()
        self.state.chmod(0o711)  # users of the machine reach the socket
        self.sh(f"ln -sf {self.socket} {SOCKET}")
        return self

    def path(self, path):
        """A file of the machine, as this side sees it."""
        return pathlib.Path(f"/proc/{self.namespace.init}/root{self.namespace.root}{path}")

    def write(self, path, text, mode=0o644):
        file = self.path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def command(self, argv, directory="/root", env=None):
        """The command that runs argv there from this side, as root logs in; for subprocess."""
        words = {"HOME": "/root", "USER": "root", "LC_ALL": "C.UTF-8", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                 **(env or {})}
        assignments = [f"{name}={value}" for name, value in words.items()]
        return self.namespace.entering(["env", "-i", "-C", directory, *assignments, *argv])

    def run(self, argv, directory="/root", env=None, check=True, timeout=HANGS):
        done = subprocess.run(self.command(argv, directory, env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, argv))} exited with {done.returncode}:\n{done.stdout}")
        return done

    def sh(self, script, **options):
        return self.run(["sh", "-c", script], **options).stdout
