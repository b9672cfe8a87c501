# SPDX-License-Identifier: MIT
"""rgc behind HAProxy, as docs/socket-proxy.md describes it: contrib/socket-proxy, and the switches of docker-socket-proxy."""
import http.client
import os
import shutil
import socket
import subprocess
import unittest

from fake_builders import builder
from fake_state import cache_record, image_id
from fault_hosts import DAY, rich_host
from harness import HERE, World, expect_clean, inventory, lost
from waiting import until

HAPROXY = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
OURS = os.path.join(HERE, "..", "..", "contrib", "socket-proxy", "haproxy.cfg")
NEEDED = ("VERSION", "INFO", "IMAGES", "CONTAINERS", "EVENTS")
OPTIONAL = ("SYSTEM", "VOLUMES", "BUILD", "EXEC")


def ours(engine, proxy, with_exec=False):
    """The file that is shipped, with the places of this test."""
    with open(OURS, encoding="utf-8") as file:
        text = file.read()
    if with_exec:
        text = "\n".join(line.replace("# ", "", 1) if line.startswith(("    # acl e", "    # http-request")) else line
                         for line in text.splitlines()) + "\n"
    return (text.replace("/run/rgc-proxy/docker.sock mode 660 group docker", proxy)
            .replace("/var/run/docker.sock", engine))


def switched(engine, proxy, switches):
    """What docker-socket-proxy does with its switches: a prefix of the path each, and POST for all that is no GET."""
    rules = [] if "POST" in switches else ["    http-request deny unless METH_GET"]
    rules += [rf"    http-request allow if {{ path_reg -i ^(/v[0-9.]+)?/{switch.lower()} }}"
              for switch in sorted(switches - {"POST"})]
    return "\n".join(["defaults", "    mode http", "    timeout connect 10s", "    timeout client 10m",
                      "    timeout server 10m", "frontend proxy", f"    bind {proxy}", *rules, "    http-request deny",
                      "    default_backend engine", "backend engine", f"    server engine unix@{engine}", ""])


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("docker")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Proxied(unittest.TestCase):
    def document(self):
        host = rich_host()
        host.containers.append(builder("x0", [cache_record("in it", size=5, last_used=int(host.now - 9 * DAY))],
                                       created=int(host.now - 90 * DAY)))
        host.images.append({**host.images[-1], "id": image_id("buildkit"), "tags": ["moby/buildkit:1"]})
        return host.document()

    def world(self, configure=None, *words):
        """A world; rgc talks to its engine through HAProxy if there is a function that writes its configuration."""
        world = World(self.document())
        world.__enter__()
        self.addCleanup(world.__exit__)
        world.proxy = os.path.join(world.directory, "proxy.sock")
        if configure:
            path = world.write("haproxy.cfg", configure(world.engine.host.removeprefix("unix://"), world.proxy, *words))
            check = subprocess.run([HAPROXY, "-c", "-f", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            self.assertEqual(check.returncode, 0, check.stdout.decode())
            process = subprocess.Popen([HAPROXY, "-db", "-f", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            until(lambda: os.path.exists(world.proxy) or process.poll() is not None)
            world.before = inventory(world.engine.state)
        return world

    def through(self, world, *words):
        return world.rgc("--host", f"unix://{world.proxy}", *words)

    def direct(self):
        world = self.world()
        before = inventory(world.engine.state)
        result = world.rgc(*COLLECT)
        self.assertEqual(result.code, 0, result)
        return lost(before, inventory(world.engine.state))

    def test_our_filter_lets_a_whole_pass_through_and_names_the_builders_that_it_keeps_out(self):
        world = self.world(ours)
        result = self.through(world, *COLLECT)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(lost(world.before, inventory(world.engine.state)), self.direct())
        self.assertFalse(world.engine.lines("/exec"))
        self.assertIn("forbade it (HTTP 403", " ".join(self.through(world, "status").out.split()))

    def test_our_filter_with_builders_lets_their_caches_be_pruned(self):
        world = self.world(ours, True)
        result = self.through(world, *COLLECT)
        self.assertEqual(result.code, 0, result)
        self.assertTrue(world.engine.lines("POST /[^ ]*/exec"))
        self.assertNotIn("HTTP 403", result.out + self.through(world, "status").out)

    def test_our_filter_lets_nothing_through_that_rgc_has_no_use_for(self):
        world = self.world(ours)
        id_ = next(iter(world.engine.state.containers))
        for method, path in (("POST", "/v1.51/containers/create"), ("POST", f"/v1.51/containers/{id_}/start"),
                             ("POST", f"/containers/{id_}/exec"), ("POST", "/v1.51/images/prune"), ("POST", "/build"),
                             ("POST", "/images/create?fromImage=x"), ("DELETE", f"/v1.51/containers/{id_}?force=1"),
                             ("DELETE", f"/v1.51/containers/{id_}?v=1"), ("DELETE", "/v1.51/volumes/data"),
                             ("GET", f"/containers/{id_}/archive?path=/etc"), ("GET", f"/containers/{id_}/logs"),
                             ("GET", "/v1.51/secrets"), ("PUT", f"/containers/{id_}/archive?path=/")):
            with self.subTest(f"{method} {path}"):
                connection = UnixConnection(world.proxy)
                self.addCleanup(connection.close)
                connection.request(method, path)
                self.assertEqual(connection.getresponse().status, 403)
        self.assertEqual(inventory(world.engine.state), world.before)

    def test_the_switches_that_are_documented_suffice(self):
        world = self.world(switched, {"POST", *NEEDED, *OPTIONAL})
        result = self.through(world, *COLLECT)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(lost(world.before, inventory(world.engine.state)), self.direct())

    def test_a_switch_that_a_pass_needs_is_named_where_it_is_off(self):
        for switch in NEEDED:
            with self.subTest(switch):
                world = self.world(switched, {"POST", *NEEDED, *OPTIONAL} - {switch})
                result = self.through(world, *COLLECT)
                expect_clean(result)
                self.assertNotEqual(result.code, 0, result)
                self.assertIn(f"docker-socket-proxy: {switch})", result.err)
                self.assertEqual(inventory(world.engine.state), world.before)

    def test_a_switch_that_costs_a_feature_is_named_where_it_is_off(self):
        for switch in OPTIONAL:
            with self.subTest(switch):
                world = self.world(switched, {"POST", *NEEDED, *OPTIONAL} - {switch})
                result = self.through(world, *COLLECT)
                expect_clean(result)
                self.assertEqual(lost(world.before, inventory(world.engine.state))[:2], self.direct()[:2], result)
                told = " ".join((result.out + result.err + self.through(world, "status").out).split())
                self.assertRegex(told, rf"docker-socket-proxy: [A-Z a-z]*{switch}\)")

    def test_without_post_nothing_is_removed_and_plan_still_answers(self):
        world = self.world(switched, {*NEEDED, *OPTIONAL})
        self.assertEqual(self.through(world, "plan").code, 0)
        result = self.through(world, *COLLECT)
        self.assertEqual(result.code, 1, result)
        self.assertEqual(inventory(world.engine.state), world.before)
        self.assertIn("POST", result.out + result.err)


COLLECT = ("collect", "--here")


def setUpModule():
    if not HAPROXY:
        raise unittest.SkipTest("haproxy is not installed")
