# SPDX-License-Identifier: MIT
"""rgc-agent(8) says what the agent does: its messages, their fields, what causes a pass, where files are."""
import re
import unittest

from program import PROJECT

def read(path):
    return (PROJECT / path).read_text(encoding="utf-8")


page = read("docs/rgc-agent.8")


def section(title):
    """The lines from a heading to the next one."""
    return re.search(rf"^\.S[hs] {re.escape(title)}\n(.*?)(?=^\.S[hs] )", page, re.MULTILINE | re.DOTALL).group(1)


class Page(unittest.TestCase):
    def test_every_message_is_there_with_its_sentence_and_no_other(self):
        known = re.findall(r'^#define RGC_MESSAGE_\w+\s+"([0-9a-f]{32})" /\* (.*) \*/$', read("include/rgc/journal_ids.h"),
                           re.MULTILINE)
        told = re.findall(r"^\.It Li ([0-9a-f]{32})\n(.*)\.$", section("Kinds of messages"), re.MULTILINE)
        self.assertGreater(len(known), 10)
        self.assertEqual([(number, text[0].upper() + text[1:]) for number, text in known], told)

    def test_every_field_is_there_and_no_other(self):
        entries = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "src/agent").glob("**/*.c"))
        known = set(re.findall(r'entry_(?:text|field)\([^;]*?"(RGC_\w+)"', entries))
        known |= set(re.findall(r'^    {"[a-z-]+", "(RGC_\w+)", RGC_MESSAGE_', entries, re.MULTILINE))
        told = re.findall(r"RGC_\w+", " ".join(re.findall(r"^\.It Li (RGC.*)$", section("Fields"), re.MULTILINE)))
        self.assertEqual(sorted(told), sorted(known))

    def test_every_cause_of_a_pass_is_there(self):
        known = re.findall(r'\[TRIGGER_\w+\] = "(\w+)"', read("src/agent/schedule.c"))
        told = re.findall(r"^\.It Cm (\w+)$", section("When a pass starts"), re.MULTILINE)
        self.assertGreater(len(known), 5)
        self.assertEqual(sorted(told), sorted(known))

    def test_every_installed_file_that_it_names_is_installed(self):
        units = {str(path.relative_to(PROJECT / "contrib/systemd")).replace(".in", "")
                 for path in (PROJECT / "contrib/systemd").rglob("rgc.*") if path.is_file()}
        units |= {f"{name}/engine.conf" for name in ("rgc.service.d", "rgc.socket.d")}
        for path in re.findall(r"^\.It Pa /usr/lib/systemd/\w+/(\S+)$", page, re.MULTILINE):
            self.assertIn(path, units)

    def test_the_drop_ins_are_named_like_those_that_they_replace(self):
        for name in ("rgc.service.d", "rgc.socket.d"):
            self.assertTrue((PROJECT / "contrib/systemd" / name / "engine.conf").is_file())
            self.assertIn(f"/etc/systemd/system/{name}", page)
