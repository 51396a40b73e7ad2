"""Reads the Kubernetes manifests of a folder and complains about what cannot be right."""

import pathlib
import sys

import yaml


def documents(path):
    return [d for d in yaml.safe_load_all(path.read_text()) if d is not None]


def complaints(folder):
    yield from service_complaints(pathlib.Path(folder) / "base")
    for path in sorted(pathlib.Path(folder).rglob("*.yaml")):
        try:
            found = documents(path)
        except yaml.YAMLError as error:
            yield f"{path}: {error}"
            continue
        for document in found:
            if path.name == "kustomization.yaml":
                yield from (f"{path}: {text}" for text in kustomization_complaints(path, document))
            else:
                yield from (f"{path}: {text}" for text in object_complaints(document))


def service_complaints(base):
    """Every service proves itself to the others with a certificate of its own name."""
    configuration = base / "config.yaml"
    settings = documents(configuration)[0]["data"] if configuration.is_file() else {}
    for deployment in sorted(base.glob("*/deployment.yaml")):
        certificate = deployment.with_name("certificate.yaml")
        found = documents(certificate) if certificate.is_file() else []
        pod = documents(deployment)[0]["spec"]["template"]["spec"]
        name = deployment.parent.name
        yield from (f"{deployment}: {text}" for text in tls_complaints(name, pod, found, settings))


def tls_complaints(name, pod, certificates, settings):
    wanted = {"IGNY8_TLS_CERTIFICATE": "tls.crt", "IGNY8_TLS_KEY": "tls.key",
              "IGNY8_TLS_AUTHORITY": "ca.crt"}
    secrets = {v["name"]: v["secret"]["secretName"] for v in pod.get("volumes", []) if "secret" in v}
    mounts = {m["mountPath"]: secrets.get(m["name"])
              for c in pod["containers"] for m in c.get("volumeMounts", [])}
    for setting, key in wanted.items():
        folder, _, file = settings.get(setting, "").rpartition("/")
        if file != key or mounts.get(folder) != f"{name}-tls":
            yield f"{setting} names no {key} of the Secret {name}-tls"
    for certificate in certificates:
        spec = certificate["spec"]
        short = [n for n in spec.get("dnsNames", []) if "." not in n]
        if short != [name] or spec.get("secretName") != f"{name}-tls":
            yield f"the certificate is of {short} and goes to {spec.get('secretName')}"
        if not {"server auth", "client auth"} <= set(spec.get("usages", [])):
            yield "the certificate is not for both ends of a connection"
    if len(certificates) != 1:
        yield f"{len(certificates)} certificates"


def kustomization_complaints(path, document):
    for kind in ("resources", "components"):
        for name in document.get(kind, []):
            target = path.parent / name
            if not (target.is_file() or (target / "kustomization.yaml").is_file()):
                yield f"{kind} names {name}, which is not there"
    for patch in document.get("patches", []):
        if "path" in patch and not (path.parent / patch["path"]).is_file():
            yield f"the patch {patch['path']} is not there"


def object_complaints(document):
    if "$patch" in document:
        return
    for field in ("apiVersion", "kind", "metadata"):
        if field not in document:
            yield f"an object without {field}"
    yield from pod_complaints(document)


def pod_complaints(document):
    """Every container is bounded, runs as nobody special and cannot write to its own files."""
    if document.get("kind") not in ("Deployment", "Job", "StatefulSet"):
        return
    pod = document.get("spec", {}).get("template", {}).get("spec", {})
    name = document.get("metadata", {}).get("name")
    if not pod.get("securityContext", {}).get("runAsNonRoot"):
        yield f"{name}: the pod may run as root"
    for container in pod.get("containers", []):
        rights = container.get("securityContext", {})
        if not rights.get("readOnlyRootFilesystem"):
            yield f"{name}: {container.get('name')} may write to its root file system"
        if rights.get("allowPrivilegeEscalation") is not False:
            yield f"{name}: {container.get('name')} may gain privileges"
        if "resources" not in container:
            yield f"{name}: {container.get('name')} has no bounds"
        if document["kind"] == "Deployment" and "readinessProbe" not in container:
            yield f"{name}: {container.get('name')} has no readiness probe"


if __name__ == "__main__":
    texts = list(complaints(sys.argv[1]))
    print("\n".join(texts) or f"{sys.argv[1]}: nothing to complain about")
    sys.exit(1 if texts else 0)
