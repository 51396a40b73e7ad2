"""`./dev rpc`: calls one method of a running service, as curl does with HTTP.

    ./dev rpc                                    services, addresses, how they are
    ./dev rpc planner                            methods with the fields of their requests
    ./dev rpc billing GetBalance --account 7     calls; the request is JSON, `{}` when left out
    ./dev rpc Keywords ListKeywords '{"page_size": 2}' --account 7
    ./dev rpc billing Health                     what every server answers: Health, ListMethods

The answer is JSON on standard output, one line an item of a stream. A refusal is one line of JSON on
standard error and exit code 1; a wrong command line ends with 2.
"""

import argparse
import base64
import json
import os
import pathlib
import ssl
import sys
import time
import uuid

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "Dev")]

from google.protobuf import json_format  # noqa: E402

from checkout import STATE, read_json  # noqa: E402
from connection import Connection, RPCError, method_number, sign  # noqa: E402
from contracts import Contracts  # noqa: E402

USER, SERVICE = 1, 4


class Misused(Exception):
    """The command line makes no sense."""


def plain(message):
    """A message as JSON of the product: proto names, int64 as numbers, bytes as base64."""
    def value(field, content):
        if field.type == field.TYPE_MESSAGE:
            return plain(content)
        if field.type == field.TYPE_BYTES:
            return base64.b64encode(content).decode()
        return content

    shown = {}
    for field in message.DESCRIPTOR.fields:
        content = getattr(message, field.name)
        if field.label == field.LABEL_REPEATED:
            if content:
                shown[field.name] = [value(field, entry) for entry in content]
        elif message.HasField(field.name):
            shown[field.name] = value(field, content)
    return shown


def show(value, stream=sys.stdout):
    print(json.dumps(value, ensure_ascii=False), file=stream, flush=True)


def context_key():
    text = os.environ.get("IGNY8_CONTEXT_KEY") or (read_json(STATE / "secrets.json") or {}).get("context")
    if not text:
        raise Misused("no context key: start the system with ./dev up, or set IGNY8_CONTEXT_KEY")
    return bytes.fromhex(text)


def signed_context(options, rpc):
    """A service's context, or a user's when a user or a role is named."""
    is_user = options.user is not None or options.role is not None
    context = rpc.CallContext(
        request_id=f"dev-{uuid.uuid4()}", actor=USER if is_user else SERVICE,
        role=options.role or ("owner" if is_user else "system_bot"), all_sites=True)
    if options.account is not None:
        context.account = options.account
    if options.user is not None:
        context.user = options.user
    return sign(context_key(), context)


def running():
    """{microservice: address of its RPC} of the running system."""
    state = read_json(STATE / "state.json") or {}
    return {name: entry["rpc"] for name, entry in state.get("services", {}).items()}


def address_of(name, options):
    address = options.address or running().get(name)
    if not address:
        raise Misused(f"where is {name}? Nothing runs here (./dev up) and there is no --address")
    return address


def own_files(options):
    """The authority, certificate and key to use: those named, else those of `./dev up --tls`."""
    if options.ca or options.address:
        return options.ca, options.cert, options.cert_key
    running_with = (read_json(STATE / "state.json") or {}).get("tls") or {}
    return [running_with.get(f"IGNY8_TLS_{part}") for part in ("AUTHORITY", "CERTIFICATE", "KEY")]


def connect(address, options, contracts):
    tls = None
    authority, certificate, key = own_files(options)
    if authority:
        # The certificate is of a service, not of a host.
        tls = ssl.create_default_context(cafile=authority)
        tls.check_hostname = False
        if certificate:
            tls.load_cert_chain(certificate, key)
    try:
        return Connection(address, contracts.rpc, timeout=min(options.timeout or 5, 5), tls=tls)
    except (OSError, EOFError) as error:
        raise RPCError("UNAVAILABLE", f"{address}: {error}") from None


