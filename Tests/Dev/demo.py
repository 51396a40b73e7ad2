"""`./dev demo`: the whole journey of a new customer over the public API of the running system.

Sign up, get credits from staff, make a site, import keywords, run the seven stages, look at what was
published. Says what it did on standard output and in .dev/demo.json; ends with 1 and the reason if
anything on the way failed.
"""

import argparse
import datetime
import html.parser
import secrets
import sys
import time
import urllib.parse

from checkout import ROOT, STATE, Failure, read_json, write_json
from progress import Progress
from rest import API, Refused, fetch

KEYWORDS = ROOT / "Tests/Fixtures/keywords-coffee.csv"
STAGES = 7
GRANT = 20_000
# A run that has not moved for so long will not move any more.
STALLED_SECONDS = 180
ENDED = ("completed", "failed", "cancelled", "paused")


def say(text=""):
    print(text, flush=True)


def register(url):
    """A new account and its owner."""
    name = secrets.token_hex(4)
    person = {
        "email": f"demo-{name}@igny8.example", "password": f"Brewed-{secrets.token_urlsafe(9)}",
        "first_name": "Demo", "last_name": "Owner", "account_name": f"Demo {name}"}
    session = API(url).post("auth/register/", person)
    say(f"registered {person['email']} (password {person['password']})")
    return API(url, session["access"]), session["user"]


def grant_credits(state, user):
    developer = state["developer"]
    session = API(state["url"]).post("auth/login/", developer)
    staff = API(state["url"], session["access"])
    staff.post(
        f"admin/users/{user['id']}/adjust-credits/", {"amount": GRANT, "reason": "Demonstration"})
    say(f"staff granted {GRANT} credits")


def choose_sector(api):
    """The industry and sector whose words are nearest to coffee."""
    best = None
    for industry in api.all("auth/industries/"):
        for sector in industry["sectors"]:
            words = f"{sector['name']} {industry['name']}".lower()
            score = 4 * ("coffee" in words) + 2 * ("beverage" in words) + ("food" in words)
            if best is None or score > best[0]:
                best = (score, industry, sector)
    if best is None:
        raise Failure("there are no industries to choose from")
    return best[1], best[2]


def create_site(api):
    industry, template = choose_sector(api)
    site = api.post("auth/sites/", {
        "name": "The Coffee Notebook", "description": "Notes on making good coffee at home",
        "industry_id": industry["id"], "site_type": "blog", "hosting_type": "igny8_sites"})
    sectors = api.post(
        f"auth/sites/{site['id']}/select_sectors/", {"industry_sector_ids": [template["id"]]})
    say(f"site \"{site['name']}\" in {industry['name']} / {sectors[0]['name']}")
    return site, sectors[0]


def import_keywords(api, site, sector):
    counts = api.upload_csv(
        "planner/keywords/import_keywords/", KEYWORDS.read_bytes(), site_id=site["id"],
        sector_id=sector["id"])
    if counts["invalid"] or not counts["created"]:
        raise Failure(f"the keywords were not imported: {counts}")
    say(f"imported {counts['created']} keywords")


def configure(api, site, articles):
    stages = [{"stage": stage, "enabled": True} for stage in range(1, STAGES + 1)]
    if articles:
        # Ideas, tasks and articles are held to the number; what belongs to an article comes whole.
        for stage in stages[1:5]:
            stage["max_items"] = articles
    api.put("automation/config/", {
        "site_id": site["id"], "enabled": True, "frequency": "daily", "scheduled_time": "06:00",
        "timezone": "UTC", "stages": stages, "auto_publish": True, "destinations": ["igny8_sites"]})
    estimate = api.get("automation/estimate/", site_id=site["id"])
    say(f"first stages: {estimate['total_credits']} credits estimated, "
        f"{estimate['available_credits']} available")
    if not estimate["sufficient"]:
        raise Failure("the credits do not suffice")


def run_pipeline(api, site):
    run = api.post("automation/run_now/", {"site_id": site["id"]})
    progress, moved, before = Progress(sys.stdout), time.monotonic(), None
    while run["status"] not in ENDED:
        time.sleep(1)
        run = api.get("automation/current_run/", site_id=site["id"])
        progress.show(run)
        now = [(stage["status"], stage["done"], stage["failed"]) for stage in run["stages"]]
        if now != before:
            before, moved = now, time.monotonic()
        if time.monotonic() - moved > STALLED_SECONDS:
            raise Failure(f"the run has not moved for {STALLED_SECONDS} s\n{log_of(api, run)}")
    progress.end(run)
    failed = sum(stage["failed"] for stage in run["stages"])
    if run["status"] != "completed" or failed:
        reason = run.get("error") or run.get("pause_reason") or f"{failed} items failed"
        raise Failure(f"the run ended as {run['status']}: {reason}\n{log_of(api, run)}")
    return run


