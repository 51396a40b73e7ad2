"""Runs the tests of one room and shows what they say meanwhile.

Prints `PASSED FAILED`, then what the failures say, line by line. A room that is not through after its
time is ended; its processes and the tests that were still going are told. No room leaves a process
behind: whatever outlives its tests is killed.
"""

import argparse
import collections
import ctypes
import os
import pathlib
import signal
import subprocess
import sys
import time

from count_tests import count, failures, unfinished

PR_SET_CHILD_SUBREAPER = 36
LOOK_SECONDS = 0.05
OVERDUE = 124


def run(arguments, log, seconds, preload=None):
    """Runs the program, with all that it says in the file and on standard error. Gives its exit
    status, or None when its time was over."""
    adopt_orphans()
    environment = os.environ | ({"LD_PRELOAD": preload} if preload else {})
    with open(log, "wb") as out, open(log, "rb") as said:
        main = subprocess.Popen(
            arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment,
            start_new_session=True)
        try:
            status = wait(main.pid, time.monotonic() + seconds, lambda: show(said))
            if status is None:
                say(out, f"not through after {seconds:g} s; what runs:", *running())
        finally:
            end_all()
            show(said)
    return status


def adopt_orphans():
    """Makes this process the parent of whatever loses its own."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def wait(main, end, meanwhile):
    while time.monotonic() < end:
        meanwhile()
        ended = dict(iter(reap, None))
        if main in ended:
            return os.waitstatus_to_exitcode(ended[main])
        time.sleep(LOOK_SECONDS)
    return None


def reap():
    """A child that has ended, with its status; None when there is none."""
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, status) if pid else None


def end_all():
    """Kills the children, and those that become ours by it, until there are none."""
    while children := [pid for pid, parent in parents() if parent == os.getpid()]:
        for pid in children:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        while reap():
            pass
        time.sleep(LOOK_SECONDS)


def parents():
    for file in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = file.read_text().rpartition(")")[2].split()[1]
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield int(file.parent.name), int(parent)


def running():
    """The command lines of all that was started, by pid."""
    children = collections.defaultdict(list)
    for pid, parent in parents():
        children[parent].append(pid)
    found = list(children[os.getpid()])
    for pid in found:
        found += children[pid]
    return [f"{pid} {command(pid)}" for pid in found]


def command(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ").strip()
    except (FileNotFoundError, ProcessLookupError):
        return "gone"


def say(out, *lines):
    out.write("".join(f"{line}\n" for line in lines).encode())
    out.flush()


def show(said):
    sys.stderr.buffer.write(said.read())
    sys.stderr.buffer.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--preload")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    # Who ends this ends the tests.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    status = run(options.command, options.log, options.seconds, options.preload)
    lines = pathlib.Path(options.log).read_text(errors="replace").splitlines()
    told = failures(lines)
    if status is None:
        told += [f"not through after {options.seconds:g} s; still going:", *unfinished(lines)]
    counted = count(lines, OVERDUE if status is None else status)
    print(*counted)
    if counted[1]:
        print("\n".join(told or [f"ended with {status}, and its log does not say why"]))


if __name__ == "__main__":
    main()
