# SPDX-License-Identifier: MIT
"""Images as people build them, good and bad, and what `rgc audit` must say of each: no finding more, and none less.

The sizes are those that toolchains.sh writes and that the context has, in bytes."""

import dataclasses
import functools
import random

MB = 1_000_000

# What an image needs so that nothing is to be said of how it starts.
USER = "USER 10001\n"
HEALTH = 'HEALTHCHECK CMD ["app", "exit", "0"]\n'
LABEL = "LABEL org.opencontainers.image.revision=1\n"
START = 'CMD ["app", "serve"]\n'
GOOD = USER + HEALTH + LABEL + START
APT = "RUN apt-get update && apt-get install -y --no-install-recommends {} && rm -rf /var/lib/apt/lists/*\n"
RUST = "FROM rust:1.75 AS builder\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n"
RUST_ALPINE = "FROM rust:1.75-alpine AS builder\nRUN apk add --no-cache musl-dev\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n"
RUST_RESULT = "COPY --from=builder /app/target/release/blog /usr/local/bin/blog\n"
DUMMY = """\
WORKDIR /app
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && echo 'fn main() {}' > src/main.rs && cargo build --release && rm -rf src
COPY src src
RUN touch src/main.rs && cargo build --release
"""
CHEF = """\
FROM rust:1.75 AS chef
RUN cargo install cargo-chef
WORKDIR /app
FROM chef AS planner
COPY . .
RUN cargo chef prepare --recipe-path recipe.json
"""
COOK = "COPY --from=planner /app/recipe.json recipe.json\nRUN cargo chef cook --release --recipe-path recipe.json\n" \
       "COPY . .\nRUN cargo build --release\n"
GO = "FROM golang:1.22 AS builder\nWORKDIR /src\nCOPY go.mod go.sum ./\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /blog .\n"
NODE = "WORKDIR /app\nCOPY package.json package-lock.json ./\n"
DJANGO = "FROM python:3.12-slim\nWORKDIR /app\nCOPY requirements.txt ./\n"
DEBIAN = "FROM debian:bookworm-slim\n"


@functools.lru_cache(maxsize=None)
def content(name, size):
    return random.Random(name).randbytes(size)


SMALL = {name: content(name, 1000) for name in (
    "Cargo.toml", "Cargo.lock", "src/main.rs", "go.mod", "go.sum", "package.json", "package-lock.json", "requirements.txt",
    "Gemfile", "Gemfile.lock", "pom.xml", "main.py")}
FAT = {**SMALL, ".git/pack": content("git", 30 * MB), "target/debug/blog": content("target", 25 * MB)}
MEDIUM = {**SMALL, "assets/all": content("assets", 12 * MB)}


@dataclasses.dataclass
class Case:
    """`finds`: the bytes of each finding, or None for one without; `up_to`: which of them are not exact."""

    name: str
    dockerfile: str
    finds: dict
    up_to: tuple = ()
    context: dict = dataclasses.field(default_factory=lambda: SMALL)
    options: tuple = ()           # of docker build
    needs_buildkit: bool = False
    only_settings: bool = False   # it adds no layer to its base
    tag: str = "v1"

    @property
    def reference(self):
        return f"registry.test/{self.name}:{self.tag}"

    def expected(self, is_classic):
        """The classic builder does not tell where it copied from: then nobody knows whether there is a first stage."""
        hides = is_classic and "COPY" in self.dockerfile.rpartition("FROM ")[2]
        return {check: size for check, size in self.finds.items() if not (hides and check == "one-stage")}


BASE = object()  # the bytes of the base
NO_START = {"root-user": None, "no-healthcheck": None, "no-labels": None}

