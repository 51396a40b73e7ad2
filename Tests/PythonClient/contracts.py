"""The contracts of protos/ as Python classes, made by protoc when they are missing or older than their
sources; and the methods that they declare."""

import importlib
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTOS = ROOT / "protos"
BUILT_IN = "igny8.rpc.v1.Server"


def sources():
    return sorted(PROTOS.glob("igny8/*/v1/*.proto"))


def generate(folder):
    """Runs protoc into `folder`, unless what lies there is newer than protos/."""
    made = folder / "made"
    newest = max(path.stat().st_mtime for path in sources())
    if made.exists() and made.stat().st_mtime >= newest:
        return
    draft = folder.with_name(f"{folder.name}.{os.getpid()}")
    draft.mkdir(parents=True)
    subprocess.run(
        ["protoc", f"-I{PROTOS}", f"--python_out={draft}", *map(str, sources())], check=True)
    (draft / "made").touch()
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


class BuiltIn:
    """A method that every server answers; no proto declares its service."""

    def __init__(self, name, reply):
        self.service, self.name = BUILT_IN, name
        self.request, self.reply = None, reply
        self.is_stream, self.timeout, self.notes = False, 2.0, "every server"


class Method:
    """One method of a contract."""

    def __init__(self, descriptor, options, classes):
        said = descriptor.GetOptions().Extensions[options.method]
        self.service, self.name = descriptor.containing_service.full_name, descriptor.name
        self.request = classes(descriptor.input_type)
        self.reply = classes(descriptor.output_type)
        self.is_stream = descriptor.server_streaming
        self.timeout = said.timeout_ms / 1000
        role = options.MinimumRole.Name(said.role).lower()
        idempotency = options.Idempotency.Name(said.idempotency).lower()
        self.notes = f"{role}, {idempotency}"


class Contracts:
    """All services of protos/."""

    def __init__(self, folder):
        generate(folder)
        sys.path.insert(0, str(folder))
        modules = [
            importlib.import_module(str(path.relative_to(PROTOS))[:-6].replace("/", ".") + "_pb2")
            for path in sources()]
        self.rpc = importlib.import_module("igny8.rpc.v1.rpc_pb2")
        options = importlib.import_module("igny8.options.v1.options_pb2")
        by_name = {
            message.full_name: getattr(module, message.name)
            for module in modules for message in module.DESCRIPTOR.message_types_by_name.values()}
        self.methods = {}
        for module in modules:
            for service in module.DESCRIPTOR.services_by_name.values():
                self.methods[service.full_name] = {
                    method.name: Method(method, options, lambda kind: by_name[kind.full_name])
                    for method in service.methods}
        self.built_in = {
            "Health": BuiltIn("Health", self.rpc.HealthReply),
            "ListMethods": BuiltIn("ListMethods", self.rpc.MethodListing)}

    @staticmethod
    def context(service):
        """The microservice behind a proto service: `planner` of `igny8.planner.v1.Keywords`."""
        return service.split(".")[1]

    def find(self, word):
        """Full names of the services that a word may mean: `igny8.planner.v1.Keywords`,
        `planner.Keywords`, `Keywords`, or `planner` for all of its."""
        folded = word.lower()
        found = [
            name for name in self.methods
            if folded in (name.lower(), name.split(".")[-1].lower(),
                          f"{self.context(name)}.{name.split('.')[-1]}".lower())]
        return found or [name for name in self.methods if self.context(name) == folded]

    def find_method(self, word, method):
        """The methods of that name, in any case, of the services that `word` may mean."""
        folded = method.lower()
        return [
            entry for service in self.find(word) for name, entry in self.methods[service].items()
            if name.lower() == folded]
