# SPDX-License-Identifier: MIT
"""What the benchmarks share: helpers in C, measuring one program, rounds, and a table.

Times of this machine mean little elsewhere: what is compared runs in turn in one run, and is told as a ratio.
"""
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
RGC = os.environ.get("RGC_BINARY") or os.environ.get("RGC_BUILT") or str(PROJECT / "build" / "release" / "src" / "rgc")

sys.path += [str(PROJECT / "tests" / "fault"), str(PROJECT / "tests" / "engine")]
sys.dont_write_bytecode = True

import workspace  # noqa: E402  (found there)

SKIPPED = 77


class Workplace:
    """A directory for the run, and the compiled helpers in it."""

    def __init__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="rgc-bench-")
        self.path = pathlib.Path(self._directory.name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._directory.cleanup()

    def write(self, name, text):
        path = self.path / name
        path.write_text(text)
        return path

    def helper(self, name, options=()):
        program = self.path / name
        if not program.exists():
            subprocess.run(["gcc", "-O2", "-pthread", *options, "-o", program, HERE / f"{name}.c"], check=True)
        return program

    def measure(self, argv, env=None, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL):
        """Runs a program to its end; {"wall": s, "cpu": s, "peak": KiB}."""
        reader, writer = os.pipe()
        program = self.helper("measure")
        with os.fdopen(reader) as answers:
            try:
                done = subprocess.run([program, str(writer), *map(str, argv)], env=env, stdin=stdin, stdout=stdout,
                                      stderr=subprocess.PIPE, pass_fds=[writer], check=False)
            finally:
                os.close(writer)
            line = answers.read().split()
        if done.returncode != 0:
            raise RuntimeError(f"{argv[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
        return {"wall": float(line[0]), "cpu": float(line[1]), "peak": int(line[2])}


def options_of(parser, **smallest):
    """The options, where --smallest stands for these: enough to see that all of the program works, and no measurement."""
    parser.add_argument("--smallest", action="store_true", help="only see whether it works: " + ", ".join(
        f"{name} {value}" for name, value in smallest.items()))
    if parser.parse_known_args()[0].smallest:
        parser.set_defaults(**smallest)
    return parser.parse_args()


def medians(results):
    """Of a list of dictionaries with the same keys."""
    return {key: statistics.median(result[key] for result in results) for key in results[0]}


def interleaved(rounds, contestants):
    """{name: [results]} of {name: function}: all of them once a round, so that a slow minute hits all alike."""
    results = {name: [] for name in contestants}
    for number in range(rounds):
        for name, run in contestants.items():
            results[name].append(run())
            print(f"  round {number + 1} of {rounds}: {name}: {results[name][-1]}", file=sys.stderr, flush=True)
    return results


def table(head, rows):
    """Prints it as Markdown, so that it can be pasted into docs/performance.md."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")
    print(flush=True)


def run(main):
    """As a program: where this machine cannot do it, that is said."""
    workspace.end_cleanly_on_signals()
    try:
        main()
    except workspace.Unavailable as reason:
        print(f"SKIPPED: {reason}")
        sys.exit(SKIPPED)


def introduce(*programs):
    """Says what is measured where; with these programs, which must be there."""
    for name in programs:
        if not shutil.which(name):
            raise workspace.Unavailable(f"{name} is not installed")
    version = subprocess.run([RGC, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    curl = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
    print(f"{version}; {' '.join(curl.split()[:2])}; Linux {platform.release()}, {os.cpu_count()} cores\n", flush=True)
