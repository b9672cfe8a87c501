# SPDX-License-Identifier: MIT
"""The docker-setup hook's cases, on servers with a dpkg, an apt-get and an ssh of this test."""

import pathlib
import shutil

from hook_shell import in_every_shell

HOOK = pathlib.Path(__file__).resolve().parent.parent.parent / "contrib" / "kamal-hooks" / "docker-setup"

TOOLS = ["cat", "chmod", "env", "id", "ls", "mktemp", "rm", "sed", "sh", "sort", "tail"]

# Each server is a directory of its own. All have the same programs: nothing of this machine's dpkg is in their PATH.
SSH = """#!/bin/sh
for word; do echo "$word"; done >> "$HOME/ssh.argv"
while [ $# -gt 2 ]; do shift; done
SERVER=$HOME/server.$1
export SERVER
[ -d "$SERVER" ] || { echo "ssh: $1: connection refused" >&2; exit 255; }
printf '%s' "$2" | sed "s|/var/lib/apt/lists|$SERVER/lists|g" > "$SERVER/command"
PATH=$HOME/debian exec "$HOME/debian/sh" "$SERVER/command"
"""

# `installed` holds "STATUS VERSION" as dpkg remembers it.
DPKG_QUERY = """#!/bin/sh
[ "$1 $2 $4" = "-W -f rgc" ] && [ -e "$SERVER/installed" ] || exit 1
read -r status version < "$SERVER/installed"
printf '%s' "$3" | sed -e "s/[$]{db:Status-Status}/$status/" -e "s/[$]{Version}/$version/"
"""

DPKG = """#!/bin/sh
case $1 in
  --print-architecture) echo amd64 ;;
  --compare-versions) [ "$3" = gt ] && [ "$2" != "$4" ] && [ "$(printf '%s\\n' "$2" "$4" | sort -V | tail -n 1)" = "$2" ] ;;
esac
"""

# A package holds its version alone.
DPKG_DEB = '#!/bin/sh\n[ "$1 $3" = "-f Version" ] && cat "$2"\n'

APT_GET = """#!/bin/sh
echo "$*" >> "$SERVER/apt"
[ "$DEBIAN_FRONTEND" = noninteractive ] || exit 9
while [ "${1#-}" != "$1" ]; do shift 2; done
[ "$1" = install ] || exit 0
if [ -e "$SERVER/broken" ]; then cat "$SERVER/broken" >&2; exit 100; fi
shift 2
echo "installed $(cat "$1")" > "$SERVER/installed"
"""


