"""What processes cost, read from /proc: processor time and memory."""

import os
import pathlib
import platform

TICKS = os.sysconf("SC_CLK_TCK")


def machine():
    """`2 cores, AMD EPYC, load 0.31, Linux 6.1.0`"""
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")),
                 platform.machine())
    load = pathlib.Path("/proc/loadavg").read_text().split()[0]
    return f"{os.cpu_count()} cores, {model}, load {load}, Linux {platform.release()}"


def fields(pid):
    """The fields of /proc/<pid>/stat behind the name; None when the process is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def cpu(pid):
    """Seconds of processor time of one process, all threads, user and system."""
    found = fields(pid)
    return (int(found[11]) + int(found[12])) / TICKS if found else 0.0


def buried(pid):
    """Seconds of processor time of the children that a process has buried."""
    found = fields(pid)
    return (int(found[13]) + int(found[14])) / TICKS if found else 0.0


def children(pid):
    try:
        return [int(word) for word in
                pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []


def pss(pid):
    """Proportional set size, bytes."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


class Costs:
    """Processor time by name, at one moment."""

    def __init__(self, pids, postmaster):
        self.seconds = {name: cpu(pid) for name, pid in pids.items()}
        self.sessions = {pid: cpu(pid) for pid in children(postmaster)}
        self.postmaster = cpu(postmaster) + buried(postmaster)

    def since(self, before, roles):
        """What it took since another moment. `roles`: the Postgres role of a session, by pid;
        sessions that ended meanwhile, and Postgres' own processes, are `postgres`."""
        spent = {name: self.seconds[name] - before.seconds[name] for name in self.seconds}
        spent["postgres"] = self.postmaster - before.postmaster
        gone = sum(before.sessions[pid] for pid in before.sessions.keys() - self.sessions.keys())
        spent["postgres"] -= min(gone, spent["postgres"])
        for pid, seconds in self.sessions.items():
            role = roles.get(pid)
            name = f"postgres/{role}" if role else "postgres"
            spent[name] = spent.get(name, 0.0) + seconds - before.sessions.get(pid, 0.0)
        return spent
