"""Keeps the programs of programs.json running, the way Kubernetes would keep pods.

One process a checkout, started by `./dev up`. SIGHUP: programs.json changed. SIGTERM: stop them all,
services before stores. A program that dies is started anew, at once the first time, then after a
growing pause while it keeps dying young. What it runs is noted in supervisor.json, and the pids in
state.json are kept right.
"""

import os
import signal
import subprocess
import time

from checkout import BOOT, STATE, birth, is_alive, read_json, read_notes, write_json

GRACE_SECONDS = 25
YOUNG_SECONDS = 5
LONGEST_PAUSE_SECONDS = 5
SIGNALS = {signal.SIGCHLD, signal.SIGHUP, signal.SIGTERM, signal.SIGINT}


class Program:
    def __init__(self, name, plan):
        self.name, self.plan = name, plan
        self.process, self.started_at, self.birth = None, 0.0, None
        self.starts, self.early_deaths, self.start_at = 0, 0, 0.0

    def start(self):
        plan = self.plan
        log = os.open(plan["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
        identity = {"user": plan["user"], "group": plan["user"], "extra_groups": []}
        try:
            self.process = subprocess.Popen(
                plan["arguments"], env=plan["environment"], cwd=plan["folder"], stdout=log,
                stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
                preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_SETMASK, []),
                **(identity if plan["user"] else {}))
        except OSError as error:
            os.write(log, f"supervisor: cannot start {self.name}: {error}\n".encode())
            self.died(time.monotonic())
            return
        finally:
            os.close(log)
        self.starts += 1
        self.started_at = time.monotonic()
        self.birth = birth(self.process.pid)

    def died(self, now):
        """Notes a death and says when to start again."""
        if now - self.started_at < YOUNG_SECONDS:
            self.early_deaths += 1
        else:
            self.early_deaths = 0
        if self.process is not None:
            with open(self.plan["log"], "a", encoding="utf-8") as log:
                log.write(f"supervisor: {self.name} ended with {self.process.returncode}\n")
        self.process = None
        deaths = self.early_deaths
        pause = 0 if deaths <= 1 else min(LONGEST_PAUSE_SECONDS, 0.1 * 2 ** deaths)
        self.start_at = now + pause

    def note(self):
        return {
            "pid": self.process.pid, "birth": self.birth, "starts": self.starts,
            "stop": self.plan["stop"],
        }


def stop_all(processes):
    """Asks each of [(pid, birth, signal name, reap)] to end, then makes it end."""
    for pid, born, name, _ in processes:
        if birth(pid) == born:
            os.kill(pid, getattr(signal, name))
    end = time.monotonic() + GRACE_SECONDS
    waiting = list(processes)
    while waiting and time.monotonic() < end:
        waiting = [entry for entry in waiting if not entry[3]() and birth(entry[0]) == entry[1]]
        time.sleep(0.02)
    for pid, born, _, reap in waiting:
        if birth(pid) == born:
            os.kill(pid, signal.SIGKILL)
        while not reap() and birth(pid) == born:
            time.sleep(0.02)


def stop_leftovers(noted):
    """Ends what a supervisor that was killed left behind."""
    left = [p for p in noted.get("programs", {}).values() if is_alive(p)]
    for stores in (False, True):
        group = [p for p in left if (p.get("store") or False) == stores]
        stop_all([(p["pid"], p["birth"], p["stop"], lambda: False) for p in group])


class Supervisor:
    def __init__(self):
        self.programs, self.generation, self.description = {}, None, None
        self.birth = birth(os.getpid())
        self.noted = object()

    def read_plan(self):
        plan = read_json(STATE / "programs.json", {"programs": {}})
        wanted = plan["programs"]
        gone = [
            p for name, p in self.programs.items() if name not in wanted or wanted[name] != p.plan]
        self.stop(gone)
        for name, details in wanted.items():
            if name not in self.programs:
                self.programs[name] = Program(name, details)
        self.generation, self.description = plan.get("generation"), plan.get("description")

    def stop(self, programs):
        for stores in (False, True):
            group = [p for p in programs if bool(p.plan.get("store")) == stores and p.process]
            stop_all([
                (p.process.pid, p.birth, p.plan["stop"], lambda p=p: p.process.poll() is not None)
                for p in group])
        for program in programs:
            del self.programs[program.name]

    def tend(self):
        """Starts what should run and does not. Returns the seconds until it should look again."""
        now, changed = time.monotonic(), False
        for program in self.programs.values():
            if program.process is not None and program.process.poll() is not None:
                program.died(now)
                changed = True
            if program.process is None and now >= program.start_at:
                program.start()
                changed = True
        if changed or self.noted != self.generation:
            self.write_notes()
        pauses = [p.start_at - now for p in self.programs.values() if p.process is None]
        return max(0.01, min(pauses, default=60))

    def write_notes(self):
        running = {name: p for name, p in self.programs.items() if p.process is not None}
        notes = {
            name: p.note() | {"store": bool(p.plan.get("store"))} for name, p in running.items()}
        if self.description:
            state = dict(self.description)
            state["services"] = {
                name: entry | {"pid": notes.get(name, {}).get("pid")}
                for name, entry in state["services"].items()}
            write_json(STATE / "state.json", state)
        write_json(STATE / "supervisor.json", {
            "pid": os.getpid(), "birth": self.birth, "boot": BOOT,
            "generation": self.generation, "programs": notes})
        self.noted = self.generation

    def run(self):
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        stop_leftovers(read_notes())
        self.read_plan()
        while True:
            pause = self.tend()
            received = signal.sigtimedwait(SIGNALS, pause)
            if received is None or received.si_signo == signal.SIGCHLD:
                continue
            if received.si_signo == signal.SIGHUP:
                self.read_plan()
            else:
                self.stop(list(self.programs.values()))
                self.description = None
                self.write_notes()
                return


if __name__ == "__main__":
    Supervisor().run()
