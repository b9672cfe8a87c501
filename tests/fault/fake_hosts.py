# SPDX-License-Identifier: MIT
"""Hosts to fill a fake engine with."""
import time

from fake_state import cache_record, container, image


def kamal_release(app, version, number, state, now, destination=None, role="web", registry="r:5000", age=None,
                  base_bytes=80_000_000, tags=()):
    """One release of a Kamal app: its image and its container. `number` 0 is the newest; `age` in seconds."""
    age = age if age is not None else (number + 1) * 86400
    seed = f"{app}-{destination or ''}-{version}"
    entry = image(seed, tags=[f"{registry}/{app}:{version}", *tags],
                  digests=[f"{registry}/{app}@{image(seed + ' manifest')['id']}"], size=base_bytes + 20_000_000,
                  created=int(now - age - 600), labels={"service": app},
                  layers=[("base of " + app, base_bytes), (seed + " layer", 20_000_000)])
    labels = {"service": app, "role": role}
    if destination:
        labels["destination"] = destination
    name = "-".join(part for part in (app, role, destination, version) if part)
    live = state == "running"
    box = container(name, seed, state=state, created=int(now - age), started=int(now - age),
                    finished=0 if live else int(now - age + 86000), exit_code=0 if live else 143, labels=labels,
                    image_ref=f"{registry}/{app}:{version}")
    return entry, box


def kamal_host(n_images, apps=None, containers_per_app=6, now=None, build_cache=20, **engine):
    """`n_images` images in several apps; each app's newest release runs, some older ones are stopped."""
    now = now or time.time()
    apps = apps or max(1, min(20, n_images // 20))
    images, containers = [], []
    for i in range(n_images):
        app, number = f"app{i % apps}", i // apps
        tags = [f"r:5000/{app}:latest"] if number == 0 else []
        entry, box = kamal_release(app, f"v{n_images // apps + 1 - number}", number,
                                   "running" if number == 0 else "exited", now, tags=tags)
        images.append(entry)
        if number < containers_per_app:
            containers.append(box)
    cache = [cache_record(f"cache{i}", size=10_000_000, last_used=int(now - i * 12 * 3600)) for i in range(build_cache)]
    return {**engine, "images": images, "containers": containers, "build_cache": cache}
