"""An engine whose data lie on a small file system of their own, and ways to fill it.

The file system is a file, mounted inside the engine's namespace: it is unmounted, and its loop device freed, when that
ends, however the test ends. Programs that are to see it run by `beside()`.
"""

import errno
import os
import shutil
import subprocess

import workspace
from engines import Engine

SIZE = 2_000_000_000
INODES = 10_000


def _run(*argv):
    try:
        subprocess.run([str(word) for word in argv], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise workspace.Unavailable(f"no small file system: {getattr(error, 'stderr', None) or error}") from error


class DiskEngine(Engine):
    """Its file system is at `disk`; there is room on it for more than the engine's data, such as a state directory."""

    def __init__(self, flavour, config=None):
        super().__init__(flavour, config)
        self.disk = self.state / "disk"
        self.disk.mkdir()
        self.data_root = self.disk / "docker"

    def new_namespace(self):
        if shutil.disk_usage(self.state).free < 1.5 * SIZE:
            raise workspace.Unavailable(f"less than {1.5 * SIZE / 1e9:.0f} GB free for a small file system")
        image = self.state / "disk.img"
        with open(image, "wb") as file:
            file.truncate(SIZE)
        _run("mkfs.ext4", "-q", "-F", "-N", INODES, image)
        namespace = super().new_namespace()
        self.namespace = namespace  # so that close() ends it if the rest fails
        _run(*self.beside("mount", "-o", "loop", image, self.disk))
        if str(namespace.root) != "/":
            _run(*self.beside("mount", "--bind", self.disk, f"{namespace.root}{self.disk}"))
        return namespace

    def beside(self, *argv):
        """The command that runs outside the engine's root, as on the host, but where the file system is mounted."""
        enter = ["nsenter", "--target", self.namespace.init, "--mount", "--root", "--"]
        return [str(word) for word in [*enter, *argv]]

    @property
    def seen(self):
        """The file system, as this program reaches it."""
        return f"/proc/{self.namespace.init}/root{self.disk}"

    def used_percent(self):
        """As df prints it."""
        fs = os.statvfs(self.seen)
        used = fs.f_blocks - fs.f_bfree
        return 100 * used / (used + fs.f_bavail)

    def used_inodes_percent(self):
        fs = os.statvfs(self.seen)
        return 100 * (fs.f_files - fs.f_ffree) / fs.f_files

    def fill_to(self, percent, name="data"):
        """Somebody's data. Nothing is written: it is only allocated. What the engine has yet to write comes before it."""
        _run("sync", "--file-system", self.seen)
        fs = os.statvfs(self.seen)
        used = fs.f_blocks - fs.f_bfree
        wanted = int((used + fs.f_bavail) * percent / 100) - used
        self._allocate(name, wanted * fs.f_frsize)

    def _allocate(self, name, size):
        fd = os.open(f"{self.seen}/{name}", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(fd, os.fstat(fd).st_size, size)
            return True
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            return False
        finally:
            os.close(fd)

    def fill_up(self):
        """To the last byte, what is reserved for root too: nobody can write one more."""
        size = 1 << 28
        number = 0
        while size >= 4096:
            if not self._allocate(f"full-{number}", size):
                size //= 2
                number += 1
        for number in range(1000):  # what directories and small files had left over
            try:
                with open(f"{self.seen}/rest-{number}", "wb", 0) as file:
                    file.write(b"x" * 4096)
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    return
                raise
        raise AssertionError("the file system does not fill")

    def fill_inodes(self):
        directory = f"{self.seen}/files"
        os.mkdir(directory)
        for number in range(2 * INODES):
            try:
                os.close(os.open(f"{directory}/{number}", os.O_WRONLY | os.O_CREAT))
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    return
                raise
        raise AssertionError("the inodes do not fill")

    def wipe(self):
        subprocess.run(self.beside("find", self.disk, "-mindepth", "1", "-maxdepth", "1", "!", "-name", "docker",
                                   "!", "-name", "lost+found", "-exec", "rm", "-rf", "{}", "+"), check=True)
        super().wipe()
