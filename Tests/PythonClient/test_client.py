"""The second implementation of the RPC against real services: what the README of the wire format
promises, seen from outside.

Starts a system of its own with the executables of .build/debug, or of the folder that
IGNY8_CLIENT_BINARIES names, and takes it down again.
"""

import json
import os
import pathlib
import queue
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="igny8-python-client-"))
FOLDER.chmod(0o755)
os.environ["IGNY8_DEV_STATE"] = str(FOLDER)
sys.path[:0] = [str(HERE), str(HERE.parent / "Dev")]

from checkout import read_json  # noqa: E402
from connection import (  # noqa: E402
    CREDIT, ITEM, PREFACE, REQUEST, RESPONSE, Connection, RPCError, method_number, sign)
from contracts import Contracts  # noqa: E402
from rest import API  # noqa: E402

KEYWORDS = 3_000
USER, SERVICE = 1, 4


def system(*words):
    done = subprocess.run(
        [sys.executable, "-B", str(HERE.parent / "Dev/system.py"), *words],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)


def setUpModule():
    unittest.addModuleCleanup(shutil.rmtree, FOLDER, ignore_errors=True)
    unittest.addModuleCleanup(system, "down")
    binaries = os.environ.get("IGNY8_CLIENT_BINARIES") or str(ROOT / ".build/debug")
    system("up", "--binaries", binaries)
    World.contracts = Contracts(FOLDER / "python-contracts")
    World.key = bytes.fromhex(read_json(FOLDER / "secrets.json")["context"])
    World.customer()


class World:
    """What all tests share: a customer with a site and keywords."""

    @staticmethod
    def state():
        return read_json(FOLDER / "state.json")

    @classmethod
    def customer(cls):
        name = secrets.token_hex(4)
        url = cls.state()["url"]
        session = API(url).post("auth/register/", {
            "email": f"python-{name}@igny8.example", "password": f"Brewed-{secrets.token_urlsafe(9)}",
            "first_name": "Python", "last_name": "Client", "account_name": f"Python {name}"})
        api = API(url, session["access"])
        cls.account, cls.user = session["user"]["account"]["id"], session["user"]["id"]
        industry = next(i for i in api.all("auth/industries/") if i["sectors"])
        site = api.post("auth/sites/", {
            "name": "Python", "industry_id": industry["id"], "site_type": "blog",
            "hosting_type": "igny8_sites"})
        sector = api.post(f"auth/sites/{site['id']}/select_sectors/", {
            "industry_sector_ids": [industry["sectors"][0]["id"]]})[0]
        lines = "".join(f"python keyword number {n},{n},{n % 100},\n" for n in range(KEYWORDS))
        counts = api.upload_csv(
            "planner/keywords/import_keywords/", b"keyword,volume,difficulty,intent\n" + lines.encode(),
            site_id=site["id"], sector_id=sector["id"])
        assert counts["created"] == KEYWORDS, counts


class ClientTests(unittest.TestCase):
    def connect(self, service, **options):
        address = World.state()["services"][service]["rpc"]
        connection = Connection(address, World.contracts.rpc, **options)
        self.addCleanup(connection.close)
        return connection

    def context(self, key=None, **fields):
        fields = {"request_id": "python", "actor": SERVICE, "role": "system_bot", "all_sites": True,
                  "account": World.account} | fields
        return sign(key or World.key, World.contracts.rpc.CallContext(**fields))

    def method(self, service, name):
        entry, = World.contracts.find_method(service, name)
        return entry, method_number(entry.service, entry.name)

    def call(self, connection, service, name, context=None, timeout=10.0, **fields):
        entry, number = self.method(service, name)
        reply = connection.call(
            number, entry.request(**fields).SerializeToString(), timeout,
            context=context or self.context())
        return entry.reply.FromString(reply)

    def refusal(self, body, *words, **named):
        with self.assertRaises(RPCError) as caught:
            body(*words, **named)
        return caught.exception

    def in_flight(self, connection):
        reply = connection.call(method_number("igny8.rpc.v1.Server", "Health"), b"")
        return World.contracts.rpc.HealthReply.FromString(reply).in_flight

    def eventually(self, condition):
        end = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), end, "it never came true")
            time.sleep(0.05)


