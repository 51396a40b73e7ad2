"""`mail`: what the running system has mailed, which lies in a folder instead of going anywhere."""

import argparse
import email
import email.policy
import sys

from checkout import MAIL


def mails(folder):
    """The mails of a folder, oldest first."""
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.SMTP) for file in files]


def show(mail):
    head = "\n".join(f"{name}: {mail[name]}" for name in ("Date", "To", "Subject"))
    return f"{head}\n\n{mail.get_content().strip()}\n"


def main(arguments):
    parser = argparse.ArgumentParser(prog="./dev mail", description=__doc__)
    parser.add_argument("to", nargs="?", help="only mails to this address")
    parser.add_argument("--last", type=int, default=10, help="how many (10)")
    options = parser.parse_args(arguments)
    found = [m for m in mails(MAIL) if not options.to or options.to.lower() in m["To"].lower()]
    print("\n".join(show(m) for m in found[-options.last:]) or "no mails yet")


if __name__ == "__main__":
    main(sys.argv[1:])
