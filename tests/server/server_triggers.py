# SPDX-License-Identifier: MIT
"""Many ask at once while deploys go on: every client is answered, few passes are made, and no promise is broken."""
import json
import socket
import threading

import case
from namespace import wait_for
from server import SETTINGS
from waiting import HANGS, a_while

CLIENTS, ROUNDS, DEPLOYS = 50, 4, 12


class Client(threading.Thread):
    """Asks for a pass, waits for its summary, and asks again."""

    def __init__(self, path, number):
        super().__init__(daemon=True)
        self.path, self.number = str(path), number
        self.passes, self.exits, self.error = [], [], None

    def run(self):
        a_while(self.number * 0.02)  # one after the other, over a second
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
    settings = {"agent": {**SETTINGS["agent"], "settle": "5s"}}

    def test_200_triggers_of_50_clients_while_deploys_go_on(self):
        since = self.server.fresh_agent(self.settings)
        clients = [Client(self.server.path("/run/rgc.sock"), number) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        # A deploy that a pass makes fail raises here.
        app = self.deploy(range(1, DEPLOYS + 1))
        for client in clients:
            client.join(HANGS)
        self.assertEqual([client.error for client in clients if client.error or client.is_alive()], [])
        self.assertEqual([client.exits for client in clients], [[0] * ROUNDS] * CLIENTS)
        wait_for(lambda: len(self.journal.of("TRIGGER_ACCEPTED", since)) >= CLIENTS * ROUNDS, "the triggers in the journal")
        self.assertEqual(len(self.journal.of("TRIGGER_ACCEPTED", since)), CLIENTS * ROUNDS)

        # None asks later than settle after the one before, unless it is held up: a pass serves all who ask.
        served = {number for client in clients for number in client.passes}
        triggers = [one["RGC_TRIGGER"] for one in self.journal.of("PASS_FINISHED", since)]
        self.assertLess(len(served), CLIENTS // 2)
        self.assertLess(triggers.count("collect"), CLIENTS // 2)
        self.assertLessEqual(triggers.count("event"), 1)
        self.assertEqual(self.journal.of("PASS_FAILED", since), [])

        self.server.rgc("collect")
        self.assertEqual(self.tags(app), sorted(f"v{number}" for number in range(DEPLOYS - 3, DEPLOYS + 1)))
        self.assert_rollbacks(app)
