"""The RADIUS benchmark for two seconds a side: what its load generator counts must add up, and agree with the log."""

import os
import subprocess
import sys

import lib
import raddb

BUILD = os.environ["WARIFU_BUILD"]
os.environ.setdefault("WARIFU_STORES", os.path.join(os.environ["TMPDIR"], "stores"))
os.environ.setdefault("WARIFU_RESULTS", os.devnull)
sys.path.insert(0, os.path.join(lib.SOURCE, "tests", "bench"))
import freeradius  # pylint: disable=wrong-import-position
import radius_parts as radius  # pylint: disable=wrong-import-position

RATE = 150
# Their eighth code is one of the ten before, which RFC 4226 makes of one login of 100,000.
SEEN, SEEN_AT = 6845, 7
PEOPLE = 500
radius.PEOPLE = SEEN


def programs():
    """The bench's own, which nothing else builds."""
    wanted = [f"tests/bench/{name}" for name in ("bench_radius", "bench_fill")]
    subprocess.run(["make", "-C", BUILD, *wanted], check=True, stdout=subprocess.DEVNULL)


def codes(server):
    """Right codes, three of ten sent twice, beside wrong ones of one person; load() has checked the sums of both."""
    wrong = server.load_start("code", 2, "--rate", "20", "--wrong", people=1, first=radius.PEOPLE + 1)
    row = server.load("code", 2, "--rate", str(RATE), "--resend", "0.3", "--resend-after", "500", "--verify", "1",
                      people=PEOPLE)
    bad = radius.load_end(wrong)
    lib.equal((row["begun"], row["accepted"]), (2 * RATE, 2 * RATE), "right codes, and those let in")
    lib.equal((bad["begun"], bad["rejected"]), (40, 40), "wrong codes, and those refused")
    lib.equal(row["repeats_same"], row["resent"], "packets sent again, and the same replies again")
    if not 0.2 * row["begun"] < row["resent"] < 0.4 * row["begun"]:
        raise AssertionError(f"{row['resent']} of {row['begun']} sent again, not three of ten")
    lib.equal(row["verified"], row["begun"] + row["repeats_same"], "replies, and those verified")
    lib.equal(row["first"]["n"], row["begun"], "times, and logins")
    lib.equal((row["bad"], bad["bad"], row["strange"], row["late"]), (0, 0, 0, 0), "replies that belong to no request")
    return row


def seen(server):
    """A code that was seen lets nobody in, and the generator knows which those are."""
    row = server.load("code", 2, "--rate", "6", people=1, first=SEEN)
    lib.equal((row["begun"], row["accepted"], row["seen"]), (12, 11, 1), "codes, let in, and one that was seen")
    rows = server.rig.log("--user", f"u{SEEN:07d}", "--class", "auth", action="authenticate")
    lib.equal([n for n, one in enumerate(rows) if one["reason"] == "replayed"], [SEEN_AT], "rows of replayed codes")


def challenges(server):
    """Pairs; both times are measured for each."""
    row = server.load("challenge", 2, "--rate", "5", "--think", "100", "--verify", "1", people=PEOPLE)
    lib.equal((row["begun"], row["challenged"], row["accepted"]), (10, 10, 10), "pairs, challenged and let in")
    lib.equal((row["first"]["n"], row["second"]["n"], row["verified"]), (10, 10, 20), "times and replies of pairs")


def test_freeradius(_lab):
    """Against Debian's FreeRADIUS, which is known to answer."""
    if not raddb.installed():
        raise lib.Skip("the package freeradius is not installed")
    programs()
    server = radius.FreeRadius("plain")
    try:
        codes(server)
    finally:
        server.close()
    server = radius.FreeRadius("challenge", radius.crypted(radius.SHA512_CHEAP))
    try:
        challenges(server)
    finally:
        server.close()


def test_warifu(lab):
    """Against ours: the log has a row for each login that the generator counts, and none for a packet sent again."""
    if not os.path.exists(radius.RADIUSD):
        raise lib.Skip("this build has no warifu-radiusd")
    programs()
    server = radius.Warifu("smoke", lab.syslog, radius.crypted(radius.SHA512_CHEAP))
    try:
        row = codes(server)
        lib.equal(row["unsigned_replies"], 0, "replies without Message-Authenticator in the first place")
        challenges(server)
        seen(server)
        rows = server.rig.log("--class", "auth", action="authenticate", result="success")
        lib.equal(len(rows), row["accepted"] + 10 + 11, "rows of logins, and logins")
    finally:
        server.close()


if __name__ == "__main__":
    lib.main()
