"""`./dev bench startup`: from a service's start until it is ready, and what all seven keep in memory.

The system runs; of one service after the other a second replica is started, on ports of its own,
and stopped again. The database is up and migrated, as it is for a restarted pod.
"""

import socket
import statistics
import subprocess
import time
import urllib.error
import urllib.request

from bench import pid_of, program, say, system
from checkout import LOGS, Failure
from measure import pss

LIMIT_SECONDS = 1.0
LIMIT_MEGABYTES = 150
TIMES = 5
# Long enough for what a start leaves behind to be given back.
IDLE_SECONDS = 10
PATIENCE_SECONDS = 30


def bench(options):
    with system(options.binaries) as state:
        services = list(state["services"])
        memory(services)
        say(f"start until /readyz answers 200, {TIMES} times each; limit {LIMIT_SECONDS:.0f} s")
        slowest = 0.0
        for name in services:
            times = sorted(start(name) for _ in range(TIMES))
            slowest = max(slowest, times[-1])
            say(f"  {name:12}{statistics.median(times):7.3f} s median {times[-1]:7.3f} s longest")
        say(f"  {'slowest':12}{slowest:7.3f} s, {slowest / LIMIT_SECONDS:.2f} of the limit")


def memory(services):
    time.sleep(IDLE_SECONDS)
    say(f"memory when idle for {IDLE_SECONDS} s, proportional set size")
    sizes = {name: pss(pid_of(name)) / 1e6 for name in services}
    for name, size in sizes.items():
        say(f"  {name:12}{size:7.1f} MB")
    total = sum(sizes.values())
    say(f"  {'all':12}{total:7.1f} MB, {total / LIMIT_MEGABYTES:.2f} of the limit of "
        f"{LIMIT_MEGABYTES} MB")


def start(name):
    """Seconds from the start of one more replica until it is ready."""
    plan = program(name)
    ports = {"IGNY8_RPC_PORT": "0", "IGNY8_ADMIN_PORT": str(free_port()), "IGNY8_HTTP_PORT": "0"}
    address = f"http://127.0.0.1:{ports['IGNY8_ADMIN_PORT']}/readyz"
    with open(LOGS / f"{name}.replica.log", "a") as log:
        began = time.monotonic()
        process = subprocess.Popen(
            plan["arguments"], env=plan["environment"] | ports, cwd=plan["folder"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            while not is_ready(address):
                if process.poll() is not None or time.monotonic() - began > PATIENCE_SECONDS:
                    raise Failure(f"{name} did not become ready; see {log.name}")
                time.sleep(0.002)
            return time.monotonic() - began
        finally:
            process.terminate()
            process.wait()


def is_ready(address):
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
