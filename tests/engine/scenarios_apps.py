"""Apps of other kinds, images of several apps, jobs, and what belongs to no app."""

import builds
import rgc
from images import Image
from kamal import Kamal
from namespace import wait_for
from rgc import versions


class Sharing(rgc.RgcCase):
    settings = {"retention": {"keep_previous": 1}}

    def test_each_destination_keeps_its_own_releases_of_one_repository(self):
        production = Kamal(self.engine, "shop", destination="production")
        staging = Kamal(self.engine, "shop", destination="staging")
        for number in (1, 2, 3):
            production.redeploy(f"v{number}")
        staging.boot("v3")
        for number in (4, 5, 6):
            staging.redeploy(f"v{number}")
        done = self.finish(production, staging, wanted=1, expected={
            "keep current": versions(production, 3) + versions(staging, 6),
            "keep rollback": versions(production, 2) + versions(staging, 5),
            "remove superseded": versions(production, 1) + versions(staging, 4) + ["shop-web-staging-v3"]})
        shared = {app["destination"]: app["verdict"] for app in done.image(production.reference("v3"))["apps"]}
        self.assertEqual(shared, {"production": "keep", "staging": "remove"})

    def recreate(self, name, image, **options):
        """As Compose and scripts do: the old container goes, one of another image takes its place."""
        if self.engine.containers.exists(name):
            self.engine.containers.stop(name)
            self.engine.containers.remove(name)
        return self.engine.containers.run(image, name=name, restart="always", **options)

    def test_an_image_that_two_apps_use_stays_as_long_as_one_needs_it_with_the_tags_of_both(self):
        self.engine.images.load(Image(tags=["aa:v1", "bb:v1"]))
        self.recreate("aa", "aa:v1")
        for number in (1, 2, 3, 4):
            if number > 1:
                self.engine.images.load(Image(tags=[f"bb:v{number}"]))
            self.recreate("bb", f"bb:v{number}")
            self.collect()
        done = self.finish(expected={"keep current": ["aa:v1", "bb:v1", "bb:v4"], "keep rollback": ["bb:v3"]})
        self.assertEqual({app["name"]: app["verdict"] for app in done.image("bb:v1")["apps"]},
                         {"aa": "keep", "bb": "remove"})

    def test_five_job_images_of_one_repository_are_five_programs(self):
        names = [f"company/tools:{name}" for name in ("backup", "report", "sync", "bill", "mail")]
        self.engine.images.load(*(Image(tags=[name]) for name in names))
        jobs = [self.engine.containers.run(name, ["serve"], remove=True) for name in names[:-1]]
        mail = self.engine.containers.run_to_end(names[-1], ["exit", "0"])
        self.collect(expected={"keep job": names})
        for job in jobs:
            self.engine.containers.stop(job)
        self.engine.containers.remove(mail)
        wait_for(lambda: not self.engine.containers.list(), "removal of the containers")
        self.start_kept(self.collect(expected={"keep job": names}))

        self.rgc.age(36, self.engine.images.id(names[0]))
        self.collect(expected={"remove unused": names[:1], "keep job": names[1:]})

    def test_previous_releases_of_a_tag_that_moves_stay_although_they_have_no_tag(self):
        self.rgc.configure({"retention": {"keep_previous": 2}})
        labels = {"com.docker.compose.project": "site", "com.docker.compose.service": "web",
                  "com.docker.compose.config-hash": "0123"}
        images = []
        for number in range(6):
            reference = self.registry.publish(Image(content=f"web {number}"), "x/y:latest")
            images.append(self.engine.images.pull(reference))
            self.recreate("site-web-1", reference, labels=labels)
            self.collect()
        done = self.finish(expected={"keep current": images[5:], "keep rollback": images[3:5]})
        self.assertEqual(self.engine.images.ids(), set(images[3:]))
        self.assertEqual([(app["name"], app["kind"]) for app in done["apps"]], [("site/web", "compose")])

    def test_a_service_pinned_by_digest_keeps_its_previous_digests(self):
        images = []
        for number in range(4):
            reference = self.registry.publish(Image(content=f"pinned {number}"), "x/pinned:next")
            digest = self.engine.api.get(f"/distribution/{reference}/json")["Descriptor"]["digest"]
            pinned = f"{reference.removesuffix(':next')}@{digest}"
            for line in self.engine.api.stream("POST", "/images/create", {"fromImage": pinned}):
                self.assertNotIn("error", line)
            images.append(self.engine.images.id(pinned))
            self.recreate("pinned", pinned)
            self.collect()
        self.assertEqual(self.engine.images.tags(), {})
        self.finish(expected={"keep current": images[3:], "keep rollback": images[2:3]})
        self.assertEqual(self.engine.images.ids(), set(images[2:]))

    registry_wanted = True


