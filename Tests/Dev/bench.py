"""The benches that need the running system: `rest`, `pipeline`, `startup`.

Each starts a system of its own beside whatever runs here, with no data, and takes it down again.
They print what they measured beside a peer or a limit; they judge nothing. `machine` prints what
they run on.
"""

import argparse
import contextlib
import importlib
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
os.environ["IGNY8_DEV_STATE"] = os.environ.get("IGNY8_BENCH_STATE") or str(
    HERE.parents[1] / ".dev" / "bench")

from checkout import STATE, Failure, read_json  # noqa: E402
from measure import machine  # noqa: E402


def say(text=""):
    print(text, flush=True)


@contextlib.contextmanager
def system(binaries, **environment):
    """The seven services with their stores; gives what state.json and supervisor.json say."""
    def run(*words):
        subprocess.run([sys.executable, "-B", str(HERE / "system.py"), *words], check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL if words[0] == "down" else None)

    settings = [f"--env={name}={value}" for name, value in environment.items()]
    try:
        run("up", "--fresh", f"--binaries={binaries}", *settings)
        yield read_json(STATE / "state.json")
    finally:
        run("down")
        if sys.exc_info()[0] is None:
            erase()


def erase():
    """Data and logs; after a failure they stay to be looked at."""
    data = STATE / "postgres"
    if data.is_symlink():
        shutil.rmtree(data.resolve(), ignore_errors=True)
    shutil.rmtree(STATE, ignore_errors=True)


def pid_of(name):
    return read_json(STATE / "supervisor.json")["programs"][name]["pid"]


def program(name):
    return read_json(STATE / "programs.json")["programs"][name]


def main():
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("name", choices=["machine", "pipeline", "rest", "startup"])
    parser.add_argument("--binaries", type=pathlib.Path)
    parser.add_argument("--seconds", type=float, help="how long each part lasts")
    options = parser.parse_args()
    if options.name == "machine":
        say(f"machine: {machine()}")
        return 0
    try:
        importlib.import_module(f"bench_{options.name}").bench(options)
    except (Failure, subprocess.CalledProcessError) as failure:
        print(f"bench: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.modules["bench"] = sys.modules["__main__"]
    sys.exit(main())
