"""What belongs to this checkout: where its state lies, its secrets, its ports, its processes.

Everything is below `.dev` (or the folder that IGNY8_DEV_STATE names), so that several checkouts
run side by side:

    state.json      what the world may know of the running system
    programs.json   what the supervisor is asked to run
    supervisor.json what it really runs
    secrets.json    passwords and keys, made once
    ports.json      ports, chosen once and kept while they are free
    logs/           one file a program
    mail/           mails that were sent, one file each
    postgres/ redis/  the data
    tls/            a certificate authority and the services' certificates, for `up --tls`
"""

import hashlib
import json
import os
import pathlib
import random
import secrets as entropy
import socket
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
STATE = pathlib.Path(os.environ.get("IGNY8_DEV_STATE") or ROOT / ".dev").resolve()
NAME = hashlib.sha256(str(STATE).encode()).hexdigest()[:10]
RUN = pathlib.Path("/tmp") / f"igny8-{NAME}"
LOGS = STATE / "logs"
MAIL = STATE / "mail"
BOOT = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()

# Below the range that the kernel hands out for outgoing connections, so that a port is still ours
# when a service is restarted on it.
PORTS = range(20000, 32000)
# Held by who chooses ports until something listens on them.
PORTS_LOCK = RUN.with_name(f"igny8-ports-{os.geteuid()}")


class Failure(Exception):
    """Something the person at the keyboard should read; printed without a stack."""


def read_json(path, otherwise=None):
    try:
        return json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return otherwise


def write_json(path, value):
    """Replaces the file in one step; readable by its owner only, for it may hold passwords."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(value, file, indent=2)
        file.write("\n")
    os.replace(draft, path)


class Secrets:
    """Random values made at first use and kept."""

    def __init__(self):
        self.path = STATE / "secrets.json"
        self.values = read_json(self.path, {})

    def get(self, name, make=lambda: entropy.token_hex(16)):
        if name not in self.values:
            self.values[name] = make()
            write_json(self.path, self.values)
        return self.values[name]


class Ports:
    """One port a name. A port that somebody else took since is replaced."""

    def __init__(self, ours):
        self.path = STATE / "ports.json"
        self.values = read_json(self.path, {})
        self.ours = ours
        self.dice = random.Random(f"{NAME}{len(self.values)}")

    def get(self, name, wanted=None):
        """`ours` says whether a program of this system, still running, holds the port."""
        port = wanted or self.values.get(name)
        if port is None or not (self.values.get(name) == port and self.ours(name) or is_free(port)):
            if wanted:
                raise Failure(f"port {wanted} is taken by somebody else")
            port = next(p for p in iter(lambda: self.dice.choice(PORTS), None) if self.unused(p))
        if self.values.get(name) != port:
            self.values[name] = port
            write_json(self.path, self.values)
        return port

    def unused(self, port):
        return port not in self.values.values() and is_free(port)


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def birth(pid):
    """When a process was started (clock ticks since boot), or None if it is gone or a zombie.
    Until the next boot pid and birth together name one process; a pid alone may be handed on."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else int(fields[19])


def is_alive(process):
    """`process`: {"pid", "birth"} as noted when it was started."""
    return bool(process) and birth(process["pid"]) == process["birth"]


def read_notes():
    """What the supervisor noted. Nothing after a reboot: its processes are gone, and their pids and
    births may be those of others."""
    noted = read_json(STATE / "supervisor.json") or {}
    return noted if noted.get("boot", BOOT) == BOOT else {}


def running_supervisor():
    noted = read_notes()
    return noted if noted and is_alive(noted) else None


def run(arguments, **options):
    """Runs a command to its end and gives its output; a failure carries what it said."""
    done = subprocess.run(
        arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False, **options)
    if done.returncode != 0:
        shown = " ".join(str(word) for word in arguments[:3])
        raise Failure(f"{shown} … answered {done.returncode}:\n{done.stdout.strip()}")
    return done.stdout
