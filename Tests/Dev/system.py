"""`up` and `down`: the private stores, the seven services and the supervisor that keeps them."""

import argparse
import concurrent.futures
import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from authority import Authority
from checkout import (
    LOGS, NAME, PORTS_LOCK, ROOT, RUN, STATE, Failure, Ports, Secrets, is_alive, read_json,
    read_notes, run, running_supervisor, write_json)
from services import Services
from stores import PgBouncer, Postgres, Redis
from supervisor import stop_leftovers

READY_SECONDS = 60


def say(text):
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def alone():
    """One `up` or `down` of a checkout at a time."""
    STATE.mkdir(parents=True, exist_ok=True)
    with open(STATE / "lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another `up` or `down` of this checkout is at work; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def choosing_ports():
    """One `up` of this machine's checkouts at a time, until its programs listen: two that choose at
    once could choose the same ports."""
    with open(PORTS_LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def uninterrupted():
    """Ctrl-C waits until this is done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def running_programs():
    return {name for name, p in read_notes().get("programs", {}).items() if is_alive(p)}


def port_is_ours(port_name):
    return port_name.split(".")[0] in running_programs()


def hand_over(programs, description=None):
    """Gives the supervisor (started if need be) its programs and waits until it has taken them."""
    generation = time.time_ns()
    write_json(STATE / "programs.json", {
        "generation": generation, "programs": programs, "description": description})
    with uninterrupted():  # a supervisor that has noted nothing yet could not be stopped
        supervisor = running_supervisor()
        if supervisor:
            os.kill(supervisor["pid"], signal.SIGHUP)
        else:
            start_supervisor()
        end = time.monotonic() + READY_SECONDS
        while (running_supervisor() or {}).get("generation") != generation:
            if time.monotonic() > end:
                raise Failure(f"the supervisor does not answer; see {LOGS}/supervisor.log")
            time.sleep(0.02)


def start_supervisor():
    with open(LOGS / "supervisor.log", "a") as log:
        subprocess.Popen(
            [sys.executable, "-B", str(pathlib.Path(__file__).with_name("supervisor.py")), NAME],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd="/",
            env={**os.environ, "IGNY8_DEV_STATE": str(STATE)}, close_fds=True)


def migrate(services, programs):
    """Brings each schema up to the code. Independent of one another, so at the same time."""
    def one(name):
        plan = programs[name]
        return run([*plan["arguments"], "migrate"], env=plan["environment"], cwd=plan["folder"])

    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        try:
            for name, done in [(n, pool.submit(one, n)) for n in services]:
                try:
                    done.result()
                except Failure as failure:
                    raise Failure(f"{name} migrate: {failure}") from None
        finally:
            pool.shutdown(cancel_futures=True)


def is_ready(address):
    try:
        with urllib.request.urlopen(f"http://{address}/readyz", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def wait_until_ready(addresses):
    end = time.monotonic() + READY_SECONDS
    waiting = dict(addresses)
    while True:
        waiting = {name: address for name, address in waiting.items() if not is_ready(address)}
        if not waiting:
            return
        if time.monotonic() > end:
            raise Failure("\n".join(
                [f"not ready after {READY_SECONDS} s: {', '.join(waiting)}"] +
                [f"--- {name}\n{tail(name)}" for name in waiting]))
        time.sleep(0.05)


def tail(name, lines=15):
    with contextlib.suppress(FileNotFoundError):
        return "\n".join((LOGS / f"{name}.log").read_text(errors="replace").splitlines()[-lines:])
    return "(no log)"


def up_or_nothing(options):
    """An `up` that is interrupted stops what it started; a system that ran before stays."""
    was_up = running_supervisor()
    try:
        up(options)
    except KeyboardInterrupt:
        if not was_up:
            say("interrupted: stopping what was started")
            with uninterrupted():
                down()
        raise


def up(options):
    extra = dict(pair.split("=", 1) for pair in options.env if "=" in pair)
    if len(extra) != len(options.env):
        raise Failure("--env takes NAME=VALUE, each name once")
    if options.fresh:
        down()
        erase()
    with choosing_ports():
        start(options, extra)
    print(json.dumps(read_json(STATE / "state.json")), flush=True)


def start(options, extra):
    LOGS.mkdir(parents=True, exist_ok=True)
    STATE.chmod(0o755)
    secrets, ports = Secrets(), Ports(port_is_ours)
    postgres = Postgres(ports.get("postgres"), secrets.get("postgres"))
    redis = Redis(ports.get("redis"))
    authority = Authority() if options.tls else None
    pooler = PgBouncer(ports.get("pgbouncer"), postgres) if options.pgbouncer else None
    services = Services(
        options.binaries, ports, secrets, postgres, redis, extra, options.port, authority, pooler)
    programs = {"postgres": postgres.program(), "redis": redis.program()}
    if pooler:
        programs["pgbouncer"] = pooler.program()
    programs |= {name: services.program(name) for name in services.calls}
    before = (read_json(STATE / "programs.json") or {}).get("programs", {})
    unchanged = running_programs() & {n for n in programs if before.get(n) == programs[n]}

    start_stores(postgres, pooler, services, programs, before, unchanged)
    postgres.wait()
    if not set(services.calls) <= unchanged:
        postgres.provision({name: services.password(name) for name in services.calls})
        say("migrating")
        migrate([name for name in services.calls if name not in unchanged], programs)
    hand_over(programs, describe(services, postgres, redis))
    wait_until_ready({name: services.admin(name) for name in services.calls})


def start_stores(postgres, pooler, services, programs, before, unchanged):
    """The stores first: what runs of the services stays as it is until the schemas are migrated."""
    stores = {name: program for name, program in programs.items() if program.get("store")}
    if set(stores) <= unchanged and running_supervisor():
        return
    postgres.prepare()
    if pooler:
        pooler.prepare({services.login(name): services.password(name) for name in services.calls})
    kept = {name: before[name] for name in running_programs() - set(stores) if name in before}
    kept = kept if running_supervisor() else {}
    hand_over(stores | kept)


def describe(services, postgres, redis):
    """What state.json says; the supervisor adds the pids."""
    return {
        "url": services.url(), "developer": services.developer(),
        "services": {
            name: {"rpc": services.rpc(name), "admin": services.admin(name)}
            for name in services.calls},
        "postgres": postgres.url(), "redis": redis.url(),
        "tls": services.tls("edge") or None,  # for tools: the edge may call every service
    }


def down():
    supervisor = running_supervisor()
    if supervisor:
        os.kill(supervisor["pid"], signal.SIGTERM)
        while is_alive(supervisor):
            time.sleep(0.02)
    stop_leftovers(read_notes())
    for name in ("state.json", "programs.json"):
        (STATE / name).unlink(missing_ok=True)
    shutil.rmtree(RUN, ignore_errors=True)


def erase():
    """Everything but the lock that we hold."""
    data = STATE / "postgres"
    if data.is_symlink():
        shutil.rmtree(data.resolve(), ignore_errors=True)
    for entry in STATE.iterdir():
        if entry.name == "lock":
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def arguments():
    parser = argparse.ArgumentParser(prog="./dev")
    verbs = parser.add_subparsers(dest="verb", required=True)
    options = verbs.add_parser("up")
    options.add_argument("--fresh", action="store_true", help="begin with no data")
    options.add_argument("--port", type=int, help="the port of the public API")
    options.add_argument("--tls", action="store_true", help="TLS between the services")
    options.add_argument(
        "--pgbouncer", action="store_true", help="PgBouncer in transaction mode before Postgres")
    options.add_argument("--env", action="append", default=[], help="NAME=VALUE for every service")
    options.add_argument("--binaries", type=pathlib.Path, default=ROOT / ".build/debug")
    verbs.add_parser("down")
    verbs.add_parser("is-up", help="answers by the exit code alone")
    return parser.parse_args()


def main():
    options = arguments()
    if options.verb == "is-up":
        return 0 if running_supervisor() else 1
    try:
        with alone():
            up_or_nothing(options) if options.verb == "up" else down()
    except Failure as failure:
        print(f"dev: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
