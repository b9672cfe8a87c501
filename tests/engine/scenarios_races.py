"""Passes in a loop, each of which removes something, while pulls and deploys go on: none of these may fail."""

import rgc
from images import Image
from kamal import Kamal
from namespace import wait_for

PULLS = {"28.5-containerd": 300 if rgc.LONG else 50}
PULLS_ELSEWHERE = 100 if rgc.LONG else 10
DEPLOYS = 25 if rgc.LONG else 5
SIZE = 2_000_000


class Races(rgc.RgcCase):
    registry_wanted = True
    # What is pulled and deployed has the times that a host has; what is litter goes at once.
    settings = {"retention": {"min_age": "1h", "min_uptime": "50ms", "quiet": "5m", "keep_previous": 1},
                "litter": {"match": "litter*", "unmanaged_max_unused": "0s", "min_age": "0s", "quiet": "0s"}}

    def passes(self, removed):
        def step(_):
            done = self.rgc.document("collect", "--here")
            removed.extend(one["id"] for one in done["outcomes"] if one["kind"] == "image" and one["outcome"] == "removed")

        return self.goes_on(step)

    def litter(self, contents, pause=0.1):
        """Images come that go again: each shares its layers with one that is to be pulled."""
        def step(number):
            content = contents[number % len(contents)]
            self.engine.images.load(*(Image(tags=[f"litter:{number}-{twin}"], content=content, size=SIZE,
                                            labels={"twin": str(twin)}) for twin in range(2)))

        return self.goes_on(step, pause)

    def test_no_pull_fails_while_passes_remove_images_that_share_its_layers(self):
        number_of_pulls = PULLS.get(self.flavour, PULLS_ELSEWHERE)
        contents = [f"pulled {number}" for number in range(number_of_pulls)]
        references = [self.registry.publish(Image(content=content, size=SIZE), f"me/app:{number}")
                      for number, content in enumerate(contents)]
        removed, pulled = [], {}
        with self.litter(contents), self.passes(removed):
            for number, reference in enumerate(references):
                wait_for(lambda least=(number + 9) // 10: len(removed) >= least, "removals")
                pulled[reference] = self.engine.images.pull(reference)
        self.assertEqual({tag: one for tag, one in self.engine.images.tags().items() if tag in pulled}, pulled)
        for reference in references[::max(1, number_of_pulls // 5)]:
            container = self.engine.containers.run(reference, ["exit", "7"])
            self.assertEqual(self.engine.containers.wait(container), 7)

    def test_no_plan_fails_while_somebody_else_removes_images(self):
        images = self.engine.images.load(*(Image(tags=[f"others:{number}"]) for number in range(200 if rgc.LONG else 30)))

        with self.goes_on(lambda number: images and self.engine.images.remove(images.pop())):
            while images:
                self.rgc.plan()

    def test_no_deploy_fails_while_passes_run(self):
        blog = Kamal(self.engine, "blog", registry=self.registry)
        shop = Kamal(self.engine, "shop", registry=self.registry)  # without hands off while it is being deployed
        self.rgc.configure({**self.settings, "app shop": {"quiet": "0s"}})
        contents = [f"{app.name}:v{number}" for number in range(1, DEPLOYS + 1) for app in (blog, shop)]
        removed = []
        with self.litter(contents), self.passes(removed):
            for number in range(1, DEPLOYS + 1):
                for app in (blog, shop):
                    app.redeploy(f"v{number}", size=SIZE)
                    self.assertEqual(app.running(), [f"v{number}"])
        self.assertTrue(removed)
        self.rgc.configure({"retention": {"keep_previous": 1}, **{key: self.settings[key] for key in ["litter"]}})
        done = self.finish(blog, shop, wanted=1)
        stays = {one["version"] for image in done["images"] if image["verdict"] != "remove" for one in image["apps"]}
        self.assertLessEqual({f"v{DEPLOYS}", f"v{DEPLOYS - 1}"}, stays)
