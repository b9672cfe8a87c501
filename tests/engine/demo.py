#!/usr/bin/env python3
"""Shows rgc at work on a throw-away engine; contrib/try.sh builds rgc and calls this.

    demo.py PROGRAM       PROGRAM: the rgc to show

Ends with 0 when all went as rgc promises.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import demo_host
import workspace
from engines import OF_THIS_MACHINE, Engine

CONFIGURATION = """\
[retention]
min_age = 1s      ; default 1h: keeps images that have arrived and not run
min_uptime = 1s   ; default 1m: a release that never ran this long has failed
quiet = 2s        ; default 5m: after a deploy, removes nothing that belongs to the app for this long

[build_cache]
max_unused = 0s   ; default 72h
"""


def heading(text):
    print(f"\n\033[1m== {text}\033[0m" if sys.stdout.isatty() else f"\n== {text}", flush=True)


def say(text):
    print(f"   {text}", flush=True)


class Broken(Exception):
    """rgc did not do what it promises."""


def expect(condition, what):
    if not condition:
        raise Broken(what)


class Rgc:
    def __init__(self, program, engine):
        config = engine.state / "rgc.conf"
        config.write_text(CONFIGURATION)
        self.command = [program, "--config", str(config), "--state", str(engine.state / "rgc"), "--host", engine.host]

    def show(self, typed):
        """Runs the command as typed, such as "sudo rgc collect --here --end-trial", and shows both."""
        print(f"\n$ {typed}", flush=True)
        words = typed.removeprefix("sudo ").split()
        status = subprocess.run([*self.command, *words[1:]], stdin=subprocess.DEVNULL).returncode
        expect(status == 0, f"`{typed}` ended with {status}")

    def read(self, *words):
        return json.loads(subprocess.run([*self.command, *words, "--json"], stdout=subprocess.PIPE, check=True).stdout)


def rollback_versions(report):
    """The versions that rgc says can be rolled back to, by app."""
    for app in report["apps"]:
        rollback = app["rollback"]
        expect(rollback["ready"] == rollback["wanted"], f"rollback {rollback['ready']}/{rollback['wanted']} of {app['name']}")
    return {app["name"]: app["rollback"]["versions"] for app in report["apps"]}


def check_removals(engine, planned):
    """What is left is what the plan said."""
    left = {image["Id"]: image for image in engine.images.list()}
    for image in planned["images"]:
        expect((image["id"] in left) == (image["verdict"] != "remove"),
               f"{image['tags'] or image['id']}: planned {image['verdict']}, and {'is' if image['id'] in left else 'not'} here")
    say("Image by image, what is left is what the plan would keep.")


def prove_rollbacks(engine, blog, shop, report):
    versions = rollback_versions(report)
    expect(len(versions.get("blog", [])) == 3 and len(versions.get("shop/app", [])) == 3, f"3 rollbacks each: {versions}")
    for version in versions["blog"]:
        print(f"\n$ kamal rollback {version}", flush=True)
        blog.rollback(version)
        for role in blog.roles:
            name = blog.container_name(version, role)
            expect(engine.containers.state(name) == "running", f"{name} runs")
            say(f"{name} is running")
    for version in versions["shop/app"]:
        print(f"\n$ TAG={version} docker compose up --detach", flush=True)
        shop.up(version)
        state = engine.containers.inspect(shop.name)
        expect(state["State"]["Running"] and state["Config"]["Image"] == shop.reference(version), f"shop runs {version}")
        say(f"{shop.name} is running {version}")


def demonstrate(program):
    with Engine(OF_THIS_MACHINE) as engine:
        info = engine.api.get("/info")
        heading("A server, a year later")
        say(f"engine {info['ServerVersion']} ({info['Driver']}), with its own data and socket in {engine.state}")
        say("deploying two apps, which takes half a minute:")
        blog, shop = demo_host.deploys(engine, say)
        demo_host.leftovers(engine, say)
        rgc = Rgc(program, engine)
        say("")
        say("`rgc` below is " + " ".join(rgc.command))
        say("with this configuration, so that you need not wait a day:")
        for line in CONFIGURATION.splitlines():
            say(f"   {line}")
        time.sleep(3)  # above `quiet`

        heading("What holds the disk")
        rgc.show("rgc status")
        heading("What a pass would do, and why")
        rgc.show("rgc plan")
        planned = rgc.read("plan")
        heading("The pass")
        rgc.show("sudo rgc collect --here --end-trial")
        check_removals(engine, planned)
        heading("Afterwards")
        rgc.show("rgc status")
        heading("Every release that rgc counts as kept can be rolled back to")
        prove_rollbacks(engine, blog, shop, rgc.read("status"))
        print(flush=True)
        say("Each of them came up.")


def main():
    workspace.end_cleanly_on_signals(signal.SIGINT)
    if len(sys.argv) != 2 or not shutil.which(sys.argv[1]):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    try:
        demonstrate(os.path.abspath(sys.argv[1]))
    except workspace.Unavailable as reason:
        sys.exit(f"This machine cannot run a throw-away engine: {reason}")
    except Broken as what:
        sys.exit(f"NOT AS PROMISED: {what}")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
