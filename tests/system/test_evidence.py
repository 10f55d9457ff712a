"""The log as evidence: checkpoints in the daemon's log and in a file, and what an auditor does with them, a backup, an
export and a public key.
"""

import json
import os
import sqlite3

import lib

FILE = os.path.join(lib.STATE, "checkpoints.log")
DATABASE = os.path.join(lib.STATE, "warifu.db")
CONFIG = f'log {{\n\tcheckpoint_rows = 10\n\tcheckpoint_file = "{FILE}"\n}}\n'


class Auditor:
    """Who has copies elsewhere."""

    def __init__(self, lab):
        self.lab = lab
        self.key = os.path.join(lab.logs, "log.pem")
        self.kept = os.path.join(lab.logs, "kept.log")
        self.export = os.path.join(lab.logs, "log.jsonl")
        self.backup = os.path.join(lab.logs, "store.backup")

    def rows(self, n):
        """Something happens."""
        for i in range(n):
            self.lab.cli("user", "set", "alice", "--display", f"Alice {i}")

    def wait(self, n):
        """Until the file has so many checkpoints."""
        lib.wait_for(f"{n} checkpoints in the file", lambda: self.lines() >= n, 20)

    @staticmethod
    def lines():
        """Checkpoints in the file."""
        if not os.path.exists(FILE):
            return 0
        with open(FILE, encoding="ascii") as stream:
            return stream.read().count("warifu-checkpoint 1 ")

    def take(self):
        """Copies everything to elsewhere."""
        with open(self.key, "w", encoding="ascii") as stream:
            stream.write(self.lab.cli("log", "key"))
        with open(self.kept, "w", encoding="ascii") as stream:
            stream.write(self.lab.said())
        for path in (self.export, self.backup):
            if os.path.exists(path):
                os.unlink(path)
        self.lab.cli("log", "export", "--output", self.export)
        self.lab.cli("backup", self.backup)

    def verify(self, *options, code=0):
        """warifu log verify; what it says."""
        done = self.lab.run(lib.CLI, "log", "verify", *options, code=code)
        return done.stdout + done.stderr

    def verify_all(self):
        """Everything, in each way; what was said."""
        kept = ("--checkpoints", self.kept)
        return [self.verify(), self.verify(*kept), self.verify("--checkpoints", FILE),
                self.verify("--export", self.export, "--public-key", self.key, *kept),
                self.verify("--backup", self.backup, *kept)]


def begin(lab):
    """A daemon with a few rows and checkpoints."""
    lab.up(CONFIG)
    lab.cli("user", "add", "alice", "--no-password")
    auditor = Auditor(lab)
    auditor.rows(35)
    auditor.wait(3)
    return auditor


def test_an_auditor(lab):
    """A sound log, its backup and its export pass; over a rotation, a restart and a restore, too."""
    auditor = begin(lab)
    auditor.take()
    for said in auditor.verify_all():
        lib.contains(said, "none missing, added or changed", "what is said")
    lib.contains(auditor.verify("--export", auditor.export), "Without checkpoints", "an export alone")
    lab.cli("key", "rotate")
    auditor.rows(12)
    lib.wait_for("the new key signs", lambda: len(lab.ask("log", "key")) == 2, 20)
    lab.stop()
    lab.run(lib.DAEMON, "--restore", auditor.backup)
    lab.start()
    count = len(lab.ask("log", "checkpoints"))
    auditor.rows(12)
    lib.wait_for("checkpoints after the restore", lambda: len(lab.ask("log", "checkpoints")) > count, 20)
    said = auditor.verify("--checkpoints", FILE)
    lib.contains(said, "made void by a restore", "what is said after the restore")
    lib.equal("made void by a restore: 0" in said, False, "the restore is told")
    lib.contains(said, "the store was restored from a backup that ended with row", "which one, and what it lost")
    lib.contains(auditor.verify(), "Restores: 1.", "the restore by itself")
    lib.equal(lab.ask("log", "verify")["restores"], 1, "the restore as JSON")
    reasons = {row["reason"] for row in lab.ask("log", "checkpoints")}
    lib.equal(reasons >= {"rows"}, True, f"reasons: {reasons}")


def test_openssl_reads_the_key(lab):
    """The public key and a signature, by another program than ours."""
    auditor = begin(lab)
    auditor.take()
    line = lab.ask("log", "checkpoints")[0]["line"]
    text, signature = line.rsplit(" signature=", 1)
    signed, sig = (os.path.join(lab.logs, name) for name in ("signed", "sig"))
    with open(signed, "wb") as stream:
        stream.write(b"warifu checkpoint 1\0" + text.encode("ascii"))
    lab.run("openssl", "base64", "-d", "-A", "-out", sig, text=signature)
    done = lab.run("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", auditor.key, "-rawin", "-in", signed,
                   "-sigfile", sig)
    lib.contains(done.stdout, "Verified Successfully", "openssl")


def test_a_thief_of_the_store(lab):
    """Who may write the database, and has no key, is found by what lies elsewhere."""
    auditor = begin(lab)
    auditor.take()
    with sqlite3.connect(DATABASE, timeout=20) as store:
        store.execute("DELETE FROM audit WHERE seq = 12")
    lib.contains(auditor.verify(code=1), "Row 12 is missing", "the live log")
    with open(auditor.export, encoding="utf-8") as stream:
        lines = stream.readlines()
    with open(auditor.export, "w", encoding="utf-8") as stream:
        stream.writelines(lines[:9] + lines[10:])
    lib.contains(auditor.verify("--export", auditor.export, code=1), "is missing", "the export")
    found = json.loads(lab.run(lib.CLI, "log", "verify", "--json", "--export", auditor.export, code=1).stdout)
    lib.equal((found[0]["fault"], found[0]["problem-seq"]), ("missing", json.loads(lines[10])["seq"]), "as JSON")
    with open(auditor.kept, "w", encoding="ascii") as stream:
        stream.write("nothing of interest\n")
    lib.contains(auditor.verify("--checkpoints", auditor.kept, code=1), "holds not one", "another file")
    lib.contains(auditor.verify("--backup", auditor.backup, "--checkpoints", auditor.kept, code=1), "holds not one",
                 "another file for a backup")


if __name__ == "__main__":
    lib.main()
