# SPDX-License-Identifier: MIT
"""An engine on which more happens than it remembers, as health checks alone can make it: passes do their work all the same."""
import unittest

import builders
from waiting import a_while


def much_happens(state):
    for _ in range(300):
        state.event("container", "exec_start: true", "c" * 64, {})


class BusyEngine(unittest.TestCase):
    def start(self, verb, seconds):
        """Whenever this command of buildctl has run for so long, the engine has forgotten what was before."""
        world = builders.world_of()
        world.__enter__()
        self.addCleanup(world.__exit__)
        builders.remember(world)
        execs = world.engine.execs
        run = execs.run

        def run_slowly(state, id_):
            answer = run(state, id_)
            if execs.find(id_)["words"][1] == verb:
                a_while(seconds)
                much_happens(state)
            return answer
        execs.run = run_slowly
        return world

    def assert_all_done(self, world):
        before = builders.state_of(world)
        result = world.collect()
        self.assertEqual(result.code, 0, result)
        self.assertEqual({entry["outcome"] for entry in result.document["outcomes"]}, {"removed"}, result)
        after = builders.state_of(world)
        self.assertEqual(before["volumes"] - after["volumes"], {"buildx_buildkit_left0_state"})
        self.assertNotIn("buildx_buildkit_stopped0", after["boxes"])
        self.assertEqual(after["records"], [100, 5_000])
        self.assertTrue(any(entry["kind"] == "image" for entry in result.document["outcomes"]))
        self.assertEqual(world.engine.state.violations, [])

    def test_a_builder_that_answers_slowly_does_not_starve_the_pass(self):
        self.assert_all_done(self.start("du", 3.2))

    def test_a_prune_that_takes_long_does_not_keep_the_next_builders_and_volumes_from_their_turn(self):
        self.assert_all_done(self.start("prune", 1.3))
