# SPDX-License-Identifier: MIT
"""The completions that the build has made, as their shells read them. RGC_SHELL is bash, zsh or fish."""
import contextlib
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import installed
from installed import run
from program import BUILD, RGC

# compopt works only for a shell that somebody types into.
DRIVER = """
compopt() { :; }
. "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMPREPLY=()
_rgc
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' "${COMPREPLY[@]}"
"""

shell = os.environ["RGC_SHELL"]
file = f"{BUILD}/installed/rgc.{shell}"


def setUpModule():
    installed.need(shell)


def text():
    with open(file, encoding="utf-8") as opened:
        return opened.read()


def complete(*words):
    """What bash would offer for the last of these words."""
    done = subprocess.run(["bash", "--norc", "-c", DRIVER, "bash", file, "rgc", *words], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(done.stderr)
    return done.stdout.split("\n")[:-1]


def listed(verb=None):
    """The first words in the lists of rgc's help."""
    out = run(RGC, *([verb] if verb else []), "--help", "--color=never")
    lists = re.findall(r"(?<=\n\n)[A-Z][a-z ]+\n((?:  .*\n)+)", out)
    return re.findall(r"^  (\S+)", "".join(lists), re.MULTILINE)


def commands():
    return [word for word in listed() if re.fullmatch(r"[a-z]+", word)]


@contextlib.contextmanager
def named():
    """A host with things on it, as `rgc names` tells of them."""
    with tempfile.TemporaryDirectory() as directory:
        program = pathlib.Path(directory) / "rgc"
        program.write_text("""#!/bin/sh
[ "$1" = names ] || exit 1
case $2 in *APP*) printf 'blog\\nshop/staging\\n' ;; esac
case $2 in *IMAGE*) echo r/blog:v1 ;; esac
case $2 in *CONTAINER*) echo blog-web-v1 ;; esac
""", encoding="utf-8")
        program.chmod(0o755)
        old, os.environ["PATH"] = os.environ["PATH"], f"{directory}:{os.environ['PATH']}"
        try:
            yield
        finally:
            os.environ["PATH"] = old


class AnyShell(unittest.TestCase):
    def test_the_shell_accepts_it(self):
        run(shell, "-n", file)

    def test_it_has_every_command_and_option_that_the_help_has(self):
        self.assertIn("status", commands())
        for verb in commands():
            self.assertRegex(text(), rf"\b{verb}\b")
            for option in listed(verb):
                name = option.lstrip("-")
                self.assertRegex(text(), rf"(-|-l |-s ){name}\b", f"{verb} {option}")

    def test_it_offers_nothing_that_is_hidden(self):
        for word in ("watch", "trigger"):
            self.assertNotRegex(text(), rf"(?<![a-z]){word}\b")


class Bash(unittest.TestCase):
    def test_the_first_word_is_a_command_or_an_option_of_all(self):
        self.assertEqual([word for word in complete("") if not word.startswith("-")], commands())
        self.assertEqual(complete("st"), ["status"])
        self.assertEqual(complete("--st"), ["--state"])

    def test_behind_a_command_come_its_options(self):
        self.assertEqual(complete("plan", "--a"), ["--app"])
        self.assertEqual(complete("status", "--ap"), [])
        for verb in commands():
            self.assertEqual(sorted(complete(verb, "-")), sorted(listed(verb)), verb)

    def test_apps_images_and_containers_are_offered_by_the_names_that_rgc_gives_them(self):
        with named():
            self.assertEqual(complete("audit", ""), ["blog", "shop/staging", "r/blog:v1"])
            self.assertEqual(complete("audit", "sh"), ["shop/staging"])
            self.assertEqual(complete("why", ""), ["blog", "shop/staging", "r/blog:v1", "blog-web-v1"])
            self.assertEqual(complete("plan", "--app", ""), ["blog", "shop/staging"])
            self.assertEqual(complete("collect", "--deployed", "shop"), ["shop/staging"])

    def test_a_colon_is_no_end_of_a_name(self):
        with named():
            self.assertEqual(complete("why", "r/blog", ":", "v"), ["v1"])
            self.assertEqual(complete("why", "r/blog", ":"), ["v1"])
            self.assertEqual(complete("why", "r/blog:v"), ["r/blog:v1"])

    def test_the_value_of_an_option_is_not_taken_for_the_command(self):
        self.assertEqual(complete("--state", "plan", "st"), ["status"])
        self.assertEqual(complete("--color", "=", "never", "st"), ["status"])
        self.assertEqual(complete("--color=never", "plan", "--a"), ["--app"])

    def test_values_that_are_known_are_offered(self):
        self.assertEqual(complete("--color", ""), ["auto", "always", "never"])
        self.assertEqual(complete("--color", "=", "n"), ["never"])
        self.assertEqual(complete("--color", "="), ["auto", "always", "never"])
        self.assertEqual(complete("--config", "/etc/pass"), [word for word in complete("--config", "/etc/pass")
                                                             if word.startswith("/etc/pass")])
        self.assertIn("/etc/passwd", complete("--config", "/etc/pass"))
        self.assertNotIn("/etc/passwd", complete("--state", "/etc/p"))


class Fish(unittest.TestCase):
    @staticmethod
    def complete(line):
        """What fish would offer that begins with the last word, without the explanations. Fish 4 adds what has its letters
        elsewhere, as --state has those of --a."""
        out = run("fish", "--no-config", "-c", f"source {file}; complete -C '{line}'")
        offers = [offer.split("\t")[0] for offer in out.splitlines()]
        return [offer for offer in offers if offer.startswith(line.rpartition(" ")[2])]

    def test_it_offers_commands_their_options_and_known_values(self):
        self.assertEqual(sorted(self.complete("rgc ")), sorted(commands()))
        self.assertEqual(self.complete("rgc plan --a"), ["--app"])
        self.assertEqual(self.complete("rgc status --ap"), [])
        self.assertEqual(self.complete("rgc --state /var st"), ["status"])
        self.assertEqual(sorted(self.complete("rgc --color ")), ["always", "auto", "never"])

    def test_it_offers_apps_images_and_containers(self):
        with named():
            self.assertEqual(sorted(self.complete("rgc why ")), ["blog", "blog-web-v1", "r/blog:v1", "shop/staging"])
            self.assertEqual(sorted(self.complete("rgc audit ")), ["blog", "r/blog:v1", "shop/staging"])
            self.assertEqual(sorted(self.complete("rgc plan --app ")), ["blog", "shop/staging"])


# compadd says what it is given; everything else of zsh's completion is left out.
ZSH_DRIVER = """
_arguments() { :; }
_describe() { :; }
compadd() { local name=${@[-1]}; print -rl -- ${(P)name}; }
source $1
$2
"""


class Zsh(unittest.TestCase):
    def test_it_offers_apps_images_and_containers(self):
        with named():
            for function, words in (("why", ["blog", "shop/staging", "r/blog:v1", "blog-web-v1"]),
                                    ("audit", ["blog", "shop/staging", "r/blog:v1"]), ("apps", ["blog", "shop/staging"])):
                out = run("zsh", "--no-rcs", "-c", ZSH_DRIVER, "zsh", file, f"_rgc_{function}")
                self.assertEqual(out.splitlines(), words)
        self.assertIn(":APP:_rgc_apps", text())
