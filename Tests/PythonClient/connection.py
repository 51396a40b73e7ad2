"""One connection of the RPC, written from protos/igny8/rpc/v1/README.md alone: the second
implementation of the wire format. It favours being read over being fast: a thread reads, callers wait.
"""

import contextlib
import hashlib
import hmac
import itertools
import queue
import socket
import struct
import threading
import time

MAGIC = b"IGN8"
VERSION = 1
REQUEST, RESPONSE, ITEM, CANCEL, CREDIT, PING, PONG, GOAWAY = range(1, 9)
HEADER = struct.Struct(">IBBHI")
PREFACE = struct.Struct(">4sHHII")
LENGTH = struct.Struct(">I")

CODES = (
    "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS "
    "PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED "
    "INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED").split()


class RPCError(Exception):
    """A call that failed: the code's name, the message, and the response header where there is one."""

    def __init__(self, code, message, header=None, unstarted=False):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.header = code, message, header
        self.unstarted = unstarted or bool(header and header.unstarted)

    def details(self):
        """What goes beyond code and message, for JSON."""
        if self.header is None:
            return {}
        header, found = self.header, {}
        for name in ("reason", "retry_after_ms", "required", "available"):
            if header.HasField(name):
                found[name] = getattr(header, name)
        if header.fields:
            found["fields"] = {field.name: list(field.messages) for field in header.fields}
        return found


def method_number(service, name):
    """FNV-1a, 32 bit."""
    value = 0x811C9DC5
    for byte in f"{service}/{name}".encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def sign(key, context):
    """(the context's bytes, their HMAC-SHA256)"""
    encoded = context.SerializeToString()
    return encoded, hmac.new(key, encoded, hashlib.sha256).digest()


class Call:
    """A call on its way: its number and what has come for it."""

    def __init__(self, number, window):
        self.number = number
        self.arrived = queue.SimpleQueue()
        self.consumed, self.worth_a_frame = 0, window // 2


