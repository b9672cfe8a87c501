"""rgc watch beside real engines: what has come and gone between two passes, and a pass that knows of it."""

import json
import queue
import signal
import threading

import rgc
from images import Image
from kamal import Kamal
from namespace import wait_for
from waiting import HANGS

JOB = "tools/job:1"


class Watch:
    """The program while it runs, and the lines that it tells."""

    def __init__(self, program):
        self.process = program.start("watch")
        self.lines = queue.Queue()
        self.thread = threading.Thread(target=self._read)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))
        self.lines.put(None)

    def next(self):
        return self.lines.get(timeout=HANGS)

    def until(self, **wanted):
        """All lines up to the first that has these members."""
        seen = []
        while not seen or any(seen[-1].get(key) != value for key, value in wanted.items()):
            seen.append(self.next())
            if seen[-1] is None:
                raise AssertionError(f"it ended before {wanted}: {seen}")
        return seen

    def stop(self, number=signal.SIGTERM):
        if number:
            self.process.send_signal(number)
        code = self.process.wait(HANGS)
        self.thread.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return code


class Watching(rgc.RgcCase):
    registry_wanted = True
    settings = {"retention": {"keep_previous": 0, "jobs_max_unused": "1h"}}

    def watch(self, *first):
        watch = Watch(self.rgc)
        self.addCleanup(lambda: watch.process.poll() is None and watch.stop(signal.SIGKILL))
        self.assertEqual([watch.next()["type"] for _ in first], list(first))
        return watch

    def forget(self):
        """The engine remembers 256 events: all others are now too old."""
        for number in range(130):
            self.engine.api.post("/volumes/create", {"Name": f"event-{number}"})
            self.engine.api.request("DELETE", f"/volumes/event-{number}")

    def run_job(self):
        before = {one["Id"] for one in self.engine.containers.list()}
        self.engine.containers.run(JOB, ["exit", "0"], remove=True)
        wait_for(lambda: {one["Id"] for one in self.engine.containers.list()} <= before, "the job's container goes")

    def test_an_image_that_only_short_jobs_use_is_remembered_across_restarts(self):
        job, = self.engine.images.load(Image(tags=[JOB]))
        self.collect(expected={"keep unmanaged": [JOB]})
        watch = self.watch("connected", "gap")
        self.collect()
        for night in range(3):
            self.run_job()
            watch.until(action="die")
            self.forget()
            self.collect(expected={"keep job": [JOB]})
            if night == 1:
                self.assertEqual(watch.stop(), 0)
                watch = self.watch("connected")
        self.engine.containers.run_to_end(JOB, ["exit", "0"], name="kept")  # its events only, and no inspect, tell of it
        self.engine.containers.remove("kept")
        watch.until(action="die")
        self.forget()
        uses = {one["named"] for one in self.rgc.ledger() if one.get("image") == job}
        self.collect(expected={"keep job": [JOB]})
        self.assertLess(max(uses), max(one["named"] for one in self.rgc.ledger() if one.get("image") == job))
        # Nobody uses it any more: as no event was missed, its time runs out, however much the engine has forgotten.
        self.rgc.configure({"retention": {"keep_previous": 0, "jobs_max_unused": "1s"}})
        rgc.until_old_enough(1)
        self.forget()
        self.collect(expected={"remove unused": [JOB]})
        self.assertEqual(watch.stop(), 0)

    def test_what_arrives_is_told_and_what_rgc_itself_does_is_not(self):
        blog = Kamal(self.engine, registry=self.registry)
        watch = self.watch("connected", "gap")
        for number in (1, 2, 3):
            blog.redeploy(f"v{number}")
        watch.until(kind="arrival", reference=blog.reference("v3"))
        started = watch.until(action="start", reference=blog.reference("v3"))[-1]
        self.assertEqual(started["app"], "blog")
        self.engine.images.load(Image(tags=["other:1"]))
        self.engine.images.tag("other:1", "begin:1")
        watch.until(reference="begin:1")
        done = self.collect(expected={"remove superseded": rgc.versions(blog, 1, 2)})
        self.assertTrue(done["outcomes"])
        self.engine.images.tag("other:1", "end:1")
        self.assertEqual([line["reference"] for line in watch.until(reference="end:1")], ["end:1"],
                         "of a pass it tells nothing")
        self.assertEqual(watch.stop(), 0)

    def test_it_ends_with_the_engine_and_comes_back_with_it(self):
        self.engine.images.load(Image(tags=[JOB]))
        watch = self.watch("connected", "gap")
        self.run_job()
        watch.until(action="die")
        for end in (self.engine.stop_daemon, self.engine.kill_daemon):
            end()
            self.assertEqual(watch.stop(None), 4)
            early = Watch(self.rgc)
            self.assertEqual(early.stop(None), 4, "without an engine")
            self.engine.start_daemon()
            watch = self.watch("connected", "gap")
            self.run_job()
            watch.until(action="die")
            self.collect(expected={"keep job": [JOB]})
        self.assertEqual(watch.stop(), 0)

    def test_at_rest_it_asks_the_system_for_nothing(self):
        watch = self.watch("connected", "gap")
        self.forget()  # of this it is told nothing

        def switches():
            with open(f"/proc/{watch.process.pid}/status", encoding="ascii") as file:
                return [line.split()[1] for line in file if "ctxt_switches" in line][0]

        def has_slept():
            before = switches()
            rgc.until_old_enough(3)
            self.forget()
            return switches() == before
        wait_for(has_slept, "it sleeps all the time")  # the last of what it has to do may come late
        self.assertEqual(watch.stop(), 0)
