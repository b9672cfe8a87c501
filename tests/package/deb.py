# SPDX-License-Identifier: MIT
"""The package: what is in it, what its scripts do, and what lintian says where it is installed.

The class Made makes it, for the others: they find what a run of that class has left in the build directory.
"""
import gzip
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile
import unittest

import installed
from installed import run
from program import BUILD

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SYSTEMD = "usr/lib/systemd/system"
FILES = f"""
usr/bin/rgc
etc/rgc/rgc.conf
{SYSTEMD}/rgc.service
{SYSTEMD}/rgc.service.d/engine.conf
{SYSTEMD}/rgc.socket
{SYSTEMD}/rgc.socket.d/engine.conf
usr/lib/sysusers.d/rgc.conf
usr/lib/tmpfiles.d/rgc.conf
usr/lib/systemd/catalog/rgc.catalog
usr/share/man/man1/rgc.1.gz
usr/share/man/man5/rgc.conf.5.gz
usr/share/man/man8/rgc-agent.8.gz
usr/share/bash-completion/completions/rgc
usr/share/zsh/vendor-completions/_rgc
usr/share/fish/vendor_completions.d/rgc.fish
usr/share/doc/rgc/README.md
usr/share/doc/rgc/SECURITY.md
usr/share/doc/rgc/copyright
usr/share/doc/rgc/changelog.gz
usr/share/doc/rgc/changelog.Debian.gz
""".split()
HOOKS = [f"usr/share/doc/rgc/contrib/kamal-hooks/{hook}" for hook in ("docker-setup", "post-deploy")]
FILES += HOOKS + [f"usr/share/doc/rgc/contrib/{file}" for file in (
    "kamal-accessory/deploy.yml", "socket-proxy/haproxy.cfg", "swarm/stack.yml")]
FILES += [f"usr/share/doc/rgc/{path.relative_to(SOURCE)}" for path in (SOURCE / "docs").rglob("*") if path.is_file()]
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
# Plays every program that a maintainer script calls, and writes down how.
RECORDER = """#!/bin/sh
echo "${0##*/} $*" >> "$RECORD"
case "${0##*/} $*" in
    "systemctl "*is-active*) exit "$RUNNING" ;;
esac
"""
PLAYED = ("systemctl", "deb-systemd-helper", "deb-systemd-invoke", "systemd-sysusers", "systemd-tmpfiles", "rm")

MADE = pathlib.Path(BUILD) / "package-under-test"

temporary = package = root = work = None


def make():
    shutil.rmtree(MADE, ignore_errors=True)
    # All is built already. Of this generator CPack knows that it needs no build before an installation.
    # The builder's umask is no part of the package.
    os.umask(0o077)
    run("cpack", "--config", pathlib.Path(BUILD) / "CPackConfig.cmake", "-G", "DEB", "-B", MADE,
        "-D", "CPACK_CMAKE_GENERATOR=Ninja")


def setUpModule():
    installed.need("dpkg-deb")
    installed.need("dpkg-shlibdeps")


def tearDownModule():
    if temporary:
        temporary.cleanup()


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        global temporary, package, root, work
        temporary = tempfile.TemporaryDirectory(prefix="rgc-deb.")
        work = pathlib.Path(temporary.name)
        found = list(MADE.glob("rgc_*.deb"))
        assert len(found) == 1, found
        package, root = found[0], work / "root"
        run("dpkg-deb", "--raw-extract", package, root)


def field(name):
    return run("dpkg-deb", "--field", package, name).strip()


def cached(name):
    """What the build was told."""
    text = (pathlib.Path(BUILD) / "CMakeCache.txt").read_text(encoding="utf-8")
    return re.search(rf"^{name}:\w+=(.*)$", text, re.MULTILINE).group(1)


class Made(Package):
    @classmethod
    def setUpClass(cls):
        make()
        super().setUpClass()

    def test_its_name_and_fields_are_those_of_a_debian_package(self):
        version, architecture = field("Version"), field("Architecture")
        self.assertEqual(package.name, f"rgc_{version}_{architecture}.deb")
        self.assertEqual((field("Package"), field("Section")), ("rgc", "admin"))
        self.assertEqual((field("Maintainer"), field("Homepage")),
                         (cached("RGC_MAINTAINER"), cached("CMAKE_PROJECT_HOMEPAGE_URL")))
        self.assertEqual(field("Recommends"), "docker.io | docker-ce")

    def test_it_depends_on_what_the_program_is_linked_with(self):
        # Which release has the library under a name with t64 is the release's business.
        depends = {name.split()[0].removesuffix("t64") for name in field("Depends").split(",")}
        listed = run(SOURCE / "tests/lib/packages.sh", "--list", "run").split()
        self.assertEqual(depends - {"libc6", "systemd", "init-system-helpers"},
                         {name.removesuffix("t64") for name in listed})


