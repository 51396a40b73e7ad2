"""A small client of the public API: envelope, tokens, patience."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

PATIENCE_SECONDS = 60


class Refused(Exception):
    """The API said no; carries what it said."""

    def __init__(self, method, path, status, body):
        fields = "".join(
            f"\n  {name}: {', '.join(texts)}" for name, texts in (body.get("errors") or {}).items())
        super().__init__(
            f"{method} {path} answered {status}: {body.get('error', body)}{fields}"
            f" (request {body.get('request_id', 'unknown')})")
        self.status, self.body = status, body


class API:
    """One signed-in user, or nobody."""

    def __init__(self, url, access=None):
        self.url, self.access = url, access

    def get(self, path, **parameters):
        return self.send("GET", path, parameters=parameters)["data"]

    def page(self, path, **parameters):
        return self.send("GET", path, parameters=parameters)

    def all(self, path, **parameters):
        """Every result of a list, page by page."""
        number = 1
        while True:
            page = self.page(path, page=number, page_size=100, **parameters)
            yield from page["results"]
            if not page["next"]:
                return
            number += 1

    def post(self, path, body=None, **parameters):
        return self.send("POST", path, body or {}, parameters)["data"]

    def put(self, path, body, **parameters):
        return self.send("PUT", path, body, parameters)["data"]

    def upload_csv(self, path, content, **parameters):
        return self.send("POST", path, content, parameters, kind="text/csv")["data"]

    def send(self, method, path, body=None, parameters=None, kind="application/json"):
        """Sends one request. A throttle is waited for; a service that restarts is asked again, which
        a key makes harmless."""
        url = f"{self.url}/api/v1/{path}"
        if parameters:
            url += "?" + urllib.parse.urlencode(parameters)
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = kind
            headers["Idempotency-Key"] = str(uuid.uuid4())
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        if self.access:
            headers["Authorization"] = f"Bearer {self.access}"
        request = urllib.request.Request(url, body, headers, method=method)
        status, _, answer = patiently(request)
        if not 200 <= status < 300:
            raise Refused(method, f"/api/v1/{path}", status or "nothing", read(answer))
        return read(answer)


def patiently(request):
    """(status, content type, bytes), asking again while nobody is there or a throttle holds."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        status, kind, body, pause = once(request)
        if status not in (0, 429, 503) or time.monotonic() + pause > end:
            return status, kind, body
        time.sleep(pause)


def once(request):
    """One try: (status, content type, bytes, seconds to wait before another); status 0: no answer."""
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read(), 0
    except urllib.error.HTTPError as refusal:
        pause = refusal.headers.get("Retry-After", "1")
        pause = float(pause) if pause.isdigit() else 1
        return refusal.code, refusal.headers.get_content_type(), refusal.read(), pause
    except OSError as failure:
        return 0, "text/plain", str(failure).encode(), 0.5


def read(text):
    try:
        return json.loads(text) if text else {"data": None}
    except ValueError:
        return {"error": text[:200].decode(errors="replace")}


def fetch(url):
    """A public file: (status, content type, bytes)."""
    return patiently(urllib.request.Request(url))
