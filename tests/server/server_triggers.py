# SPDX-License-Identifier: MIT
"""Many ask at once while deploys go on: every client is answered, one pass serves all who wait for it, and no promise is broken."""
import json
import socket
import threading

import case
from namespace import wait_for
from server import SETTINGS
from waiting import HANGS

CLIENTS, ROUNDS, DEPLOYS = 50, 4, 12


class Client(threading.Thread):
    """Asks for a pass, waits for its summary, and asks again."""

    def __init__(self, path, number):
        super().__init__(daemon=True)
        self.path, self.number = str(path), number
        self.passes, self.exits, self.error = [], [], None

    def run(self):
        try:
            for _ in range(ROUNDS):
                self.ask()
        except Exception as error:  # pylint: disable=broad-except
            self.error = repr(error)

    def ask(self):
        request = {"method": "io.rgc.Agent.Collect", "parameters": {"reason": f"client {self.number}"}, "more": True}
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(HANGS)
            connection.connect(self.path)
            connection.sendall(json.dumps(request).encode() + b"\0")
            with connection.makefile("rb") as file:
                reply = self.last_reply(file)
        self.passes.append(reply["parameters"]["ticket"])
        self.exits.append(reply["parameters"]["summary"]["exit"])

    @staticmethod
    def last_reply(file):
        rest = b""
        while True:
            while b"\0" not in rest:
                data = file.read1(65536)
                if not data:
                    raise ConnectionError("the agent hung up")
                rest += data
            text, rest = rest.split(b"\0", 1)
            reply = json.loads(text)
            if not reply.get("continues"):
                return reply


class Triggers(case.ServerCase):
    settings = {"agent": {**SETTINGS["agent"], "settle": "2s"}}
    # No pass begins before the test says so: it is longer than any machine needs for one question of each client.
    unsettled = {"agent": {**SETTINGS["agent"], "settle": "1h"}}

    def test_200_triggers_of_50_clients_while_deploys_go_on(self):
        since = self.server.fresh_agent(self.settings)
        self.reload(self.unsettled)
        clients = [Client(self.server.path("/run/rgc.sock"), number) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        self.wait_accepted(CLIENTS, since)
        self.reload(self.settings)
        # A deploy that a pass makes fail raises here.
        app = self.deploy(range(1, DEPLOYS + 1))
        for client in clients:
            client.join(HANGS)
        self.assertEqual([client.error for client in clients if client.error or client.is_alive()], [])
        self.assertEqual([client.exits for client in clients], [[0] * ROUNDS] * CLIENTS)
        self.wait_accepted(CLIENTS * ROUNDS, since)
        self.assertEqual(len(self.journal.of("TRIGGER_ACCEPTED", since)), CLIENTS * ROUNDS)

        # One pass serves all who ask before it begins, and there is no pass that nobody asked for. A pass that a deploy's
        # event caused may serve clients too; it bears the name of what came first.
        self.assertEqual(len({client.passes[0] for client in clients}), 1)
        served = {number for client in clients for number in client.passes}
        wait_for(lambda: len(self.journal.of("PASS_FINISHED", since)) >= len(served), f"{len(served)} passes in the journal")
        self.assertLessEqual(len(self.journal.of("PASS_FINISHED", since, RGC_TRIGGER="collect")), len(served))
        self.assertEqual(self.journal.of("PASS_FAILED", since), [])

        self.server.rgc("collect")
        self.assertEqual(self.tags(app), sorted(f"v{number}" for number in range(DEPLOYS - 3, DEPLOYS + 1)))
        self.assert_rollbacks(app)

    def reload(self, settings):
        since = self.journal.position()
        self.server.configure(settings)
        self.server.systemctl("reload", "rgc")
        self.journal.wait_for("CONFIG_LOADED", since)

    def wait_accepted(self, count, since):
        wait_for(lambda: len(self.journal.of("TRIGGER_ACCEPTED", since)) >= count, f"{count} triggers in the journal")
