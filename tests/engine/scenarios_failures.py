"""Deploys that fail, apps that stop, and hosts that nobody has looked after."""

import time

import rgc
from images import Image
from kamal import SERVED, Kamal
from namespace import wait_for
from rgc import versions

UPTIME = 4.0  # what lives this long has served; a crash is over well before
DAY = 24 * 3600


def let_serve():
    rgc.until_old_enough(UPTIME + 0.2)


class Failures(rgc.RgcCase):
    settings = {"retention": {"min_uptime": f"{UPTIME:g}s", "min_age": "1h", "keep_previous": 2}}

    def deploy_before(self, app, *numbers):
        """Releases of long ago: the ledger knows that they have served."""
        self.rgc.configure({"retention": {"keep_previous": 9}})
        for number in numbers:
            app.redeploy(f"v{number}")
        rgc.until_old_enough(0.1)
        self.rgc.document("collect", "--here")
        self.rgc.configure(self.settings)

    def deploy(self, app, number):
        app.redeploy(f"v{number}")
        let_serve()

    def test_failed_deploys_take_no_slot_and_go_once_a_newer_release_has_served(self):
        blog = Kamal(self.engine)
        self.deploy_before(blog, 1, 2, 3, 4)
        began = time.time()
        blog.failed_deploy("v5", "crash")
        blog.failed_deploy("v6", "unhealthy")  # lives longer than UPTIME, while v4 has the traffic
        failed = versions(blog, 5, 6)
        plan = self.collect(expected={
            "keep current": versions(blog, 4), "keep rollback": versions(blog, 3, 2),
            "wait failed": failed, "remove superseded": versions(blog, 1)})
        waits = time.mktime(time.strptime(plan.image(failed[0])["eligible_at"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
        self.assertTrue(began + DAY - 1 <= waits <= time.time() + DAY + 1, "their logs are wanted for a day")

        self.deploy(blog, 7)
        self.finish(blog, wanted=2, expected={
            "keep current": versions(blog, 7), "keep rollback": versions(blog, 4, 3),
            "remove failed": failed, "remove superseded": versions(blog, 2)})

    def test_a_failed_version_that_is_deployed_again_waits_from_its_pull_to_its_start(self):
        blog = Kamal(self.engine)
        same = {"created": "2026-01-01T00:00:00Z"}
        self.deploy_before(blog, 1)
        failed = blog.failed_deploy("v2", "crash", **same)
        self.collect(expected={"wait failed": versions(blog, 2)})
        again = blog.pull("v2", command=["crash"], **same)
        self.assertEqual(failed, again, "the same image has come anew")
        let_serve()
        self.deploy(blog, 3)  # a newer release has served: what failed could go now
        self.collect(expected={"keep current": versions(blog, 3), "keep rollback": versions(blog, 1),
                               "wait young": [blog.reference("v2")]})
        self.rgc.configure({"retention": {"min_age": "0s", "min_uptime": f"{UPTIME:g}s", "keep_previous": 1}})
        blog.containers.remove("blog-web-v2")
        self.finish(blog, wanted=1, expected={"remove failed": [again]})

    def test_a_crash_loop_does_not_cost_the_last_release_that_served(self):
        self.rgc.configure({"retention": {"min_uptime": f"{UPTIME:g}s", "keep_previous": 0}})
        containers = self.engine.containers
        for number in (1, 2):
            self.engine.images.load(Image(tags=[f"worker:v{number}"]))
            containers.run(f"worker:v{number}", name="worker", restart="always")
            let_serve()
            self.collect()
            containers.remove("worker", force=True)
        self.engine.images.load(Image(tags=["worker:v3"]))
        containers.run("worker:v3", ["crash"], name="worker", restart="always")
        containers.wait_for_state("worker", "restarting")
        done = self.collect(expected={"keep current": ["worker:v3"], "keep rollback": ["worker:v2"]})
        self.assertIn("has not served yet", done.image("worker:v2")["detail"])
        self.assertNotIn("worker:v1", self.engine.images.tags())
        self.start_kept(done)

    def test_a_deploy_under_way_holds_its_app_and_no_other(self):
        self.rgc.configure({"retention": {"min_uptime": "50ms", "keep_previous": 1},
                            "app blog": {"quiet": "1h", "min_age": "1h"}})
        blog, shop = Kamal(self.engine, "blog"), Kamal(self.engine, "shop")
        for number in (1, 2, 3):
            blog.redeploy(f"v{number}")
            shop.redeploy(f"v{number}")
        done = self.finish(shop, wanted=1, expected={
            "wait deploying": versions(blog, 2, 1), "remove superseded": versions(shop, 1)})
        self.assertGreater(done["next_at"], done["time"])


class Neglect(rgc.RgcCase):
    def build(self, repository, service=None):
        """Twelve releases of the last twelve months, and nothing known of how they came."""
        labels = {"service": service} if service else {}
        self.engine.images.load(*(Image(tags=[f"{repository}:v{number}"], labels=labels,
                                        created=f"2025-{number:02}-01T00:00:00Z") for number in range(1, 13)))

    def test_a_life_that_no_event_tells_of_is_found_in_the_words_of_the_list(self):
        blog = Kamal(self.engine)
        blog.redeploy("v1")
        blog.redeploy("v2")
        self.collect()
        old = blog.container_name("v1")
        asked = self.rgc.why(old)["run"]["started"]
        rgc.until_old_enough(1.1)  # documents have whole seconds
        self.engine.containers.start(old)
        self.engine.containers.stop(old, 0)
        self.engine.restart_daemon()  # which forgets that
        wait_for(lambda: all("Less than a second" not in one["Status"]
                             for one in self.engine.containers.list(status=["exited"])), "words that say how long ago")
        started = self.rgc.why(old)["run"]["started"]
        self.assertNotEqual(started, asked, "it was started once more since the last pass")
        self.assertEqual(started[:19], self.engine.containers.inspect(old)["State"]["StartedAt"][:19])

    def test_an_empty_ledger_costs_nothing_that_may_be_a_rollback(self):
        blog = Kamal(self.engine)
        self.build(blog.repository, "blog")
        for version in ("v11", "v9", "v12"):
            blog.boot(version)
            rgc.until_old_enough(SERVED)
        self.build("green")
        self.engine.containers.run("green:v12", name="green", restart="always")
        self.engine.restart_daemon()  # and with it the engine's memory of what has happened
        self.engine.containers.wait_for_state("green", "running")
        blog.containers.start("blog-web-v12")
        rgc.until_old_enough(0.1)

        young = self.rgc
        young.configure({"retention": {"min_age": "1h"}})
        self.assertEqual(young.plan().ids("images", "remove"), set(), "the engine's memory is younger than min_age")
        young.configure()
        done = self.finish(expected={
            "keep current": ["blog-web-v12", "green:v12"],
            "keep rollback": versions(blog, 11, 9) + [blog.reference("v10"), "green:v11", "green:v10", "green:v9"],
            "remove superseded": [blog.reference("v8"), blog.reference("v1")],
            "wait superseded": ["green:v8", "green:v1"]})  # a job may use them: jobs_max_unused
        rollback = done.app("blog")["rollback"]
        self.assertEqual((rollback["ready"], rollback["wanted"]), (2, 2), "v10 never ran here: it is no missing rollback")
        self.assertEqual(rollback["not_ready"], [])
        self.roll_back_everywhere(blog)

    def test_labels_of_3_mb_stop_no_pass(self):
        """Buildpacks write all they know into labels; the engine's events repeat them."""
        blog = Kamal(self.engine)
        for number in range(1, 6):
            blog.redeploy(f"v{number}")
        self.engine.images.load(Image(tags=["java:1"], labels={"io.buildpacks.build.metadata": "x" * (3 << 20)}))
        self.engine.containers.run("java:1", name="java", restart="always")
        done = self.collect(expected={"keep current": ["java:1", *versions(blog, 5)],
                                      "remove superseded": versions(blog, 1)})
        self.assertEqual(done["unreadable"], [])
        self.engine.containers.remove("java", force=True)
        self.engine.images.remove("java:1")
        blog.redeploy("v6")
        self.collect(expected={"remove superseded": versions(blog, 2)})

    def test_a_role_that_was_stopped_keeps_its_release(self):
        self.rgc.configure({"retention": {"keep_previous": 1}})
        blog = Kamal(self.engine, roles=("web", "worker"))
        for number in (1, 2):
            blog.redeploy(f"v{number}")
        blog.containers.stop("blog-worker-v2")
        web = Kamal(self.engine)
        for number in (3, 4, 5):
            web.redeploy(f"v{number}")
        self.finish(web, wanted=1, expected={
            "keep current": versions(web, 5) + [web.reference("v2"), "blog-worker-v2"],
            "keep rollback": versions(web, 4), "remove superseded": versions(web, 3, 1)})
        blog.containers.start("blog-worker-v2")

    def test_a_role_that_was_left_out_holds_its_release_only_while_it_runs(self):
        self.rgc.configure({"retention": {"keep_previous": 1}})
        Kamal(self.engine, roles=("web", "worker")).redeploy("v1")
        web = Kamal(self.engine)
        for number in (2, 3, 4):
            web.redeploy(f"v{number}")
        self.collect(expected={"keep current": versions(web, 4) + [web.reference("v1"), "blog-worker-v1"],
                               "remove superseded": versions(web, 2)})

    def test_after_stopping_everything_the_last_that_ran_is_current(self):
        self.rgc.configure({"retention": {"keep_previous": 1}})
        blog = Kamal(self.engine, roles=("web", "worker"))
        for number in (1, 2, 3):
            blog.redeploy(f"v{number}")
        for role in blog.roles:
            blog.containers.stop(blog.container_name("v3", role))
        self.finish(blog, wanted=1, expected={
            "keep current": versions(blog, 3) + ["blog-worker-v3"], "keep rollback": versions(blog, 2) + ["blog-worker-v2"],
            "remove superseded": versions(blog, 1) + ["blog-worker-v1"]})

    def test_an_app_idle_for_long_stays_unless_the_configuration_gives_it_a_time(self):
        self.rgc.configure({"retention": {"keep_previous": 3}})
        blog = Kamal(self.engine)
        for number in (1, 2, 3, 4):
            blog.redeploy(f"v{number}")
        blog.containers.stop("blog-web-v4")
        self.collect()
        self.rgc.age(40)
        settings = {"retention": {"keep_previous": 1}}
        self.rgc.configure(settings)
        done = self.collect(expected={
            "keep current": versions(blog, 4), "keep rollback": versions(blog, 3), "keep idle": versions(blog, 2, 1)})
        self.assertTrue(done.app("blog")["idle"])
        self.start_kept(done, blog)

    def test_an_idle_app_goes_after_its_time_all_but_its_current_release(self):
        blog = Kamal(self.engine)
        for number in (1, 2):
            blog.redeploy(f"v{number}")
        blog.containers.stop("blog-web-v2")
        self.collect()
        self.rgc.age(40)
        self.rgc.configure({"retention": {"idle_apps": "35d"}})
        self.finish(blog, wanted=0, expected={"keep current": versions(blog, 2), "remove unused": versions(blog, 1)})
