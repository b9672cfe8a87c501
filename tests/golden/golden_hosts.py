# SPDX-License-Identifier: MIT
"""The hosts whose documents are kept: those of the fault tests, and random ones of plan_and_pass."""
import builders
import plan_and_pass
from agents_pass import busy_host
from audit_hosts import audit_host
from fake_hosts import kamal_host
from fake_state import image
from fault_hosts import DAY, FLAVOURS, Host, builder_host, rich_host, unknown_host
from hostile_answers import nasty_host

N_RANDOM = 10
FULL = {"high": "66%", "low": "64%"}  # fixed_host.c says that 80% are used


class Recorded:
    """A host, its configuration, the options of its pass, and for how long (in seconds) rgc has known it."""

    def __init__(self, document, config=None, options=(), known_for=0):
        self.document, self.config, self.options, self.known_for = document, config or {}, options, known_for


def rich(flavour="overlay2 1.51", **more):
    return Recorded(rich_host().document(flavour), **more)


def jobs():
    return {"images": [image("job", tags=["tools/job:1"]), image("other", tags=["tools/other:1"])]}


def rare_reasons():
    """What the other hosts have none of: idle, next, moving-tag, infrastructure."""
    host = Host()
    host.kamal_app("coming", 5)
    pulled, _ = host.release("coming", "v6", 0, with_container=False)
    host.kamal_app("pinned", 6)
    host.images[-1]["tags"].append("mirror:5000/pinned:latest")
    for number in range(6):
        host.release("asleep", f"v{6 - number}", number, age=(40 + number) * DAY)
    host.add("proxy", tags=["basecamp/kamal-proxy:v0.9.0"])
    host.box("kamal-proxy", "proxy", state="exited", restart_policy="no", image_ref="basecamp/kamal-proxy:v0.9.0")
    document = host.document()
    document["events"].append(pull_event(pulled["tags"][0], host.now - 7200))
    return Recorded(document)


def pull_event(tag, at):
    return {"Type": "image", "Action": "pull", "Actor": {"ID": tag, "Attributes": {"name": tag}}, "scope": "local",
            "time": int(at), "timeNano": int(at) * 10**9}


def random_host(seed):
    host = plan_and_pass.RandomHost(seed)
    return Recorded(host.document(host.random.choice(sorted(FLAVOURS))), host.config())


# Functions, as the ages of what is on a host depend on the clock.
HOSTS = {
    "rich-overlay2": rich,
    "rich-containerd": lambda: rich("containerd 1.51"),
    "rich-podman": lambda: rich("podman"),
    "rich-trial-1.41": lambda: rich("overlay2 1.41", options=("--trial", "24h")),
    "rich-full-disk": lambda: rich(config={"disk": FULL, "retention": {"min_age": "0s"}}, known_for=DAY),
    "builder": lambda: Recorded(builder_host().document()),
    "unknown": lambda: Recorded(unknown_host().document()),
    "busy": lambda: Recorded(busy_host().document(), {"retention": {"min_age": "1h", "quiet": "5m"}}),
    "nasty": lambda: Recorded(nasty_host().document()),
    "kamal-one-app": lambda: Recorded(kamal_host(12, apps=2), options=("--app", "app1")),
    "jobs": lambda: Recorded(jobs(), {"retention": {"jobs_max_unused": "1h"}}),
    "builders": lambda: Recorded(builders.document(), {"build_cache": {"orphans": "19d"}}, known_for=20 * DAY),
    "rare-reasons": rare_reasons,
    "clock-jumped": lambda: Recorded(busy_host().document(), known_for=40 * DAY),
    "audit": lambda: Recorded(audit_host()),
    "empty": lambda: Recorded({}),
    **{f"random-{seed}": lambda seed=seed: random_host(seed) for seed in range(N_RANDOM)},
}
