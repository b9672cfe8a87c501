# SPDX-License-Identifier: MIT
"""The recipes of docs/code-map.md for a rule, a check, a command, a key and a dialect, followed in a copy of the tree.

What a recipe names is all that is touched (the random hosts of promises.c lead to the sample rule as they are); then everybody who has to know the new row knows it: plan, why, metrics, help,
completions, check, the example and the tests that compare them with the manual. A rule without its function does not link.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "fault"))
from fake_engine import FakeEngine  # noqa: E402
from fake_state import image  # noqa: E402
from program import PROJECT  # noqa: E402

CC = os.environ.get("RGC_CC", "cc")
NOTHING_NEEDED = shutil.ignore_patterns("build", ".git", "documents", "__pycache__")
TESTS = ["cli_manual", "cli_reasons", "cli_options", "cli_show", "config", "config_example", "rules_other", "promises"]

# file of the tree: [(stands before this; "" = the end, what is put there), …]
RULE = {
    "include/rgc/reasons.def": [("REASON(DANGLING,", """\
REASON(SAMPLE, "sample", REMOVE, IMAGE, OTHER, is_sample, sample_until, describe_sample,
       "It is a sample, and a day has passed.",
       "Another title keeps it.")
""")],
    "src/decide/rules.c": [("", """
bool is_sample(const Case *c)
{
    return c->is_dangling && same_text(c->image->labels.title, "blog");
}

Time sample_until(const Case *c)
{
    return c->image->created + USEC_PER_DAY;
}
""")],
}
RULE_PHRASE = {
    "src/decide/describe.c": [("", """
char *describe_sample(const Case *c, const char *label)
{
    (void)label;
    return xasprintf("a sample of %s", c->image->labels.title);
}
""")],
}
RULE_MANUAL = {"docs/rgc.1": [(".It Cm dangling\nIt has no tag, and nothing needs it.", """\
.It Cm sample
It is a sample, and a day has passed.
Another title keeps it.
""")]}
CHECK = {
    "include/rgc/checks.def": [("CHECK(ONLY_LATEST,", """\
CHECK(SAMPLE, "sample", NOTE, START, find_sample,
      "Samples are for tests.",
      "docker inspect IMAGE.")
""")],
    "src/audit/checks_labels.c": [("", """
bool find_sample(const Subject *s, Finding *finding)
{
    const char *name = judged(s)->build ? judged(s)->build->base_name : NULL;

    if (!name || strcmp(name, "sample") != 0)
        return false;
    finding_say(finding, "is a sample");
    finding_advise(finding, "FROM something else");
    return true;
}
""")],
}
CHECK_MANUAL = {"docs/rgc.1": [(".It Cm only-latest\n", """\
.It Cm sample
Samples are for tests.
By hand: docker inspect IMAGE.
""")]}
COMMAND = {
    "src/cli/verbs.def": [("VERB(check,", """\
VERB(greet,
     .needs = NEEDS_NOTHING,
     .options = BIT(JSON),
     .summary = "say hello",
     .help = "Says hello to whoever asks.")
""")],
    "src/cli/verbs/verb_greet.c": [("", """\
/* SPDX-License-Identifier: MIT */
#include "cli/session.h"

