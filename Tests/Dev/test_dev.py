"""Tests of the scripts behind ./dev, with small stand-ins for the services."""

import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

import authority  # noqa: E402
import checkout  # noqa: E402
import count_tests  # noqa: E402
import mails  # noqa: E402
import manifests  # noqa: E402
import services  # noqa: E402

STAND_IN = f"""#!{sys.executable} -B
import http.server, os, sys
if sys.argv[1:] == ["migrate"]:
    sys.exit(int(os.environ.get("IGNY8_REFUSE_MIGRATION", 0)))
class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ.get("IGNY8_ECHO", "").encode())
    def log_message(self, *words):
        pass
address = ("127.0.0.1", int(os.environ["IGNY8_ADMIN_PORT"]))
http.server.ThreadingHTTPServer(address, Health).serve_forever()
"""


def setUpModule():
    # A shell without job control gives its background commands a SIGINT that is ignored; these
    # tests interrupt what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


class MailTests(unittest.TestCase):
    def test_mails_are_shown_as_people_read_them(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "1.eml").write_bytes(
                b"To: <ada@lovelace.example>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n"
                b"Content-Type: text/plain; charset=utf-8\r\n"
                b"Content-Transfer-Encoding: quoted-printable\r\n\r\nhttps://x/#a=3D=\r\nb")
            [mail] = mails.mails(pathlib.Path(folder))
        self.assertIn("Subject: Gr\u00fc\u00dfe", mails.show(mail))
        self.assertIn("https://x/#a=b", mails.show(mail))


class CountingTests(unittest.TestCase):
    def count(self, text, status=0):
        return count_tests.count(text.splitlines(), status)

    closing = "✔ Test run with 5 tests in 2 suites passed after 0.1 seconds."

    def test_the_closing_counts(self):
        self.assertEqual(self.count(self.closing), (5, 0))

    def test_a_failed_test_is_counted_once(self):
        text = """✘ Test "it holds" recorded an issue at A.swift:1:1: Expectation failed
✘ Test "it holds" failed after 0.001 seconds with 2 issues.
✘ Suite "holds" failed after 0.001 seconds with 2 issues.
✘ Test run with 3 tests in 1 suite failed after 0.1 seconds with 2 issues."""
        self.assertEqual(self.count(text, 1), (2, 1))

    def test_what_failed_is_told_with_its_reasons_and_nothing_else(self):
        text = """✔ Test "it stands" passed after 0.1 seconds.
✘ Test "it holds" recorded an issue at A.swift:1:1: Expectation failed: (a → 1) == 2
↳ the second run
◇ Test "it goes" started.
↳ a note of that
✘ Test run with 3 tests in 1 suite failed after 0.1 seconds with 2 issues."""
        self.assertEqual(count_tests.failures(text.splitlines()), text.splitlines()[1:3])

    def test_a_suite_that_could_not_begin_is_told(self):
        text = """◇ Suite "holds" started.
✘ Suite "holds" recorded an issue at A.swift:1:1: Caught error: there is no system
✘ Suite "holds" failed after 0.001 seconds with 1 issue.
✘ Test run with 0 tests in 1 suite failed after 0.1 seconds with 1 issue."""
        self.assertEqual(count_tests.failures(text.splitlines()), text.splitlines()[1:2])
        self.assertEqual(self.count(text, 1), (0, 1))

    def test_the_words_of_a_name_are_no_outcome(self):
        text = """◇ Test "what has failed after a day" started.
✔ Test "what has failed after a day" passed after 7.4 seconds.
✘ Test "it holds" with 2 test cases failed after 0.1 seconds with 1 issue.
✘ Test plain() failed after 0.1 seconds with 1 issue.
✘ Test run with 3 tests in 1 suite failed after 7.5 seconds with 2 issues."""
        self.assertEqual(self.count(text, 1), (1, 2))

    def test_a_runner_that_crashed_is_a_failure(self):
        self.assertEqual(self.count("error: Exited with unexpected signal code 11", 1), (0, 1))
        self.assertEqual(self.count(self.closing, 1), (5, 1))

    def test_a_skipped_test_did_not_pass(self):
        text = """➜ Test "later" skipped: "no network"
✔ Test run with 3 tests in 1 suite passed after 0.1 seconds."""
        self.assertEqual(self.count(text), (2, 0))

    def test_what_began_and_did_not_end_is_unfinished(self):
        text = """◇ Test run started.
◇ Test "it stands" started.
◇ Test case passing 1 argument n → 2 to "it turns" started.
◇ Test "it turns" started.
◇ Test plain() started.
✔ Test "it turns" with 2 test cases passed after 0.1 seconds.
✘ Test plain() failed after 0.1 seconds with 1 issue."""
        self.assertEqual(count_tests.unfinished(text.splitlines()), ['"it stands"'])


