# SPDX-License-Identifier: MIT
"""rgc audit on programs that real compilers have built: Debian's Rust, Go and Node, in images by the names that people use,
without a network. Each program as its author would build it at first, and after what rgc audit advises, which must run.
For npm, which Debian has as hundreds of packages, a script runs what package.json says."""

import subprocess

import builds
import roots
from scenarios_audit import Audited

UNWANTED = ["dev", "proc", "sys", "var/cache", "var/lib/apt", "usr/share/doc", "usr/share/man", "usr/share/locale"]
BASES = {
    "rust:1.85": "FROM toolchains:1\nENV RUSTUP_HOME=/usr/local/rustup CARGO_HOME=/usr/local/cargo RUST_VERSION=1.85.0\nRUN cargo -V\n",
    "golang:1.24": "FROM toolchains:1\nENV GOLANG_VERSION=1.24.4 GOTOOLCHAIN=local\nRUN go version\nWORKDIR /go\n",
    "node:20": 'FROM toolchains:1\nENV NODE_VERSION=20.19.2\nCOPY npm /usr/bin/npm\nRUN node -v\nCMD ["node"]\n',
}
NPM = b"""#!/bin/sh
[ "$1" != run ] || exec sh -c "$(node -p "require('./package.json').scripts['$2']")"
"""
GOOD = 'USER 10001\nHEALTHCHECK CMD ["/usr/local/bin/blog"]\nLABEL org.opencontainers.image.revision=1\n'
RUST = {"Cargo.toml": b'[package]\nname = "blog"\nversion = "0.1.0"\nedition = "2021"\n',
        "src/main.rs": b'fn main() { println!("served"); }\n'}
GO = {"go.mod": b"module blog\n\ngo 1.24\n", "main.go": b'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("served") }\n'}
NODE = {"package.json": b'{"name": "blog", "version": "1.0.0", "scripts": {"build": "node build.js"}}\n',
        "package-lock.json": b'{"name": "blog", "version": "1.0.0", "lockfileVersion": 3, "packages": '
                             b'{"": {"name": "blog", "version": "1.0.0"}}}\n',
        "build.js": b'const fs = require("fs")\nfs.mkdirSync("dist")\n'
                    b'fs.writeFileSync("dist/data", require("crypto").randomBytes(12e6))\n'
                    b'fs.writeFileSync("dist/blog.js", "console.log(\'served\')")\n'}
RUST_BUILD = "FROM rust:1.85 AS builder\nWORKDIR /app\nCOPY . .\nRUN cargo build --release\n"
GO_BUILD = "FROM golang:1.24 AS builder\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /blog .\n"
NODE_BUILD = "FROM node:20 AS builder\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n"

# name: (context, Dockerfile, the findings and of which steps their bytes are, the Dockerfile after that, its findings)
PROGRAMS = {
    "rust": (RUST, RUST_BUILD + GOOD + 'CMD ["./target/release/blog"]\n', {"toolchain": "rust:1.85", "one-stage": None},
             RUST_BUILD + "FROM debian:trixie-slim\nCOPY --from=builder /app/target/release/blog /usr/local/bin/\n" + GOOD +
             'CMD ["blog"]\n', {}),
    "go": (GO, GO_BUILD + GOOD + 'CMD ["/blog"]\n', {"toolchain": "golang:1.24", "built-in-final": "go build", "one-stage": None},
           GO_BUILD + "FROM scratch\nCOPY --from=builder /blog /blog\n" + GOOD + 'CMD ["/blog"]\n', {}),
    "node": (NODE, NODE_BUILD + GOOD + 'CMD ["node", "dist/blog.js"]\n',
             {"built-in-final": "npm run build", "fat-base": "node:20", "one-stage": None},
             NODE_BUILD + "FROM node:20\nWORKDIR /app\nCOPY --from=builder /app/dist ./dist\n" + GOOD +
             'CMD ["node", "dist/blog.js"]\n', {"fat-base": "node:20"}),
}


class Toolchains(Audited):
    def import_tree(self, tree, reference):
        words = [f"--exclude=./{path}" for path in UNWANTED]
        with subprocess.Popen(["tar", "-C", str(roots.tree(tree)), "-c", *words, "."], stdout=subprocess.PIPE) as tar:
            return self.engine.images.import_root(tar.stdout, reference, ['CMD ["bash"]'])

    def findings(self, name, wanted):
        """The findings of an image: none but these, with the bytes of a base or of a step."""
        steps = self.engine.api.get(f"/images/{name}/history")
        sizes = {part: self.size_of(part) if ":" in part else sum(one["Size"] for one in steps if part in one["CreatedBy"])
                 for part in wanted.values() if part}
        found = self.rgc.document("audit", name)["image"]["findings"]
        wrong = self.told_wrong(found, {check: part and sizes[part] for check, part in wanted.items()},
                                up_to=["built-in-final"] if name.startswith("node") else [])
        self.assertEqual(wrong, [], name)

    def output_of(self, name):
        return self.engine.cli("run", "--rm", "--network=none", name).stdout.decode().strip()

    def test_each_program_at_first_and_as_advised(self):
        self.import_tree("toolchains", "toolchains:1")
        self.import_tree("bare-trixie", "debian:trixie-slim")
        for name, dockerfile in BASES.items():
            builds.with_cli(self.engine, name, dockerfile, {"npm": NPM})
        for name, (context, first, finds, advised, still) in PROGRAMS.items():
            for tag, dockerfile, wanted in (("first", first, finds), ("advised", advised, still)):
                builds.with_cli(self.engine, f"{name}-blog:{tag}", dockerfile, context)
                self.findings(f"{name}-blog:{tag}", wanted)
                self.assertEqual(self.output_of(f"{name}-blog:{tag}"), "served")
            sizes = [self.size_of(f"{name}-blog:{tag}") for tag in ("first", "advised")]
            print(f"# {name}: {sizes[0] / 1e6:.0f} MB at first, {sizes[1] / 1e6:.0f} MB as advised", flush=True)
