"""The log over four years: months are sealed, kept as long as they have to be, and go with a tombstone. Time passes
by the fault page (see test_clock), so a build with --enable-fault-injection is needed.
"""

import datetime
import os
import time

import lib
from test_clock import DAY, Y2099, Clocks, needs_page

KEPT_DAYS = 1096
MONTH = 30.44 * DAY
DATABASE = os.path.join(lib.STATE, "warifu.db")


class Years(Clocks):
    """Years that pass under the lab's daemon."""

    def __init__(self, lab, *config):
        super().__init__(lab, *config)
        self.lab.cli("user", "add", "alice", "--no-password")

    def months(self, *states):
        """The months of the log in one of these states, or all."""
        return [row for row in self.lab.ask("log", "retention") if not states or row["state"] in states]

    def pass_by(self, months, night=False):
        """So many months in which something is written; with `night` the last one's is waited for."""
        for _ in range(months):
            self.boot(MONTH)
            self.lab.cli("user", "set", "alice", "--display", str(self.now()))
        if night:
            self.over_night()

    def over_night(self):
        """The hour comes at which months go; until all that are old enough are away."""
        time.sleep(1.5)  # once a second the daemon looks at the clock, after a start for the first time
        self.boot(DAY)
        lib.wait_for("the old months have gone", self.is_clean, 30)

    def is_clean(self):
        """Whether nothing is left that may go."""
        return not self.months("being-removed") and not [row for row in self.months("sealed") if self.is_due(row)]

    def is_due(self, row):
        """Whether a month has outlived its time."""
        return moment(row["expires"]) < self.now()

    def last_night_nothing_went(self):
        """The hour has come and gone, and nothing with it."""
        before = self.months("removed", "being-removed")
        self.boot(DAY)
        time.sleep(2.5)  # it keeps house once a second
        lib.equal(self.months("removed", "being-removed"), before, "months that went")


def moment(text):
    """Seconds of a time in the daemon's answers."""
    return datetime.datetime.fromisoformat(text).timestamp()


def rows_there():
    """Rows in the file."""
    return lib.query(DATABASE, "SELECT count(*) FROM audit")


def test_four_years(lab):
    """Nothing goes in three of them; then each night what is old enough, and what stays can be verified."""
    needs_page()
    years = Years(lab)
    years.pass_by(36, night=True)
    lib.equal(len(years.months("sealed")) >= 34, True, "months sealed in three years")
    lib.equal(years.months("removed", "being-removed"), [], "months that went")
    lib.equal(lab.log()[0]["seq"], 1, "the first row that is there")
    for _ in range(12):
        years.pass_by(1, night=True)
        lab.verify()
    removed, sealed = years.months("removed"), years.months("sealed")
    lib.equal(len(removed) >= 11, True, f"months that went in the fourth year: {len(removed)}")
    stones = lab.log("--class", "tombstone")
    lib.equal([row["seq"] for row in stones], [row["tombstone"] for row in removed], "a tombstone for each")
    for stone, month in zip(stones, removed):
        lib.contains(stone["detail"], f"{month['month']}: rows {month['first-seq']} to {month['last-seq']}, "
                     f"count {month['rows']}", "what it says")
        lib.contains(stone["rule"], "IPA-T3.8.3", "who asks for it")
    kept = years.now() - moment(lab.log()[0]["time"])
    lib.equal(KEPT_DAYS * DAY <= kept < (KEPT_DAYS + 40) * DAY, True, f"days kept: {kept / DAY:.0f}")
    lib.equal(rows_there(), lab.ask("status")["audit-rows"], "rows in the file, and those that are shown")
    lib.equal(sealed[0]["first-seq"], removed[-1]["last-seq"] + 1, "the log goes on behind what went")
    lab.verify()


def test_hold(lab):
    """A hold keeps everything, is shown everywhere, and its end lets the months go."""
    needs_page()
    years = Years(lab)
    lab.cli("log", "hold", "--reason", "an incident", "--ticket", "INC-7")
    lab.cli("log", "hold", "--reason", "another one", code=1)
    lib.equal([row["ticket"] for row in lab.log("--class", "admin", event="log.hold")], ["INC-7"], "its row")
    years.pass_by(40)
    years.last_night_nothing_went()
    held = lab.ask("log", "hold")
    lib.equal((held["on-hold"], held["reason"], held["ticket"]), (True, "an incident", "INC-7"), "log hold")
    lib.equal(lab.ask("status")["log-hold"], "an incident", "status")
    lib.contains(lab.cli("doctor", code=None), "an incident", "doctor")
    lib.contains(lab.cli("log", "retention"), "an incident", "log retention")
    years.restart()
    lib.equal(years.months("removed"), [], "months that went")
    lab.cli("log", "release", "--reason", "closed")
    lab.cli("log", "release", "--reason", "closed", code=1)
    years.over_night()
    lib.equal(len(years.months("removed")) >= 3, True, "months that went")
    lib.equal([row["reason"] for row in lab.log("--class", "admin", event="log.release")], ["closed"], "its end's row")
    lab.verify()


# How the clock comes to stand years ahead.
AHEAD = (
    ("jump to 2099", lambda c: c.at(Y2099)),
    ("accepted by an administrator", lambda c: (c.at(Y2099), c.lab.cli("clock", "accept", "--reason", "mistake"))),
    ("vouched for by the kernel", lambda c: (c.synchronised(True), c.at(Y2099))),
    ("start in 2099", lambda c: (c.at(Y2099), c.restart())),
    ("boot in 2099", lambda c: c.reboot(Y2099 - c.now())),
)


def test_a_clock_years_ahead(lab):
    """Nothing goes, whoever believes it; and the hour comes again and again."""
    needs_page()
    years = Years(lab)
    years.pass_by(5)
    for what, happens in AHEAD:
        wall = years.page.get("wall_offset_us")
        years.synchronised(False)
        happens(years)
        years.last_night_nothing_went()
        lib.equal(years.months("removed", "being-removed"), [], what)
        years.synchronised(True)
        years.page.set("wall_offset_us", wall)
        lab.ask("status")
    lab.verify()


def test_torn_apart(lab):
    """Killed while a long month goes, again and again: the rest goes after the next start."""
    needs_page()
    years = Years(lab)
    for _ in range(300):
        lab.cli("user", "set", "alice", "--display", "x")
    years.pass_by(37)
    lab.page.delay_sync(0.3)
    years.boot(DAY)
    lib.wait_for("a month is being removed", lambda: years.months("being-removed"), 20)
    for _ in range(3):
        lab.kill()
        lab.start()
        lab.verify()
    lab.page.delay_sync(0)
    lib.wait_for("the rest has gone, without a night", lambda: not years.months("being-removed"), 30)
    lib.equal(rows_there(), lab.ask("status")["audit-rows"], "rows in the file, and those that are shown")
    lab.verify()


if __name__ == "__main__":
    lib.main()