class RoomTests(unittest.TestCase):
    """Rooms of tests, each a shell script that says what tests would."""

    def run_room(self, script, seconds):
        with tempfile.TemporaryDirectory() as folder:
            return subprocess.run(
                [sys.executable, "-B", str(HERE / "rooms.py"), "--log", f"{folder}/log",
                 "--seconds", str(seconds), "--", "bash", "-c", script],
                capture_output=True, text=True, check=False, timeout=300)

    def test_what_tests_leave_running_is_ended_and_holds_nobody_up(self):
        done = self.run_room(f"setsid sleep 600 & echo $!; echo '{CountingTests.closing}'", 60)
        pid = done.stderr.split()[0]
        self.assertEqual(done.stdout, "5 0\n", done.stderr)
        self.assertIsNone(checkout.birth(pid))

    def test_a_room_that_hangs_is_ended_and_its_tests_are_named(self):
        done = self.run_room("echo '◇ Test \"it waits\" started.'; sleep 600; true", 1)
        self.assertEqual(
            done.stdout, '0 1\nnot through after 1 s; still going:\n"it waits"\n', done.stderr)
        self.assertRegex(done.stderr, r"\d+ sleep 600")

    def test_a_room_that_crashes_without_a_word_has_failed(self):
        done = self.run_room("kill -SEGV $$", 60)
        self.assertEqual(done.stdout, "0 1\nended with -11, and its log does not say why\n")