def log_of(api, run):
    lines = list(api.all(f"automation/runs/{run['id']}/logs/"))
    shown = [line for line in lines if line["level"] != "info"] or lines
    return "\n".join(f"  {line['level']}: {line['message']}" for line in shown[-20:])


class Images(html.parser.HTMLParser):
    """Addresses of the images of a page."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        source = dict(attributes).get("src")
        if tag == "img" and source:
            self.found.append(source)


def check_page(url):
    """A published article is a page that a browser shows, with an image that is a PNG."""
    status, kind, body = fetch(url)
    if status != 200 or kind != "text/html":
        raise Failure(f"{url} answers {status} {kind}")
    sources = Images(body.decode()).found
    if not sources:
        raise Failure(f"{url} shows no image")
    for source in sources[:1]:
        address = urllib.parse.urljoin(url, source)
        status, kind, picture = fetch(address)
        is_png = picture.startswith(b"\x89PNG\r\n\x1a\n") and b"IEND" in picture[-12:]
        if status != 200 or kind != "image/png" or not is_png:
            raise Failure(f"{address} is no PNG: {status} {kind}")


def check_published(state, site_url, contents):
    status, kind, body = fetch(site_url)
    if status != 200 or kind != "text/html":
        raise Failure(f"{site_url} answers {status} {kind}")
    if not contents:
        raise Failure("nothing was published")
    for content in contents:
        if not content["external_url"]:
            raise Failure(f"the published article {content['title']!r} has no address")
        check_page(urllib.parse.urljoin(state["url"], content["external_url"]))
    status, kind, _ = fetch(f"{state['url']}/api/schema/")
    if status != 200:
        raise Failure(f"{state['url']}/api/schema/ answers {status}")


def seconds_between(start, end):
    if not start or not end:
        return 0.0
    return round((datetime.datetime.fromisoformat(end) -
                  datetime.datetime.fromisoformat(start)).total_seconds(), 3)


def summarise(api, site, site_url, run, contents):
    balance = api.get("billing/credits/balance/")
    usage = api.get("billing/credits/usage/summary/")

    def count(path, **filters):
        return api.page(path, site_id=site["id"], page_size=1, **filters)["count"]

    return {
        "site_url": site_url,
        "articles": len(contents),
        "images": count("writer/images/", status="generated"),
        "clusters": count("planner/clusters/"),
        "ideas": count("planner/ideas/"),
        "tasks": count("writer/tasks/"),
        "words": sum(content["word_count"] for content in contents),
        "credits": {
            "granted": GRANT,
            "authorised": usage["total_credits_authorized"],
            "captured": usage["total_credits_used"],
            "reserved": balance["reserved_credits"],
            "left": balance["available_credits"],
        },
        "stages": [
            {"name": stage["name"], "items": stage["done"],
             "seconds": seconds_between(stage["started_at"], stage["finished_at"])}
            for stage in run["stages"]],
        "seconds": seconds_between(run["started_at"], run["finished_at"]),
    }


def show(summary, state, contents):
    credits = summary["credits"]
    say()
    for name in ("clusters", "ideas", "tasks", "articles", "words", "images"):
        say(f"  {name:10}{summary[name]:>10}")
    say(f"  credits   {credits['authorised']:>10} authorised, {credits['captured']} captured, "
        f"{credits['left']} left")
    for stage in summary["stages"]:
        say(f"  {stage['seconds']:>8.1f} s  {stage['items']:>5}  {stage['name']}")
    say(f"  {summary['seconds']:>8.1f} s  in all")
    say()
    say(f"  blog      {summary['site_url']}")
    say(f"  article   {urllib.parse.urljoin(state['url'], contents[0]['external_url'])}")
    say(f"  API       {state['url']}/api/v1/   schema {state['url']}/api/schema/")
    say("  `./dev down` stops the system")


def demonstrate(articles):
    state = read_json(STATE / "state.json")
    if not state:
        raise Failure("the system is not up: ./dev up")
    api, user = register(state["url"])
    grant_credits(state, user)
    site, sector = create_site(api)
    import_keywords(api, site, sector)
    configure(api, site, articles)
    run = run_pipeline(api, site)
    contents = list(api.all("writer/content/", site_id=site["id"], status="published"))
    site_url = f"{state['url']}/s/{site['slug']}/"
    check_published(state, site_url, contents)
    summary = summarise(api, site, site_url, run, contents)
    write_json(STATE / "demo.json", summary)
    show(summary, state, contents)


def main():
    parser = argparse.ArgumentParser(prog="./dev demo")
    parser.add_argument("--articles", type=int, help="write only so many, for a quick look")
    options = parser.parse_args()
    try:
        demonstrate(options.articles)
    except (Failure, Refused, OSError, KeyError) as failure:
        what = f"no {failure} in an answer" if isinstance(failure, KeyError) else failure
        print(f"\ndemo: {what}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
