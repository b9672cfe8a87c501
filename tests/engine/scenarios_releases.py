"""Kamal's releases: which stay, which go, and whether what stays can be rolled back to."""

import rgc
from kamal import Kamal
from rgc import versions


class Releases(rgc.RgcCase):
    def test_eight_releases_of_two_apps_keep_three_and_a_rollback_counts_as_the_last_run(self):
        blog, shop = Kamal(self.engine, "blog"), Kamal(self.engine, "shop")
        for number in range(1, 9):
            blog.redeploy(f"v{number}")
            shop.redeploy(f"v{number}")
        self.collect(expected={
            "keep current": versions(blog, 8) + versions(shop, 8) + [blog.latest],
            "keep rollback": versions(blog, 7, 6, 5) + versions(shop, 7, 6, 5),
            "remove superseded": versions(blog, 4, 3, 2, 1) + versions(shop, 4, 3, 2, 1),
        })
        blog.boot("v6")  # a rollback that leaves `latest` where it is
        self.collect(expected={"keep current": versions(blog, 6), "keep rollback": versions(blog, 8, 7, 5) + [blog.latest]})
        blog.redeploy("v9")
        done = self.finish(blog, shop, wanted=3, expected={
            "keep current": versions(blog, 9), "keep rollback": versions(blog, 6, 8, 7) + versions(shop, 7, 6, 5),
            "remove superseded": versions(blog, 5)})
        self.assertEqual(len(done.ids("images", "remove")), 1, "a deploy frees one release")
        for screen in (["plan"], ["status"], ["history"], ["check"], ["why", blog.reference("v9")], ["why", "shop-web-v5"]):
            wide = [line for line in self.rgc.run(*screen, COLUMNS="80").stdout.splitlines() if len(line) > 80]
            self.assertEqual(wide, [], f"rgc {screen[0]} fits 80 columns")

    def test_a_pass_for_one_app_leaves_the_others_alone(self):
        self.rgc.configure({"retention": {"keep_previous": 1}})
        blog, shop = Kamal(self.engine, "blog"), Kamal(self.engine, "shop")
        for number in range(1, 4):
            blog.redeploy(f"v{number}")
            shop.redeploy(f"v{number}")
        done = self.collect("--app", "shop", expected={"remove superseded": versions(shop, 1)})
        self.assertEqual({app["name"] for image in done["images"] for app in image["apps"]}, {"shop"})
        self.assertIn(blog.reference("v1"), self.engine.images.tags())
        self.finish(blog, shop, wanted=1, expected={"remove superseded": versions(blog, 1)})

    def test_same_version_redeploys_leave_no_litter_and_take_no_slot(self):
        settings = {"retention": {"keep_previous": 2, "min_uptime": "1h"}}
        self.rgc.configure(settings)
        blog = Kamal(self.engine)
        for number in range(1, 4):
            blog.redeploy(f"v{number}")
        replaced = [self.engine.images.id(blog.reference("v3"))]
        for _ in range(3):
            replaced.append(blog.redeploy_same("v3"))
        current = replaced.pop()
        plan = self.rgc.plan()
        self.assertEqual([one["verdict"] for one in plan["containers"] if "_replaced_" in one["name"]], ["keep"] * 3,
                         "the successor has not served")
        self.rgc.configure({"retention": {"keep_previous": 2}})
        self.finish(blog, wanted=2, expected={
            "keep current": [current], "keep rollback": versions(blog, 2, 1), "remove superseded": replaced})
        self.assertEqual(self.engine.containers.names(name=["_replaced_"])[2:], [], "but those of the rollbacks just made")

    def test_two_versions_that_are_one_image_take_one_slot_and_stay_or_go_together(self):
        self.rgc.configure({"retention": {"keep_previous": 2}})
        blog = Kamal(self.engine)
        for number in (1, 3, 5, 6):
            blog.redeploy(f"v{number}")
            twin = f"v{number + 1}"
            if number in (1, 3):
                self.engine.images.tag(blog.reference(f"v{number}"), blog.reference(twin))
                blog.boot(twin)
                blog.tag_latest(twin)
        self.finish(blog, wanted=2, expected={
            "keep current": versions(blog, 6), "keep rollback": versions(blog, 5, 4, 3),
            "remove superseded": versions(blog, 2, 1)})

    def test_a_release_that_goes_loses_all_its_tags_and_one_that_stays_keeps_all(self):
        self.rgc.configure({"retention": {"keep_previous": 1}})
        blog = Kamal(self.engine)
        for number in range(1, 4):
            blog.redeploy(f"v{number}")
            for alias in (f"{blog.repository}:stable-{number}", f"other.test/{blog.name}:v{number}"):  # a mirror
                self.engine.images.tag(blog.reference(f"v{number}"), alias)
        self.finish(blog, wanted=1, expected={
            "keep rollback": versions(blog, 2) + ["other.test/me/blog:v2"],
            "remove superseded": versions(blog, 1) + ["other.test/me/blog:v1", f"{blog.repository}:stable-1"]})

    def test_superseded_containers_can_be_kept_and_keep_their_images(self):
        self.rgc.configure({"retention": {"keep_previous": 1, "superseded_containers": "keep"}})
        blog = Kamal(self.engine)
        for number in range(1, 5):
            blog.redeploy(f"v{number}")
        self.engine.containers.remove(blog.container_name("v1"))
        self.finish(blog, wanted=1, expected={
            "keep protected": ["blog-web-v2"], "keep in-use": [blog.reference("v2")],
            # No pass has seen its container, but the engine's events tell of it: it is a release that ran.
            "remove superseded": [blog.reference("v1")]})
