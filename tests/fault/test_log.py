"""The log's expiry with each fallible call of the daemon failing in turn.

Whatever fails, no row goes without a tombstone, what is left can be verified, and the next try, ten minutes later,
finishes it: a day later where the rows' checkpoint was made late.
"""

import os
import time

import lib
import rounds
from test_logins import opens

MONTH, DAY, AGAIN = 31 * 86400, 86400, 601
SIGNED = "SELECT coalesce(max(seq), 0) FROM checkpoint"
# Months that are over, up to a row: with one day's retention a tombstone may end another month itself.
OLD = "SELECT count(*) FROM month WHERE last_seq <> 0 AND removed = 0 AND last_seq <= ?"
SEALED = "SELECT coalesce(max(last_seq), 0) FROM month WHERE removed = 0"
# Rows of which neither the file nor a tombstone knows.
LOST = ("SELECT (SELECT head_seq FROM meta) - (SELECT count(*) FROM audit WHERE seq > (SELECT coalesce(max(last_seq), 0)"
        " FROM month WHERE tombstone <> 0)) - (SELECT coalesce(max(last_seq), 0) FROM month WHERE tombstone <> 0)")


def test_expiry(lab):
    """A month that is two days too old at night."""
    rounds.up(lab, "log {\n\tretention_days = 1\n}\n")
    alice, store = lab.person("alice"), rounds.Store()
    marks = {}

    def passes(seconds):
        lab.page.move(wall=seconds, boot=seconds)

    def old():
        return store.ask(OLD, marks["last"])[0]

    def another_month():
        time.sleep(1.5)  # a daemon looks at the clock once a second, after its start for the first time
        passes(MONTH)
        lab.cli("user", "set", "alice", "--display", str(time.time()))
        marks["last"] = lib.wait_for("the month before is sealed", lambda: store.ask(SEALED)[0])
        lib.wait_for("its rows are signed", lambda: store.ask(SIGNED)[0] >= marks["last"])
        marks["said"] = os.path.getsize(lab.daemon_log)

    def night():
        passes(2 * DAY)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if lab.process.poll() is not None:
                return "ended"
            if "could not be removed" in lab.said(marks["said"]):
                return "later"
            if not old():
                return "gone"
            time.sleep(0.05)
        return "silent"

    def check(_outcome):
        if lab.process.poll() is None:
            passes(DAY + AGAIN)
            lib.wait_for("the month has gone", lambda: not old(), 20)
        lib.equal(store.ask(LOST)[0], 0, "rows that are neither there nor spoken of")
    rounds.Loop(lab, night, check, another_month, opens(alice), clean="gone").walk()
    rounds.sound(lab)
    lab.verify()


if __name__ == "__main__":
    lib.main()
