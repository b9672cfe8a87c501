"""rgc on a test engine: runs it, reads its documents, and holds what is left on the engine against what the plan said."""

import json
import os
import subprocess

import documents
import suite  # finds tests/lib
import schemas
from kamal import SERVED
from program import LONG, RGC as PROGRAM
from waiting import HANGS, a_while

# Short times: what takes hours on a host takes moments here. The disk of the machine is not the engine's business.
SETTINGS = {
    "retention": {"min_age": "0s", "min_uptime": "50ms", "quiet": "0s"},
    "disk": {"high": "off", "low": "off"},
    "agent": {"trial": "off"},
}


class Document(dict):
    """A plan (or status, or what collect --here did), with its verdicts by name."""

    def verdicts(self, kind=("images", "containers")):
        """{tag, image ID or container name: "keep current"}."""
        found = {}
        for one in (one for list_name in kind for one in self[list_name]):
            for name in one.get("tags", []) + [one["id"]] + ([one["name"]] if "name" in one else []):
                found[name] = f"{one['verdict']} {one['reason']}"
        return found

    def image(self, name):
        return next(one for one in self["images"] if name == one["id"] or name in one["tags"])

    def container(self, name):
        return next(one for one in self["containers"] if name in (one["id"], one["name"]))

    def app(self, name, destination=None):
        return next(one for one in self["apps"] if one["name"] == name and one["destination"] == destination)

    def ids(self, kind, *verdicts):
        return {one["id"] for one in self[kind] if one["verdict"] in verdicts}


