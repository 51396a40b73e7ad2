"""`./dev bench rest`: list, retrieve and create a keyword over HTTP, beside its SQL by pgbench.

The SQL is what the service itself sends: one request of each kind is made with Postgres logging its
statements, and pgbench replays the transaction with prepared statements, as the same role, in the
same number of round trips. So both do the same work in Postgres, and what is above it is the price
of the API.

What counts: the processor time of every process there is but the one that sends the requests, over
that of Postgres' sessions under pgbench, whose own is shown apart. pgbench runs twice: as it comes,
where Postgres plans by its own rule, most statements of a list anew each time; and with the plans
that our sessions ask for, kept ones.
"""

import contextlib
import io
import json
import os
import re
import resource
import socket
import statistics
import subprocess
import time
import urllib.parse

from bench import pid_of, program, say, system
from checkout import LOGS, STATE, Failure
from demo import create_site, register
from measure import Costs
from stores import newest_binaries

CONNECTIONS = (1, 16, 64)
KEYWORDS = 1_000
SECONDS = 2.0
ROUNDS = 3
WARM_UP_SECONDS = 1.0
AIM = 1.4
# How our sessions have Postgres plan (Shared/Postgres/Opening.swift).
OUR_PLANS = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off"
# Transactions of a client in the run that tells how many more to ask for.
TRIAL = 20
# Numbers that make new keywords new: ours count up, pgbench's are random, of so many that none
# comes twice.
FIRST_NUMBER, PEER_NUMBERS = 1_000_000_000, (10**14, 10**15 - 1)
NEVER = "1000000000/min"
SCOPES = ("ACCOUNT", "AUTH", "AUTH_STRICT", "CONTENT_READ", "CONTENT_WRITE", "DEFAULT", "PLANNER")
SCOPE = "set_config('app.account_id'"
PREFIX = "@%p %u@ "
ENTRY = re.compile(r"^@(\d+) (\S*)@ (\w+):  (.*)$")
PARAMETER = re.compile(r"\$(\d+) = (NULL|'((?:[^']|'')*)')")


def bench(options):
    seconds = options.seconds or SECONDS
    throttles = {f"IGNY8_THROTTLE_{scope}": NEVER for scope in SCOPES}
    with system(options.binaries, **throttles) as state:
        customer = Customer(state)
        say(f"{customer.count} keywords in a site; keep-alive; the middle of {ROUNDS} rounds of "
            f"{seconds:g} s; a request log line each; throttles count but never bind; "
            "Postgres with fsync on, autovacuum off")
        say("CPU of all processes of a name, µs a request; aim for list: "
            f"{AIM} of the SQL's own CPU")
        for kind in customer.kinds():
            script = Script(state, kind)
            say(f"{kind.name}: {kind.request.splitlines()[0].decode()}")
            say(f"  the SQL: {script.description}")
            for connections in CONNECTIONS:
                compare(state, options.binaries, kind, script, connections, seconds)


class Kind:
    """One kind of request: its bytes as they go over the wire. A run of `@` in them is a number."""

    def __init__(self, name, request):
        self.name, self.request, self.next_number = name, request, FIRST_NUMBER

    def with_number(self, number):
        return re.sub(rb"@+", lambda run: str(number).zfill(len(run[0])).encode(), self.request)


class Customer:
    """An account with a site, a sector and keywords."""

    def __init__(self, state):
        self.host = urllib.parse.urlsplit(state["url"]).netloc
        with contextlib.redirect_stdout(io.StringIO()):
            self.api, _ = register(state["url"])
            self.site, self.sector = create_site(self.api)
        intents = ("informational", "navigational", "commercial", "transactional")
        rows = [f"keyword {n} about {words(n)},{n * 37 % 50_000},{n % 101},{intents[n % 4]}"
                for n in range(KEYWORDS)]
        self.api.upload_csv(
            "planner/keywords/import_keywords/",
            "\n".join(["keyword,volume,difficulty,intent", *rows]).encode(),
            site_id=self.site["id"], sector_id=self.sector["id"])
        # Vacuum comes when it likes, and would be counted to whatever runs just then.
        psql(state, "ALTER SYSTEM SET autovacuum = off", "SELECT pg_reload_conf()",
             "VACUUM ANALYZE")
        page = self.api.page("planner/keywords/", site_id=self.site["id"])
        self.count, self.keyword = page["count"], page["results"][0]["id"]

    def kinds(self):
        place = {"site_id": self.site["id"], "sector_id": self.sector["id"]}
        body = place | {"keyword": "new keyword @@@@@@@@@@", "volume": 880, "difficulty": 31,
                        "intent": "commercial"}
        return [
            Kind("list", self.wire("GET", f"?site_id={self.site['id']}")),
            Kind("list 100", self.wire("GET", f"?site_id={self.site['id']}&page_size=100")),
            Kind("retrieve", self.wire("GET", f"{self.keyword}/")),
            Kind("create", self.wire("POST", "", json.dumps(body).encode())),
        ]

    def wire(self, method, path, body=b""):
        head = [f"{method} /api/v1/planner/keywords/{path} HTTP/1.1", f"Host: {self.host}",
                f"Authorization: Bearer {self.api.access}", "Accept: application/json"]
        if body:
            head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*head, "", ""]).encode() + body


