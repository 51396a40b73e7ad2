"""A private certificate authority of this checkout, and a certificate for each service: `--tls`.

Below `.dev/tls`: `authority.pem` with its key, `<service>.pem` and `<service>.key`. What is there is
kept while it is good for another week.
"""

import os
import pathlib

from checkout import STATE, Failure, run

DAYS = 90
WEEK_SECONDS = 7 * 24 * 3600


class Authority:
    def __init__(self, folder=STATE / "tls"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.config = self.folder / "openssl.cnf"
        self.config.write_text("[req]\ndistinguished_name=dn\n[dn]\n")
        if not self.is_good("authority"):
            for old in self.folder.glob("*.pem"):
                old.unlink()
            self.make("authority", "IGNY8 development", [
                "basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"])

    def certificate(self, service):
        """The files of a service: its certificate, its key, the authority's certificate."""
        if not self.is_good(service):
            own = self.path("authority", "pem"), self.path("authority", "key")
            self.make(service, service, [
                f"subjectAltName=DNS:{service}", "basicConstraints=critical,CA:FALSE",
                "extendedKeyUsage=serverAuth,clientAuth"], ["-CA", own[0], "-CAkey", own[1]])
        return self.path(service, "pem"), self.path(service, "key"), self.path("authority", "pem")

    def path(self, name, ending):
        return str(self.folder / f"{name}.{ending}")

    def is_good(self, name):
        """Whether its certificate is there and good for a while."""
        try:
            run(["openssl", "x509", "-in", self.path(name, "pem"), "-noout", "-checkend",
                 str(WEEK_SECONDS)])
        except Failure:
            return False
        return True

    def make(self, name, subject, extensions, more=()):
        """Certificate and key are moved into place together, as far as two files can be."""
        drafts = {ending: self.path(name, f"{ending}.new") for ending in ("pem", "key")}
        added = [word for extension in extensions for word in ("-addext", extension)]
        run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-nodes", "-config", str(self.config), "-subj", f"/CN={subject}", "-days", str(DAYS),
             "-keyout", drafts["key"], "-out", drafts["pem"], *added, *more])
        for ending, draft in drafts.items():
            os.replace(draft, self.path(name, ending))
