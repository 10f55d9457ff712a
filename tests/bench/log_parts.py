"""The parts of the benchmarks that are about a long log: years of it, sealed by months, beside a short one."""

import json
import os
import subprocess
import time

from rig import QUICK, Rig, lib, program, report, seconds

MONTHS = 38  # two more than are kept, so that one of them goes
PEOPLE = 2000
SIZES = (150000, 15000000) if not QUICK else (3000, 30000)
# What is asked of a month, by what the client is given.
QUERIES = {
    "a month's administrative acts": ("--class", "admin"),
    "a month of one user": ("--user", "u0000003"),
    "a month's findings": ("--class", "finding"),
    "a month's first 1,000 failures": ("--result", "failure", "--limit", "1000"),
}
PACE = 20  # honest logins a second beside the expiry


class Years(Rig):
    """A daemon with years of log behind it."""

    def lived(self, rows):
        """Store with so many rows, and people who can log in; seconds of its making."""
        self.configure("node = \"bench\"\n", "connections = 4096\n", lib.NO_BACKOFF, "service \"codes\" {\n\task = {\"code\"}\n}\n")
        self.init()
        database = os.path.join(lib.STATE, "warifu.db")
        key = os.path.join(lib.STATE, "keys", "warifu.key")
        started = time.monotonic()
        self.as_daemon("bench_years", database, "bench", PEOPLE, rows, MONTHS)
        spent = time.monotonic() - started
        self.as_daemon("bench_fill", database, key, "bench", PEOPLE, 0)
        self.people_count = PEOPLE
        self.start()
        return spent

    def as_daemon(self, name, *words):
        """One of the bench's own programs, as the user whose store it is."""
        self.run("setpriv", "--reuid", "warifu", "--regid", "warifu", "--clear-groups", program(name), *map(str, words),
                 timeout=3600)

    def months(self):
        """The months of the log."""
        return json.loads(self.cli("log", "retention", "--json"))

    def timed(self, *words):
        """Seconds of a command, and how many lines it had."""
        started = time.perf_counter()
        lines = self.cli(*words, timeout=3600).count("\n")
        return time.perf_counter() - started, lines


def expire(lab):
    """A month goes while people log in: seconds it took, rows removed, and how the logins fared."""
    before = lab.load(4, seconds(10, 2), "--service", "codes", "--rate", str(PACE))
    # A daemon that was started an hour ago looks whether something was missed at night.
    lab.page.move(wall=3700, boot=3700)
    started, length = time.monotonic(), seconds(60, 4)
    load = lab.load_start(4, length, "--service", "codes", "--rate", str(PACE))
    gone = []
    while time.monotonic() - started < 600 and not (gone and all(row["state"] == "removed" for row in gone)):
        time.sleep(0.2)
        gone = [row for row in lab.months() if row["tombstone"]]
    spent = time.monotonic() - started
    during = json.loads(load.communicate()[0])
    return spent, sum(row["rows"] for row in gone), before, during


def review(lab, month, found):
    """A month's review: its rate, and what memory it takes."""
    before = lab.memory_mib()
    started = time.perf_counter()
    rows = json.loads(lab.cli("review", "--month", month, "--json", timeout=3600))["review"]["rows"]
    spent = time.perf_counter() - started
    found["review of a month"] = (rows / spent, "rows/s", f"{rows} rows in {spent:.2f} s")
    found["memory of the daemon after the review"] = (lab.memory_mib(), "MiB", f"{before:.0f} MiB before")


def measured(syslog, rows):
    """All figures of one size, by name: (value, unit, note)."""
    lab = Years(f"k-{rows}", syslog, page=True)
    found = {"rows generated a second": (rows / lab.lived(rows), "/s", "")}
    rates = [lab.load(64, seconds(5, 1), "--service", "codes")["rate"] for _ in range(seconds(3, 1))]
    found["logins a second, 64 clients"] = (max(rates), "/s", "a row each")
    month = next(row for row in reversed(lab.months()) if row["state"] == "sealed")
    span = ("--since", month["month"] + "-02", "--until", month["month"] + "-27")
    for what, options in QUERIES.items():
        tries = [lab.timed("log", *span, *options) for _ in range(seconds(3, 1))]
        found[what] = (min(tries)[0] * 1000, "ms", f"{min(tries)[1]} lines")
    spent, lines = lab.timed("log", *span, "--json")
    found["all rows of 25 days"] = (lines / spent, "rows/s", f"{spent:.2f} s")
    review(lab, month["month"], found)
    spent, _ = lab.timed("log", "verify")
    found["verify"] = (rows / spent, "rows/s", f"{spent:.2f} s")
    size = os.path.getsize(os.path.join(lib.STATE, "warifu.db"))
    spent, gone, before, during = expire(lab)
    found["expiry"] = (gone / spent, "rows/s", f"{gone} rows in {spent:.1f} s")
    for what, row in (("before", before), ("during expiry", during)):
        found[f"login {what}, the slowest"] = (
            row["max_ms"], "ms", f"p50 {row['p50_ms']:.1f}, p99 {row['p99_ms']:.1f} ms; {row['accepted']} of {row['begun']}")
    lab.verify()
    found["memory of the daemon at the peak"] = (lab.memory_mib("VmHWM"), "MiB", f"store {size / 2 ** 20:.0f} MiB")
    lab.close()
    return found


def part_k(syslog):
    """A short and a long log of the same years."""
    for rows in SIZES:
        for what, (value, unit, note) in measured(syslog, rows).items():
            aim = "50 more" if what.startswith("login during") else ""
            report("k", f"{rows:,} rows: {what}", value, unit, aim, note)
