# SPDX-License-Identifier: MIT
"""Bases for the images that the tests of rgc audit build: the names that Dockerfiles expect, without a network.

A root file system is imported, with BusyBox as its shell and with toolchains.sh under the names of the programs that
Dockerfiles run. The bases of languages are built upon it with the steps that the real ones have, so that what is built on
them has a history such as theirs."""

import functools
import io
import pathlib
import random
import tarfile
import time

import builds
from busybox import busybox_and_libraries
from images import app_program

MB = 1_000_000
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
APPLETS = ["sh", "cat", "chmod", "chown", "cp", "echo", "env", "find", "head", "id", "ln", "ls", "mkdir", "mv", "rm", "sleep",
           "test", "touch", "true", "wget"]
TOOLS = ["apk", "apt-get", "bundle", "cargo", "curl", "go", "make", "mvn", "npm", "pip", "useradd"]
TOOLCHAINS = pathlib.Path(__file__).resolve().parent / "toolchains.sh"
PASSWD = b"root:x:0:0:root:/root:/bin/sh\n"


def _tar(files, links):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path, data in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(data), 0o755
            tar.addfile(entry, io.BytesIO(data))
        for path, target in links.items():
            entry = tarfile.TarInfo(path)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
    return out.getvalue()


def toolchain_of(filler):
    """A root file system with a shell and all programs, and this many megabytes that are for nothing."""
    files = {**busybox_and_libraries("bin/busybox"),
             "usr/local/bin/app": app_program(), "usr/local/lib/toolchains.sh": TOOLCHAINS.read_bytes(),
             "usr/local/bin/docker-entrypoint.sh": b'#!/bin/sh\nexec "$@"\n',
             "etc/passwd": PASSWD, "etc/group": b"root:x:0:\n", "usr/share/filler": random.Random(filler).randbytes(filler * MB)}
    links = {**{f"bin/{name}": "busybox" for name in APPLETS},
             **{f"usr/bin/{name}": "/usr/local/lib/toolchains.sh" for name in TOOLS}}
    return _tar(files, links)


def without_shell():
    return _tar({"usr/local/bin/app": app_program(), "app": app_program(), "etc/passwd": PASSWD}, {})


# name: (root file system, what the real one's configuration says)
IMPORTED = {
    "debian:bookworm-slim": (lambda: toolchain_of(5), ['CMD ["bash"]', f"ENV {PATH}"]),
    "ubuntu:24.04": (lambda: toolchain_of(205), ['CMD ["/bin/bash"]', f"ENV {PATH}"]),
    "alpine:3.20": (lambda: toolchain_of(1), ['CMD ["/bin/sh"]', f"ENV {PATH}"]),
    "gcr.io/distroless/cc-debian12:latest": (without_shell, [f"ENV {PATH}", "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
                                                             "USER 0", "WORKDIR /"]),
}

BUILDPACK = "RUN apt-get update && apt-get install -y --no-install-recommends autoconf libc6-dev && rm -rf /var/lib/apt/lists/*"
RUST = """\
LABEL org.opencontainers.image.source=https://git.test/docker-rust
ENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo RUST_VERSION=1.75.0
RUN {install} ca-certificates
"""
APT, APK = "apt-get install -y --no-install-recommends", "apk add --no-cache"
GO = """\
ENV GOLANG_VERSION=1.22.4
ENV GOTOOLCHAIN=local GOPATH=/go
RUN {install} ca-certificates
WORKDIR /go
"""
NODE = 'ENV NODE_VERSION=20.11.1\nRUN {install} nodejs\nENTRYPOINT ["docker-entrypoint.sh"]\nCMD ["node"]\n'

# Built on those, in this order, with the steps of the real ones.
BUILT = {
    "buildpack-deps:bookworm": f"FROM debian:bookworm-slim\n{BUILDPACK}\n",
    "rust:1.75": "FROM buildpack-deps:bookworm\n" + RUST.format(install=APT),
    "rust:1.75-alpine": "FROM alpine:3.20\n" + RUST.format(install=APK),
    "golang:1.22": "FROM buildpack-deps:bookworm\n" + GO.format(install=APT),
    "node:20": "FROM buildpack-deps:bookworm\n" + NODE.format(install=APT),
    "node:20-slim": "FROM debian:bookworm-slim\n" + NODE.format(install=APT),
    "python:3.12-slim": "FROM debian:bookworm-slim\nENV PYTHON_VERSION=3.12.4\n"
                        f'RUN {APT} python3\nCMD ["python3"]\n',
    "ruby:3.3-slim": "FROM debian:bookworm-slim\nENV RUBY_VERSION=3.3.4\n"
                     f'RUN {APT} ruby\nENV GEM_HOME=/usr/local/bundle\nCMD ["irb"]\n',
    "php:8.3-cli": f"FROM debian:bookworm-slim\nENV PHP_VERSION=8.3.8\nRUN {APT} php\nCMD [\"php\", \"-a\"]\n",
    "maven:3.9": f'FROM debian:bookworm-slim\nENV JAVA_HOME=/opt/java\nRUN {APT} jdk\nCMD ["mvn"]\n',
    "eclipse-temurin:21-jre": f"FROM debian:bookworm-slim\nENV JAVA_HOME=/opt/java\nRUN {APT} jre\nCMD [\"jshell\"]\n",
}


@functools.lru_cache(maxsize=None)
def _root(name):
    return IMPORTED[name][0]()


def make(engine):
    """All bases. Returns their names."""
    for name in IMPORTED:
        engine.images.import_root(_root(name), name, IMPORTED[name][1])
    # BuildKit of engines before 23.0 does not know this argument: there they are as old as what is built on them.
    weeks_ago = ("--build-arg", f"SOURCE_DATE_EPOCH={int(time.time()) - 30 * 24 * 3600}")
    for name, dockerfile in BUILT.items():
        builds.buildkit(engine, [name], dockerfile=dockerfile, options=weeks_ago)
    return [*IMPORTED, *BUILT]
