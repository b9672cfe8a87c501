# SPDX-License-Identifier: MIT
"""rgc watch and an engine whose stream of events fails in every way; and what passes make of what it has written."""
import json
import os
import queue
import shutil
import signal
import subprocess
import threading
import time
import unittest

from fake_state import container, image
from fault_hosts import rich_host
from harness import World, expect
from waiting import HANGS, a_while, longer_and_longer, until


class Watch:
    """The program while it runs, and the lines that it has told."""

    def __init__(self, world):
        self.world = world
        self.process = world.start("watch")
        self.lines = queue.Queue()
        threading.Thread(target=self._read, args=(self.process,), daemon=True).start()

    def _read(self, process):
        for line in process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put(None)

    def next(self):
        line = self.lines.get(timeout=HANGS)
        if line is None:
            raise AssertionError(f"it has ended: {self.process.stderr.read()}")
        return line

    def until(self, **wanted):
        """The lines up to the first that has these members."""
        seen = []
        while not seen or any(seen[-1].get(key) != value for key, value in wanted.items()):
            seen.append(self.next())
        return seen

    def end(self, code, number=None):
        """The rest of its lines."""
        if number:
            self.process.send_signal(number)
        rest = []
        while (line := self.lines.get(timeout=HANGS)) is not None:
            rest.append(line)
        self.process.wait(HANGS)
        self.error = self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        expect(self.process.returncode == code, f"exit {self.process.returncode}, not {code}", self.error)
        expect("Sanitizer" not in self.error and "runtime error" not in self.error, "a sanitizer spoke", self.error)
        expect(len(self.error.splitlines()) <= 1, "more than one line", self.error)
        return rest


def ring_of(state, count=300):
    """As many events as push all others out of an engine's memory."""
    for _ in range(count):
        state.event("container", "exec_start: true", "c" * 64, {})