class ManifestTests(unittest.TestCase):
    def test_broken_yaml_and_missing_files_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            base = pathlib.Path(folder)
            (base / "kustomization.yaml").write_text("resources: [gone.yaml]\n")
            (base / "bad.yaml").write_text("kind: [Service\n")
            complaints = "\n".join(manifests.complaints(base))
        self.assertIn("gone.yaml", complaints)
        self.assertIn("bad.yaml", complaints)

    def test_a_container_that_runs_as_root_is_found(self):
        pod = {"spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}}
        document = {"kind": "Deployment", "metadata": {"name": "a"}, **pod}
        self.assertTrue(list(manifests.pod_complaints(document)))

    def test_a_service_without_its_own_certificate_is_found(self):
        folder = "/etc/tls"
        settings = {
            "IGNY8_TLS_CERTIFICATE": f"{folder}/tls.crt", "IGNY8_TLS_KEY": f"{folder}/tls.key",
            "IGNY8_TLS_AUTHORITY": f"{folder}/ca.crt"}

        def found(secret="a-tls", names=("a",), usages=("server auth", "client auth"), **changed):
            pod = {
                "containers": [{"volumeMounts": [{"name": "tls", "mountPath": folder}]}],
                "volumes": [{"name": "tls", "secret": {"secretName": secret}}]}
            spec = {"secretName": "a-tls", "dnsNames": names, "usages": usages}
            return list(manifests.tls_complaints("a", pod, [{"spec": spec}], settings | changed))

        self.assertEqual(found(), [])
        self.assertEqual(found(names=("a", "a.igny8.svc")), [])
        self.assertEqual(len(found(secret="b-tls")), 3)
        self.assertEqual(len(found(names=("b",))), 1)
        self.assertEqual(len(found(names=("a", "b"))), 1)
        self.assertEqual(len(found(usages=("server auth",))), 1)
        self.assertEqual(len(found(IGNY8_TLS_KEY=f"{folder}/tls.crt")), 1)


class AuthorityTests(unittest.TestCase):
    def test_certificates_are_of_one_authority_and_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            files = authority.Authority(folder).certificate("billing")
            verified = subprocess.run(
                ["openssl", "verify", "-CAfile", files[2], "-purpose", "sslclient", files[0]],
                capture_output=True, text=True, check=False)
            self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
            before = pathlib.Path(files[0]).read_text()
            self.assertEqual(authority.Authority(folder).certificate("billing"), files)
            self.assertEqual(pathlib.Path(files[0]).read_text(), before)
            pathlib.Path(files[2]).unlink()
            authority.Authority(folder).certificate("billing")
            self.assertNotEqual(pathlib.Path(files[0]).read_text(), before)


class InstallTests(unittest.TestCase):
    def test_an_interrupted_installation_takes_its_switches_back(self):
        script = f"""
            source '{HERE}/say.sh'; source '{HERE}/install.sh'
            as_root() {{ printf '%s\\n' "$*"; }}
            apt_get() {{ [ "$1" != install ] || kill -INT "$BASHPID"; }}
            apt_install jq || printf 'ended with %s\\n' "$?"
        """
        done = subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, check=False)
        said = done.stdout.splitlines()
        self.assertEqual(said[-1], "ended with 130", done.stderr)
        if any(line.startswith("chmod 755 /usr/sbin/policy-rc.d") for line in said):
            self.assertIn("rm -f /usr/sbin/policy-rc.d", said)

    def test_without_root_and_sudo_the_missing_packages_are_named(self):
        script = f"""
            source '{HERE}/say.sh'; source '{HERE}/install.sh'
            is_root_reachable() {{ false; }}
            missing_packages() {{ echo jq; echo libpq-dev; }}
            swift() {{ true; }}
            install_needs
        """
        done = subprocess.run(
            ["bash", "-c", script], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("jq libpq-dev", done.stderr)


class SystemTests(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="igny8-dev-test-"))
        self.folder.chmod(0o755)
        self.binaries = self.folder / "bin"
        self.binaries.mkdir()
        for name in services.calls():
            self.install(name)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(self.system, "down")

    def install(self, name):
        path = self.binaries / name
        path.write_text(STAND_IN)
        path.chmod(0o755)

    def system(self, *arguments, succeeds=True):
        done = subprocess.run(
            [sys.executable, "-B", str(HERE / "system.py"), *arguments], capture_output=True,
            text=True, check=False, env={**os.environ, "IGNY8_DEV_STATE": str(self.folder / "dev")})
        self.assertEqual(done.returncode == 0, succeeds, done.stderr)
        return done

    def up(self, *options):
        done = self.system("up", "--binaries", str(self.binaries), *options)
        return json.loads(done.stdout.splitlines()[-1])

    def note(self, name):
        return json.loads((self.folder / "dev" / name).read_text())

    def sql(self, state, text):
        done = subprocess.run(
            ["psql", "-XAtq", state["postgres"], "-c", text], capture_output=True, text=True,
            check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def eventually(self, condition):
        end = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), end, "it never came true")
            time.sleep(0.05)

    def pids(self, state):
        return {name: entry["pid"] for name, entry in state["services"].items()}

    def test_a_second_up_leaves_what_did_not_change(self):
        first = self.up()
        self.assertEqual(first, self.note("state.json"))
        self.assertEqual(self.pids(self.up()), self.pids(first))
        self.install("billing")
        changed = {n for n, pid in self.pids(self.up()).items() if pid != self.pids(first)[n]}
        self.assertEqual(changed, {"billing"})

    def test_a_killed_service_comes_back_on_its_port(self):
        before = self.up()["services"]["writer"]
        os.kill(before["pid"], signal.SIGKILL)
        self.eventually(lambda: self.note("state.json")["services"]["writer"]["pid"] != before["pid"])
        after = self.note("state.json")["services"]["writer"]
        self.assertEqual(after["admin"], before["admin"])

        def answers():
            try:
                return urllib.request.urlopen(f"http://{after['admin']}/", timeout=2).status == 200
            except OSError:
                return False
        self.eventually(answers)

    def test_a_killed_supervisor_leaves_nothing_behind(self):
        before = self.up()
        os.kill(self.note("supervisor.json")["pid"], signal.SIGKILL)
        after = self.up()
        self.assertTrue(set(self.pids(before).values()).isdisjoint(self.pids(after).values()))
        self.assertFalse([pid for pid in self.pids(before).values() if checkout.birth(pid)])

    def start_up(self):
        """An `up` that goes on meanwhile, in a process group of its own as from a terminal."""
        return subprocess.Popen(
            [sys.executable, "-B", str(HERE / "system.py"), "up", "--binaries", str(self.binaries)],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
            env={**os.environ, "IGNY8_DEV_STATE": str(self.folder / "dev")})

    def processes(self):
        """Whatever carries this test's folder in its command."""
        own = str(self.folder).encode()
        return [p.parent.name for p in pathlib.Path("/proc").glob("[0-9]*/cmdline")
                if own in self.content(p)]

    def content(self, path):
        try:
            return path.read_bytes()
        except OSError:
            return b""

    def test_an_interrupted_up_leaves_nothing_running(self):
        going = self.start_up()
        self.eventually(lambda: (self.folder / "dev/supervisor.json").exists())
        os.killpg(going.pid, signal.SIGINT)
        _, said = going.communicate(timeout=60)
        self.assertEqual(going.returncode, 130, said)
        self.assertNotIn("Traceback", said)
        self.assertEqual(self.processes(), [])

    def test_who_chooses_ports_waits_for_who_has_chosen_and_does_not_listen_yet(self):
        with open(checkout.PORTS_LOCK, "w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            going = self.start_up()
            self.eventually(lambda: (self.folder / "dev/lock").exists())
            time.sleep(0.5)
            self.assertFalse((self.folder / "dev/ports.json").exists())
        going.communicate(timeout=60)
        self.assertEqual(going.returncode, 0)

    def test_an_interrupted_up_leaves_what_ran_before(self):
        before = self.up()
        for name in services.calls():
            (self.binaries / name).write_text(
                STAND_IN.replace("sys.exit(", "import time; time.sleep(2); sys.exit("))
        going = self.start_up()
        self.assertIn("migrating", going.stderr.readline())
        os.killpg(going.pid, signal.SIGINT)
        going.communicate(timeout=60)
        self.assertEqual(going.returncode, 130)
        self.assertTrue(all(checkout.birth(pid) for pid in self.pids(before).values()))

    def test_notes_from_before_a_reboot_are_not_believed(self):
        other = subprocess.Popen(["sleep", "60"])
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        handed_on = {"pid": other.pid, "birth": checkout.birth(other.pid), "stop": "SIGKILL"}
        self.up()
        self.system("down")
        checkout.write_json(self.folder / "dev/supervisor.json", handed_on | {
            "boot": "another", "programs": {"auth": handed_on, "postgres": handed_on}})
        self.system("is-up", succeeds=False)
        self.system("down")
        self.up()
        self.assertIsNone(other.poll())

    def test_a_lock_of_postgres_from_before_a_reboot_is_no_hindrance(self):
        self.up()
        self.system("down")
        data = (self.folder / "dev/postgres").resolve()
        owner = data.stat()
        identity = {"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}
        other = subprocess.Popen(["sleep", "60"], cwd="/", **identity)
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        lock = data / "postmaster.pid"
        lock.write_text(f"{other.pid}\n{data}\n0\n5432\n/tmp\n127.0.0.1\n0 0\nready\n")
        os.chown(lock, owner.st_uid, owner.st_gid)
        lock.chmod(0o600)
        self.up()
        self.assertIsNone(other.poll())

    def test_data_and_ports_survive_down_and_up_but_not_fresh(self):
        first = self.up()
        self.sql(first, "CREATE TABLE kept (n int)")
        self.system("down")
        self.assertIsNone(checkout.birth(first["services"]["auth"]["pid"]))
        second = self.up()
        self.assertEqual(second["url"], first["url"])
        self.assertEqual(second["developer"], first["developer"])
        self.assertEqual(self.sql(second, "SELECT count(*) FROM kept"), "0")
        third = self.up("--fresh")
        self.assertEqual(self.sql(third, "SELECT to_regclass('kept') IS NULL"), "t")

    def test_each_login_reaches_its_own_schema_only(self):
        self.up()
        url = self.note("programs.json")["programs"]["auth"]["environment"]["IGNY8_DATABASE_URL"]
        own = {"postgres": url}
        self.sql(own, "CREATE TABLE mine (n int)")
        done = subprocess.run(
            ["psql", "-XAtq", url, "-c", "CREATE TABLE billing.theirs (n int)"],
            capture_output=True, text=True, check=False)
        self.assertIn("permission denied", done.stderr)

    def test_options_reach_the_services(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        state = self.up("--port", str(port), "--env", "IGNY8_ECHO=heard")
        self.assertEqual(state["url"], f"http://127.0.0.1:{port}")
        address = f"http://{state['services']['planner']['admin']}/"
        self.assertEqual(urllib.request.urlopen(address, timeout=5).read(), b"heard")

    def test_tls_gives_each_service_a_certificate_and_without_it_none_is_used(self):
        def files(service):
            environment = self.note("programs.json")["programs"][service]["environment"]
            return [environment.get(f"IGNY8_TLS_{part}") for part in ("CERTIFICATE", "KEY", "AUTHORITY")]

        state = self.up("--tls")
        self.assertEqual(list(state["tls"].values()), files("edge"))
        for service in state["services"]:
            shown = subprocess.run(
                ["openssl", "x509", "-in", files(service)[0], "-noout", "-ext", "subjectAltName"],
                capture_output=True, text=True, check=False)
            self.assertIn(f"DNS:{service}\n", shown.stdout)
        self.assertEqual(self.pids(self.up("--tls")), self.pids(state))
        self.assertIsNone(self.up()["tls"])
        self.assertEqual(files("edge"), [None, None, None])

    def test_pgbouncer_stands_before_postgres_for_what_is_not_a_migration(self):
        self.up("--pgbouncer")
        settings = self.note("programs.json")["programs"]["auth"]["environment"]
        urls = [settings[f"IGNY8_DATABASE_{kind}"] for kind in ("URL", "DIRECT_URL")]
        self.assertEqual(settings["IGNY8_DATABASE_POOLER"], "transaction")
        self.assertNotEqual(*urls)
        for url in urls:
            done = subprocess.run(
                ["psql", "-XAtq", url, "-c", "SELECT current_user"], capture_output=True, text=True,
                check=False)
            self.assertEqual(done.stdout, "igny8_auth\n", done.stderr)
        self.up()
        settings = self.note("programs.json")["programs"]["auth"]["environment"]
        self.assertEqual(settings["IGNY8_DATABASE_URL"], urls[1])
        self.assertNotIn("IGNY8_DATABASE_POOLER", settings)
        self.assertNotIn("pgbouncer", self.note("programs.json")["programs"])

    def test_a_migration_that_fails_is_told(self):
        done = self.system(
            "up", "--binaries", str(self.binaries), "--env", "IGNY8_REFUSE_MIGRATION=3",
            succeeds=False)
        self.assertIn("migrate", done.stderr)

    def test_a_port_of_somebody_else_is_refused(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            done = self.system(
                "up", "--binaries", str(self.binaries), "--port", str(other.getsockname()[1]),
                succeeds=False)
        self.assertIn("taken", done.stderr)


if __name__ == "__main__":
    unittest.main()
