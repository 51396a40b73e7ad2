"""`./dev chaos`: kills services of the running system at random, with a seed that repeats the order."""

import argparse
import os
import random
import secrets
import signal
import sys
import time

from checkout import STATE, read_json, running_supervisor


def main():
    parser = argparse.ArgumentParser(prog="./dev chaos")
    parser.add_argument("--seconds", type=float, default=3, help="between two kills, on average")
    parser.add_argument("--count", type=int, default=0, help="how many kills; 0: until stopped")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--only", action="append", help="a service; may be given several times")
    options = parser.parse_args()
    if not running_supervisor():
        print("dev: the system is not up: ./dev up", file=sys.stderr)
        return 1
    dice, done = random.Random(options.seed), 0
    print(f"seed {options.seed}", flush=True)
    while options.count == 0 or done < options.count:
        time.sleep(dice.uniform(0.5, 1.5) * options.seconds)
        name = dice.choice(sorted(options.only or read_json(STATE / "state.json")["services"]))
        pid = read_json(STATE / "state.json")["services"][name]["pid"]
        if pid is None:
            continue
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        done += 1
        print(f"{done}: killed {name} ({pid})", flush=True)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
