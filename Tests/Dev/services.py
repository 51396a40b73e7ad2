"""The seven services as programs: who calls whom, and the environment each is started with."""

import re
import secrets as entropy

from checkout import LOGS, MAIL, ROOT, Failure

DECLARED = re.compile(r'service\(\s*"([a-z]+)",\s*calls:\s*\[([^\]]*)\]')


def calls():
    """{service: [services it calls]}, as Package.swift says."""
    text = (ROOT / "Package.swift").read_text()
    found = {name: re.findall(r'"(\w+)"', list) for name, list in DECLARED.findall(text)}
    if len(found) < 2:
        raise Failure("Package.swift declares no services")
    return {name: [called.lower() for called in list] for name, list in found.items()}


class Services:
    def __init__(
            self, binaries, ports, secrets, postgres, redis, extra, port, authority=None, pooler=None):
        self.binaries, self.ports, self.secrets = binaries, ports, secrets
        self.postgres, self.redis, self.extra = postgres, redis, extra
        self.authority, self.pooler = authority, pooler
        self.calls = calls()
        self.http = ports.get("edge.http", port)
        for name in self.calls:
            self.rpc(name), self.admin(name)

    def rpc(self, name):
        return f"127.0.0.1:{self.ports.get(f'{name}.rpc')}"

    def admin(self, name):
        return f"127.0.0.1:{self.ports.get(f'{name}.admin')}"

    def url(self):
        return f"http://127.0.0.1:{self.http}"

    def login(self, name):
        """The name of a service's role in Postgres."""
        return f"igny8_{name}"

    def password(self, name):
        return self.secrets.get(f"postgres.{name}")

    def developer(self):
        return {
            "email": "developer@igny8.example",
            "password": self.secrets.get("developer", lambda: entropy.token_urlsafe(15)),
        }

    def environment(self, name):
        developer = self.developer()
        values = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LC_ALL": "C.UTF-8",
            "IGNY8_REDIS_URL": self.redis.url(),
            "IGNY8_RPC_HOST": "127.0.0.1",
            "IGNY8_RPC_PORT": str(self.ports.get(f"{name}.rpc")),
            "IGNY8_ADMIN_HOST": "127.0.0.1",
            "IGNY8_ADMIN_PORT": str(self.ports.get(f"{name}.admin")),
            "IGNY8_CONTEXT_KEY": self.secrets.get("context", lambda: entropy.token_hex(32)),
            "IGNY8_SECRETS_KEYS": self.secrets.get("seal", lambda: f"k1:{entropy.token_hex(32)}"),
            "IGNY8_PUBLIC_URL": self.url(),
            "IGNY8_LOG_LEVEL": "info",
        }
        for called in self.calls[name]:
            values[f"IGNY8_{called.upper()}_ADDRESS"] = self.rpc(called)
        values |= self.database(name) | self.tls(name)
        if name == "auth":
            values["IGNY8_STAFF_EMAIL"] = developer["email"]
            values["IGNY8_STAFF_PASSWORD"] = developer["password"]
            values["IGNY8_MAIL_FOLDER"] = str(MAIL)
        if name == "edge":
            values["IGNY8_HTTP_HOST"] = "127.0.0.1"
            values["IGNY8_HTTP_PORT"] = str(self.http)
        return values | self.extra

    def database(self, name):
        direct = self.postgres.url(self.login(name), self.password(name))
        if not self.pooler:
            return {"IGNY8_DATABASE_URL": direct}
        pooled = self.postgres.url(self.login(name), self.password(name), self.pooler.port)
        return {
            "IGNY8_DATABASE_URL": pooled, "IGNY8_DATABASE_POOLER": "transaction",
            "IGNY8_DATABASE_DIRECT_URL": direct}

    def tls(self, name):
        """The settings of a service's certificate; none without TLS."""
        if not self.authority:
            return {}
        certificate, key, authority = self.authority.certificate(name)
        return {
            "IGNY8_TLS_CERTIFICATE": certificate, "IGNY8_TLS_KEY": key,
            "IGNY8_TLS_AUTHORITY": authority}

    def program(self, name):
        binary = self.binaries / name
        if not binary.exists():
            raise Failure(f"{binary} is missing: build it first")
        status = binary.stat()
        return {
            "arguments": [str(binary)], "environment": self.environment(name), "folder": str(ROOT),
            "log": str(LOGS / f"{name}.log"), "stop": "SIGTERM", "user": None,
            "build": f"{status.st_mtime_ns}-{status.st_size}",
        }