def list_services(options, contracts):
    """The running services, or without any what protos/ declare."""
    found = {"": options.address} if options.address else running()
    if not found:
        for name, methods in contracts.methods.items():
            print(f"{name:<40}{len(methods)} methods, not running")
    for name, address in found.items():
        try:
            connection = connect(address, options, contracts)
            health = contracts.rpc.HealthReply.FromString(
                connection.call(method_number("igny8.rpc.v1.Server", "Health"), b""))
            listing = contracts.rpc.MethodListing.FromString(
                connection.call(method_number("igny8.rpc.v1.Server", "ListMethods"), b""))
            connection.close()
        except RPCError as error:
            print(f"{name:<14}{address:<18}{error}")
            continue
        state = "serving" if health.serving else "stopping"
        print(f"{name:<14}{address:<18}{state}, {health.in_flight} calls")
        for service in sorted({entry.service for entry in listing.methods}):
            count = sum(entry.service == service for entry in listing.methods)
            print(f"  {service:<42}{count} methods")


def list_methods(word, contracts):
    found = contracts.find(word)
    if not found:
        raise Misused(f"no such service: {word}; ./dev rpc alone lists them")
    for service in found:
        print(service)
        for name, method in contracts.methods[service].items():
            answer = "stream of " if method.is_stream else ""
            print(f"  {name}  → {answer}{method.reply.DESCRIPTOR.name}  ({method.notes})")
            for field in method.request.DESCRIPTOR.fields:
                kind = field.message_type.name if field.message_type else KINDS[field.type]
                many = "[]" if field.label == field.LABEL_REPEATED else ""
                print(f"    {field.name}: {kind}{many}")


KINDS = {
    1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 6: "fixed64", 7: "fixed32",
    8: "bool", 9: "string", 12: "bytes", 13: "uint32", 14: "enum", 15: "sfixed32",
    16: "sfixed64", 17: "sint32", 18: "sint64"}


def find_method(options, contracts):
    """The method and the microservice that answers it."""
    folded = options.method.lower()
    built_in = next((m for name, m in contracts.built_in.items() if name.lower() == folded), None)
    if built_in:
        contexts = {contracts.context(name) for name in contracts.find(options.service)}
        return built_in, next(iter(contexts), options.service)
    found = contracts.find_method(options.service, options.method)
    if not found:
        raise Misused(f"{options.service} has no method {options.method}")
    if len(found) > 1:
        raise Misused("which one? " + ", ".join(f"{m.service} {m.name}" for m in found))
    return found[0], contracts.context(found[0].service)


def request_body(method, text):
    try:
        body = json.loads(sys.stdin.read() if text == "-" else text)
        if method.request is None:
            return b""
        return json_format.ParseDict(body, method.request()).SerializeToString()
    except (ValueError, json_format.ParseError) as error:
        raise Misused(f"the request is no {method.request.DESCRIPTOR.name}: {error}") from None


def call(options, contracts):
    method, name = find_method(options, contracts)
    body = request_body(method, options.request)
    header = {"timeout": options.timeout or method.timeout}
    if method.request is not None:
        header |= {"context": signed_context(options, contracts.rpc), "key": options.key}
    connection = connect(address_of(name, options), options, contracts)
    number = method_number(method.service, method.name)
    if method.is_stream:
        for item in connection.stream(number, body, **header):
            show(plain(method.reply.FromString(item)))
    else:
        show(plain(method.reply.FromString(connection.call(number, body, **header))))
    connection.close()


def arguments():
    parser = argparse.ArgumentParser(
        prog="./dev rpc", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service", nargs="?", help="planner, planner.Keywords, Keywords …")
    parser.add_argument("method", nargs="?")
    parser.add_argument("request", nargs="?", default="{}", help="JSON; - reads standard input")
    parser.add_argument("--address", help="host:port of the server")
    parser.add_argument("--account", type=int, help="on behalf of this account")
    parser.add_argument("--user", type=int, help="as this user of it")
    parser.add_argument("--role", help="as a user of this role: viewer, editor, admin, owner, developer")
    parser.add_argument("--key", help="idempotency key")
    parser.add_argument("--timeout", type=float, help="seconds; the method's own when left out")
    parser.add_argument("--ca", help="TLS: file with the certificates to trust")
    parser.add_argument("--cert", help="TLS: this side's certificate")
    parser.add_argument("--cert-key", help="TLS: its key")
    return parser.parse_args()


def main():
    options = arguments()
    contracts = Contracts(STATE / "python-contracts")
    try:
        if options.service is None:
            list_services(options, contracts)
        elif options.method is None:
            list_methods(options.service, contracts)
        else:
            call(options, contracts)
    except Misused as error:
        print(f"dev rpc: {error}", file=sys.stderr)
        return 2
    except RPCError as error:
        show({"code": error.code, "message": error.message} | error.details(), sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever reads our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())