def words(number):
    """A few words that differ from keyword to keyword."""
    kinds = ("espresso", "filter", "cold brew", "decaf", "latte", "mocha", "grinder", "kettle")
    return f"{kinds[number % 8]} {kinds[number // 8 % 8]} at home"


def psql(state, *statements):
    words = [word for text in statements for word in ("-c", text)]
    done = subprocess.run(
        [f"{newest_binaries()}/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", state["postgres"],
         *words], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    return done.stdout


class Script:
    """The transaction of one request as a script for pgbench."""

    def __init__(self, state, kind):
        number, kind.next_number = kind.next_number, kind.next_number + 1
        for _ in range(6):
            # Until every session's plans are made, and what is cached is.
            send(state, kind.with_number(number))
            number, kind.next_number = kind.next_number, kind.next_number + 1
        statements = transaction(state, lambda: send(state, kind.with_number(number)))
        self.variables, self.number = {}, str(number)
        self.has_number = False
        lines = [self.line(*statement) for statement in statements]
        first = [f"\\set number random({PEER_NUMBERS[0]}, {PEER_NUMBERS[1]})"] * self.has_number
        self.text = "\n".join([*first, "\\startpipeline", *lines, "\\endpipeline", ""])
        verbs = [" ".join(sql.split()[:1]) for sql, _ in statements]
        self.description = f"{len(statements)} statements in one round trip ({', '.join(verbs)})"

    def line(self, sql, values):
        def place(found):
            value = values[int(found[1]) - 1]
            if value is None:
                return "NULL"
            if self.number in value:
                self.has_number = True
                before, after = value.split(self.number)
                return f"('{before}' || :number::text || '{after}')"
            name = f"v{len(self.variables)}"
            self.variables[name] = value
            return f":{name}"

        return re.sub(r"\$(\d+)", place, " ".join(sql.split())) + ";"


def transaction(state, act):
    """The planner's statements in Postgres while something happens: [(SQL, values)], those of the
    one transaction that is about keywords."""
    log = LOGS / "postgres.log"
    psql(state, f"ALTER SYSTEM SET log_line_prefix = '{PREFIX}'",
         "ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()")
    time.sleep(0.5)
    begin = log.stat().st_size
    act()
    psql(state, "ALTER SYSTEM RESET log_line_prefix", "ALTER SYSTEM RESET log_statement",
         "SELECT pg_reload_conf()")
    time.sleep(0.5)
    with open(log, "rb") as file:
        file.seek(begin)
        return about_keywords(file.read().decode())


def about_keywords(text):
    sessions, unfinished = {}, None
    for line in text.splitlines():
        entry = ENTRY.match(line)
        if entry:
            session = sessions.setdefault((entry[1], entry[2]), [])
            unfinished = None
            if entry[3] == "LOG" and entry[4].startswith("execute "):
                session.append([entry[4].split(": ", 1)[1], []])
                unfinished = session[-1]
            elif entry[3] == "DETAIL" and session and entry[4].startswith("parameters: "):
                session[-1][1] = [
                    None if value == "NULL" else text.replace("''", "'")
                    for _, value, text in PARAMETER.findall(entry[4])]
        elif line.startswith("\t") and unfinished:
            unfinished[0] += " " + line.strip()
    for (_, user), statements in sessions.items():
        if user != "igny8_planner":
            continue
        for group in transactions(statements):
            if any(re.search(r"\bkeywords\b", sql) for sql, _ in group):
                return group
    raise Failure("the planner's statements are not in Postgres' log")


def transactions(statements):
    """Each from BEGIN to COMMIT, or without these from its scope to the next: what is sent in one
    round trip is one transaction."""
    group, is_explicit = [], False
    for statement in statements:
        begins = statement[0] == "BEGIN"
        if begins or (SCOPE in statement[0] and not is_explicit):
            yield group
            group, is_explicit = [], begins
        group.append(statement)
        is_explicit = is_explicit and statement[0] != "COMMIT"
    yield group


def send(state, request):
    with socket.create_connection(urllib.parse.urlsplit(state["url"]).netloc.split(":")) as wire:
        wire.sendall(request)
        answer = wire.recv(1 << 16)
    if not answer.startswith(b"HTTP/1.1 2"):
        raise Failure(f"a request was refused: {answer[:600].decode(errors='replace')}")


def compare(state, binaries, kind, script, connections, seconds):
    load(state, binaries, kind, connections, WARM_UP_SECONDS)
    # What autovacuum would have done meanwhile.
    psql(state, "ANALYZE")
    rounds = [Round(state, binaries, kind, script, connections, seconds) for _ in range(ROUNDS)]

    def middle(figure):
        return statistics.median(figure(one) for one in rounds)

    names = {name for one in rounds for name in one.each}
    spent = sorted(((middle(lambda one, name=name: one.each.get(name, 0)), name)
                    for name in names), reverse=True)
    parts = ", ".join(f"{name} {cpu:.0f}" for cpu, name in spent if cpu >= 1)
    say(f"  {connections:3} connections {middle(lambda one: one.rate):7.0f} requests/s "
        f"p50 {middle(lambda one: one.ours['p50']) * 1e3:6.2f} ms "
        f"p99 {middle(lambda one: one.ours['p99']) * 1e3:6.2f} ms   "
        f"pgbench {middle(lambda one: one.tps):7.0f} transactions/s")
    say(f"      CPU {middle(lambda one: one.total):5.0f} µs ({parts}); "
        f"the SQL {middle(lambda one: one.sql):.0f} µs; "
        f"ratio {middle(lambda one: one.total / one.sql):.2f}")
    say(f"      with kept plans: the SQL {middle(lambda one: one.kept_sql):.0f} µs, "
        f"ratio {middle(lambda one: one.total / one.kept_sql):.2f}, "
        f"{middle(lambda one: one.kept_tps):.0f} transactions/s; "
        f"pgbench itself {middle(lambda one: one.client):.0f} µs")
    refused = sum(one.ours["refused"] for one in rounds)
    if refused:
        say(f"      {refused} requests were refused")


class Round:
    """Ours and pgbench, one after the other: a slow minute of the machine is everybody's."""

    def __init__(self, state, binaries, kind, script, connections, seconds):
        spent, self.ours = costs_of(
            state, lambda: load(state, binaries, kind, connections, seconds))
        self.each = {name: cpu / self.ours["requests"] * 1e6 for name, cpu in spent.items()}
        self.total = sum(self.each.values())
        self.rate = self.ours["requests"] / self.ours["seconds"]
        self.tps, self.sql, self.client = Peer(state, script, connections).measure(seconds)
        self.kept_tps, self.kept_sql, _ = Peer(
            state, script, connections, OUR_PLANS).measure(seconds)


def load(state, binaries, kind, connections, seconds):
    port = urllib.parse.urlsplit(state["url"]).port
    done = subprocess.run(
        [binaries / "bench-http-load", str(port), str(connections), str(seconds),
         str(kind.next_number)], input=kind.request, stdout=subprocess.PIPE, check=True)
    figures = json.loads(done.stdout)
    kind.next_number += figures["requests"]
    return figures


def costs_of(state, act):
    """What processes used while something happened, by name, and what it answered."""
    pids = {name: pid_of(name) for name in (*state["services"], "redis")}
    postmaster = pid_of("postgres")
    before = Costs(pids, postmaster)
    answer = act()
    after = Costs(pids, postmaster)
    users = psql(state, "SELECT pid, usename FROM pg_stat_activity WHERE usename LIKE 'igny8_%'")
    roles = {int(pid): user.removeprefix("igny8_")
             for pid, user in (line.split("|") for line in users.split())}
    return after.since(before, roles), answer


class Peer:
    """pgbench with a script, as the service's role."""

    def __init__(self, state, script, clients, options=""):
        self.state, self.clients = state, clients
        self.environment = os.environ | {"PGOPTIONS": options}
        self.file = STATE / "peer.sql"
        self.file.write_text(script.text)
        url = program("planner")["environment"]["IGNY8_DATABASE_URL"]
        variables = [word for name, value in script.variables.items()
                     for word in ("-D", f"{name}={value}")]
        self.command = [
            f"{newest_binaries()}/pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", "1",
            "-f", str(self.file), *variables]
        self.url = url

    def measure(self, seconds):
        """(transactions/s, CPU of one in Postgres, and in pgbench, µs). A short run before tells
        how many take about so long, and what it costs to connect, which is taken off."""
        few, tps, start, own_start = self.run(TRIAL)
        count, whole, own = few, start, own_start
        for _ in range(3):
            if count / tps < seconds / 2 or count == few:
                each = max(2 * TRIAL, round(tps * seconds / self.clients))
                count, tps, whole, own = self.run(each)
        more = (count - few) / 1e6
        return tps, (whole - start) / more, (own - own_start) / more

    def run(self, each):
        own = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent, done = costs_of(self.state, lambda: subprocess.run(
            [*self.command, "-t", str(each), self.url], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False,
            env=self.environment))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = after.ru_utime + after.ru_stime - own.ru_utime - own.ru_stime
        count = re.search(r"actually processed: (\d+)", done.stdout)
        tps = re.search(r"tps = ([\d.]+)", done.stdout)
        if done.returncode != 0 or not count or not tps:
            raise Failure(f"pgbench failed: {done.stdout}{done.stderr}")
        cpu = sum(cpu for name, cpu in spent.items() if name.startswith("postgres"))
        return int(count[1]), float(tps[1]), cpu, own
