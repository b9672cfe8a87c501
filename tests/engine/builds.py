"""Builds in an engine: by BuildKit, which fills its build cache, and by the classic builder, which leaves parents."""

from images import app_program, tar_of

DOCKERFILE = """\
FROM scratch
COPY app /app
{steps}
ENTRYPOINT ["/app"]
CMD ["serve"]
"""


def _context(steps, files, dockerfile=None):
    dockerfile = dockerfile or DOCKERFILE.format(steps="\n".join(steps))
    return tar_of({"Dockerfile": dockerfile.encode(), "app": app_program(), **(files or {})})


def fill_step(path, size):
    """A build step that writes `size` bytes: into the image, and into the build cache."""
    return f'RUN ["/app", "fill", "{path}", "{size}"]'


def cache_mount_step(size, target="/cache"):
    """A build step that leaves a cache mount of `size` bytes, as package managers do."""
    return f'RUN --mount=type=cache,target={target} ["/app", "fill", "{target}/data", "{size}"]'


def _flags(tags, labels):
    flags = []
    for tag in tags:
        flags += ["--tag", tag]
    for key, value in (labels or {}).items():
        flags += ["--label", f"{key}={value}"]
    return flags


def buildkit(engine, tags, steps=(), labels=None, files=None, dockerfile=None, options=()):
    """Builds by BuildKit with the engine's own client, and returns the ID of the first tag (None without tags).

    `steps` are lines of a Dockerfile, such as fill_step(); `files` what COPY finds besides the program `app`."""
    engine.cli("build", "--network=none", *_flags(tags, labels), *options, "-", env={"DOCKER_BUILDKIT": "1"},
               stdin=_context(steps, files, dockerfile))
    return engine.images.id(tags[0]) if tags else None


def classic(engine, tags, steps=(), labels=None, files=None, dockerfile=None):
    """Builds by the classic builder: every step is an image, the parent of the next one. Returns the last ID."""
    image = None
    query = {"t": tags, "labels": labels or {}, "networkmode": "none", "rm": 1, "version": 1}
    for line in engine.api.stream("POST", "/build", query, _context(steps, files, dockerfile),
                                  {"Content-Type": "application/x-tar"}):
        if "error" in line:
            raise RuntimeError(f"build {tags}: {line['error']}")
        image = line.get("aux", {}).get("ID", image)
    return engine.images.id(tags[0]) if tags else image


def with_cli(engine, tag, dockerfile, files, options=(), is_classic=False):
    """`docker build` of a context of just these files, by either builder."""
    context = tar_of({"Dockerfile": dockerfile.encode(), **files})
    engine.cli("build", "--network=none", "--tag", tag, *options, "-", stdin=context,
               env={"DOCKER_BUILDKIT": "0" if is_classic else "1"})


def cache_records(engine):
    """The records of the engine's build cache."""
    reply = engine.api.get("/system/df", **({"type": "build-cache"} if engine.flavour.api != "1.41" else {}))
    return reply["BuildCache"] or []