class Streams(unittest.TestCase):
    def world(self, *arguments, **more):
        world = World(*arguments, **more)
        world.__enter__()
        self.addCleanup(world.__exit__)
        return world

    def connected(self, world, *kinds):
        watch = Watch(world)
        self.assertEqual([watch.next()["type"] for _ in kinds], list(kinds))
        return watch

    def event(self, world, *event):
        with world.engine.lock:
            world.engine.state.event(*event)

    def run_job(self, world, reference="tools/job:1", name="nightly", seconds=0, labels=None):
        attributes = {"image": reference, "name": name, **(labels or {})}
        identity = container(f"{name} {time.time_ns()}", reference)["id"]
        for action in ("create", "start", "die", "destroy"):
            self.event(world, "container", action, identity, {**attributes, **({"exitCode": "0"} if action == "die" else {})})

    def seen(self, world):
        found = []
        for name in ("seen.old.jsonl", "seen.jsonl"):
            if os.path.exists(os.path.join(world.state, name)):
                lines = [json.loads(line) for line in world.read(name).splitlines()]
                found += [line for line in lines if line["what"] != "pass"]  # how far a ledger has it
        return found

    # --- what it tells

    def test_it_tells_what_arrives_and_what_is_used_and_of_whom(self):
        world = self.world()
        watch = self.connected(world, "connected", "gap")
        self.event(world, "image", "pull", "r/blog:v4", {"name": "r/blog"})
        self.assertEqual(watch.next(), {"type": "event", "kind": "arrival", "action": "pull", "reference": "r/blog:v4", "app": None})
        self.run_job(world, "r/blog:v4", "blog-web-v4", labels={"service": "blog", "role": "web", "TOKEN": "s3cret"})
        self.assertEqual(watch.next(), {"type": "event", "kind": "use", "action": "create", "reference": "r/blog:v4", "app": "blog"})
        self.assertEqual([watch.next()["action"] for _ in range(2)], ["start", "die"])
        self.assertEqual(watch.end(0, signal.SIGTERM), [])
        self.assertEqual(watch.error, "")
        uses = [line for line in self.seen(world) if line["what"] == "use"]
        self.assertEqual([use["action"] for use in uses], ["create", "start", "die"])
        self.assertEqual({use["service"] for use in uses}, {"blog"})
        self.assertNotIn("s3cret", world.read("seen.jsonl"))

    def test_own_removals_are_neither_arrivals_nor_uses(self):
        world = self.world(rich_host().document())
        watch = self.connected(world, "connected", "gap")
        done = subprocess.run(world.command("collect", "--here", "--json"), capture_output=True, check=True, timeout=HANGS)
        removed = [one for one in json.loads(done.stdout)["outcomes"] if one["outcome"] == "removed"]
        self.assertGreater(len(removed), 3)
        self.event(world, "image", "pull", "end:1", {"name": "end"})
        self.assertEqual([line["reference"] for line in watch.until(reference="end:1")], ["end:1"])
        watch.end(0, signal.SIGTERM)

    def test_the_image_is_asked_for_while_its_name_is_true(self):
        old, new = image("old", tags=["tools/job:latest"]), image("new", tags=[])
        world = self.world({"images": [old, new]})
        watch = self.connected(world, "connected", "gap")
        self.run_job(world, "tools/job:latest")
        watch.until(action="die")
        with world.engine.lock:
            world.engine.state.images[old["id"]]["tags"] = []
            world.engine.state.images[new["id"]]["tags"] = ["tools/job:latest"]
        self.run_job(world, "tools/job:latest")
        watch.until(action="die")
        watch.end(130, signal.SIGINT)
        self.assertEqual([use["image"] for use in self.seen(world)], [old["id"]] * 3 + [new["id"]] * 3)

    # --- how the stream can fail

    def test_a_line_that_cannot_be_read_is_passed_over_and_is_a_gap(self):
        for line in (b"garbage\n", b'{"Type":"image"\n', b"[]\n", b'{"Type":7,"Action":"pull","Actor":{}}\n',
                     b'{"Type":"image","Action":"pull","Actor":{"ID":"' + b"x" * (1 << 20) + b'"}}\n', b"\xff\xfe{}\n"):
            with self.subTest(line=line[:40]):
                world = self.world()
                watch = self.connected(world, "connected", "gap")
                world.engine.raw.append(line)
                self.assertEqual(watch.next(), {"type": "gap"})
                self.event(world, "image", "pull", "r/blog:v4", {"name": "r/blog"})
                self.assertEqual(watch.next()["reference"], "r/blog:v4")
                watch.end(0, signal.SIGTERM)

    def test_what_is_too_long_to_be_written_down_is_a_gap(self):
        world = self.world()
        watch = self.connected(world, "connected", "gap")
        self.event(world, "container", "start", "c" * 64, {"image": "r/blog:v4", "service": "s" * 5000})
        self.assertEqual(watch.next(), {"type": "gap"})
        self.assertEqual(watch.next()["reference"], "r/blog:v4")
        watch.end(0, signal.SIGTERM)
        self.assertEqual(self.seen(world), [])

    def test_lines_that_come_in_pieces_are_whole(self):
        world = self.world()
        watch = self.connected(world, "connected", "gap")
        line = b'{"Type":"image","Action":"pull","Actor":{"ID":"r/blog:v4","Attributes":{}},"time":1}\r\n\n'
        for at in range(0, len(line), 17):
            world.engine.raw.append(line[at:at + 17])
            a_while(0.03)  # longer than the engine holds them back: each is a chunk of its own
        self.assertEqual(watch.next()["reference"], "r/blog:v4")
        watch.end(0, signal.SIGTERM)

    def test_a_stream_that_is_cut_ends_it_quietly(self):
        for cut in ([None], [b'{"Type":"image","Act', None]):
            with self.subTest(cut=cut):
                world = self.world()
                watch = self.connected(world, "connected", "gap")
                world.engine.raw += cut
                self.assertEqual(watch.end(4), [])

    def test_an_engine_that_does_not_serve_events_is_none(self):
        events = r"^GET /events\?since=\d+\.\d+&filters"
        for fault in ({"do": "status:500", "message": "no"}, {"do": "html"}, {"do": "nothttp"}, {"do": "drop"},
                      {"do": "hang"}, {"do": "garbage"}):
            with self.subTest(fault=fault):
                world = self.world(config={"engine": {"timeout": "1s"}}, faults=[{"match": events, **fault}])
                watch = Watch(world)
                watch.end(4)
                self.assertTrue(watch.error.startswith("rgc: "), watch.error)

    def test_podman_may_send_nothing_before_there_is_something_to_tell(self):
        document = {"podman": True, "version": "4.3.1", "api": "1.41"}
        for seconds in longer_and_longer(2):  # in which the engine's other answers must come
            world = self.world(document, config={"engine": {"timeout": f"{seconds}s"}},
                               faults=[{"match": "^GET /events.*filters", "do": "hang"}])
            watch = Watch(world)
            if watch.lines.get(timeout=HANGS):
                break
        self.assertEqual(watch.next(), {"type": "gap"})
        watch.end(0, signal.SIGTERM)
        world.refreshed()
        self.event(world, "image", "pull", "r/blog:v4", {"name": "r/blog"})
        watch = self.connected(world, "connected")
        self.assertEqual(watch.next()["reference"], "r/blog:v4")
        watch.end(0, signal.SIGTERM)

    def test_without_an_engine_it_ends_with_4(self):
        world = self.world()
        world.engine.stop()
        watch = Watch(world)
        watch.end(4)

    def test_a_request_beside_the_stream_that_hangs_holds_up_no_event_for_long(self):
        world = self.world(faults=[{"match": "^GET /images/", "do": "hang"}])
        watch = self.connected(world, "connected", "gap")
        self.run_job(world)
        watch.until(action="die")
        watch.end(0, signal.SIGTERM)
        self.assertNotIn("image", self.seen(world)[0])

    def test_sigterm_ends_it_while_the_engine_hangs(self):
        world = self.world(faults=[{"match": "^GET /version", "do": "hang"}])
        watch = Watch(world)
        until(lambda: world.engine.requests)
        watch.end(0, signal.SIGTERM)

    # --- coming back

    def test_what_happens_while_it_is_away_is_told_and_is_no_gap(self):
        world = self.world()
        self.event(world, "image", "pull", "old:1", {"name": "old"})
        watch = self.connected(world, "connected", "gap")
        watch.until(reference="old:1")
        self.run_job(world)
        watch.until(action="die")
        watch.end(0, signal.SIGTERM)
        self.event(world, "image", "pull", "new:1", {"name": "new"})
        watch = self.connected(world, "connected")
        watch.until(reference="new:1")  # after what it may have read before it ended, again
        self.assertEqual(watch.end(0, signal.SIGTERM), [])

    def test_a_kill_loses_nothing(self):
        world = self.world()
        watch = self.connected(world, "connected", "gap")
        self.run_job(world)
        watch.until(action="die")
        watch.end(-signal.SIGKILL, signal.SIGKILL)
        world.write("state/seen.jsonl", world.read("seen.jsonl") + '{"what":"us')
        self.run_job(world, name="weekly")
        watch = self.connected(world, "connected")
        told = watch.until(action="die") + watch.until(action="die")  # the last one that was known comes again: no harm
        self.assertNotIn({"type": "gap"}, told)
        watch.end(0, signal.SIGTERM)
        names = [json.loads(line)["name"] for line in world.read("seen.jsonl").splitlines() if line.endswith("}")]
        self.assertEqual(names.count("weekly"), 3)

    def test_an_engine_that_has_forgotten_what_came_in_between_is_a_gap(self):
        world = self.world()
        watch = self.connected(world, "connected", "gap")
        watch.end(0, signal.SIGTERM)
        ring_of(world.engine.state)
        self.connected(world, "connected", "gap").end(0, signal.SIGTERM)

    def test_an_engine_that_has_restarted_is_a_gap_for_who_starts_passes(self):
        world = self.world()
        self.event(world, "image", "pull", "old:1", {"name": "old"})
        watch = self.connected(world, "connected", "gap")
        watch.until(reference="old:1")
        world.engine.raw.append(None)
        watch.end(4)
        before = json.loads(world.read("watch.json"))
        world.engine.state.events.clear()
        self.event(world, "network", "create", "n", {})
        self.connected(world, "connected", "gap").end(0, signal.SIGTERM)
        self.assertEqual(json.loads(world.read("watch.json"))["since"], before["since"],
                         "while there was no engine nothing was used")

    # --- passes

    def job_host(self):
        document = {"images": [image("job", tags=["tools/job:1"]), image("other", tags=["tools/other:1"])]}
        return self.world(document, {"retention": {"min_age": "0s", "quiet": "0s", "jobs_max_unused": "1h"}})

    def ledger(self, world):
        return [json.loads(line) for line in world.read("ledger.json").splitlines()]

    def collect(self, world):
        done = subprocess.run(world.command("collect", "--here", "--json"), capture_output=True, timeout=HANGS, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return {tag: f"{one['verdict']} {one['reason']}" for one in json.loads(done.stdout)["images"] for tag in one["tags"]}

    def test_a_job_that_the_replay_has_forgotten_is_remembered_as_one(self):
        world = self.job_host()
        self.assertEqual(self.collect(world)["tools/job:1"], "keep unmanaged")
        watch = self.connected(world, "connected", "gap")
        self.run_job(world)
        watch.until(action="die")
        ring_of(world.engine.state)
        self.assertEqual(self.collect(world), {"tools/job:1": "keep job", "tools/other:1": "keep unmanaged"})
        self.assertEqual(self.collect(world)["tools/job:1"], "keep job")
        self.assertEqual(self.collect(world)["tools/job:1"], "keep job")
        watch.end(0, signal.SIGTERM)
        self.assertEqual(self.seen(world), [], "what is in the ledger is dropped")

    def test_a_plan_knows_it_too_and_takes_nothing_away(self):
        world = self.job_host()
        self.collect(world)
        watch = self.connected(world, "connected", "gap")
        self.run_job(world)
        watch.until(action="die")
        ring_of(world.engine.state)
        for _ in range(2):
            done = subprocess.run(world.command("plan", "--json"), capture_output=True, timeout=HANGS, check=True)
            reasons = {one["tags"][0]: one["reason"] for one in json.loads(done.stdout)["images"]}
            self.assertEqual(reasons["tools/job:1"], "job")
        watch.end(0, signal.SIGTERM)

    def test_while_it_follows_the_windows_run_on_however_much_the_engine_forgets(self):
        world = self.job_host()
        self.collect(world)
        watch = self.connected(world, "connected", "gap")
        self.collect(world)
        began = self.ledger(world)[0]["watched_since"]
        for _ in range(3):
            ring_of(world.engine.state)
            self.collect(world)
            self.assertEqual(self.ledger(world)[0]["watched_since"], began)
        watch.end(0, signal.SIGTERM)
        ring_of(world.engine.state)
        self.collect(world)
        self.assertGreater(self.ledger(world)[0]["watched_since"], began)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("mount"), "needs root and the right to mount")
    def test_a_full_disk_ends_nothing_and_what_was_seen_is_written_when_there_is_room(self):
        world = self.job_host()
        os.mkdir(world.state)
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,nr_inodes=64,mode=0750", "none", world.state],
                              capture_output=True, check=False)
        if made.returncode != 0:
            self.skipTest(made.stderr.decode())
        self.addCleanup(subprocess.run, ["umount", "-l", world.state], check=True)
        watch = self.connected(world, "connected", "gap")
        ballast = os.path.join(world.state, "ballast")
        with open(ballast, "wb", buffering=0) as file, self.assertRaises(OSError):
            while True:
                file.write(b"x" * 4096)
        self.run_job(world)
        watch.until(action="die")
        self.assertEqual(self.seen(world), [])
        os.unlink(ballast)
        self.run_job(world, name="weekly")
        watch.until(action="die")
        self.assertEqual([line["name"] for line in self.seen(world)], ["nightly"] * 3 + ["weekly"] * 3)
        watch.end(0, signal.SIGTERM)

    # --- the agent's end

    def test_the_agent_gets_the_lines_on_its_descriptor(self):
        world = self.world()
        reader, writer = os.pipe()
        world.environment["RGC_PROGRESS_FD"] = str(writer)
        process = world.start("watch", pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader, encoding="utf-8") as lines:
            self.assertEqual(json.loads(lines.readline()), {"type": "connected"})
            self.assertEqual(json.loads(lines.readline()), {"type": "gap"})
            self.event(world, "image", "pull", "r/blog:v4", {"name": "r/blog"})
            self.assertEqual(json.loads(lines.readline())["reference"], "r/blog:v4")
        self.event(world, "image", "pull", "r/blog:v5", {"name": "r/blog"})  # nobody reads any more
        until(lambda: len(self.seen(world)) >= 2)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(world.finish("watch").code, 0)

    def test_whoever_looks_on_does_not_write(self):
        world = self.world()
        first = self.connected(world, "connected", "gap")
        second = self.connected(world, "connected", "gap")
        self.event(world, "image", "pull", "r/blog:v4", {"name": "r/blog"})
        for watch in (first, second):
            watch.until(reference="r/blog:v4")
        second.end(0, signal.SIGTERM)
        self.assertIn("not recorded", second.error)
        first.end(0, signal.SIGTERM)
        self.assertEqual(len(self.seen(world)), 1)
