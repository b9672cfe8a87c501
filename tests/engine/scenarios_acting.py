"""Passes that are ended in the middle, by a signal or with the engine: what stays is whole, and the next pass carries on."""

import signal

import rgc
from api import ApiError
from images import Image
from kamal import Kamal
from namespace import wait_for
from waiting import HANGS

MANY = 40 if rgc.LONG else 12


def tags_of(number):
    return [f"old:{number}", f"old:{number}-amd64", f"mirror.test/old:{number}"]


class Interrupted(rgc.RgcCase):
    settings = {"engine": {"parallel": 1}, "old": {"match": "*old", "unmanaged_max_unused": "0s"}}

    def setUp(self):
        super().setUp()
        self.blog = Kamal(self.engine)
        for number in (1, 2):
            self.blog.redeploy(f"v{number}")
            self.engine.images.tag(self.blog.reference(f"v{number}"), f"mirror.test/blog:v{number}")
        self.old = self.engine.images.load(*(Image(tags=tags_of(number)) for number in range(MANY)))
        self.engine.containers.create("old:0", name="keeper")
        self.planned = self.rgc.plan().ids("images", "remove")
        self.assertEqual(self.planned, set(self.old[1:]))
        self.before = self._images()
        self.kept = self.before.keys() - self.planned

    def half_done(self):
        """A pass that has begun to remove images."""
        tags = len(self.engine.images.tags())
        program = self.rgc.start("collect", "--here")

        def has_begun():
            self.assertIsNone(program.poll(), "the pass has ended too early")
            try:
                return len(self.engine.images.tags()) <= tags - 2
            except ApiError:  # the containerd store fails to list an image that is just being removed
                return False

        wait_for(has_begun, "some tags are gone", pause=0)
        return program

    def end(self, program):
        out, err = program.communicate(timeout=HANGS)
        return program.returncode, out + err

    def assert_kept_are_whole(self, *more):
        left = self._images()
        for one in [*self.kept, *more]:
            self.assertEqual(left.get(one), self.before[one], "an image that stays keeps all its tags")

    def half_untagged(self):
        return [one for one, tags in self._images().items() if 0 < len(tags) < len(self.before[one])]

    def assert_the_next_pass_completes(self, *needed):
        self.assert_kept_are_whole()
        self.rgc.document("collect", "--here")
        self.assert_kept_are_whole(*needed)
        self.assertEqual(self._images().keys(), self.kept | set(needed))
        self.assertEqual([line for line in self.rgc.ledger() if "intent" in line], [])
        self.start_kept(self.rgc.plan(), self.blog)

    def test_after_a_kill_the_next_pass_completes_it_and_gives_back_what_is_needed_now(self):
        program = self.half_done()
        program.kill()
        self.end(program)
        needed = self.half_untagged()[0]
        self.engine.containers.create(needed, name="latecomer")
        plan = self.rgc.plan()
        self.assertEqual(plan.image(needed)["verdict"], "keep")
        self.assertEqual(sorted(plan.image(needed)["tags"]), self.before[needed], "the plan shows what a pass would do")
        self.assert_the_next_pass_completes(needed)

    def test_a_pass_that_is_asked_to_end_leaves_no_image_half_untagged(self):
        program = self.half_done()
        program.send_signal(signal.SIGTERM)
        code, text = self.end(program)
        self.assertEqual(code, 143, text)
        self.assertEqual(self.half_untagged(), [], text)
        self.assertTrue(self.rgc.passes()[0]["interrupted"])
        self.assert_the_next_pass_completes()

    def test_an_engine_that_dies_in_the_middle_costs_nothing_that_stays(self):
        program = self.half_done()
        self.engine.kill_daemon()
        code, text = self.end(program)
        self.assertIn(code, (1, 4), text)
        self.assertIn("engine", text)
        self.engine.start_daemon()
        self.assert_the_next_pass_completes()

    def test_a_second_pass_is_refused_and_a_container_that_comes_now_keeps_its_image(self):
        program = self.half_done()
        program.send_signal(signal.SIGSTOP)
        needed = [one for one in self.old[1:] if self._images().get(one) == self.before[one]][-1]
        self.engine.containers.create(needed, name="racing")
        refused = self.rgc.run("collect", "--here", exits=(5,))
        self.assertIn(str(program.pid), refused.stderr)
        program.send_signal(signal.SIGCONT)
        code, text = self.end(program)
        self.assertEqual(code, 0, text)
        self.assertEqual(self.half_untagged(), [], text)
        self.assert_kept_are_whole(needed)
        self.assert_the_next_pass_completes(needed)
