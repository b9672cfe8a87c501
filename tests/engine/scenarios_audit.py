# SPDX-License-Identifier: MIT
"""rgc audit on images that are really built: of each the findings that audit_images.py tells, no more and none less, with the
bytes that the build has made; both while the bases are here, as on a machine that builds, and without them, as on a server."""

import audit_bases
import builds
from audit_apps import APPS, REBUILT
from audit_images import BASE, SECRET, cases
from engines import Engine
from rgc import LONG, RgcCase

MAKE_LAYERS = ("RUN", "COPY", "WORKDIR")
# The containerd store counts blocks; growth is a difference of two such counts.
BLOCK = 4096
# Directories, whole blocks of files, and the small files of a context.
BESIDES = 150_000
KEEP_ALL = {"retention": {"min_age": "365d", "keep_previous": "99"}, "build_cache": {"max_unused": "365d", "max_size": "off"}}


class Audited(RgcCase):
    settings = KEEP_ALL

    def learn(self):
        """A pass removes nothing, and knows afterwards how each image was built."""
        done = self.rgc.document("collect", "--here")
        self.assertEqual((done["outcomes"], done["error"]), ([], None))

    def size_of(self, reference):
        return sum(step["Size"] for step in self.engine.api.get(f"/images/{reference}/history"))

    def told_wrong(self, findings, wanted, up_to=()):
        """What differs from {check: bytes of it, or None}, in words; nothing where all is as it should be."""
        found = {finding["check"]: finding for finding in findings}
        wrong = [f"{check} is missing" for check in wanted if check not in found]
        wrong += [f"{check} too many: {found[check]['bytes']} {found[check]['text']}" for check in found if check not in wanted]
        for check in found.keys() & wanted.keys():
            finding, size = found[check], wanted[check]
            if (size is None) != (finding["bytes"] is None) or size is not None and not -BLOCK <= finding["bytes"] - size <= BESIDES:
                wrong.append(f"{check} has {finding['bytes']} bytes, not {size}")
            if finding["exact"] != (size is not None and check not in up_to):
                wrong.append(f"{check} is {'exact' if finding['exact'] else 'not exact'}")
        return wrong


class Images(Audited):
    def build(self, chosen, is_classic):
        audit_bases.make(self.engine)
        for case in chosen:
            builds.with_cli(self.engine, case.reference, case.dockerfile, case.context, case.options, is_classic)
        self.learn()

    def wanted(self, case, sizes, is_classic):
        last = case.dockerfile.rpartition("FROM ")[2].split()[0]
        while last not in sizes and f" AS {last}\n" in case.dockerfile:  # a stage of its own
            last = case.dockerfile.partition(f" AS {last}\n")[0].rpartition("FROM ")[2]
        return {check: sizes[last] if size is BASE else size for check, size in case.expected(is_classic).items()}

    def judge_all(self, chosen, sizes, is_classic, where):
        wrong = []
        for case in chosen:
            image = self.rgc.document("audit", case.reference)["image"]
            wrong += [f"{case.name}: {one}"
                      for one in self.told_wrong(image["findings"], self.wanted(case, sizes, is_classic), case.up_to)]
            self.assertNotIn(SECRET, str(image))
            self.assertLessEqual(image["could_be_bytes"], image["bytes"])
        self.assertEqual(wrong, [], where)

    def audit_all(self, is_classic):
        is_old = self.flavour == "debian-20.10-overlay2"
        chosen = cases(is_classic, is_short=not LONG and is_classic != is_old, knows_dates=not is_old)
        self.build(chosen, is_classic)
        bases = [*audit_bases.IMPORTED, *audit_bases.BUILT]
        sizes = {name: self.size_of(name) for name in bases}
        self.judge_all(chosen, sizes, is_classic, "the bases are here")
        for name in bases:
            self.engine.images.remove(name)
        self.judge_all(chosen, sizes, is_classic, "the bases are not here")

    def test_what_buildkit_has_built(self):
        self.audit_all(is_classic=False)

    def test_what_the_classic_builder_has_built(self):
        self.audit_all(is_classic=True)


class EngineThatChecksHealth(Engine):
    pivoted = True  # see namespace.sh


class Releases(Audited):
    engine_class = EngineThatChecksHealth

    def audit(self):
        return {app["name"]: app for app in self.rgc.document("audit")["apps"]}

    def wrong_counts(self, app, findings):
        found = {finding["check"]: finding for finding in findings}
        for check, (size, count) in ((check, told) for check, told in app.finds.items() if told and check in found):
            saves = found[check]["saves_bytes"] / found[check]["bytes"]
            wanted = count - 1 if check in ("unstable-layer", "unshared") else count  # one of those that are alike is kept
            if abs(saves - wanted) > 0.02 or found[check]["counted"] != ("per-release" if count > 1 else "once"):
                yield f"{app.name}: {check} saves {saves:.2f} x {size}, {found[check]['counted']}"

    def test_what_several_releases_and_their_containers_show(self):
        audit_bases.make(self.engine)
        sizes = {name: self.size_of(name) for name in audit_bases.BUILT}
        for app in APPS:
            app.deploy(self.engine)
        self.learn()
        wrong, apps = [], self.audit()
        for app in APPS:
            findings = apps[app.name]["findings"]
            wanted = {check: told and sizes.get(told[0], told[0]) for check, told in app.finds.items()}
            wrong += [f"{app.name}: {one}" for one in self.told_wrong(findings, wanted, app.up_to)]
            wrong += self.wrong_counts(app, findings)
            self.assertEqual(apps[app.name]["releases"], len(app.contexts))
        self.assertEqual(wrong, [])

    def layers_of(self, app):
        """The bytes of each layer of all releases of an app, as the engine tells them."""
        layers = {}
        for number in range(1, len(app.contexts) + 1):
            history = self.engine.api.get(f"/images/{app.reference(number)}/history")[::-1]
            sizes = [step["Size"] for step in history if step["CreatedBy"].startswith(MAKE_LAYERS) or "Imported" in step["Comment"]]
            digests = self.engine.images.inspect(app.reference(number))["RootFS"]["Layers"]
            self.assertEqual(len(sizes), len(digests), history)
            layers |= dict(zip(digests, sizes))
        return layers

    def test_what_was_promised_is_what_the_engine_then_shows(self):
        audit_bases.make(self.engine)
        small_base = self.size_of("debian:bookworm-slim")
        for app, *_ in REBUILT:
            app.deploy(self.engine)
        self.learn()
        before = self.audit()
        for app, dockerfile, instead in REBUILT:
            taken = sum(self.layers_of(app).values())
            for container in self.engine.containers.list(label=[f"service={app.name}"]):
                self.engine.containers.remove(container["Id"], force=True)
            app.dockerfile = dockerfile
            app.deploy(self.engine)
            self.rgc.document("collect", "--here")  # the images of before have lost their names
            after, came = sum(self.layers_of(app).values()), instead * 3 + (small_base if instead else 0)
            promised = sum(one["saves_bytes"] for one in before[app.name]["findings"] if one["exact"])
            self.assertAlmostEqual(taken - after + came, promised, delta=promised / 10, msg=app.name)
            self.assertGreaterEqual(before[app.name]["could_be_bytes"], after, app.name)
            self.assertEqual(self.audit()[app.name]["findings"], [], app.name)
