# SPDX-License-Identifier: MIT
"""The server that is deployed to: an engine, sshd for root and for a user in group docker, and rgc with its agent."""

import pathlib
import shutil
import signal
import subprocess

from machine import Machine
from namespace import wait_for
from waiting import HANGS
import rgc

ADDRESS = "127.0.0.1"
SSHD_OPTIONS = ["ListenAddress=127.0.0.1:22", "UsePAM=no", "UseDNS=no", "PidFile=/run/sshd.pid", "PermitRootLogin=yes",
                "MaxStartups=100"]

# Short times where a host has long ones; `quiet` and `min_age` are what a host has.
SETTINGS = {
    "engine": {"host": "unix:///run/docker.sock"},
    "retention": {"min_uptime": "100ms"},
    "disk": {"high": "off", "low": "off"},
    "agent": {"trial": "0s", "settle": "50ms"},
}


class ServersRgc(rgc.Rgc):
    """rgc as it is installed on the server, with its own configuration and state."""

    def __init__(self, server, settings):
        self.engine = server
        self.state = server.path("/var/lib/rgc")
        self.config = server.path("/etc/rgc/rgc.conf")
        self.configure(settings)

    def configure(self, settings=None):
        merged = {section: {**SETTINGS.get(section, {}), **(settings or {}).get(section, {})}
                  for section in {**SETTINGS, **(settings or {})}}
        lines = [line for section, keys in merged.items()
                 for line in [f"[{section}]", *(f"{key} = {value}" for key, value in keys.items())]]
        self.config.write_text("\n".join(lines) + "\n")

    def command(self, *argv):
        return self.engine.command(["rgc", *argv])


class Server(Machine):
    def __init__(self, flavour="28.5-overlay2", settings=None):
        super().__init__(flavour)
        self.settings = settings
        self.agent = None
        self.rgc = None

    def start(self):
        super().start()
        self.sh("mkdir -p /run/sshd /etc/rgc && ssh-keygen -A && useradd --create-home --groups docker --shell /bin/sh --password '*' deploy"
                " && install -d -m 0750 -g docker /var/lib/rgc")
        self.namespace.start(["/usr/sbin/sshd", "-D", "-e", *(word for one in SSHD_OPTIONS for word in ("-o", one))],
                             self.state / "sshd.log")
        self.install_rgc()
        self.rgc = ServersRgc(self, self.settings)
        self.start_agent()
        return self

    def install_rgc(self):
        shutil.copy(rgc.PROGRAM, self.path("/usr/bin/rgc"))

    def remove_rgc(self):
        self.path("/usr/bin/rgc").unlink()

    def start_agent(self):
        self.agent = self.namespace.start(["/usr/bin/rgc", "agent"], self.state / "agent.log", {"HOME": "/root"})
        wait_for(lambda: self.rgc.run("collect", "--no-wait", exits=(0, 3)).returncode == 0, lambda: f"the agent answers: {self.agent.tail()}")
        self.rgc.run("collect")

    def stop_agent(self):
        self.agent.stop()

    def authorize(self, key):
        """Lets the holder of the key log in as root and as deploy."""
        for home, user in (("/root", "root"), ("/home/deploy", "deploy")):
            self.write(f"{home}/.ssh/authorized_keys", key, 0o600)
            self.sh(f"chown -R {user}: {home}/.ssh && chmod 700 {home}/.ssh")

    def hang(self):
        """The engine answers nobody any more, until resume()."""
        self.daemon.send(signal.SIGSTOP)

    def resume(self):
        self.daemon.send(signal.SIGCONT)

    def close(self):
        if self.daemon:
            self.resume()
        super().close()

    def running(self, service, role="web", destination=None):
        """The names of the containers of the role that run now."""
        labels = [f"service={service}", f"role={role}", f"destination={destination or ''}"]
        return self.containers.names(label=labels, status=["running"])

    def versions(self, service, role="web", destination=None):
        """The versions of the role that run now."""
        start = "-".join(filter(None, (service, role, destination))) + "-"
        return [name.removeprefix(start) for name in self.running(service, role, destination)]

    def ask(self, service, role="web", destination=None):
        """What each running container of the role answers to a request, see app.c."""
        return [self.get(self.containers.inspect(name)["NetworkSettings"]["Networks"]["kamal"]["IPAddress"])
                for name in self.running(service, role, destination)]

    def get(self, address):
        """The body of the page at the address."""
        ask = f"exec 3<>/dev/tcp/{address}/80 && printf 'GET / HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3"
        head, _, body = self.run(["timeout", str(HANGS), "bash", "-c", ask]).stdout.partition("\n\n")  # text has no \r
        assert head.startswith("HTTP/1.0 200 "), head
        return body