class Contents(Package):
    def test_it_has_exactly_these_files(self):
        found = {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}
        self.assertEqual({path for path in found if not path.startswith("DEBIAN/")}, set(FILES))

    def test_the_links_of_the_documentation_lead_somewhere(self):
        documents = list((root / "usr/share/doc/rgc").rglob("*.md"))
        links = [(document.name, link, (document.parent / link).is_file())
                 for document in documents for link in LINK.findall(document.read_text(encoding="utf-8"))]
        self.assertIn(("README.md", "docs/kamal.md", True), links)
        self.assertEqual([link for link in links if not link[2]], [])

    def test_the_description_promises_no_more_than_the_manual(self):
        self.assertIn("no volume but those\nthat builders left behind", re.sub(r"\n ", "\n", field("Description")))

    def test_everything_is_roots_and_can_be_written_by_nobody_else(self):
        for line in run("dpkg-deb", "--contents", package).splitlines():
            mode, owner = line.split()[:2]
            self.assertEqual(owner, "root/root", line)
            self.assertEqual((mode[5], mode[8]), ("-", "-"), line)
        modes = {path: stat.S_IMODE((root / path).stat().st_mode) for path in FILES}
        self.assertEqual({path: mode for path, mode in modes.items() if mode != 0o644},
                         {path: 0o755 for path in ("usr/bin/rgc", *HOOKS)})

    def test_the_changelog_names_the_version_of_the_project(self):
        with gzip.open(root / "usr/share/doc/rgc/changelog.Debian.gz", "rt") as changelog:
            self.assertTrue(changelog.readline().startswith(f"rgc ({field('Version')}) "))

    def test_the_configuration_is_a_conffile(self):
        self.assertEqual((root / "DEBIAN/conffiles").read_text(encoding="utf-8"), "/etc/rgc/rgc.conf\n")
        self.assertEqual((root / "etc/rgc/rgc.conf").read_bytes(), (SOURCE / "contrib/rgc.conf").read_bytes())

    def test_what_is_compressed_is_what_is_in_the_tree(self):
        for path, source in (("man/man1/rgc.1.gz", "docs/rgc.1"), ("man/man8/rgc-agent.8.gz", "docs/rgc-agent.8")):
            self.assertEqual(gzip.decompress((root / "usr/share" / path).read_bytes()), (SOURCE / source).read_bytes())

    def test_the_service_starts_the_program_of_the_package(self):
        self.assertIn("\nExecStart=/usr/bin/rgc agent\n", (root / SYSTEMD / "rgc.service").read_text(encoding="utf-8"))


class Scripts(Package):
    """Outside of a server: whether systemd runs is a directory that the script is told of."""

    def play(self, script, *arguments, booted=True, running=True):
        """What the script calls, in its order."""
        directory = pathlib.Path(tempfile.mkdtemp(dir=work))
        for name in PLAYED:
            (directory / name).write_text(RECORDER, encoding="utf-8")
            (directory / name).chmod(0o755)
        (directory / "calls").touch()
        text = (root / "DEBIAN" / script).read_text(encoding="utf-8")
        self.assertNotIn("pkill", text)
        text = text.replace("/run/systemd/system", str(directory if booted else directory / "not-there"))
        environment = {"PATH": f"{directory}:/usr/bin:/bin", "RECORD": str(directory / "calls"),
                       "RUNNING": "0" if running else "3"}
        done = subprocess.run(["sh", "-c", text, script, *arguments], env=environment, capture_output=True, text=True,
                              check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        return (directory / "calls").read_text(encoding="utf-8").splitlines()

    def test_an_install_makes_the_user_then_the_directories_then_starts_the_units(self):
        calls = self.play("postinst", "configure", "")
        self.assertEqual(calls[:2], ["systemd-sysusers rgc.conf", "systemd-tmpfiles --create rgc.conf"])
        for unit in ("rgc.socket", "rgc.service"):
            self.assertIn(f"deb-systemd-helper enable {unit}", calls)
        self.assertEqual(calls[-1], "deb-systemd-invoke start rgc.socket rgc.service")

    def test_nothing_is_started_where_docker_is_not_running(self):
        calls = self.play("postinst", "configure", "", running=False)
        self.assertEqual([call for call in calls if call.startswith("deb-systemd-invoke")], [])

    def test_an_upgrade_restarts(self):
        self.assertEqual(self.play("postinst", "configure", "0.0.9-1")[-1],
                         "deb-systemd-invoke restart rgc.socket rgc.service")
        self.assertEqual(self.play("prerm", "upgrade", "0.2.0-1"), [])

    def test_a_removal_stops(self):
        self.assertEqual(self.play("prerm", "remove"), ["deb-systemd-invoke stop rgc.service rgc.socket"])
        self.assertEqual(self.play("postrm", "remove"), ["rm -rf /run/rgc", "systemctl --system daemon-reload"])

    def test_a_purge_takes_the_state_and_leaves_the_user(self):
        calls = self.play("postrm", "purge")
        self.assertIn("rm -rf /var/lib/rgc", calls)
        self.assertIn("deb-systemd-helper purge rgc.service rgc.socket", calls)
        self.assertEqual([call for call in calls if "user" in call.split()[0]], [])

    def test_without_a_running_systemd_no_script_calls_it(self):
        for script, argument in (("postinst", "configure"), ("prerm", "remove"), ("postrm", "remove"), ("postrm", "purge")):
            calls = self.play(script, argument, booted=False)
            self.assertEqual([call for call in calls if re.match("systemctl|deb-systemd-invoke", call)], [], script)


class Lintian(Package):
    @classmethod
    def setUpClass(cls):
        installed.need("lintian")
        super().setUpClass()

    def test_lintian_has_no_errors(self):
        done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error", str(package)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
        print(done.stdout)
        self.assertEqual(done.returncode, 0, done.stdout)
