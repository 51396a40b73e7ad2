"""The private Postgres and Redis of a checkout, and a pooler: made once, on loopback, by nobody's service."""

import os
import pathlib
import pwd
import shutil
import subprocess
import time

from checkout import LOGS, RUN, STATE, Failure, run

DATABASE = "igny8"

PROVISION = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'igny8_{name}') THEN
    CREATE ROLE igny8_{name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
  END IF;
END $$;
ALTER ROLE igny8_{name} PASSWORD '{password}';
ALTER ROLE igny8_{name} SET search_path = {name};
GRANT CONNECT ON DATABASE igny8 TO igny8_{name};
CREATE SCHEMA IF NOT EXISTS {name} AUTHORIZATION igny8_{name};
REVOKE ALL ON SCHEMA {name} FROM PUBLIC;
"""


class Postgres:
    """A cluster of this checkout. Postgres refuses to run as root; then the user postgres runs it."""

    def __init__(self, port, password):
        self.port, self.password = port, password
        self.binaries = newest_binaries()
        self.account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        self.data = self.place()

    def place(self):
        """In .dev, unless the user postgres cannot get there (a checkout in a closed home)."""
        data = STATE / "postgres"
        if self.account and not self.reachable(STATE):
            real = pathlib.Path("/var/tmp") / RUN.name / "postgres"
            real.parent.mkdir(mode=0o755, exist_ok=True)
            if not data.is_symlink():
                data.symlink_to(real)
            data = real
        return data

    def reachable(self, folder):
        probe = subprocess.run(["test", "-x", str(folder)], cwd="/", check=False, **self.identity())
        return probe.returncode == 0

    def identity(self):
        """Arguments for subprocess that make it run as the right user."""
        if not self.account:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def prepare(self):
        for folder in (RUN, self.data):
            folder.mkdir(mode=0o700, exist_ok=True)
            if self.account:
                os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        if not (self.data / "PG_VERSION").exists():
            self.initialise()
        self.drop_stale_lock()

    def drop_stale_lock(self):
        """A machine that went down leaves Postgres' lock file behind. Where its pid is another
        process's by now, Postgres would take that one for itself and refuse to start."""
        lock = self.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().split()[0])
            name = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
        except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
            return
        if name != "postgres":
            lock.unlink()

    def initialise(self):
        note = RUN / "password"
        note.write_text(self.password)
        if self.account:
            os.chown(note, self.account.pw_uid, self.account.pw_gid)
        try:
            run([f"{self.binaries}/initdb", "-D", str(self.data), "--username=postgres",
                 "--auth=scram-sha-256", f"--pwfile={note}", "--encoding=UTF8",
                 "--locale=C.UTF-8"], cwd="/", **self.identity())
        finally:
            note.unlink()

    def program(self):
        settings = {
            "port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": RUN,
            "max_connections": 200, "shared_buffers": "256MB", "max_wal_size": "2GB",
            "fsync": "on", "synchronous_commit": "on", "timezone": "UTC", "log_timezone": "UTC",
        }
        arguments = [f"{self.binaries}/postgres", "-D", str(self.data)]
        for name, value in settings.items():
            arguments += ["-c", f"{name}={value}"]
        return {
            "arguments": arguments, "environment": {"LC_ALL": "C.UTF-8"}, "folder": "/",
            "log": str(LOGS / "postgres.log"), "stop": "SIGINT", "user": self.account and "postgres",
            "store": True,
        }

    def psql(self, text, database=DATABASE):
        return run(
            [f"{self.binaries}/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(RUN), "-p",
             str(self.port), "-U", "postgres", "-d", database, "-c", text],
            env={"PGPASSWORD": self.password, "PATH": os.environ["PATH"]}, cwd="/")

    def wait(self, seconds=60):
        end = time.monotonic() + seconds
        while True:
            try:
                return self.psql("SELECT 1", "postgres")
            except Failure:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def provision(self, passwords):
        """The database, and for each service a login that owns one schema and sees no other."""
        if not self.psql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'", "postgres"):
            self.psql(f"CREATE DATABASE {DATABASE}", "postgres")
        statements = [
            f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC", "REVOKE ALL ON SCHEMA public FROM PUBLIC"]
        for name, password in passwords.items():
            statements.append(PROVISION.format(name=name, password=password))
        self.psql(";".join(statements))

    def url(self, user="postgres", password=None, port=None):
        place = f"127.0.0.1:{port or self.port}/{DATABASE}"
        return f"postgresql://{user}:{password or self.password}@{place}"


class PgBouncer:
    """A pooler in transaction mode before that cluster, with the services' own logins: `--pgbouncer`."""

    SETTINGS = """[databases]
{database} = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = 20
max_client_conn = 1000
server_login_retry = 1
log_connections = 0
log_disconnections = 0
"""

    def __init__(self, port, postgres):
        self.port, self.postgres = port, postgres
        self.settings, self.users = RUN / "pgbouncer.ini", RUN / "pgbouncer.users"

    def prepare(self, logins):
        """logins: {user: password}."""
        self.write(self.users, "".join(f'"{name}" "{word}"\n' for name, word in logins.items()))
        self.write(self.settings, self.SETTINGS.format(
            database=DATABASE, server=self.postgres.port, port=self.port, users=self.users))

    def write(self, path, text):
        path.touch(mode=0o600)
        path.write_text(text)
        if self.postgres.account:
            os.chown(path, self.postgres.account.pw_uid, self.postgres.account.pw_gid)

    def program(self):
        return {
            "arguments": ["/usr/sbin/pgbouncer", str(self.settings)], "environment": {}, "folder": "/",
            "log": str(LOGS / "pgbouncer.log"), "stop": "SIGINT",
            "user": self.postgres.account and "postgres", "store": True,
        }


class Redis:
    def __init__(self, port):
        self.port = port
        self.data = STATE / "redis"

    def program(self):
        self.data.mkdir(parents=True, exist_ok=True)
        return {
            "arguments": [
                shutil.which("redis-server") or "redis-server", "--bind", "127.0.0.1", "--port",
                str(self.port), "--appendonly", "no", "--save", "", "--maxmemory-policy", "noeviction",
                "--dir", str(self.data)],
            "environment": {}, "folder": str(self.data), "log": str(LOGS / "redis.log"),
            "stop": "SIGTERM", "user": None, "store": True,
        }

    def url(self):
        return f"redis://127.0.0.1:{self.port}"


def newest_binaries():
    found = sorted(
        pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not found:
        raise Failure("Postgres is not installed")
    return str(found[-1].parent)