class Others(rgc.RgcCase):
    def dangling(self, *contents):
        """Images whose tag a later load has taken."""
        found = []
        for content in contents:
            found.append(self.engine.images.load(Image(tags=["moved:1"], content=content))[0])
        self.engine.images.load(Image(tags=["moved:1"], content="the last"))
        return found

    def test_dangling_images_go_except_those_that_a_container_uses(self):
        free, stopped, running = self.dangling("free", "stopped", "running")
        self.engine.containers.run_to_end(stopped, ["exit", "0"], name="done")
        self.engine.containers.run(running, name="busy", remove=True)
        self.rgc.configure({"retention": {"dangling": "keep"}})
        self.assertEqual(self.rgc.plan().ids("images", "remove"), set())
        self.rgc.configure()
        done = self.collect(expected={"remove dangling": [free], "keep unmanaged": ["moved:1"]})
        self.assertEqual({done.image(one)["verdict"] for one in (stopped, running)}, {"keep"})
        self.engine.containers.remove("done")
        self.engine.containers.stop("busy")

    def test_a_stopped_foreign_container_holds_its_image_and_why_names_it(self):
        self.rgc.configure({"retention": {"keep_previous": 1}})
        blog = Kamal(self.engine)
        for number in (1, 2, 3, 4):
            blog.redeploy(f"v{number}")
        self.engine.containers.create(blog.reference("v1"), name="keeper")
        done = self.finish(blog, wanted=1, expected={
            "keep in-use": [blog.reference("v1")], "remove superseded": versions(blog, 2) + ["blog-web-v1"]})
        self.assertIn("keeper", done.image(blog.reference("v1"))["detail"])
        self.assertIn("keeper", self.rgc.run("why", blog.reference("v1")).stdout)

    def test_an_image_that_a_container_mounts_stays(self):
        if self.engine.flavour.version == "20.10":
            self.skipTest("image mounts came with API 1.48")
        data, used = self.dangling("data", "also data")
        self.engine.images.load(Image(tags=["main:1"]))
        mounts = [{"Type": "image", "Source": data, "Target": "/data"}]
        self.engine.containers.run("main:1", name="reader", host={"Mounts": mounts})
        done = self.collect(expected={"keep in-use": [data], "remove dangling": [used]})
        self.assertIn("reader", done.image(data)["detail"])

    def test_what_is_protected_stays(self):
        self.rgc.configure({"retention": {"keep_previous": 0}, "protect": {"image": ["*/me/shop:v1", "sha256:0000*"]}})
        blog, shop = Kamal(self.engine), Kamal(self.engine, "shop")
        for number in (1, 2, 3):
            blog.redeploy(f"v{number}", labels={"rgc.keep": "true"} if number == 1 else None)
            shop.redeploy(f"v{number}")
        done = self.finish(blog, shop, wanted=0, expected={
            "keep protected": [blog.reference("v1"), shop.reference("v1")],
            "remove superseded": versions(blog, 2) + versions(shop, 2)})
        self.assertIn("*/me/shop:v1", done.image(shop.reference("v1"))["detail"])
        blog.rollback("v1")

    def test_a_container_whose_image_is_gone_is_left_alone(self):
        self.rgc.configure({"retention": {"keep_previous": 0}})
        blog = Kamal(self.engine)
        for number in (1, 2, 3):
            blog.redeploy(f"v{number}")
        self.engine.images.remove(self.engine.images.id(blog.reference("v1")), force=True)
        done = self.finish(blog, wanted=0, expected={"remove superseded": versions(blog, 2)})
        self.assertEqual(done.container("blog-web-v1")["verdict"], "keep")
        self.assertIn("not in the engine's list", self.rgc.run("why", "blog-web-v1").stdout)

    def test_a_proxy_in_use_is_infrastructure_and_an_older_one_a_release_of_it(self):
        for number in (0, 1, 2):
            self.engine.images.load(Image(tags=[f"basecamp/kamal-proxy:v0.9.{number}"]))
        for number in (1, 2):
            if self.engine.containers.exists("kamal-proxy"):
                self.engine.containers.remove("kamal-proxy", force=True)
            self.engine.containers.run(f"basecamp/kamal-proxy:v0.9.{number}", name="kamal-proxy", restart="unless-stopped")
            self.collect()
        self.finish(expected={"keep current": ["basecamp/kamal-proxy:v0.9.2"],
                              "keep rollback": ["basecamp/kamal-proxy:v0.9.1"]})

    def test_unmanaged_images_stay_unless_the_configuration_gives_them_a_time(self):
        self.engine.images.load(Image(tags=["node:16"]), Image(tags=["node:22"]))
        self.collect(expected={"keep unmanaged": ["node:16", "node:22"]})
        self.engine.containers.create("node:22", name="kept")
        rgc.until_old_enough(0.1)
        self.rgc.configure({"retention": {"unmanaged_max_unused": "100ms"}})
        self.collect(expected={"remove unused": ["node:16"]})
        self.assertIn("node:22", self.engine.images.tags())

    def test_an_empty_engine_is_no_error(self):
        done = self.collect()
        self.assertEqual((done["images"], done["containers"], done["apps"]), ([], [], []))
        for words in (["plan"], ["status"], ["collect", "--here"], ["check"], ["history"]):
            self.rgc.run(*words)
        self.assertEqual(self.rgc.status()["last"]["schema"], "rgc/summary/1")