class Connection:
    """Calls of any thread to one server. `messages` is the module that protoc made of rpc.proto."""

    def __init__(self, address, messages, max_message=8 << 20, window=256 << 10, keepalive=15.0,
                 timeout=5.0, tls=None):
        self.messages, self.max_message, self.window = messages, max_message, window
        self.peer_limit = None
        self.goaway = None
        self.closed = threading.Event()
        self.pongs = queue.SimpleQueue()
        self.numbers = itertools.count(1)
        self.calls, self.lock = {}, threading.Lock()
        self.keepalive, self.last_word = keepalive, time.monotonic()
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host.strip("[]"), int(port)), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname=host.strip("[]"))
        try:
            self.introduce()
        except (OSError, EOFError, RPCError):
            self.socket.close()
            raise
        self.socket.settimeout(keepalive / 2)
        self.reader = threading.Thread(target=self.read_frames, daemon=True)
        self.reader.start()

    # Preface and frames

    def introduce(self):
        self.socket.sendall(PREFACE.pack(MAGIC, VERSION, 0, self.max_message, self.window))
        magic, version, _, limit, _ = PREFACE.unpack(self.exactly(PREFACE.size))
        if magic != MAGIC or version != VERSION or limit < 1024:
            raise RPCError("UNAVAILABLE", "The server speaks something else", unstarted=True)
        self.peer_limit = limit

    def exactly(self, count, patient=False):
        """So many bytes. A patient reader outlasts silence as the keepalive rules say."""
        parts = []
        while count:
            try:
                part = self.socket.recv(min(count, 1 << 16))
            except TimeoutError:
                if not patient:
                    raise
                self.silence()
                continue
            if not part:
                raise EOFError("the server has closed the connection")
            self.last_word = time.monotonic()
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def silence(self):
        """Half a keepalive interval without a word."""
        if time.monotonic() - self.last_word > 1.5 * self.keepalive:
            raise EOFError("the server has fallen silent")
        self.send(PING, 0, b"")

    def send(self, kind, call, payload=b""):
        with self.lock:
            self.socket.sendall(HEADER.pack(len(payload), kind, 0, 0, call) + payload)

    def read_frames(self):
        failure = "the connection was closed"
        try:
            while True:
                length, kind, _, _, call = HEADER.unpack(self.exactly(HEADER.size, patient=True))
                self.frame_arrived(kind, call, self.exactly(length, patient=True))
        except (OSError, EOFError, struct.error) as error:
            failure = str(error)
        self.closed.set()
        with contextlib.suppress(OSError):
            self.socket.close()
        for number in list(self.calls):
            self.finish(number, RPCError("UNAVAILABLE", f"The connection was lost: {failure}"))

    def frame_arrived(self, kind, number, payload):
        if kind == PING:
            self.send(PONG, 0, payload)
        elif kind == PONG:
            self.pongs.put(payload)
        elif kind == GOAWAY:
            self.goaway_arrived(payload)
        elif kind == ITEM and number in self.calls:
            self.calls[number].arrived.put((ITEM, payload))
        elif kind == RESPONSE:
            self.finish(number, self.response(payload))

    def response(self, payload):
        length, = LENGTH.unpack_from(payload)
        if not length:
            return payload[4:]
        header = self.messages.ResponseHeader.FromString(payload[4:4 + length])
        if not header.code:
            return payload[4 + length:]
        name = CODES[header.code] if header.code < len(CODES) else "UNKNOWN"
        return RPCError(name, header.message, header)

    def goaway_arrived(self, payload):
        last, = LENGTH.unpack_from(payload)
        self.goaway = (last, payload[4:].decode())
        for number in [number for number in list(self.calls) if number > last]:
            self.finish(number, RPCError("UNAVAILABLE", "The server is stopping", unstarted=True))
        self.close_if_done()

    # Calls

    def begin(self, method, body, timeout, context=None, key=None, attempt=1, trace=None):
        """Sends a request. `context` is what `sign` gave, `timeout` in seconds."""
        header = self.messages.RequestHeader(method=method, deadline_ms=max(1, int(timeout * 1000)))
        if attempt != 1:
            header.attempt = attempt
        if trace:
            header.trace = trace
        if key:
            header.idempotency_key = key
        if context:
            header.context, header.signature = context
        encoded = header.SerializeToString()
        payload = LENGTH.pack(len(encoded)) + encoded + body
        if len(payload) > self.peer_limit:
            raise RPCError("RESOURCE_EXHAUSTED", "The request is longer than the server takes")
        return self.begin_raw(payload)

    def begin_raw(self, payload):
        """Sends a request frame as it is."""
        with self.lock:
            if self.goaway or self.closed.is_set():
                raise RPCError("UNAVAILABLE", "The connection takes no further calls", unstarted=True)
            call = Call(next(self.numbers), self.window)
            self.calls[call.number] = call
            self.socket.sendall(HEADER.pack(len(payload), REQUEST, 0, 0, call.number) + payload)
        return call

    def finish(self, number, outcome):
        call = self.calls.pop(number, None)
        if call:
            call.arrived.put((RESPONSE, outcome))
        self.close_if_done()

    def next(self, call, until):
        """(ITEM, bytes) or (RESPONSE, bytes). A deadline that passes cancels the call."""
        try:
            kind, what = call.arrived.get(timeout=max(0, until - time.monotonic()))
        except queue.Empty:
            self.cancel(call)
            raise RPCError("DEADLINE_EXCEEDED", "The deadline has passed") from None
        if isinstance(what, RPCError):
            raise what
        return kind, what

    def cancel(self, call):
        """Nobody waits for the call any more."""
        if self.calls.pop(call.number, None):
            self.send(CANCEL, call.number)
        self.close_if_done()

    def grant(self, call, size):
        """The reader took so many bytes of credit; half a window is worth a frame."""
        call.consumed += size
        if call.consumed >= call.worth_a_frame and call.number in self.calls:
            self.send(CREDIT, call.number, LENGTH.pack(call.consumed))
            call.consumed = 0

    def call(self, method, body, timeout=10.0, **header):
        """One request, one reply."""
        until = time.monotonic() + timeout
        call = self.begin(method, body, timeout, **header)
        while True:
            kind, what = self.next(call, until)
            if kind == RESPONSE:
                return what

    def stream(self, method, body, timeout=10.0, **header):
        """One request, many items; leaving the loop cancels the call."""
        until = time.monotonic() + timeout
        call = self.begin(method, body, timeout, **header)
        try:
            while True:
                kind, what = self.next(call, until)
                if kind == RESPONSE:
                    return
                self.grant(call, len(what) + HEADER.size)
                yield what
        finally:
            with contextlib.suppress(OSError):
                self.cancel(call)

    def ping(self, payload=b"are you there?", timeout=5.0):
        """Seconds until the pong."""
        start = time.monotonic()
        self.send(PING, 0, payload)
        if self.pongs.get(timeout=timeout) != payload:
            raise RPCError("INTERNAL", "The pong is not the ping's")
        return time.monotonic() - start

    # The end

    def close_if_done(self):
        if self.goaway and not self.calls:
            self.close()

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