class Rgc:
    """The program with a state directory and a configuration of its own."""

    _number = 0

    def __init__(self, engine, settings=None):
        Rgc._number += 1
        self.engine = engine
        self.home = engine.state / f"rgc-{Rgc._number}"
        self.state = self.home / "state"
        self.state.mkdir(mode=0o750, parents=True)
        self.config = self.home / "rgc.conf"
        self.configure(settings)

    def configure(self, settings=None):
        """{section: {key: value, or a list of values}} on top of SETTINGS."""
        merged = {**SETTINGS, **(settings or {})}
        for section, keys in SETTINGS.items():
            merged[section] = {**keys, **(settings or {}).get(section, {})}
        lines = []
        for section, keys in merged.items():
            lines.append(f"[{section}]")
            for key, values in keys.items():
                lines += [f"{key} = {value}" for value in (values if isinstance(values, list) else [values])]
        self.config.write_text("\n".join(lines) + "\n")

    def command(self, *argv):
        return [PROGRAM, *argv, "--config", str(self.config), "--state", str(self.state), "--host", self.engine.host]

    def start(self, *argv):
        """A pass that goes on while the test does something else."""
        return subprocess.Popen(self.command(*argv), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *argv, exits=(0,), **environment):
        done = subprocess.run(self.command(*argv), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=HANGS,
                              env={**os.environ, **environment})
        if done.returncode not in exits:
            raise AssertionError(f"rgc {' '.join(argv)} exited with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def document(self, verb, *argv, exits=(0,)):
        document = schemas.validated(self.run(verb, "--json", *argv, exits=exits).stdout)
        documents.check(document, verb)
        return Document(document)

    def plan(self, *argv):
        return self.document("plan", *argv)

    def status(self):
        return self.document("status")

    def why(self, name):
        return self.document("why", name)

    def passes(self):
        return self.document("history")["passes"]

    def ledger(self):
        """The ledger's lines, as objects."""
        return [json.loads(line) for line in (self.state / "ledger.json").read_text().splitlines()]

    def age(self, days, image=None):
        """Rewrites the ledger so that what is known (of one image) happened so many days before.

        The engine is restarted, as its own memory of what has happened would contradict."""
        def back(value):
            if isinstance(value, dict):
                return {key: inner if key in ("clock_offset", "learned") else back(inner) for key, inner in value.items()}
            if isinstance(value, list):
                return [back(inner) for inner in value]
            is_time = isinstance(value, int) and value > 10**15  # microseconds since 1970
            return value - days * 24 * 3600 * 1_000_000 if is_time else value

        self.engine.restart_daemon()
        self.engine.api.post("/volumes/create", {"Name": "event"})  # from here on its memory goes back
        self.document("collect", "--here")  # which notices the gap
        lines = [back(line) if image in (None, line.get("image")) or "schema" in line else line for line in self.ledger()]
        (self.state / "ledger.json").write_text("".join(json.dumps(line) + "\n" for line in lines))


class RgcCase(suite.EngineCase):
    """`settings` is the configuration: see Rgc.configure()."""

    settings = None
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if not os.access(PROGRAM, os.X_OK):
            raise RuntimeError(f"no rgc at {PROGRAM}: build it, or set RGC_BINARY")
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.rgc = Rgc(self.engine, self.settings)

    # What is there

    def _images(self):
        return {one["Id"]: sorted(tag for tag in one["RepoTags"] or [] if "<none>" not in tag)
                for one in self.engine.images.list()}

    def _containers(self):
        return {one["Id"]: one["Names"][0].lstrip("/") for one in self.engine.containers.list()}

    # What rgc says

    def assert_verdicts(self, document, expected):
        """expected: {"keep current": [tags, image IDs, container names], …}; what it does not name may be anything."""
        found = document.verdicts()
        wrong = {name: f"{found.get(name, 'not listed')}, not {verdict}" for verdict, names in expected.items()
                 for name in names if found.get(name) != verdict}
        if wrong:
            facts = [self.rgc.run("why", name, exits=(0, 2)).stdout for name in wrong]
            self.fail("\n".join([str(wrong), *facts]))

    def collect(self, *argv, expected=None):
        """A pass that nothing disturbs: it must do what the plan said, all of that, and nothing else."""
        until_old_enough(SERVED)
        images, containers = self._images(), self._containers()
        # Steps of the classic builder are listed once nothing is built on them: the engine takes them along, but not always.
        steps = {one["Id"] for one in self.engine.images.list(all=1)} - images.keys()
        plan = self.rgc.plan(*argv)
        self.assertEqual(sorted(one["id"] for one in plan["images"]),
                         sorted(images) if not argv else sorted(set(images) & {one["id"] for one in plan["images"]}),
                         "every image has one verdict")
        if expected:
            self.assert_verdicts(plan, expected)
        done = self.rgc.document("collect", "--here", *argv)
        self.assertEqual(done.verdicts(), plan.verdicts(), "plan and pass decide alike")
        self.assertEqual([one for one in done["outcomes"] if one["outcome"] != "removed"], [])
        self.assertIsNone(done["error"])
        self._assert_kept(done, "images", images, {one: tags for one, tags in self._images().items() if one not in steps})
        self._assert_kept(done, "containers", containers, self._containers())
        self.assertLessEqual(self.rgc.plan(*argv).ids("images", "remove"), steps, "nothing is left to do")
        return done

    def _assert_kept(self, document, kind, before, after):
        gone = document.ids(kind, "remove")
        self.assertEqual(after, {one: names for one, names in before.items() if one not in gone})
        in_outcomes = {one["id"] for one in document["outcomes"] if one["kind"] == kind[:-1]}
        self.assertEqual(in_outcomes, gone)

    # What kept means

    def start_kept(self, document, *apps):
        """A container starts from every release that the pass has kept: those of `apps`, by a rollback to them."""
        tried = {app.reference(version) for app in apps
                 for version in document.app(app.service, app.destination)["rollback"]["versions"]}
        running = {one["ImageID"] for one in self.engine.containers.list(status=["running"])}
        for image in document["images"]:
            if image["verdict"] == "remove" or not image["apps"] or image["id"] in running or tried & set(image["tags"]):
                continue
            container = self.engine.containers.run((image["tags"] or [image["id"]])[-1], ["exit", "7"])
            self.assertEqual(self.engine.containers.wait(container), 7, image["tags"])
            self.engine.containers.remove(container)
        self.roll_back_everywhere(*apps)

    def roll_back_everywhere(self, *apps):
        """Each version that status lists for a rollback can be rolled back to, as Kamal does it."""
        status = self.rgc.status()
        for app in apps:
            for version in status.app(app.service, app.destination)["rollback"]["versions"]:
                app.rollback(version)
                for role in app.roles:
                    self.assertEqual(app.running(role), [version])

    def finish(self, *apps, wanted=None, expected=None):
        """The end of a scenario: a pass, and then all that was kept must be of use; of each Kamal app `wanted` rollbacks."""
        done = self.collect(expected=expected)
        for app in apps:
            rollback = done.app(app.service, app.destination)["rollback"]
            self.assertEqual((rollback["ready"], rollback["wanted"]), (wanted, wanted), rollback["not_ready"])
        self.start_kept(done, *apps)
        return done


def until_old_enough(seconds):
    """Waits where age itself is the fact under test."""
    a_while(seconds)


def versions(app, *numbers):
    """The references of blog's v1, v2, … and the containers of its first role: versions(blog, 1, 2)."""
    return [app.reference(f"v{number}") for number in numbers] + [app.container_name(f"v{number}") for number in numbers]
