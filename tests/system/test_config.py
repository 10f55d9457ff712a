"""The configuration in effect as evidence: each load is a row, somebody approves one, and what differs is told."""

import hashlib
import re
import signal
import time

import lib

STRICT = "lock {\n\tthreshold = 3\n}\n"
LOOSE = "lock {\n\tthreshold = 9\n}\n"


def rows(lab, event):
    """Rows of the log about this event, the oldest first."""
    return [row for row in lab.log("--limit", "1000") if row["event"] == event]


def loads(lab):
    """Hashes of what was loaded."""
    return [re.search("sha256 ([0-9a-f]{64})", row["detail"]).group(1) for row in rows(lab, "config.load")]


def exported(lab):
    """The hash of what the command prints, by another program than ours."""
    return hashlib.sha256(lab.cli("config", "export").encode()).hexdigest()


def test_from_load_to_drift(lab):
    """Loaded, approved, changed, told, set back."""
    lab.up(STRICT)
    lib.equal(loads(lab), [exported(lab)], "the row of the start")
    lib.equal(lab.run(lib.CLI, "config", "drift", code=1).stdout, "", "nothing is approved yet")
    lab.cli("config", "baseline", "--note", "as agreed")
    lab.cli("config", "drift")
    lab.configure(LOOSE)
    lab.cli("reload")
    lib.wait_for("the row of the drift", lambda: rows(lab, "config.drift"))
    lib.equal(loads(lab)[-1], exported(lab), "the row of the reload")
    lib.contains(rows(lab, "config.load")[-1]["operator"], "root", "who has loaded it")
    lib.contains(rows(lab, "config.drift")[0]["detail"], "lock.threshold: 3 -> 9", "the row of the drift")
    drift = lab.ask("config", "drift", code=1)
    lib.equal([(one["setting"], one["baseline"], one["value"]) for one in drift][0], ("lock.threshold", "3", "9"), "drift")
    lib.equal(drift[0]["row"], rows(lab, "config.load")[-1]["seq"], "by which row")
    lib.equal(lab.ask("status")["config-differ"], len(drift), "status")
    lab.configure(STRICT)
    lab.signal(signal.SIGHUP)
    lib.wait_for("the row of the signal", lambda: len(loads(lab)) == 3)
    lib.equal(rows(lab, "config.load")[-1]["operator"], None, "nobody knows who sent a signal")
    lab.cli("config", "drift")
    lab.verify()


def test_killed_before_the_row(lab):
    """A daemon that dies between a reload and its row: the next start tells what is in effect, and the drift, once."""
    lab.up(STRICT)
    lab.cli("config", "baseline")
    for delay in (0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.5, 1.2):
        for text in (LOOSE, STRICT):
            before = len(rows(lab, "config.drift"))
            lab.configure(text)
            lab.signal(signal.SIGHUP)
            time.sleep(delay)
            lab.kill()
            lab.start()
            lib.equal(loads(lab)[-1], exported(lab), f"what is in effect after {delay} s")
            told = len(rows(lab, "config.drift")) - before
            lib.equal(told, 1 if text == LOOSE else 0, f"rows of drift after {delay} s")
            lab.run(lib.CLI, "config", "drift", code=1 if text == LOOSE else 0)
    lab.verify()


if __name__ == "__main__":
    lib.main()
