"""`python -m fuzz [--seconds N] [name ...]`: run the fuzzers one after the other, each for N seconds (`make fuzz`).

What belongs here: starting them, and saying how it went. A finding is kept as a file in `build/fuzz/<name>/`;
`python -m fuzz --replay FILE name` shows it again, and in `fuzz/corpus/<name>/` it becomes a test.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from fuzz import TARGETS
from fuzz.mutate import blind, corpus_of, target

WORK = Path("build/fuzz")
OPTIONS = ["-max_len=300", "-timeout=20", "-rss_limit_mb=2048", "-print_final_stats=1"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[*TARGETS, []], metavar="name", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("FUZZ_SECONDS", "60")))
    parser.add_argument("--replay", type=Path, help="run one input only")
    options = parser.parse_args()
    names = options.names or list(TARGETS)
    if options.replay:
        for name in names:
            target(name).one_input(options.replay.read_bytes())
        return 0
    run = guided if importlib.util.find_spec("atheris") else unguided
    failed = [name for name in names if not run(name, options.seconds)]
    print(f"fuzz: {', '.join(failed) if failed else 'nothing'} found")
    return 1 if failed else 0


def guided(name: str, seconds: float) -> bool:
    """Run one fuzzer under atheris, in a process of its own; true if it found nothing."""
    found, seeds = directory(name, "found"), directory(name, "seeds")
    for data in corpus_of(name):
        (seeds / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)
    command = [
        sys.executable, "-m", "fuzz.guided", name, str(found), str(seeds),
        f"-max_total_time={max(1, int(seconds))}", f"-artifact_prefix={WORK / name}/", *OPTIONS,
    ]  # fmt: skip
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if run.returncode:
        print(*run.stdout.splitlines()[-60:], sep="\n")
    runs = [line.split()[-1] for line in run.stdout.splitlines() if line.startswith("stat::number_of_executed")]
    print(f"fuzz: {name}: {'FAILED' if run.returncode else 'ok'}, {' '.join(runs) or '?'} inputs, guided", flush=True)
    return not run.returncode


def unguided(name: str, seconds: float) -> bool:
    """Run one fuzzer on mutations of its corpus that nothing guides; true if it found nothing."""
    print(f"fuzz: atheris is not installed ({name} runs unguided): it has wheels for Linux and CPython 3.11 to 3.13")
    finding, inputs, error = blind(name, seconds=seconds)
    if finding is None:
        print(f"fuzz: {name}: ok, {inputs} inputs, unguided", flush=True)
        return True
    path = directory(name, "") / f"crash-{hashlib.sha1(finding).hexdigest()}"
    path.write_bytes(finding)
    print(f"fuzz: {name}: FAILED on {path}: {error!r}", flush=True)
    return False


def directory(name: str, inner: str) -> Path:
    path = WORK / name / inner
    path.mkdir(parents=True, exist_ok=True)
    return path


if __name__ == "__main__":
    sys.exit(main())
