# SPDX-License-Identifier: MIT
"""Hosts out of public bug reports: what looks like an app's release and is none stays, and what is one is collected."""

import builds
import rgc
from images import Image
from kamal import SERVED, Kamal
from rgc import versions

BACKUP = "backup/shop:before-upgrade"


def compose(project, service, folder="/srv/shop", number=1):
    """The labels that Compose gives to a container that it makes."""
    start = "com.docker.compose."
    return {start + "project": project, start + "service": service, start + "oneoff": "False",
            start + "project.working_dir": folder, start + "config-hash": f"{number:064x}"}


class Case(rgc.RgcCase):
    settings = {"retention": {"keep_previous": 1}}

    def pass_(self):
        """What it did is looked at afterwards."""
        rgc.until_old_enough(SERVED)
        return self.rgc.document("collect", "--here")

    def replace(self, name, image, stopped=None, **options):
        """As Compose and scripts do it: the container before, `stopped` or of the same name, makes room."""
        containers = self.engine.containers
        for old in filter(containers.exists, {stopped or name}):
            containers.stop(old)
            containers.remove(old)
        options.setdefault("restart", "unless-stopped")
        return containers.run(image, name=name, **options)

    def deploy(self, number, name, repository, **options):
        self.engine.images.load(Image(tags=[f"{repository}:v{number}"]))
        self.replace(name, f"{repository}:v{number}", **options)
        return self.pass_()

    def tags_of(self, repository):
        return sorted(tag.rpartition(":")[2] for tag in self.engine.images.tags() if tag.rpartition(":")[0] == repository)

    def with_child(self, *references):
        """What pass and engine do with a release that another image was made from: (expected, their tags that stay).

        Only the graph drivers' store refuses to remove it. The containerd store keeps the layers for the child.
        """
        if self.engine.flavour.store == "containerd":
            return {}, []
        return {"keep in-use": list(references)}, [reference.rpartition(":")[2] for reference in references]

    def start(self, *references):
        """Images that were made from a removed release still have all their layers."""
        for reference in references:
            container = self.engine.containers.run(reference, ["exit", "7"])
            self.assertEqual(self.engine.containers.wait(container), 7, reference)
            self.engine.containers.remove(container)

    def commit(self, container, reference):
        repository, tag = reference.split(":")
        self.engine.api.post("/commit", {}, container=container, repo=repository, tag=tag)