class CallTests(ClientTests):
    def test_a_method_with_one_reply_answers(self):
        balance = self.call(self.connect("billing"), "billing", "GetBalance")
        self.assertGreater(balance.credits, 0)
        self.assertEqual(balance.available_credits, balance.credits)

    def test_many_calls_share_a_connection(self):
        billing = self.connect("billing")
        entry, number = self.method("billing", "GetBalance")
        calls = [billing.begin(number, b"", 10, context=self.context()) for _ in range(100)]
        for call in reversed(calls):
            kind, reply = billing.next(call, time.monotonic() + 10)
            self.assertEqual(kind, RESPONSE)
            self.assertGreater(entry.reply.FromString(reply).credits, 0)

    def test_an_error_carries_its_details(self):
        refusal = self.refusal(
            self.call, self.connect("billing"), "billing", "Authorize",
            operation="content_generation", amount=10 ** 9, key=secrets.token_hex(8))
        self.assertEqual(refusal.code, "FAILED_PRECONDITION")
        details = refusal.details()
        self.assertEqual(details["reason"], "insufficient_credits")
        self.assertGreater(details["required"], details["available"])

    def test_an_error_names_the_fields(self):
        refusal = self.refusal(
            self.call, self.connect("planner"), "Keywords", "ListKeywords", page_size=0)
        self.assertEqual(refusal.code, "INVALID_ARGUMENT")
        self.assertIn("page_size", refusal.details()["fields"])

    def test_a_repeated_key_gets_the_first_answer(self):
        billing, key = self.connect("billing"), secrets.token_hex(8)
        holds = [
            self.call(billing, "billing", "Authorize", operation="clustering", amount=1, key=key)
            for _ in range(2)]
        self.assertEqual(holds[0].id, holds[1].id)

    def test_an_unknown_method_is_unimplemented(self):
        refusal = self.refusal(
            self.connect("billing").call, method_number("igny8.billing.v1.Billing", "Nope"), b"",
            context=self.context())
        self.assertEqual(refusal.code, "UNIMPLEMENTED")
        self.assertEqual(refusal.details()["reason"], "unknown_method")

    def test_a_context_of_another_key_is_refused(self):
        refusal = self.refusal(
            self.call, self.connect("billing"), "billing", "GetBalance",
            context=self.context(key=bytes(32)))
        self.assertEqual(refusal.code, "UNAUTHENTICATED")
        self.assertEqual(refusal.details()["reason"], "bad_context")

    def test_a_role_below_the_methods_is_refused(self):
        refusal = self.refusal(
            self.call, self.connect("billing"), "billing", "ListTransactions",
            context=self.context(actor=USER, user=World.user, role="viewer"))
        self.assertEqual(refusal.code, "PERMISSION_DENIED")

    def test_every_server_lists_the_methods_of_its_contract(self):
        for name in World.state()["services"]:
            reply = self.connect(name).call(
                method_number("igny8.rpc.v1.Server", "ListMethods"), b"")
            listing = World.contracts.rpc.MethodListing.FromString(reply)
            for entry in listing.methods:
                method = World.contracts.methods[entry.service][entry.name]
                self.assertEqual(entry.number, method_number(entry.service, entry.name))
                self.assertEqual(entry.stream, method.is_stream)