int verb_greet(Session *session)
{
    fputs("hello\\n", session->screen.out);
    return EXIT_DONE;
}
""")],
}
COMMAND_MANUAL = {"docs/rgc.1": [(".It Cm check Oo Fl -config-only Oc Oo Fl -json Oc\n", """\
.It Cm greet Oo Fl -json Oc
Say hello.
""")]}
KEY = {
    "include/rgc/config.h": [("    /* [metrics] */\n", "    int greetings;\n")],
    "tests/unit/config/config.c": [('        {"metrics", "textfile", ', '        {"agent", "greetings", "7"},\n'),
                            ('    "[metrics]\\ntextfile = off\\n";', '    "greetings = 3\\n"\n')],
    "src/config/keys.c": [("""    {{"metrics", "textfile",""", """\
    {{"agent", "greetings", "7", A_COUNT}, AT(greetings), COUNT(0, 1000)},

""")],
}
KEY_MANUAL = {
    "contrib/rgc.conf": [("[metrics]\n", "#greetings = 7                        ; how often it says hello\n\n")],
    "docs/rgc.conf.5": [(".El\n.Ss [metrics]\n", """\
.It Cm greetings
Default:
.Cm 7 .
How often it says hello.
""")],
}

DIALECT = {
    "src/engine/dialect.h": [("} Dialect;", "    bool lists_layers; /* among the images, unless it is asked not to */\n")],
    "src/engine/dialect.c": [("    .has_late_head = true,\n", "    .lists_layers = true,\n")],
    "src/engine/query/query.c": [('    int r = engine_get_stream(engine, "the list of images", path', """\
    if (engine->dialect->lists_layers) {
        free(path);
        path = engine_path(engine, "/images/json?layers=0");
    }
""")],
}


class Tree:
    """A copy of the tree, and what is built of it."""

    def __init__(self, directory):
        self.root = pathlib.Path(directory) / "tree"
        self.build = pathlib.Path(directory) / "build"
        shutil.copytree(PROJECT, self.root, symlinks=True, ignore=NOTHING_NEEDED)

    def follow(self, recipe):
        for name, changes in recipe.items():
            path = self.root / name
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            for anchor, new in changes:
                assert not anchor or text.count(anchor) == 1, f"{name} has not one '{anchor}'"
                text = text.replace(anchor, new + anchor) if anchor else text + new
            path.write_text(text, encoding="utf-8")

    def configure(self):
        run("cmake", "-S", self.root, "-B", self.build, f"-DCMAKE_C_COMPILER={CC}", "-DCMAKE_BUILD_TYPE=Debug",
            "-DCMAKE_C_FLAGS_DEBUG=-O0", "-DRGC_WERROR=ON")

    def make(self, *targets, check=True):
        return run("cmake", "--build", self.build, "--parallel", "2", "--target", *targets, check=check)

    def test(self, name, check=True):
        return run(self.build / "tests" / f"test_{name}", check=check)

    def rgc(self, *arguments):
        return run(self.build / "src" / "rgc", *arguments).stdout


def run(*command, check=True):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout[-4000:]}")
    return done


class Recipes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        cls.tree = Tree(cls.directory.name)
        for recipe in (RULE, CHECK, COMMAND, KEY, DIALECT):
            cls.tree.follow(recipe)
        cls.tree.configure()
        cls.unlinked = cls.tree.make("test_rules_other", check=False)
        cls.tree.follow(RULE_PHRASE)
        cls.tree.make("rgc", "rgc-completion", *[f"test_{name}" for name in TESTS])
        cls.undocumented = {name: cls.tree.test(name, check=False).stdout for name in ("cli_manual", "config_example")}
        for recipe in (RULE_MANUAL, CHECK_MANUAL, COMMAND_MANUAL, KEY_MANUAL):
            cls.tree.follow(recipe)

    def test_the_manual_is_missed_and_then_all_tests_that_compare_pass(self):
        for test in ("every_command_is_in_the_manual_with_its_options", "every_key_is_in_the_manual_with_its_default",
                     "every_reason_is_in_the_manual_in_its_order_with_its_sentences",
                     "every_check_is_in_the_manual_in_its_order_with_its_sentences"):
            self.assertIn(f"[  FAILED  ] {test}", self.undocumented["cli_manual"])
        self.assertIn("greetings", self.undocumented["config_example"])
        for name in TESTS:
            self.tree.test(name)

    def test_a_rule(self):
        directory, now = pathlib.Path(self.directory.name), int(time.time())
        labels = {"org.opencontainers.image.title": "blog"}
        images = [image("old", created=now - 7 * 86400, labels=labels), image("new", created=now - 3600, labels=labels),
                  image("other", created=now - 7 * 86400)]
        (directory / "rgc.conf").write_text(f"[engine]\nstorage = /\n[retention]\nmin_age = 0s\n[metrics]\n"
                                            f"textfile = {directory}/rgc.prom\n[agent]\ntrial = off\n", encoding="utf-8")
        with FakeEngine({"images": images}) as engine:
            options = ("--config", directory / "rgc.conf", "--state", directory / "state", "--host", engine.host)
            plan = json.loads(self.tree.rgc(*options, "plan", "--json"))
            judged = {item["id"]: (item["verdict"], item["reason"], item["detail"]) for item in plan["images"]}
            self.assertEqual(judged[images[0]["id"]], ("remove", "sample", "a sample of blog"))
            self.assertEqual(judged[images[1]["id"]], ("wait", "sample", "a sample of blog"))
            self.assertEqual(judged[images[2]["id"]][:2], ("remove", "dangling"))
            self.assertIn("It is a sample, and a day has passed.", self.tree.rgc(*options, "why", images[0]["id"]))
            self.tree.rgc(*options, "collect", "--here")
            self.assertNotIn(images[0]["id"], engine.state.images)
            self.assertIn(images[1]["id"], engine.state.images)
        metrics = (directory / "rgc.prom").read_text(encoding="utf-8")
        self.assertIn('rgc_removed_images_total{reason="sample"} 1\n', metrics)
        self.assertIn('rgc_removed_images_total{reason="dangling"} 1\n', metrics)

    def test_a_check(self):
        directory = pathlib.Path(self.directory.name)
        (directory / "check.conf").write_text("[engine]\nstorage = /\n", encoding="utf-8")
        base = {"Labels": {"org.opencontainers.image.base.name": "sample"}}
        images = [{**image("a", tags=["a:1"]), "config": base}, image("b", tags=["b:1"])]
        with FakeEngine({"images": images}) as engine:
            for name, expected in (("a:1", ["is a sample"]), ("b:1", [])):
                document = json.loads(self.tree.rgc("--config", directory / "check.conf", "--state", directory / "check", "--host",
                                                    engine.host, "audit", name, "--json"))
                self.assertEqual([f["text"] for f in document["image"]["findings"] if f["check"] == "sample"], expected)

    def test_a_command(self):
        self.assertEqual(self.tree.rgc("greet"), "hello\n")
        self.assertIn("Says hello to whoever asks.", self.tree.rgc("greet", "--help"))
        self.assertRegex(self.tree.rgc("--help"), r"greet +say hello")
        for shell in ("bash", "zsh", "fish"):
            self.assertIn("greet", run(self.tree.build / "src" / "rgc-completion", shell).stdout)

    def test_a_key(self):
        config = pathlib.Path(self.directory.name) / "greetings.conf"
        for text, shown in (("", r"greetings = 7\n"), ("[agent]\ngreetings = 3\n", r"greetings = 3 +\(default: 7\)\n")):
            config.write_text(text, encoding="utf-8")
            self.assertRegex(run(self.tree.build / "src" / "rgc", "--config", config, "check", check=False).stdout, shown)
        config.write_text("[agent]\ngreetings = 3000\n", encoding="utf-8")
        self.assertIn("must be between 0 and 1000", run(self.tree.build / "src" / "rgc", "--config", config, "plan", check=False).stdout)

    def test_a_dialect(self):
        directory = pathlib.Path(self.directory.name)
        (directory / "dialect.conf").write_text("[engine]\nstorage = /\n", encoding="utf-8")
        for podman, asked in ((True, True), (False, False)):
            with FakeEngine({"images": [image("a")], "podman": podman}) as engine:
                self.tree.rgc("--config", directory / "dialect.conf", "--state", directory / "dialect", "--host", engine.host, "plan")
                self.assertNotEqual(engine.lines(r"/images/json"), [])
                self.assertEqual(bool(engine.lines(r"/images/json\?layers=0")), asked)

    def test_a_rule_without_its_function_does_not_link(self):
        self.assertNotEqual(self.unlinked.returncode, 0)
        self.assertIn("describe_sample", self.unlinked.stdout)