class Strangers(Case):
    def test_a_committed_container_of_compose_is_no_release_of_its_app(self):
        for number in range(1, 6):
            self.deploy(number, "shop-web-1", "shop", labels=compose("shop", "web", number=number))
            if number == 2:
                self.commit("shop-web-1", BACKUP)
        expected, stays = self.with_child("shop:v2")
        self.finish(expected={"keep unmanaged": [BACKUP], **expected})
        self.assertEqual(self.tags_of("shop"), [*stays, "v4", "v5"])
        self.assertEqual(self.tags_of("backup/shop"), ["before-upgrade"])

    def test_a_commit_that_nobody_saw_outlasts_the_window_of_unused_images(self):
        containers, images = self.engine.containers, self.engine.images
        images.load(Image(tags=["tools/base:1"]))
        containers.run_to_end("tools/base:1", ["exit", "0"], name="work")
        self.commit("work", "me/work:1")
        containers.remove("work")
        self.engine.restart_daemon()  # which forgets all that
        self.engine.api.post("/volumes/create", {"Name": "first"})  # of what comes from now on nothing is missed
        self.rgc.configure({"retention": {"unmanaged_max_unused": "100ms", "jobs_max_unused": "0s"}})
        self.pass_()
        images.load(Image(tags=["tools/other:1"]))  # which events tell of
        self.pass_()
        self.pass_()
        self.assertIn("me/work:1", images.tags(), "it may exist nowhere else")
        self.assertNotIn("tools/other:1", images.tags())
        self.assertIn("may exist nowhere else", self.rgc.why("me/work:1")["detail"])

    def test_a_committed_container_of_kamal_is_no_release_and_neither_is_what_runs_from_it(self):
        """Its containers inherit the labels service, role and destination."""
        shop = Kamal(self.engine, "shop")
        for number in range(1, 6):
            shop.redeploy(f"v{number}")
            if number == 2:
                self.commit("shop-web-v2", BACKUP)
                self.commit("shop-web-v2", "forensics/shop:incident")
                self.engine.containers.run("forensics/shop:incident", name="incident")
                self.engine.containers.stop("incident")
            self.pass_()
        expected, stays = self.with_child(shop.reference("v2"))
        self.finish(shop, wanted=1, expected={"keep unmanaged": [BACKUP, "incident"],
                                              "keep other": ["forensics/shop:incident"], **expected})
        self.assertEqual(self.tags_of(shop.repository), ["latest", *stays, "v4", "v5"])
        self.start(BACKUP, "forensics/shop:incident")
        self.assertIn("incident", self.engine.containers.names())

    def test_an_image_built_from_a_release_is_none_though_it_has_its_labels(self):
        shop = Kamal(self.engine, "shop")
        for number in range(1, 6):
            shop.redeploy(f"v{number}")
            if number == 2:
                builds.classic(self.engine, ["tools/debug:1", f"{shop.repository}:debug"],
                               dockerfile=f"FROM {shop.reference('v2')}\nLABEL debug=1\n")
            self.pass_()
        expected, _ = self.with_child(shop.reference("v2"))
        self.finish(shop, wanted=1, expected={"keep unmanaged": ["tools/debug:1", f"{shop.repository}:debug"],
                                              **expected})
        self.start("tools/debug:1")

    def test_stopped_containers_with_labels_of_a_monitoring_convention_stay(self):
        for number in range(1, 5):
            self.engine.images.load(Image(tags=[f"api:v{number}"]))
            self.engine.containers.run(f"api:v{number}", name=f"erp-api-{number}", restart="unless-stopped", labels={
                **compose("erp", "api", number=number), "service": "api", "role": "backend"})
            if number > 1:
                self.engine.containers.stop(f"erp-api-{number - 1}")
            self.pass_()
        self.assertEqual(self.engine.containers.names(), [f"erp-api-{number}" for number in range(1, 5)])
        self.assertEqual(self.tags_of("api"), ["v1", "v2", "v3", "v4"], "a container uses each of them")

    def test_a_kamal_whose_labels_the_configuration_overrides_is_not_recognised_and_loses_nothing(self):
        """`labels: {service: storefront}` in deploy.yml: the names stay <service>-<role>-<version>."""
        for number in range(1, 5):
            self.engine.images.load(Image(tags=[f"me/shop:v{number}"], labels={"service": "shop"}))
            self.engine.containers.run(f"me/shop:v{number}", name=f"shop-web-v{number}", restart="unless-stopped",
                                       labels={"service": "storefront", "role": "web", "destination": ""})
            if number > 1:
                self.engine.containers.stop(f"shop-web-v{number - 1}")
            self.pass_()
        self.assertEqual(self.engine.containers.names(), [f"shop-web-v{number}" for number in range(1, 5)])
        self.assertEqual(self.tags_of("me/shop"), ["v1", "v2", "v3", "v4"])
        check = " ".join(self.rgc.run("check", exits=(0, 1)).stdout.split())
        self.assertRegex(check, "shop-web-v. and 3 more: has the labels service=storefront and role, but does not count as Kamal's")

    def test_a_tag_of_ones_own_on_an_old_release_holds_it(self):
        shop = Kamal(self.engine, "shop")
        for number in range(1, 6):
            shop.redeploy(f"v{number}")
            if number == 2:
                self.engine.images.tag(shop.reference("v2"), "local/shop:golden")
            self.pass_()
        self.finish(shop, wanted=1, expected={"keep in-use": [shop.reference("v2"), "local/shop:golden"]})
        self.assertEqual(self.tags_of(shop.repository), ["latest", "v2", "v4", "v5"], "what stays keeps all its tags")