class StreamTests(ClientTests):
    """The export of the keywords: items of some kilobytes each."""

    def begin(self, planner, timeout=20.0):
        _, number = self.method("Keywords", "ExportKeywords")
        return planner.begin(number, b"", timeout, context=self.context())

    def nothing_comes(self, call):
        with self.assertRaises(queue.Empty):
            call.arrived.get(timeout=0.3)

    def test_all_items_arrive(self):
        entry, number = self.method("Keywords", "ExportKeywords")
        lines = 0
        for item in self.connect("planner").stream(number, b"", 60, context=self.context()):
            lines += entry.reply.FromString(item).body.count(b"\n")
        self.assertEqual(lines, KEYWORDS + 1)

    def test_an_item_may_overdraw_the_credit_and_the_next_waits_for_the_debt_to_be_paid(self):
        planner = self.connect("planner", window=1024)
        call = self.begin(planner)
        credit = 1024
        while credit > 0:
            kind, item = planner.next(call, time.monotonic() + 10)
            self.assertEqual(kind, ITEM)
            credit -= len(item) + 12
        debt = -credit
        self.nothing_comes(call)
        planner.send(CREDIT, call.number, struct.pack(">I", debt))
        self.nothing_comes(call)
        planner.send(CREDIT, call.number, struct.pack(">I", 1))
        self.assertEqual(planner.next(call, time.monotonic() + 10)[0], ITEM)
        self.nothing_comes(call)
        planner.cancel(call)

    def test_a_cancelled_call_leaves_its_handler_and_the_connection_lives_on(self):
        planner = self.connect("planner", window=1024)
        call = self.begin(planner)
        planner.next(call, time.monotonic() + 10)
        self.assertGreaterEqual(self.in_flight(planner), 1)
        planner.cancel(call)
        self.eventually(lambda: self.in_flight(planner) == 0)

    def test_the_server_ends_a_call_at_its_deadline(self):
        planner = self.connect("planner", window=1024)
        call = self.begin(planner, timeout=0.5)
        refusal = self.refusal(self.read_all, planner, call)
        self.assertEqual(refusal.code, "DEADLINE_EXCEEDED")
        self.assertIsNotNone(refusal.header, "the server said so, not this client")
        self.eventually(lambda: self.in_flight(planner) == 0)

    def read_all(self, connection, call):
        while connection.next(call, time.monotonic() + 10)[0] == ITEM:
            pass


class ConnectionTests(ClientTests):
    def test_a_ping_comes_back(self):
        self.connect("billing").ping(b"anything up to the sender")

    def test_a_connection_with_nothing_to_say_stays_open(self):
        billing = self.connect("billing", keepalive=0.2)
        time.sleep(1)
        self.assertFalse(billing.closed.is_set())
        self.assertGreater(self.call(billing, "billing", "GetBalance").credits, 0)

    def test_an_oversize_request_is_refused_and_the_connection_lives_on(self):
        billing = self.connect("billing")
        for size in (billing.peer_limit + 1, 3 * billing.peer_limit):
            call = billing.begin_raw(bytes(size))
            refusal = self.refusal(billing.next, call, time.monotonic() + 30)
            self.assertEqual(refusal.code, "RESOURCE_EXHAUSTED")
            self.assertEqual(refusal.details()["reason"], "message_too_large")
        self.assertGreater(self.call(billing, "billing", "GetBalance").credits, 0)

    def test_an_answer_longer_than_this_side_takes_is_a_refusal(self):
        planner = self.connect("planner", max_message=1024)
        refusal = self.refusal(
            self.call, planner, "Keywords", "ListKeywords", page_size=100)
        self.assertEqual(refusal.code, "RESOURCE_EXHAUSTED")
        self.assertEqual(refusal.details()["reason"], "message_too_large")
        self.call(planner, "Keywords", "ListKeywords", page_size=1)

    def ending(self, first):
        """What a server says to a peer that begins with these bytes, until it closes."""
        host, port = World.state()["services"]["billing"]["rpc"].split(":")
        with socket.create_connection((host, int(port)), timeout=30) as peer:
            peer.sendall(first)
            said = b""
            while chunk := peer.recv(1 << 16):
                said += chunk
        return said

    def test_other_protocols_and_versions_are_told_why(self):
        window = 1 << 18
        self.assertIn(b"notOurMagic", self.ending(b"GET / HTTP/1.1\r\n" + bytes(1 << 20)))
        self.assertIn(
            b"unknownVersion(9)", self.ending(PREFACE.pack(b"IGN8", 9, 0, 8 << 20, window)))
        self.assertIn(
            b"unreasonablePreface", self.ending(PREFACE.pack(b"IGN8", 1, 0, 100, window)))

    def test_a_frame_of_the_wrong_side_ends_the_connection_with_the_reason(self):
        billing = self.connect("billing")
        billing.send(RESPONSE, 1, bytes(4))
        self.assertTrue(billing.closed.wait(20))
        self.assertIn("unexpectedFrame", billing.goaway[1])

    def test_a_stopping_server_says_goodbye_and_finishes_what_it_has(self):
        planner = self.connect("planner", window=1024)
        _, number = self.method("Keywords", "ExportKeywords")
        call = planner.begin(number, b"", 60, context=self.context())
        planner.next(call, time.monotonic() + 10)
        os.kill(World.state()["services"]["planner"]["pid"], signal.SIGTERM)
        self.eventually(lambda: planner.goaway)
        self.assertEqual(planner.goaway, (call.number, "draining"))
        late = self.refusal(planner.begin, number, b"", 5, context=self.context())
        self.assertTrue(late.unstarted)
        planner.send(CREDIT, call.number, struct.pack(">I", 1 << 24))
        while planner.next(call, time.monotonic() + 20)[0] == ITEM:
            pass
        self.assertTrue(planner.closed.wait(20))
        self.eventually(lambda: self.is_up("planner"))

    def is_up(self, service):
        try:
            return self.in_flight(self.connect(service)) == 0
        except (OSError, EOFError, RPCError):
            return False


