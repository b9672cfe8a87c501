# SPDX-License-Identifier: MIT
"""Releases with histories as builders write them, for the tests of rgc audit."""
import time

from fake_state import container, image

MB = 1_000_000
DAY = 86400
# Planted in variables, arguments, commands and URLs: nothing that rgc writes may have one of them in it.
SECRETS = ["planted-env-4711", "planted-arg-4712", "planted-run-4713", "planted-inline-4714", "planted-url-4715",
           "planted-label-4716", "planted-container-4717", "planted-short-4718"]
RUST = [(120 * MB, "/bin/sh -c #(nop) ADD file:1 in / ", ""), (0, '/bin/sh -c #(nop)  CMD ["bash"]', ""),
        (560 * MB, "/bin/sh -c set -eux; apt-get update; apt-get install -y --no-install-recommends autoconf gcc g++ libc6-dev "
                   "imagemagick; rm -rf /var/lib/apt/lists/*", ""),
        (0, "ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo RUST_VERSION=1.75.0"),
        (780 * MB, "RUN /bin/sh -c set -eux; wget rustup-init; ./rustup-init -y # buildkit")]
BLOG = [(0, "WORKDIR /app"), (310 * MB, "COPY . /app # buildkit"), (0, "ARG NPM_TOKEN=planted-arg-4712"),
        (600 * MB, "RUN |2 A=x NPM_TOKEN=planted-run-4713 /bin/sh -c cargo build --release # buildkit"),
        (310 * MB, "RUN |1 A=x /bin/sh -c useradd app && chown -R app:app /app # buildkit"),
        (30 * MB, "RUN /bin/sh -c apt-get update && apt-get install -y curl && curl -H 'Authorization: Bearer "
                  "planted-inline-4714' https://me:planted-url-4715@example.org/x # buildkit"),
        (0, "RUN /bin/sh -c curl -u me:planted-short-4718 example.org # buildkit"),
        (0, "ADD https://me:planted-url-4715@example.org/y /y # buildkit"), (0, 'CMD ["./target/release/blog"]')]
SMALL = [(120 * MB, "/bin/sh -c #(nop) ADD file:1 in / ", ""), (0, '/bin/sh -c #(nop)  CMD ["bash"]', ""),
         (9 * MB, "COPY /app/target/release/shop /usr/local/bin/ # buildkit"), (0, "USER 10001"),
         (0, "LABEL org.opencontainers.image.revision=1"), (0, 'HEALTHCHECK &{["CMD" "/x"]}'), (0, 'CMD ["shop"]')]


def release(name, tag, base, own, age, config, now=None):
    """An image with these steps; the layers of `base` are the same in all."""
    now = now if now is not None else int(time.time())
    steps = [*base, *own]
    layers = [(f"{step[1]} {number}" + ("" if number < len(base) else f" {name} {tag}"), step[0])
              for number, step in enumerate(steps) if step[0] or step[1].startswith(("COPY", "RUN", "ADD", "WORKDIR"))]
    return {**image(f"{name} {tag}", tags=[f"r/{name}:{tag}"], size=sum(step[0] for step in steps), created=now - age,
                    labels={"service": name, "secret.label": "planted-label-4716"}, layers=layers),
            "history": steps, "config": config}


def audit_host(**more):
    """Four releases of blog that are all wrong, two of shop that are right, and somebody's database."""
    now = int(time.time())
    wrong = {"Env": ["PATH=/bin", "RUST_VERSION=1.75.0", "CARGO_HOME=/usr/local/cargo", "API_TOKEN=planted-env-4711"], "User": "",
             "Cmd": ["./target/release/blog"]}
    right = {"User": "10001", "Healthcheck": {"Test": ["CMD", "/x"]}, "Cmd": ["shop"],
             "Labels": {"service": "shop", "org.opencontainers.image.revision": "1"}}
    images = [release("blog", f"v{n}", RUST, BLOG, (5 - n) * DAY, wrong, now) for n in range(1, 5)]
    images += [release("shop", f"v{n}", SMALL[:2], SMALL[2:], (5 - n) * DAY, right, now) for n in range(1, 3)]
    images += [{**image("db", tags=["postgres:16"], created=now - 30 * DAY, size=400 * MB), "config": {"User": ""}}]
    boxes = []
    for entry in images[:-1]:
        name, tag = entry["tags"][0][2:].split(":")
        is_last = (name, tag) in (("blog", "v4"), ("shop", "v2"))
        config = {"User": entry["config"]["User"], "Healthcheck": entry["config"].get("Healthcheck"), "Cmd": ["x"],
                  "Env": ["DB_PASSWORD=planted-container-4717"]}
        boxes.append(container(f"{name}-web-{tag}", entry["id"], state="running" if is_last else "exited",
                               created=entry["created"] + 100, image_ref=entry["tags"][0],
                               labels={"service": name, "role": "web", "destination": ""}, config=config,
                               host_config={"LogConfig": {"Type": "json-file", "Config": {"max-size": "10m"}}}))
    boxes.append(container("db", images[-1]["id"], image_ref="postgres:16", created=now - 20 * DAY, config={"User": ""},
                           host_config={"LogConfig": {"Type": "json-file", "Config": {}}},
                           mounts=[{"Type": "volume", "Name": "a" * 64, "Destination": "/var/lib/postgresql/data"}]))
    return {"images": images, "containers": boxes, **more}


BLOG_FINDINGS = ["apt-lists", "built-in-final", "chown-copy", "context-copy", "no-labels", "one-stage", "recommends", "root-user",
                 "secret", "toolchain", "unstable-layer"]
OTHER_FINDINGS = {"shop": [], "postgres": ["anonymous-volume", "unbounded-log"]}