class Builds(rgc.RgcCase):
    def test_builds_that_another_build_replaced_go(self):
        builds_of = [builds.classic(self.engine, ["site:latest"], files={"page": str(number).encode()},
                                    dockerfile="FROM scratch\nCOPY app /app\nCOPY page /page\nENTRYPOINT [\"/app\"]\n")
                     for number in range(4)]
        self.engine.containers.run(builds_of[1], name="old", command=["serve"])
        replaced = [one for one in builds_of[:3] if one in self.engine.images.ids() and one != builds_of[1]]
        done = self.collect(expected={"remove dangling": replaced})
        self.assertIn("site:latest", done.verdicts())
        self.assertTrue(replaced, "the classic builder leaves them in both stores")
        self.collect()  # the steps that the engine did not take along
        self.assertEqual(self.engine.images.ids(), {builds_of[1], builds_of[3]})

    def test_children_go_before_their_parents(self):
        child = "FROM {}\nRUN [\"/app\", \"fill\", \"/child\", \"1000\"]\n"
        names = ["base:1", "child:1", "grandchild:1", "moved:1"]
        builds.classic(self.engine, names[:1], [builds.fill_step("/base", 1000)])
        for parent, name in zip(names, names[1:]):
            builds.classic(self.engine, [name], dockerfile=child.format(parent))
        self.engine.images.load(Image(tags=["moved:1"], content="takes the tag, so that the last child is dangling"))
        unused = {"unmanaged_max_unused": "0s", "jobs_max_unused": "0s"}  # a build step is a container that ends
        self.rgc.configure({"children": {"match": "*child", **unused}, "base": {"match": "base", **unused}})
        self.collect(expected={"remove unused": names[:3], "keep unmanaged": names[3:]})
        self.assertEqual(len(self.engine.images.list(all=1)), 1, "no layer of them is left behind")

    def cache(self):
        return {one["ID"]: one for one in builds.cache_records(self.engine)}

    def test_build_cache_goes_when_it_has_not_been_used_for_the_window(self):
        builds.buildkit(self.engine, ["built:1"], [builds.fill_step("/data", 300_000), builds.cache_mount_step(200_000)])
        self.engine.images.remove("built:1")
        before = self.cache()
        self.rgc.configure({"build_cache": {"max_unused": "1h"}})
        plan = self.collect()
        self.assertEqual(plan["build_cache"]["evict_records"], 0)
        # BuildKit may give a record another ID, or another type, when it commits it, which it does in its own time.
        self.assertEqual(*(sorted(one["Description"] for one in cache.values()) for cache in (self.cache(), before)))

        self.rgc.configure({"build_cache": {"max_unused": "0s"}})
        plan = self.rgc.plan()["build_cache"]
        self.assertGreater(plan["evict_bytes"], 500_000)
        self.assertEqual(plan["total_bytes"], sum(one["Size"] for one in before.values()))
        done = self.rgc.document("collect", "--here")
        left = self.cache()
        self.assertEqual(sum(one["Size"] for one in left.values() if not one["Shared"] and one["Type"] == "regular"), 0)
        self.assertEqual([one["outcome"] for one in done["outcomes"] if one["kind"] == "build-cache"], ["removed"])
        self.assertGreater(done["freed"]["engine_bytes"], 500_000)
        self.assertEqual(self.rgc.plan()["build_cache"]["evict_records"], 0)

    def test_build_cache_is_cut_to_its_size(self):
        for number in range(3):
            builds.buildkit(self.engine, [f"built:{number}"], [builds.fill_step(f"/data{number}", 400_000)])
            self.engine.images.remove(f"built:{number}")
        before = sum(one["Size"] for one in self.cache().values())
        self.assertGreater(before, 5_000_000)
        self.rgc.configure({"build_cache": {"max_size": "3MB"}})
        self.assertGreater(self.rgc.plan()["build_cache"]["evict_bytes"], 0)
        self.rgc.document("collect", "--here")
        left = sum(one["Size"] for one in self.cache().values())
        self.assertLessEqual(left, 3_000_000)
        self.assertGreater(left, 0)