class CommandTests(ClientTests):
    """`./dev rpc`."""

    def rpc(self, *words):
        return subprocess.run(
            [sys.executable, "-B", str(HERE / "rpc.py"), *words], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False)

    def test_it_lists_services_and_methods(self):
        services = self.rpc()
        self.assertEqual(services.returncode, 0, services.stderr)
        self.assertIn("igny8.planner.v1.Keywords", services.stdout)
        self.assertIn(World.state()["services"]["planner"]["rpc"], services.stdout)
        methods = self.rpc("Keywords").stdout
        self.assertIn("ExportKeywords  → stream of RawBody", methods)
        self.assertIn("    difficulty_min: int64", methods)

    def test_it_prints_the_answer_as_json(self):
        done = self.rpc("billing", "getbalance", "--account", str(World.account))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(json.loads(done.stdout)["credits"], 0)

    def test_it_calls_where_it_is_told_to(self):
        address = World.state()["services"]["billing"]["rpc"]
        done = self.rpc("planner", "Health", "--address", address)
        self.assertTrue(json.loads(done.stdout)["serving"], done.stderr)

    def test_a_stream_is_one_line_an_item(self):
        done = self.rpc("planner", "ExportKeywords", "--account", str(World.account))
        items = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertGreater(len(items), 1)
        self.assertEqual(items[0]["file_name"], "keywords.csv")

    def test_a_refusal_is_json_on_standard_error(self):
        done = self.rpc(
            "billing", "Authorize", json.dumps({
                "operation": "content_generation", "amount": 10 ** 9, "key": secrets.token_hex(8)}),
            "--account", str(World.account))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        said = json.loads(done.stderr)
        self.assertEqual(said["code"], "FAILED_PRECONDITION")
        self.assertEqual(said["reason"], "insufficient_credits")

    def test_a_call_that_makes_no_sense_ends_with_2(self):
        for words in (["billing", "Nope"], ["nobody"], ["billing", "Authorize", '{"what": 1}']):
            done = self.rpc(*words)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertTrue(done.stderr.startswith("dev rpc: "), done.stderr)


if __name__ == "__main__":
    unittest.main()
