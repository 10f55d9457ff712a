"""The monthly review over months of a company's life: its figures against a count of the log's own rows, the walk
through it on a terminal, and the sign-off."""

import collections
import contextlib
import datetime
import os
import sqlite3
import subprocess

import pexpect

import lib

BUILD = os.environ["WARIFU_BUILD"]
FILL = "tests/company/company_fill"
DATABASE = os.path.join(lib.STATE, "warifu.db")
MONTHS = 2
UNEVALUATED = ("back-off", "locked", "locked-strangers", "locked-possession", "overflow")
OUTCOMES = {"success": "success", "failure": "failure", "unavailable": "unavailable", "neutral": "other"}


def live(lab, found=0):
    """A daemon behind months of life, with so many findings in the last one of them that has ended; that month."""
    subprocess.run(["make", "-C", BUILD, FILL], check=True, stdout=subprocess.DEVNULL)
    lab.configure("")
    lab.init()
    lab.run("setpriv", "--reuid", "warifu", "--regid", "warifu", "--clear-groups", os.path.join(BUILD, FILL), DATABASE,
            os.path.join(lib.STATE, "keys", "warifu.key"), os.uname().nodename, str(MONTHS), timeout=600)
    with contextlib.closing(sqlite3.connect(DATABASE)) as store:
        month, first = store.execute("SELECT month, first_seq FROM month WHERE last_seq <> 0 ORDER BY 1 DESC").fetchone()
        store.executemany("INSERT INTO incident(id, rule, key, level, user, source, first_seq, last_seq, first_us,"
                          " last_us, rows, opened_us) SELECT ?1, 'account-failures', 'alice', 1, 'alice', '192.0.2.66',"
                          " seq, seq, time_us, time_us, 1, time_us FROM audit WHERE seq = ?1 - 1",
                          [(first + 10000 * i,) for i in range(1, found + 1)])
        store.commit()
    lab.run("chown", "-R", "warifu:warifu", lib.STATE)
    lab.start()
    return f"{month // 100}-{month % 100:02}"


def outcome(row):
    """How the review counts a login."""
    return "refused" if row["result"] == "failure" and row["reason"] in UNEVALUATED else OUTCOMES[row["result"]]


def figures(review, part):
    """The figures of a part: (name, outcome) -> count."""
    return {(row["name"], key): row[key] for row in review["figures"] if row["part"] == part
            for key in ("success", "failure", "refused", "unavailable", "other") if row[key]}


def test_figures_are_those_of_the_log(lab):
    """Each day, hour and service, and each list, counted again from the rows that `warifu log` shows."""
    month = live(lab)
    rows = [row for row in lab.ask("log", "--since", month, "--until", month, timeout=600)
            if row["class"] == "auth" and row["event"] != "login.undelivered"]
    review = lab.ask("review", "--month", month, timeout=600)
    days, hours, services = (collections.Counter() for _ in range(3))
    for row in rows:
        when = datetime.datetime.fromisoformat(row["time"])
        days[when.strftime("%Y-%m-%d"), outcome(row)] += row["count"]
        hours[when.strftime("%a-%H").lower(), outcome(row)] += row["count"]
        services[row["service"] or None, outcome(row)] += row["count"]
    lib.equal(figures(review, "day"), dict(days), "days")
    lib.equal(figures(review, "hour"), dict(hours), "hours")
    lib.equal(figures(review, "service"), dict(services), "services")
    for name, wanted in (("unlocks", "unlock"), ("locks", "lock")):
        listed = lab.ask("log", "--since", month, "--until", month, "--event", wanted, timeout=600)
        lib.equal([row["seq"] for row in review[name]], [row["seq"] for row in listed], name)


def answer(child, question, text):
    """Waits for a question and answers it."""
    child.expect_exact(question)
    child.sendline(text)


def test_go_through_and_sign(lab):
    """Refused while a finding is open; decided one by one, left and taken up again; then signed, in the chain."""
    month = live(lab, found=3)
    review = lab.ask("review", "--month", month, timeout=600)
    lib.equal([row["state"] for row in review["findings"]], ["open"] * 3, "findings of the month")
    lab.cli("review", "--month", month, "--sign", "--note", "all well", code=1)
    lab.cli("review", "--month", month, "--sign", code=2)
    with lib.terminal(lab, lib.CLI, ["review", "--month", month], timeout=60) as child:
        while child.expect_exact(["Enter goes on", "What was it?"]) == 0:
            child.sendline("")
        child.sendline("r")
        answer(child, "What was it?", "1")
        answer(child, "Why", "looked at it")
        child.expect("is closed with level 1")
        answer(child, "What was it?", "s")
        answer(child, "What was it?", "q")
        child.expect(pexpect.EOF)
    decided = [row["decided"] for row in lab.ask("review", "--month", month, timeout=600)["findings"]]
    lib.equal(decided, [1, None, None], "what was decided")
    for row in lab.ask("finding", "list"):
        lab.cli("finding", "close", str(row["id"]), "--level", "0", "--reason", "a test")
    with lib.terminal(lab, lib.CLI, ["review", "--month", month], timeout=60) as child:
        while child.expect_exact(["Enter goes on", "Sign that you have reviewed"]) == 0:
            child.sendline("")
        child.sendline("yes")
        answer(child, "What was looked at and found", "all findings decided")
        child.expect(f"The review of {month} is signed by root")
    row = next(row for row in lab.ask("review", "list") if row["month"] == month)
    lib.equal((row["state"], row["signed-by"], row["findings-open"]), ("signed", "root", 0), "in the list")
    sign = lab.ask("log", "show", str(row["signed-row"]))
    lib.contains(sign["detail"], row["hash"], "hash in the sign-off")
    rows = lab.ask("log", "--since", month, "--until", month, timeout=600)
    lib.contains(sign["detail"], f"rows {len(rows)}, expired 0;", "rows in the sign-off")
    lab.cli("review", "--month", month, "--sign", "--note", "again")
    lib.equal(next(row for row in lab.ask("review", "list") if row["month"] == month)["signed"], 2, "sign-offs")
    lab.verify()


if __name__ == "__main__":
    lib.main()
