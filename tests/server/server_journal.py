# SPDX-License-Identifier: MIT
"""A server's journal as it is written: entries are waited for, not polled for."""
import json
import pathlib
import re
import subprocess
import sys
import threading

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
from waiting import HANGS  # noqa: E402

IDS = pathlib.Path(__file__).resolve().parents[2] / "include" / "rgc" / "journal_ids.h"


def message_ids():
    """{"PASS_FINISHED": "d482…", …}"""
    return dict(re.findall(r"#define RGC_MESSAGE_(\w+)\s+\"([0-9a-f]{32})\"", IDS.read_text(encoding="utf-8")))


ID = message_ids()


class Journal:
    """Follows the journal from the boot on. A position is a number of entries."""

    def __init__(self, machine):
        self.entries = []
        self.news = threading.Condition()
        self.process = machine.popen(["journalctl", "--follow", "--boot", "--lines=all", "--output=json", "--no-pager"],
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self.news:
                self.entries.append(json.loads(line))
                self.news.notify_all()

    def position(self):
        with self.news:
            return len(self.entries)

    def since(self, position):
        with self.news:
            return self.entries[position:]

    def wait(self, matches, since=0, what="entry"):
        """The first entry from the position `since` on that matches(entry)."""
        with self.news:
            looked_at = since
            while True:
                for entry in self.entries[looked_at:]:
                    if matches(entry):
                        return entry
                looked_at = len(self.entries)
                if not self.news.wait(HANGS):
                    raise AssertionError(f"no {what} in the journal: {self._tail(since)}")

    def _tail(self, since):
        last = self.entries[since:][-40:]
        return "\n".join(["", *(f"{one.get('SYSLOG_IDENTIFIER')}: {one.get('MESSAGE')}" for one in last)])

    def wait_for(self, event, since=0, **fields):
        """Waits for rgc's own entry of a kind of journal_ids.h: wait_for("PASS_FINISHED", RGC_TRIGGER="event")."""
        wanted = {"MESSAGE_ID": ID[event], **fields}
        return self.wait(lambda entry: wanted.items() <= entry.items(), since, f"{event} {fields or ''}")

    def of(self, event, since=0, **fields):
        wanted = {"MESSAGE_ID": ID[event], **fields}
        return [entry for entry in self.since(since) if wanted.items() <= entry.items()]

    def close(self):
        """When the server is gone, and journalctl with it."""
        self.process.kill()
        self.process.wait()
        self.reader.join(HANGS)
        self.process.stdout.close()
