"""Reads the Kubernetes manifests of a folder and complains about what cannot be right."""

import pathlib
import sys

import yaml


def documents(path):
    return [d for d in yaml.safe_load_all(path.read_text()) if d is not None]


def complaints(folder):
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