RUST_CASES = [
    Case("rust-naive", RUST + 'CMD ["./target/release/blog"]\n',
         {"toolchain": BASE, "built-in-final": 14 * MB, "one-stage": None, **NO_START}),
    Case("rust-one-stage", RUST + GOOD, {"toolchain": BASE, "built-in-final": 14 * MB, "one-stage": None}),
    Case("rust-slim", RUST + "FROM debian:bookworm-slim\n" + APT.format("ca-certificates") + RUST_RESULT + GOOD, {}),
    Case("rust-alpine", RUST_ALPINE + "FROM alpine:3.20\nRUN apk add --no-cache ca-certificates\n" + RUST_RESULT + GOOD, {}),
    Case("rust-distroless", RUST + "FROM gcr.io/distroless/cc-debian12\n" + RUST_RESULT + GOOD, {}),
    Case("rust-scratch", RUST + "FROM scratch\n" + RUST_RESULT + GOOD, {}),
    Case("rust-named-user", RUST + "FROM scratch\n" + RUST_RESULT + "USER blog\n" + HEALTH + LABEL + START, {"named-user": None}),
    Case("rust-dummy-main", "FROM rust:1.75\n" + DUMMY + GOOD, {"toolchain": BASE, "built-in-final": 14 * MB, "one-stage": None}),
    Case("rust-dummy-stages", "FROM rust:1.75 AS builder\n" + DUMMY + DEBIAN + RUST_RESULT + GOOD, {}),
    Case("rust-chef", CHEF + "FROM chef AS builder\n" + COOK + DEBIAN + RUST_RESULT + GOOD, {}),
    Case("rust-chef-in-final", CHEF + "FROM chef\n" + COOK + GOOD, {"toolchain": BASE, "built-in-final": 11 * MB}),
    Case("rust-cache-mount", "FROM rust:1.75\nWORKDIR /app\nCOPY . .\n"
         "RUN --mount=type=cache,target=/app/target cargo build --release && cp target/release/blog /usr/local/bin/blog\n" + GOOD,
         {"toolchain": BASE, "one-stage": None}, needs_buildkit=True),
]
PACKAGE_CASES = [
    Case("apt-dirty", DEBIAN + "RUN apt-get update && apt-get install -y tzdata\n" + GOOD,
         {"apt-lists": 5_900_000, "recommends": 5_900_000}, up_to=("apt-lists", "recommends")),
    Case("apt-clean", DEBIAN + APT.format("tzdata") + GOOD, {}),
    Case("apt-cache-mount", DEBIAN + "RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update && "
         "apt-get install -y --no-install-recommends tzdata\n" + GOOD, {}, needs_buildkit=True),
    Case("apt-compiler", DEBIAN + APT.format("gcc libc6-dev") + "WORKDIR /app\nCOPY . .\nRUN make\n" + GOOD,
         {"toolchain": 12_900_000, "one-stage": None}),
    Case("apt-compiler-beside", DEBIAN + APT.format("gcc tzdata") + "WORKDIR /app\nCOPY . .\nRUN make\n" + GOOD,
         {"toolchain": 12_900_000, "one-stage": None}, up_to=("toolchain",)),
    Case("apt-purged", DEBIAN + "WORKDIR /app\nCOPY . .\nRUN apt-get update && apt-get install -y --no-install-recommends gcc && "
         "make && apt-get purge -y gcc && rm -rf /var/lib/apt/lists/*\n" + GOOD, {}),
    Case("apt-purged-later", DEBIAN + APT.format("gcc") + "WORKDIR /app\nCOPY . .\nRUN make\nRUN apt-get purge -y gcc\n" + GOOD,
         {"toolchain": 12 * MB, "one-stage": None, "removed-later": 12 * MB}, up_to=("removed-later",)),
    Case("apk-cache", "FROM alpine:3.20\nRUN apk add tzdata\n" + GOOD, {"package-cache": 2_900_000}, up_to=("package-cache",)),
    Case("ubuntu", "FROM ubuntu:24.04\nWORKDIR /app\nCOPY main.py .\n" + GOOD, {"fat-base": BASE}),
]
COPY_CASES = [
    Case("chown", DEBIAN + "WORKDIR /app\nCOPY . .\nRUN useradd app && chown -R app:app /app\n" + GOOD, {"chown-copy": 12 * MB},
         context=MEDIUM),
    Case("chown-flag", DEBIAN + "WORKDIR /app\nCOPY --chown=10001:10001 . .\n" + GOOD, {}, context=MEDIUM),
    Case("chmod", DEBIAN + "WORKDIR /app\nCOPY . .\nRUN chmod -R 700 /app\n" + GOOD, {"chown-copy": 12 * MB}, context=MEDIUM),
    Case("context", "FROM python:3.12-slim\nWORKDIR /app\nCOPY . .\n" + GOOD, {"context-copy": 55 * MB}, up_to=("context-copy",),
         context=FAT),
    Case("removed-later", DEBIAN + "RUN curl /opt/archive\nRUN rm -rf /opt/archive\n" + GOOD, {"removed-later": 11 * MB},
         up_to=("removed-later",)),
    Case("removed-at-once", DEBIAN + "RUN curl /opt/archive && rm -rf /opt/archive\n" + GOOD, {}),
]
SECRET = "planted-4711"
SECRET_CASES = [
    Case("secret-argument", "FROM node:20-slim\nARG NPM_TOKEN\n" + NODE +
         "RUN npm ci --omit=dev && npm cache clean --force\n" + GOOD, {"secret": None}, options=("--build-arg", f"NPM_TOKEN={SECRET}")),
    Case("secret-variable", DEBIAN + f"ENV DATABASE_PASSWORD={SECRET}\n" + GOOD, {"secret": None}, only_settings=True),
    Case("secret-mount", "FROM node:20-slim\n" + NODE + "RUN --mount=type=secret,id=npm,target=/root/.npmrc "
         "npm ci --omit=dev && npm cache clean --force\n" + GOOD, {}, needs_buildkit=True),
]
LANGUAGE_CASES = [
    Case("go-one-stage", GO + GOOD, {"toolchain": BASE, "built-in-final": 14 * MB, "one-stage": None}),
    Case("go-scratch", GO + "FROM scratch\nCOPY --from=builder /blog /blog\n" + GOOD, {}),
    Case("java-one-stage", "FROM maven:3.9\nWORKDIR /app\nCOPY . .\nRUN mvn package\n" + GOOD,
         {"built-in-final": 15 * MB, "one-stage": None}),
    Case("java-jre", "FROM maven:3.9 AS builder\nWORKDIR /app\nCOPY . .\nRUN mvn package\nFROM eclipse-temurin:21-jre\n"
         "COPY --from=builder /app/target/app.jar /app.jar\n" + GOOD, {}),
    Case("node", "FROM node:20-slim\n" + NODE + "RUN npm ci --omit=dev && npm cache clean --force\nCOPY . .\n" + GOOD, {}),
    Case("node-built", "FROM node:20-slim\n" + NODE + "RUN npm ci\nCOPY . .\nRUN npm run build\n" + GOOD,
         {"package-cache": 9 * MB, "built-in-final": 11 * MB, "one-stage": None}, up_to=("package-cache", "built-in-final")),
    Case("node-stages", "FROM node:20 AS builder\n" + NODE + "RUN npm ci\nCOPY . .\nRUN npm run build\nFROM node:20-slim\n" + NODE +
         "RUN npm ci --omit=dev && npm cache clean --force\nCOPY --from=builder /app/dist /app/dist\n" + GOOD, {}),
    Case("node-full", "FROM node:20\n" + NODE + "RUN npm ci --omit=dev && npm cache clean --force\nCOPY . .\n" + GOOD,
         {"fat-base": BASE}),
    Case("django", DJANGO + "RUN pip install --no-cache-dir -r requirements.txt\nCOPY . .\n" + GOOD, {}),
    Case("django-variable", DJANGO + "ENV PIP_NO_CACHE_DIR=1\nRUN pip install -r requirements.txt\nCOPY . .\n" + GOOD, {}),
    Case("django-cache", DJANGO + "RUN pip install -r requirements.txt\nCOPY . .\n" + GOOD, {"package-cache": 7 * MB},
         up_to=("package-cache",)),
    Case("rails", "FROM ruby:3.3-slim AS base\nWORKDIR /rails\nFROM base AS build\n" + APT.format("build-essential libpq-dev") +
         "COPY Gemfile Gemfile.lock ./\nRUN bundle install\nCOPY . .\n"
         "RUN SECRET_KEY_BASE_DUMMY=1 bundle exec rails assets:precompile\nFROM base\n" + APT.format("libpq5") +
         "COPY --from=build /usr/local/bundle /usr/local/bundle\nCOPY --from=build --chown=10001:10001 /rails /rails\n" + GOOD, {}),
    Case("rails-one-stage", "FROM ruby:3.3-slim\nWORKDIR /rails\nRUN apt-get update && apt-get install -y build-essential libpq-dev\n"
         "COPY Gemfile Gemfile.lock ./\nRUN bundle install\nCOPY . .\nRUN bundle exec rails assets:precompile\n" + GOOD,
         {"toolchain": 17_900_000, "one-stage": None, "apt-lists": 17_900_000, "recommends": 17_900_000}, up_to=("apt-lists", "recommends")),
    Case("php", "FROM php:8.3-cli\nWORKDIR /app\nCOPY . .\n" + GOOD, {}),
]
START_CASES = [
    Case("shell-form", DEBIAN + USER + HEALTH + LABEL + "CMD app serve\n", {"shell-form": None}, only_settings=True),
    Case("exec-in-shell", DEBIAN + USER + HEALTH + LABEL + "CMD exec app serve\n", {}, only_settings=True),
    Case("no-start", DEBIAN + "EXPOSE 3000\n" + START, NO_START, only_settings=True),
    Case("latest", DEBIAN + GOOD, {"only-latest": None}, tag="latest", only_settings=True),
    Case("unpinned", DEBIAN + "LABEL org.opencontainers.image.base.name=debian:latest\n" + GOOD, {"unpinned-base": None}, only_settings=True),
    Case("gosu", DEBIAN + APT.format("gosu") + HEALTH + LABEL + 'ENTRYPOINT ["docker-entrypoint.sh"]\n' + START, {"root-user": None}),
]
CASES = [*RUST_CASES, *PACKAGE_CASES, *COPY_CASES, *SECRET_CASES, *LANGUAGE_CASES, *START_CASES]
# One of each kind of step, where building all of them would take too long.
FEW = ("rust-naive", "rust-slim", "apt-dirty", "apt-compiler", "apt-purged-later", "chown", "context", "removed-later",
       "secret-argument", "node-built", "rails", "shell-form")


def cases(is_classic, is_short, knows_dates):
    """`knows_dates`: the bases can be made older than what is built on them. Without that, nothing but a base that is here
    tells where it ends below settings alone."""
    return [case for case in CASES if not (is_classic and case.needs_buildkit) and not (is_short and case.name not in FEW) and
            (knows_dates or not case.only_settings)]
