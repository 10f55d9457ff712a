"""Clocks that step, stand and start anew under a daemon (I6). Needs a build with --enable-fault-injection, whose
fault page moves the wall clock and the boot clock of the running daemon.

In the tables a step is of the wall clock alone; `boot` is time that really passes.
"""

import contextlib
import datetime
import json
import os
import time

import fault
import lib
import streams
import upstream
import wire

MINUTE, HOUR, DAY, YEAR = 60, 3600, 86400, 365 * 86400
Y2099 = 4070908800
BERLIN, NEW_YORK, TOKYO = "Europe/Berlin", "America/New_York", "Asia/Tokyo"


class Clocks:
    """The clocks of the lab's daemon, and what people do by them."""

    def __init__(self, lab, *config, start=None, zone="UTC", synchronised=False):
        lab.page = self.page = fault.Page()
        lab.page.environment["TZ"] = zone
        self.lab = lab
        self.page.set("synchronised", 1 if synchronised else 2)
        if start is not None:
            self.at(start)
        lab.up(*(config or ["lock {\n\tbackoff_cap = 0\n\tthreshold = 3\n}\n"]), lib.UNLIMITED_SOURCE)

    def now(self):
        """The daemon's wall clock."""
        return time.time() + self.page.get("wall_offset_us") / 1e6

    def step(self, seconds):
        """The wall clock jumps."""
        self.page.move(wall=seconds)

    def at(self, moment):
        """The wall clock jumps to this moment."""
        self.step(moment - self.now())

    def boot(self, seconds):
        """Time passes."""
        self.page.move(wall=seconds, boot=seconds)

    def synchronised(self, yes):
        """What the kernel says of the wall clock."""
        self.page.set("synchronised", 1 if yes else 2)

    def restart(self):
        """The daemon is stopped and started."""
        self.lab.stop()
        self.lab.start()

    def reboot(self, wall=0):
        """The machine: the wall clock moves by so much meanwhile, the boot clock begins anew."""
        self.lab.stop()
        self.step(wall)
        boot = time.clock_gettime(time.CLOCK_BOOTTIME) + self.page.get("boot_offset_us") / 1e6
        self.page.move(boot=20 - boot)
        self.page.reboot()
        self.lab.start()

    def code(self, person, steps=0):
        """The code that a token with the right time shows, or one some steps from it."""
        return lib.otp(person.secret, int(self.now()) // person.step + steps)

    def token(self, name):
        """A person whose TOTP token is confirmed by the code of two steps ago, so that this and the last are fresh."""
        person = self.lab.person(name, token=None)
        row = self.lab.ask("token", "add", name, "totp")
        person.kind, person.secret = "totp", row["secret"]
        self.lab.cli("token", "confirm", name, "--stdin", text=self.code(person, -1) + "\n")
        return person

    def login(self, person, code=None):
        """The verdict of a login with the right password."""
        return wire.login(person.name, person.password, code or self.code(person))

    def suspect(self):
        """What `warifu status` says."""
        return self.lab.ask("status")["clock"] == "suspect"


def needs_page():
    """Loudly: a plain build cannot be tested here."""
    if not fault.built_in():
        raise lib.Skip("the build has no fault page; configure it with --enable-fault-injection")


def lock(person):
    """As many wrong codes as lock it."""
    for _ in range(3):
        wire.login(person.name, person.password, person.wrong())


# What happens to a lock of an hour, a minute after it was set; and how much longer it may last in real time
# than it should: never shorter.
LOCKS = (
    ("back a second (leap second)", lambda c: c.step(-1), 0),
    ("back 10 minutes", lambda c: c.step(-600), 0),
    ("back 5 hours", lambda c: c.step(-5 * HOUR), 0),
    ("back 40 days", lambda c: c.step(-40 * DAY), 0),
    ("back 5 years", lambda c: c.step(-5 * YEAR), 0),
    ("to 1970", lambda c: c.at(5), 0),
    ("forward 59 minutes", lambda c: c.step(59 * MINUTE), 0),
    ("forward 5 hours", lambda c: c.step(5 * HOUR), 0),
    ("forward 40 days", lambda c: c.step(40 * DAY), 0),
    ("to 2099", lambda c: c.at(Y2099), 0),
    ("to 2099, synchronised", lambda c: (c.synchronised(True), c.at(Y2099)), 0),
    ("back 5 hours, restart", lambda c: (c.step(-5 * HOUR), c.restart()), 0),
    ("to 2099, restart", lambda c: (c.at(Y2099), c.restart()), 0),
    ("to 1970, restart", lambda c: (c.at(5), c.restart()), 0),
    ("reboot in a minute", lambda c: c.reboot(60), 0),
    ("reboot, clock 5 hours back", lambda c: c.reboot(-5 * HOUR), 0),
    ("reboot without a clock", lambda c: c.reboot(5 - c.now()), 0),
    ("reboot into 2099", lambda c: c.reboot(Y2099 - c.now()), 0),
    ("reboot without a clock, set by NTP",
     lambda c: (c.reboot(5 - c.now()), c.synchronised(True), c.at(time.time() + 100), c.restart()), 0),
    ("two reboots without a clock, set by hand",
     lambda c: (c.reboot(5 - c.now()), c.reboot(5 - c.now()), c.reboot(time.time() + 100 - c.now())), 0),
)


def test_locks_last_their_time(lab):
    """Each of them lasts an hour of real time, whatever the wall clock does meanwhile."""
    needs_page()
    clocks = Clocks(lab)
    wall = clocks.page.get("wall_offset_us")
    wrong = []
    for number, (what, happens, _) in enumerate(LOCKS):
        clocks.page.set("wall_offset_us", wall)
        clocks.synchronised(True)
        person = lab.person(f"p{number:02d}")
        clocks.synchronised(False)
        lock(person)
        started = time.monotonic()
        clocks.boot(60)
        happens(clocks)
        left = HOUR - 60 - (60 if what == "reboot in a minute" else 0) - (time.monotonic() - started)
        clocks.boot(left - 30)
        before = wire.login(person.name, person.password, person.code())
        clocks.boot(60)
        after = wire.login(person.name, person.password, person.code())
        if (before, after) != (wire.REJECT, wire.ACCEPT):
            wrong.append(f"{what}: {before} before its end, {after} after it")
    lib.equal(wrong, [], "locks")
    lab.verify()


def test_backoff_and_possession(lab):
    """The wait after wrong answers, and the day of the lane of right password and wrong code, are real time."""
    needs_page()
    clocks = Clocks(lab, "possession {\n\tthreshold = 3\n}\n")
    person = lab.person("alice")
    for step in (-1, 5 * HOUR, -40 * DAY, 5 * YEAR):
        for _ in range(6):
            wire.login("alice", "not the password", "000000")
            clocks.boot(60)
        wire.login("alice", "not the password", "000000")
        counted = lab.failures("alice")
        lib.equal(counted, 7, f"{step} s: wrong answers with a minute between them")
        clocks.step(step)
        wire.login("alice", "not the password", "000000")
        lib.equal(lab.failures("alice"), counted, f"{step} s: still too early")
        clocks.boot(120)
        lib.equal(clocks.login(person, person.code()), wire.ACCEPT, f"{step} s: after two minutes")
        clocks.step(-step)
    for number in range(3):
        clocks.boot(120)
        clocks.login(person, person.wrong())
        clocks.step((5 * HOUR, -10 * DAY, 10 * DAY)[number])
    clocks.boot(120)
    lib.equal(lab.ask("user", "show", "alice")["locked"], True, "locked after three wrong codes behind the password")
    clocks.boot(23 * HOUR)
    lib.equal(clocks.login(person, person.code()), wire.REJECT, "within the day")
    clocks.boot(HOUR)
    lib.equal(clocks.login(person, person.code()), wire.ACCEPT, "after the day")


# A code was accepted; then the wall clock steps. What becomes of that code, and of the one that the token
# shows by the new time?
CODES = (
    ("a second back (leap second)", -1, wire.REJECT, None),
    ("30 s back", -30, wire.REJECT, wire.REJECT),
    ("10 minutes back", -600, wire.REJECT, wire.REJECT),
    ("5 hours back", -5 * HOUR, wire.REJECT, wire.REJECT),
    ("40 days back", -40 * DAY, wire.UNAVAILABLE, wire.UNAVAILABLE),
    ("5 years back", -5 * YEAR, wire.UNAVAILABLE, wire.UNAVAILABLE),
    ("90 s forward", 90, wire.REJECT, wire.ACCEPT),
    ("40 days forward", 40 * DAY, wire.UNAVAILABLE, wire.UNAVAILABLE),
    ("70 years forward", 70 * YEAR, wire.UNAVAILABLE, wire.UNAVAILABLE),
)


def test_no_code_is_opened_again(lab):
    """A used code stays used behind any step, and once the clock is right again the next codes are accepted."""
    needs_page()
    clocks = Clocks(lab)
    wrong = []
    for number, (what, step, then, shown) in enumerate(CODES):
        person = clocks.token(f"p{number:02d}")
        used = clocks.code(person)
        first = clocks.login(person, used)
        clocks.step(step)
        found = clocks.login(person, used), shown and clocks.login(person)
        # The same wall time comes a second time, as it does after a leap second.
        clocks.step(-step)
        again = clocks.login(person, used)
        clocks.boot(150)
        last = clocks.login(person)
        if (first, *found, again, last) != (wire.ACCEPT, then, shown, wire.REJECT, wire.ACCEPT):
            wrong.append(f"{what}: {first}, then {found}, {again} when back, {last} at last")
    lib.equal(wrong, [], "codes")
    lib.equal([lab.failures(f"p{number:02d}") for number in range(len(CODES))], [0] * len(CODES), "counted")
    lab.verify()


def test_codes_of_the_past_stay_used_over_boots(lab):
    """Reboot into the past, with and without a clock: the step that was used is still the last one."""
    needs_page()
    clocks = Clocks(lab)
    person = clocks.token("alice")
    used = clocks.code(person)
    lib.equal(clocks.login(person, used), wire.ACCEPT, "first")
    used_at = clocks.now()
    clocks.reboot(-25)
    lib.equal(clocks.login(person, used), wire.REJECT, "25 s earlier, after a boot")
    clocks.reboot(5 - clocks.now())
    lib.equal(clocks.login(person, used), wire.UNAVAILABLE, "without a clock")
    clocks.at(used_at)
    lib.equal(clocks.login(person, used), wire.REJECT, "set by hand to the moment when it was used")
    clocks.boot(90)
    lib.equal(clocks.login(person), wire.ACCEPT, "the next code")


def test_2099_and_back(lab):
    """One jump to 2099: nobody expires, no exemption ends or begins; back in the present all is as before."""
    needs_page()
    clocks = Clocks(lab)
    until = datetime.date.fromtimestamp(time.time() + 30 * DAY).isoformat()
    token = clocks.token("token")
    counter = lab.person("counter", options=("--valid-until", until))
    left = lab.person("left", options=("--valid-until", until))
    for how in ("runs on", "restart"):
        before = clocks.page.get("wall_offset_us")
        clocks.at(Y2099)
        if how == "restart":
            clocks.restart()
        lib.equal(clocks.login(token), wire.UNAVAILABLE, f"{how}: a code by time, in 2099")
        if how == "runs on":
            lib.equal(clocks.login(counter, counter.code()), wire.ACCEPT, "a code by counter, account valid until then")
        lib.equal(clocks.suspect(), True, f"{how}: status")
        lib.wait_for("the jump is a row", lambda: [row for row in lab.log("--class", "finding") if row["event"] == "clock.jump"])
        lib.contains(lab.run(lib.CLI, "doctor", "--json", code=None).stdout, "jumped", f"{how}: doctor")
        clocks.page.set("wall_offset_us", before)
        clocks.boot(60)
        lib.equal(clocks.login(token), wire.ACCEPT, f"{how}: back by itself")
        lib.equal(clocks.login(counter, counter.code()), wire.ACCEPT, f"{how}: code by counter")
        lib.equal(clocks.suspect(), False, f"{how}: status afterwards")
        clocks.boot(90)
    # After its last day an account stays closed although the clock falls back by years.
    clocks.boot(31 * DAY)
    lib.equal(wire.login("left", left.password, left.code()), wire.REJECT, "expired")
    clocks.at(5)
    lib.equal(wire.login("left", left.password, left.code()), wire.REJECT, "expired, clock at 1970")
    clocks.reboot(0)
    lib.equal(wire.login("left", left.password, left.code()), wire.REJECT, "expired, boot without a clock")
    lab.verify()


def test_accepted_and_gone_back(lab):
    """`warifu clock accept` at 2099 believes it; the way back wants another one, and tokens then work."""
    needs_page()
    clocks = Clocks(lab)
    alice, bob = clocks.token("alice"), clocks.token("bob")
    clocks.at(Y2099)
    lib.equal(clocks.login(alice), wire.UNAVAILABLE, "suspect")
    lab.cli("clock", "accept", "--reason", "test")
    lib.equal(clocks.login(alice), wire.ACCEPT, "accepted")
    clocks.at(time.time() + 60)
    lib.equal(clocks.login(bob), wire.UNAVAILABLE, "back: suspect again")
    lab.cli("clock", "accept", "--reason", "test")
    lib.equal(clocks.login(bob), wire.ACCEPT, "whose token was not used in 2099")
    lib.equal(clocks.login(alice), wire.REJECT, "whose was: its steps are used up until then")
    # The helpdesk's way out.
    lab.cli("token", "remove", "alice", str(lab.ask("token", "list", "alice")[0]["id"]), "--reason", "test")
    row = lab.ask("token", "add", "alice", "totp")
    alice.secret = row["secret"]
    lab.cli("token", "confirm", "alice", "--stdin", text=clocks.code(alice, -1) + "\n")
    lib.equal(clocks.login(alice), wire.ACCEPT, "with a new token")
    lab.verify()


def test_boot_without_clock(lab):
    """At 1970, or at the date of the build: log, locks and counters work, TOTP waits for the time."""
    needs_page()
    clocks = Clocks(lab)
    token = clocks.token("token")
    locked, counter = lab.person("locked"), lab.person("counter")
    lock(locked)
    for number, (what, start) in enumerate((("1970", 5), ("date of the build", time.time() - 200 * DAY))):
        clocks.synchronised(False)
        clocks.reboot(start - clocks.now())
        rows = lab.verify()
        lib.equal(clocks.login(token), wire.UNAVAILABLE, f"{what}: code by time")
        lib.equal(clocks.login(counter, counter.code()), wire.ACCEPT, f"{what}: code by counter")
        lib.equal(clocks.login(locked, locked.code()), wire.REJECT, f"{what}: locked")
        lib.equal(wire.login("counter", "wrong", "000000"), wire.REJECT, f"{what}: wrong")
        lib.equal(lab.verify() >= rows + 4, True, f"{what}: rows")
        clocks.at(time.time() + 60 + 120 * number)
        clocks.synchronised(True)
        lib.equal(clocks.login(token), wire.ACCEPT, f"{what}: synchronised")
        lib.equal(clocks.login(locked, locked.code()), wire.REJECT, f"{what}: still locked")
        clocks.boot(90)
    clocks.boot(HOUR)
    lib.equal(clocks.login(locked, locked.code()), wire.ACCEPT, "the lock has ended")


def test_installed_without_clock(lab):
    """The store itself is made at 1970."""
    needs_page()
    clocks = Clocks(lab, start=5)
    person = lab.person("alice")
    lib.equal(clocks.login(person, person.code()), wire.ACCEPT, "at 1970")
    clocks.at(time.time())
    clocks.synchronised(True)
    token = clocks.token("bob")
    lib.equal(clocks.login(token), wire.ACCEPT, "at the present")
    lib.equal(clocks.login(person, person.code()), wire.ACCEPT, "who was there at 1970")
    lab.verify()


# Steps between rows of the log: what is shown must be what has these times, in the order in which it was written.
STEPS = (-1, -1, -40, 3, HOUR, -HOUR, 5 * HOUR, -30 * HOUR, 40 * DAY, -40 * DAY, -YEAR, 2 * YEAR, 70 * YEAR, -71 * YEAR)


def moment(row):
    """A row's time as microseconds."""
    when = datetime.datetime.fromisoformat(row["time"])
    return round((when - datetime.datetime.fromtimestamp(0, datetime.timezone.utc)) / datetime.timedelta(microseconds=1))


def text_of(microseconds, zone=datetime.timezone.utc):
    """As --since and --until take it."""
    start = datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
    return (start + datetime.timedelta(microseconds=microseconds)).astimezone(zone).isoformat(timespec="microseconds")


def windows_hold(lab, rows, edges):
    """--since and --until (exclusive) between all these moments give exactly the rows of that time, in order."""
    for number, since in enumerate(edges):
        for until in edges[number:]:
            wanted = [row["seq"] for row in rows if since <= moment(row) < until]
            found = [row["seq"] for row in lab.ask("log", "--since", text_of(since), "--until", text_of(until))]
            found = [seq for seq in found if seq <= rows[-1]["seq"]]  # a jump may be noticed meanwhile
            lib.equal(found, wanted, f"rows from {text_of(since)} to {text_of(until)}")


def all_rows(lab):
    """The whole log."""
    return lab.ask("log", "--since", "1970-01-01T00:00:00Z", "--until", "9999-12-31T23:59:59Z")


def test_log_over_steps(lab):
    """Rows bear the time of the clock as it was, their order is that of writing, and time finds them all."""
    needs_page()
    clocks = Clocks(lab)
    person = lab.person("alice")
    for step in STEPS:
        clocks.step(step)
        at = clocks.now()
        wire.login("alice", person.password, person.code())
        row = [row for row in all_rows(lab) if row["user"] == "alice" and row["action"] == "authenticate"][-1]
        lib.equal(abs(moment(row) / 1e6 - at) < 5, True, f"time of the row after {step} s")
        clocks.boot(7)
    rows = all_rows(lab)
    lib.equal([row["seq"] for row in rows], list(range(rows[0]["seq"], rows[0]["seq"] + len(rows))), "order")
    edges = sorted({moment(row) for row in rows})
    windows_hold(lab, rows, edges[::max(1, len(edges) // 14)])
    # A jump that is noticed meanwhile is a row, too.
    lib.equal(len(rows) <= lab.verify() <= len(all_rows(lab)), True, "rows that the chain has")
    clocks.restart()
    lib.equal(len(all_rows(lab)) >= len(rows), True, "after a restart")
    lab.verify()


# Zone, a moment shortly before the change, offsets before and after it.
CHANGES = (
    (BERLIN, "2026-03-29T00:59:30+00:00", "+01:00", "+02:00"),
    (BERLIN, "2026-10-25T00:59:30+00:00", "+02:00", "+01:00"),
    (NEW_YORK, "2026-03-08T06:59:30+00:00", "-05:00", "-04:00"),
    (NEW_YORK, "2026-11-01T05:59:30+00:00", "-04:00", "-05:00"),
    (TOKYO, "2026-03-29T00:59:30+00:00", "+09:00", "+09:00"),
)


def test_summer_time(lab):
    """Rows keep the offset of their moment, and local times find them, also in the hour that comes twice."""
    needs_page()
    clocks = Clocks(lab, synchronised=True)
    person = lab.person("alice")
    for zone, start, before, after in CHANGES:
        lab.page.environment["TZ"] = zone
        clocks.restart()
        begin = datetime.datetime.fromisoformat(start).timestamp()
        seqs = []
        for seconds in (0, 60, 3600, 3660):
            clocks.at(begin + seconds)
            lib.equal(clocks.login(person, person.code()), wire.ACCEPT, f"{zone} {start}: {seconds} s")
            seqs.append(json.loads(lab.cli("log", "--user", "alice", "--since", text_of(begin * 1e6 - 1e6), "--json",
                                           env={**os.environ, "TZ": zone}))[-1])
        lib.equal([row["time"][-6:] for row in seqs], [before] + [after] * 3, f"{zone} {start}: offsets")
        for number, row in enumerate(seqs):
            lib.equal(abs(moment(row) / 1e6 - begin - (0, 60, 3600, 3660)[number]) < 20, True, f"{zone}: moment {number}")
            near = lab.ask("log", "--since", row["time"], "--until", text_of(moment(row) + 1))
            lib.equal([found["seq"] for found in near], [row["seq"]], f"{zone} {start}: found by its own time")
    lab.verify()


FAR = (
    ("2^31 seconds", 2 ** 31 - 20),
    ("2^32 seconds", 2 ** 32 - 20),
    ("2262, 2^63 nanoseconds", 9223372036 - 20),
    ("the year 5138", 10 ** 11),
)


def test_far_future(lab):
    """2038 and beyond: codes, rows, dates, sessions, backup, over a restart too."""
    needs_page()
    clocks = Clocks(lab, synchronised=True)
    clocks.token("early")
    for number, (what, start) in enumerate(FAR):
        clocks.at(start)
        for half in ("before", "after"):
            name = f"p{number}{half}"
            person = clocks.token(name)
            verdicts = wire.log_in_and_account(name, person.password, clocks.code(person))
            lib.equal(verdicts, (wire.ACCEPT, wire.ACCEPT), f"{what}, {half}")
            row = lab.ask("log", "--since", "1h", "--user", name, "--class", "auth", env=lab.page.environment)[-1]
            lib.equal(abs(moment(row) / 1e6 - clocks.now()) < 20, True, f"{what}, {half}: row's time")
            lib.equal(clocks.suspect(), False, f"{what}, {half}: clock")
            clocks.boot(60)
        year = datetime.datetime.fromtimestamp(start, datetime.timezone.utc).year
        lab.cli("user", "set", f"p{number}after", "--valid-until", f"{year + 1}-06-30", env=lab.page.environment)
        shown = lab.ask("user", "show", f"p{number}after")
        lib.contains(json.dumps(shown), f"{year + 1}-", f"{what}: valid until")
        lab.cli("backup", f"/var/lib/warifu/far{number}.backup")
        clocks.restart()
        lib.equal(clocks.login(person), wire.ACCEPT, f"{what}: after a restart")
    lab.verify()


def change(person, attempt, new):
    """The verdict of a change of the password that a transaction has proved."""
    with wire.Client() as client:
        fields = [(wire.TXN, attempt.txn), (wire.USER, person.name), (wire.SERVICE, "passwd"), (wire.SECRET, new),
                  (wire.LANGUAGE, "en")]
        return client.ask(wire.CHANGE, fields)[1][wire.VERDICT][0][0]


def test_proofs_age(lab):
    """The proof of the old password counts for ten minutes of real time, whatever the wall clock does."""
    needs_page()
    clocks = Clocks(lab)
    for number, (step, passes, verdict) in enumerate((
            (0, 540, wire.ACCEPT), (0, 660, wire.REJECT), (-HOUR, 660, wire.REJECT), (-2 * YEAR, 660, wire.REJECT),
            (HOUR, 60, wire.ACCEPT), (2 * YEAR, 60, wire.ACCEPT))):
        person = lab.person(f"p{number}")
        with wire.Login(person.name, service="passwd", source=None, purpose=2) as attempt:
            lib.equal(attempt.run(person.password, person.code()), wire.ACCEPT, "proof")
            clocks.step(step)
            clocks.boot(passes)
            lib.equal(change(person, attempt, "seven green teapots"), verdict, f"step {step}, {passes} s later")
            clocks.step(-step)


def test_leases_end(lab):
    """A daemon that died with attempts under way: they are settled at the next start, whatever the clock says."""
    needs_page()
    clocks = Clocks(lab)
    for number, step in enumerate((-YEAR, -HOUR, HOUR, 70 * YEAR)):
        person = lab.person(f"p{number}")
        lab.page.delay_sync(0.2)
        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(wire.Gone):
                wire.login(person.name, "wrong", "000000")
            os._exit(0)
        time.sleep(0.3)
        lab.kill()
        os.waitpid(pid, 0)
        lab.page.delay_sync(0)
        clocks.step(step)
        lab.start()
        lib.equal(lab.failures(person.name) <= 1, True, f"{step} s: failures")
        lib.equal(clocks.login(person, person.code()), wire.ACCEPT, f"{step} s: the next login")
        clocks.step(-step)
        lab.verify()


def test_a_receiver_is_away_for_an_hour(lab):
    """The rows of that hour wait for the receiver of a stream, and nothing waits for it; it is said meanwhile. When it is
    back it has all of them, in order."""
    needs_page()
    clocks = Clocks(lab, lib.NO_BACKOFF, streams.section(since="all"))
    receiver = streams.Receiver(lab).start()
    upstream.Egress(lab).start()

    def stream():
        return lab.ask("log", "streams")[0]

    lib.wait_for("it has begun", lambda: stream()["backlog"] == 0 and receiver.messages(), 20)
    receiver.kill()
    slowest = 0
    for number in range(13):
        clocks.boot(5 * MINUTE)
        started = time.monotonic()
        lab.cli("user", "add", f"u{number}", "--stdin", text="correct horse battery\n")
        slowest = max(slowest, time.monotonic() - started)
    if slowest > 5:
        raise AssertionError(f"an act took {slowest} s while the receiver was away")
    lib.equal(stream()["backlog"] >= 13, True, "the backlog")
    row = next(check for check in lab.ask("doctor", code=None) if check["name"] == "streams")
    lib.equal(row["level"], "warn", "the doctor")
    receiver.start()
    lib.wait_for("it has all", lambda: stream()["backlog"] == 0, 60)
    rows = [streams.bare(row) for row in lab.log("--limit", "1000")]
    lib.wait_for("all were read", lambda: len({row["seq"] for row in receiver.rows()}) >= len(rows), 20)
    lib.equal(streams.once(receiver.rows())[:len(rows)], rows, "what came")


if __name__ == "__main__":
    lib.main()