class Releases(Case):
    def test_two_destinations_that_build_the_same_versions_keep_their_rollbacks(self):
        staging, production = (Kamal(self.engine, "shop", destination=name) for name in ("staging", "production"))
        for number in range(1, 5):
            for app in (staging, production):
                app.redeploy(f"v{number}", content=f"{app.destination} {number}")
                self.pass_()
        self.finish(staging, production, wanted=1)
        self.assertEqual(self.engine.containers.names(name=["-v1", "-v2"]), [])

    def test_a_rollback_that_a_new_registry_does_not_have_is_not_promised(self):
        """Kamal would start NEW/shop:v2, and there is none."""
        self.rgc.configure({"retention": {"keep_previous": 2}})
        old, new = (Kamal(self.engine, "shop", repository=f"{name}/shop") for name in ("old", "new"))
        for app, number in ((old, 1), (old, 2), (new, 3), (new, 4)):
            app.redeploy(f"v{number}")
            self.pass_()
        rollback = self.rgc.status().app("shop")["rollback"]
        self.assertEqual((rollback["versions"], rollback["ready"], rollback["wanted"]), (["v3"], 1, 2))
        self.assertEqual(rollback["not_ready"], [{"version": "v2", "why": f"no image here has the tag {new.reference('v2')}"}])
        self.roll_back_everywhere(new)

    def test_containers_without_a_restart_policy_that_follow_each_other_make_an_app(self):
        for number in range(1, 6):
            self.deploy(number, "svc", "svc", restart="no", labels={"com.hashicorp.nomad.alloc_id": f"a{number}"})
        self.finish(expected={"keep current": ["svc:v5"], "keep rollback": ["svc:v4"]})
        self.assertEqual(self.tags_of("svc"), ["v4", "v5"])

    def test_two_compose_projects_of_one_name_in_two_folders_keep_their_releases_apart(self):
        self.deploy(1, "docker-app-1", "first", labels=compose("docker", "app", "/srv/a/docker"))
        for number in range(1, 5):
            self.deploy(number, "docker-app-1", "second", labels=compose("docker", "app", "/srv/b/docker", number))
        self.finish(expected={"keep current": ["first:v1", "second:v4"], "keep rollback": ["second:v3"]})
        self.assertEqual(self.tags_of("second"), ["v3", "v4"])

    def test_an_app_that_changes_its_name_with_each_deploy_is_one_app_a_day_later(self):
        """Coolify, and `docker compose -p app-$SHA`: the service's name has a number of the deploy."""
        last = None
        for number in range(1, 6):
            name = f"uuid-14350{number}"
            self.deploy(number, name, "uuid", stopped=last, labels=compose("uuid", name, number=number))
            last = name
        self.assertEqual(len(self.tags_of("uuid")), 5, "not before that day is over")
        self.rgc.age(2)
        self.finish(expected={"keep current": ["uuid:v5"], "keep rollback": ["uuid:v4"]})
        self.assertEqual(self.tags_of("uuid"), ["v4", "v5"])

    def test_an_app_whose_registry_moved_is_one_app_a_day_later(self):
        for number in range(1, 6):
            self.deploy(number, "aio", "hub.test/aio/apache" if number < 3 else "ghcr.test/aio/apache")
        self.rgc.age(2)
        self.finish(expected={"keep current": ["ghcr.test/aio/apache:v5"], "keep rollback": ["ghcr.test/aio/apache:v4"]})
        self.assertEqual(self.tags_of("hub.test/aio/apache"), [])

    def test_hundreds_of_tags_on_one_image_are_removed_with_it_or_all_kept(self):
        shop = Kamal(self.engine, "shop")
        for number in range(1, 4):
            shop.redeploy(f"v{number}")
            for commit in range(60):
                self.engine.images.tag(shop.reference(f"v{number}"), f"{shop.reference(f'v{number}')}-commit{commit}")
        self.finish(shop, wanted=1, expected={"remove superseded": versions(shop, 1)})
        self.assertEqual(len(self.tags_of(shop.repository)), 2 * 61 + 1)
