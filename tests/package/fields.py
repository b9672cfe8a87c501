# SPDX-License-Identifier: MIT
"""Who answers for rgc, and where it is at home: every file says what CMakeLists.txt says."""
import re
import unittest

from program import PROJECT

# Where each stands. {0}: NAME <ADDRESS>, {1}: NAME, {2}: ADDRESS, {3}: the homepage, {4}: the version.
SAID = {
    "contrib/debian/changelog": ["rgc ({4}-1) ", "\n -- {0}  "],
    "contrib/debian/copyright": ["\nUpstream-Contact: {0}\n", "\nSource: {3}\n"],
    "contrib/docker/Dockerfile": ["\nARG VERSION={4}\n"],
    "SECURITY.md": [" {0}"],
    **{f"docs/{page}": ["\n.An {1} Aq Mt {2}\n", "\n.Lk {3}\n"] for page in ("rgc.1", "rgc.conf.5", "rgc-agent.8")},
}
# A host that cannot be: what is left of the placeholders once an owner has set the fields.
PLACEHOLDER = re.compile(r"[\w.+/:@-]*\brgc\.invalid\b")

fields = None


def setUpModule():
    global fields
    text = read("CMakeLists.txt")
    maintainer = re.search(r'^set\(RGC_MAINTAINER "([^"]+)"', text, re.MULTILINE).group(1)
    name, address = re.fullmatch(r"(.+) <(\S+@\S+)>", maintainer).groups()
    homepage = re.search(r'\bHOMEPAGE_URL "([^"]+)"', text).group(1)
    fields = (maintainer, name, address, homepage, re.search(r"^project\(rgc VERSION (\S+)", text, re.MULTILINE).group(1))


def read(path):
    return (PROJECT / path).read_text(encoding="utf-8")


def written():
    """What people and packages read, with what makes it."""
    for part in ("*.md", "docs/*", "contrib/**/*", "cmake/*", "CMakeLists.txt"):
        yield from (path for path in PROJECT.glob(part) if path.is_file())


class Fields(unittest.TestCase):
    def test_every_file_says_what_cmake_says(self):
        missing = [(path, sentence.format(*fields)) for path, sentences in SAID.items() for sentence in sentences
                   if sentence.format(*fields) not in read(path)]
        self.assertEqual(missing, [])

    def test_no_placeholder_is_left_once_they_are_set(self):
        found = {(str(path.relative_to(PROJECT)), word) for path in written()
                 for word in PLACEHOLDER.findall(path.read_text(encoding="utf-8"))}
        self.assertEqual({(path, word) for path, word in found if word not in fields}, set())
