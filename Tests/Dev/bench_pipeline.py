"""`./dev bench pipeline`: the demo's run through the real services, as items a second.

The limit is the machine: how long the same processor time would take if no core ever waited.
"""

import os
import subprocess
import sys

from bench import HERE, pid_of, say, system
from checkout import STATE, read_json
from measure import Costs


def bench(options):
    with system(options.binaries) as state:
        names = [*state["services"], "redis"]
        pids, postmaster = {name: pid_of(name) for name in names}, pid_of("postgres")
        before = Costs(pids, postmaster)
        demo = subprocess.run(
            [sys.executable, "-B", str(HERE / "demo.py")], check=False, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if demo.returncode != 0:
            say(demo.stdout)
        demo.check_returncode()
        spent = Costs(pids, postmaster).since(before, {})
        show(read_json(STATE / "demo.json"), spent)


def show(summary, spent):
    say("stages of the demo's run")
    for stage in summary["stages"]:
        say(f"  {stage['name']:34}{stage['items']:6} items {stage['seconds']:8.2f} s "
            f"{rate(stage['items'], stage['seconds']):9.1f} items/s")
    items, seconds = sum(stage["items"] for stage in summary["stages"]), summary["seconds"]
    say(f"  {'all':34}{items:6} items {seconds:8.2f} s {rate(items, seconds):9.1f} items/s")
    say(f"  {summary['articles']} articles of {summary['words']} words, {summary['images']} images: "
        f"{rate(summary['articles'], seconds):.2f} articles/s, "
        f"{rate(summary['words'], seconds):.0f} words/s")
    total = sum(spent.values())
    least = total / os.cpu_count()
    say(f"processor time of the whole demo {total:.1f} s: " + ", ".join(
        f"{name} {seconds:.1f}" for name, seconds in sorted(spent.items(), key=lambda s: -s[1])))
    say(f"limit: {least:.1f} s on {os.cpu_count()} cores that never wait, "
        f"{rate(items, least):.1f} items/s; the run reaches {rate(least, seconds):.2f} of it")


def rate(count, seconds):
    return count / seconds if seconds else 0.0