class Setup:
    def setUp(self):
        super().setUp()
        self.program("ssh", SSH)
        debian = self.home / "debian"
        debian.mkdir()
        for tool in TOOLS:
            (debian / tool).symlink_to(shutil.which(tool))
        for name, text in (("dpkg", DPKG), ("dpkg-query", DPKG_QUERY), ("dpkg-deb", DPKG_DEB), ("apt-get", APT_GET),
                           ("sudo", '#!/bin/sh\n[ "$1" = -n ] && shift && exec "$@"\n')):
            self.program(name, text, debian)
        self.packages = self.project / ".kamal" / "hooks"
        self.packages.mkdir(parents=True)

    def package(self, version, arch="amd64", content=None):
        (self.packages / f"rgc_{version}_{arch}.deb").write_text((content or version) + "\n")

    def server(self, name, installed=None, lists=True):
        directory = self.home / f"server.{name}"
        (directory / "lists").mkdir(parents=True)
        if lists:
            (directory / "lists" / "mirror.test_main_binary-amd64_Packages.lz4").touch()
        if installed:
            (directory / "installed").write_text(installed + "\n")
        return directory

    def set_up(self, hosts="a", **environment):
        return self.run_hook(HOOK, KAMAL_HOSTS=hosts, **environment)

    def apt(self, server):
        """The calls of apt-get, without the file."""
        log = server / "apt"
        return [line.partition("/tmp/")[0].strip() for line in log.read_text().splitlines()] if log.exists() else []

    @in_every_shell
    def test_setup_installs_the_package_on_each_server_and_makes_none_fail(self):
        self.package("0.1.0")
        self.server("a")
        self.server("c", "installed 0.1.0")
        self.assertEqual("rgc: a: installed rgc 0.1.0\n"
                      "ssh: b: connection refused\n"
                      "rgc: b: not reached by ssh, or not Debian or Ubuntu; rgc was not installed\n"
                      "rgc: c: has rgc 0.1.0 already\n", self.set_up("a,b,c"))

    def test_setup_installs_on_a_server_that_had_it_once(self):
        self.package("0.1.0")
        self.server("a", "config-files 0.1.0")
        self.assertEqual(self.set_up(), "rgc: a: installed rgc 0.1.0\n")

    @in_every_shell
    def test_setup_takes_the_newest_package_of_the_servers_architecture(self):
        for version in ("0.9.0", "0.10.0", "0.10.0~rc1", "0.2.0"):
            self.package(version)
        self.package("1.0.0", "arm64")
        self.server("a", "installed 0.9.0")
        self.assertEqual(self.set_up(), "rgc: a: installed rgc 0.10.0\n")
        self.package("0.10.0.1")
        self.assertEqual(self.set_up(), "rgc: a: installed rgc 0.10.0.1\n")

    def test_setup_without_a_package_for_the_server_says_so(self):
        self.package("1.0.0", "arm64")
        self.server("a")
        self.assertEqual(self.set_up(), "rgc: a: no package for amd64; rgc was not installed\n")

    def test_setup_never_goes_back_to_an_older_version(self):
        self.package("0.9.0")
        server = self.server("a", "installed 0.10.0")
        self.assertEqual(self.set_up(), "rgc: a: has rgc 0.10.0, which is newer than 0.9.0\n")
        self.assertEqual(self.apt(server), [])

    @in_every_shell
    def test_setup_says_what_apt_said_where_the_old_version_stayed(self):
        self.package("0.2.0")
        server = self.server("a", "installed 0.1.0")
        (server / "broken").write_text("1\n2\nE: Could not get lock\nE: Unable to lock\nE: held by process 7\n")
        self.assertEqual(self.set_up(), "rgc: a: rgc 0.2.0 could not be installed: it has rgc 0.1.0; apt-get says: "
                         "E: Could not get lock\nE: Unable to lock\nE: held by process 7\n")

    def test_setup_says_what_apt_said_where_there_is_none(self):
        self.package("0.2.0")
        (self.server("a") / "broken").write_text("E: no space left\n")
        self.assertEqual(self.set_up(), "rgc: a: rgc 0.2.0 could not be installed: apt-get says: E: no space left\n")

    def test_setup_says_the_version_that_is_installed_not_that_of_a_file_name(self):
        self.package("0.2.0", content="0.2.0-1")
        self.server("a")
        self.assertEqual(self.set_up(), "rgc: a: installed rgc 0.2.0-1\n")

    def test_setup_waits_for_another_apt_and_asks_for_the_lists_that_a_new_server_lacks(self):
        self.package("0.1.0")
        known, new = self.server("a"), self.server("b", lists=False)
        self.set_up("a,b")
        patient = "-o DPkg::Lock::Timeout=120"
        self.assertEqual(self.apt(known), [f"{patient} install -y"])
        self.assertEqual(self.apt(new), [f"{patient} update", f"{patient} install -y"])

    @in_every_shell
    def test_setup_calls_ssh_as_it_is_told_and_gives_up_one_that_falls_silent(self):
        self.package("0.1.0")
        self.server("a")
        (self.bin / "ssh").rename(self.bin / "my-ssh")
        self.assertEqual(self.set_up(RGC_SSH="my-ssh -F b*n"), "rgc: a: installed rgc 0.1.0\n")
        called = (self.home / "ssh.argv").read_text().splitlines()
        self.assertEqual(called[:2], ["-F", "b*n"])
        self.assertLessEqual({"ServerAliveInterval=15", "ServerAliveCountMax=4"}, set(called))

    @in_every_shell
    def test_setup_takes_the_name_of_a_server_for_nothing_else(self):
        self.package("0.1.0")
        self.server("a")
        (self.project / "a").touch()
        odd = ["*", "?", "a]*", "-oProxyCommand=touch hacked", "-F/dev/null", "root@-oProxyCommand=x", "$(touch hacked)",
               "`touch hacked`", "x;y", "x y", ""]
        self.assertEqual(self.set_up(",".join([*odd, "a"])),
                         "".join(f"rgc: {name}: not the name of a server; rgc was not installed\n" for name in odd) +
                         "rgc: a: installed rgc 0.1.0\n")
        hosts = [word for word in (self.home / "ssh.argv").read_text().splitlines() if word and word in [*odd, "a"]]
        self.assertEqual(set(hosts), {"a"})
        self.assertFalse((self.project / "hacked").exists())

    @in_every_shell
    def test_setup_shows_nothing_of_a_server_that_moves_the_terminal(self):
        nasty = "\033]0;title\a\033[2J\u009b1A\u202egnp.exe\u2066\b\x7f over\rwritten"
        self.package("0.1.0")
        (self.server("a") / "broken").write_text(nasty + "\n")
        self.server("b")
        (self.home / "nasty").write_text(nasty)
        self.program("ssh", SSH.replace('[ -d', 'cat "$HOME/nasty" >&2\n[ -d'))
        said = self.set_up("a")
        self.assertIn("apt-get says: ?]0;title", said)
        self.program("dpkg", '#!/bin/sh\ncat "$HOME/nasty"\n', self.home / "debian")
        said += self.set_up(f"b,c{nasty}")
        self.assertTrue(said.isascii() and said.replace("\n", "").isprintable(), repr(said))

    def test_setup_is_skipped_only_where_that_is_meant(self):
        self.package("0.1.0")
        self.server("a", "installed 0.1.0")
        self.assertEqual(self.set_up(RGC_SKIP="1"), "rgc: skipped\n")
        for value in ("0", "no", "false", ""):
            with self.subTest(value):
                self.assertEqual(self.set_up(RGC_SKIP=value), "rgc: a: has rgc 0.1.0 already\n")
