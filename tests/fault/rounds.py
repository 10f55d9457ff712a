"""The loop of faults over a real daemon: a scenario runs clean, its fallible calls are counted, and then the
Nth of them fails, for every N, once and from then on, by the fault page (tests/system/fault.py).

Two layers of calls are counted apart: those that our own code asks at, and those of libc, in which the
libraries meet them as well. After each round must hold:

- what the scenario itself says of its outcome (`check`);
- the daemon is alive, or ended by itself with an exit code other than 0 and starts again;
- somebody with the right answers gets in, within seconds and with nobody's hand;
- the counters in the store equal the rows of the log, and no descriptor is left open.

At the end: no reservation is left once its lease is over, the chain and the database are sound, and rounds
after which blocks of the heap were left are repeated to tell a leak from a cache.
"""

import collections
import contextlib
import os
import random
import re
import signal
import sqlite3
import subprocess
import time

import fault
import lib
import wire

DATABASE = os.path.join(lib.STATE, "warifu.db")
LAYERS = {"own": fault.OWN, "libc": fault.LIBC}
CHEAP = ("lock {\n\tthreshold = 1000\n\tbackoff_cap = 0\n}\npossession {\n\tthreshold = 1000\n}\n"
         "password {\n\tmemory_kib = 1024\n\tpasses = 1\n}\nhotp {\n\tlookahead = 100\n}\nreply_grid = 5\n")
LEASE = 200
SECONDS = float(os.environ.get("FAULT_SECONDS", "6"))  # for one scenario; 0: all rounds
SEED = int(os.environ.get("FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
CLASS_AUTH, FAILURE, SUCCESS = 1, 0, 1  # as in the database
ONLY = os.environ.get("FAULT_ONLY", "").split()  # rounds by name, as in libc:205:on or own:7:once
# Seconds until all is well. SQLite does not say that a lock could not be given back, and tries for ten seconds before
# it says that one cannot be had; what comes then is a new connection.
AGAIN = 25.0


class Broken(AssertionError):
    """Something that must hold did not."""


class Patience:
    """How long an answer is waited for. Where every call fails, silence is as good as hanging up: the PAM module
    says UNAVAILABLE after its own deadline. After a single failure there must be an answer, or an end."""
    seconds, silence = 20.0, "silent"

    @classmethod
    def set(cls, lasts):
        """For a round."""
        cls.seconds, cls.silence = (2.0, "gone") if lasts else (20.0, "silent")


def attempt(person, code, **options):
    """One login: a verdict, or "gone" when the daemon hung up, "silent" when it said nothing."""
    began = time.monotonic()
    seconds = Patience.seconds
    try:
        return wire.login(person.name, person.password, code, timeout=seconds, **options)
    except wire.Gone:
        return Patience.silence if time.monotonic() - began >= seconds else "gone"


class Store:
    """What the database says, read beside the daemon."""

    def ask(self, sql, *values):
        """One row."""
        with contextlib.closing(sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True, timeout=10)) as database:
            return database.execute(sql, values).fetchone()

    def counted(self, person):
        """Failures counted for an account."""
        row = self.ask("SELECT failures FROM throttle WHERE name = ? AND lane = 0", person.name)
        return row[0] if row else 0

    def rows(self, person, result):
        """Rows of evaluated attempts with this result."""
        return self.ask("SELECT count(*) FROM audit WHERE user = ? AND class = ? AND event = 'login' AND result = ?",
                        person.name, CLASS_AUTH, result)[0]

    def pending(self):
        """Reservations."""
        return self.ask("SELECT count(*) FROM reservation")[0]

    def counted_or_pending(self, person):
        """Failures counted for an account, and attempts that still may be, as of one moment."""
        return self.ask("SELECT coalesce((SELECT failures FROM throttle WHERE name = ? AND lane = 0), 0) +"
                        " (SELECT count(*) FROM reservation WHERE name = ?)", person.name, person.name)[0]


class Loop:
    """One scenario. act() gives an outcome, check(outcome) raises Broken; without a fault it is `clean`."""

    def __init__(self, lab, act, check, before=None, well=None, program="daemon", clean="code 0"):
        self.lab, self.act, self.check = lab, act, check
        self.before = before or (lambda: None)
        self.well = well or (lambda: None)
        self.layers = ("own", "libc")
        self.clean = clean
        self.program = program
        self.page = lab.page
        self.outcomes = collections.Counter()
        self.restarts = 0
        self.suspects = []
        self.problems = []
        self.slow = 0.0

    def descriptors(self, all_of=False):
        """What the daemon holds open: names and how often each. SQLite keeps descriptors of a database that it may
        not close yet and takes them for the next connection: those count as one."""
        held = collections.Counter()
        if self.lab.process:
            folder = f"/proc/{self.lab.process.pid}/fd"
            for number in os.listdir(folder):
                with contextlib.suppress(OSError):
                    held[re.sub(r":\[\d+\]", "", os.readlink(f"{folder}/{number}"))] += 1
            if held[DATABASE] <= 12 and not all_of:
                held[DATABASE] = 1
        return held

    def revive(self):
        """Starts the daemon again if it ended; how it ended must be right."""
        if self.lab.process is None:
            return False
        code = self.lab.process.poll()
        if code is None:
            return False
        self.lab.process = None
        if code <= 0:
            raise Broken(f"the daemon ended with {code}: {self.lab.said()[-600:]}")
        self.restarts += 1
        self.lab.start()
        return True

    def well_again(self):
        """The right answers open, soon."""
        began = time.monotonic()
        while True:
            revived = self.revive()
            try:
                self.well()
                break
            except (Broken, AssertionError, wire.Gone) as error:
                if time.monotonic() - began > AGAIN:
                    said = self.lab.said(max(0, os.path.getsize(self.lab.daemon_log) - 400))
                    raise Broken(f"not well again after {AGAIN:.0f} s: {error}; the daemon: {said}") from error
            time.sleep(0.5)
        self.slow = max(self.slow, time.monotonic() - began)
        return revived

    def run(self, points, nth, lasts):
        """One round; gives how many calls failed."""
        Patience.set(False)
        self.before()
        Patience.set(lasts)
        self.page.arm(nth, lasts, points)
        try:
            outcome = self.act()
        finally:
            calls = self.page.get("calls")
            failed = self.page.disarm()
            Patience.set(False)
        self.outcomes[f"code {outcome[0]}" if isinstance(outcome, tuple) else names(outcome)] += 1
        ended = self.lab.process is not None and self.lab.process.poll() is not None
        self.check(outcome)
        self.well_again()
        return calls, failed, ended

    def steady(self, descriptors):
        """No descriptor more than before; a connection of which the loop heard nothing more ends by its time (15 s)."""
        deadline = time.monotonic() + 20
        while self.descriptors() - descriptors:
            if time.monotonic() > deadline:
                raise Broken(f"left open: {dict(self.descriptors() - descriptors)}")
            time.sleep(0.02)

    def round(self, layer, nth, lasts):
        """One round with what must hold after each; a problem is kept, and the next round begins anew."""
        pid = self.lab.process.pid if self.lab.process else 0
        blocks, descriptors = self.page.get("blocks"), self.descriptors()
        name = f"{layer} call {nth}{' and on' if lasts else ''}"
        try:
            _calls, failed, _ended = self.run(LAYERS[layer], nth, lasts)
            if self.program == "daemon" and self.lab.process and self.lab.process.pid == pid:
                if not lasts:  # else a connection that is not heard may stay for its time: looked at in the end
                    self.steady(descriptors)
                if self.page.get("blocks") > blocks:
                    self.suspects.append((layer, nth, lasts))
            return failed
        except (Broken, AssertionError, wire.Gone, subprocess.TimeoutExpired) as error:
            self.problems.append(f"{name}: {error}")
            with open(os.path.join(self.lab.logs, "problems"), "a", encoding="utf-8") as stream:
                stream.write(f"{name}: {error}\n")
            if len(self.problems) >= 40:
                raise Broken(f"{len(self.problems)} problems, the first: {self.problems[0]}") from error
            self.recover()
            return 1

    def recover(self):
        """After a problem: a daemon for the next round, by force if need be."""
        self.page.disarm()
        if self.lab.process is not None:
            with contextlib.suppress(OSError):
                self.lab.process.kill()
            self.lab.process.wait()
            self.lab.start()

    def plan(self):
        """The rounds: all, or in an order drawn by the seed until time is up."""
        counts = {}
        for layer in self.layers:
            for _ in range(3):
                counts[layer] = max(counts.get(layer, 0), self.run(LAYERS[layer], 0, False)[0])
        rounds = [(layer, nth, lasts) for layer in self.layers for nth in range(1, counts[layer] + 1)
                  for lasts in (False, True)]
        if ONLY:
            rounds = [(layer, int(nth), how == "on") for layer, nth, how in (word.split(":") for word in ONLY)]
        elif SECONDS:
            random.Random(SEED).shuffle(rounds)
        return counts, rounds

    def leaks(self, budget):
        """Suspects that leave blocks each time again."""
        found = []
        deadline = time.monotonic() + budget
        for suspect in self.suspects:
            if time.monotonic() > deadline:
                break
            clean, faulty = [], []
            for _ in range(4):
                clean.append(self.growth((), 0, False))
                faulty.append(self.growth(LAYERS[suspect[0]], suspect[1], suspect[2]))
                if faulty[-1] <= 0:
                    break
            if len(faulty) < 4 or min(faulty) <= max(0, *clean):
                continue
            # A cache that fills up grows once; a leak grows on.
            lows = []
            for _ in range(3):
                lows.append(self.lowest(suspect))
                time.sleep(1.2)
            grown = min(after - before for before, after in zip(lows, lows[1:]))
            if grown >= 16:
                found.append(f"{suspect[0]} call {suspect[1]}{' and on' if suspect[2] else ''}: {grown} in 16 rounds")
        return found

    def lowest(self, suspect):
        """The fewest blocks in use over 16 rounds: connections that are opened anew, once a second at most, empty
        caches that fill up again; a leak stays."""
        found = []
        for _ in range(16):
            self.growth(LAYERS[suspect[0]], suspect[1], suspect[2])
            found.append(self.page.get("blocks"))
        return min(found)

    def growth(self, points, nth, lasts):
        """Blocks of the heap that a round leaves behind; 0 when it ended the daemon."""
        before, pid = self.page.get("blocks"), self.lab.process and self.lab.process.pid
        held = self.descriptors(True)[DATABASE]
        with contextlib.suppress(Broken, AssertionError):
            self.run(points, nth, lasts)
        if not self.lab.process or self.lab.process.pid != pid or self.descriptors(True)[DATABASE] != held:
            return 0
        return self.page.get("blocks") - before

    def walk(self):
        """Everything; says what was done, and raises if anything was wrong."""
        for _ in range(3):
            self.run((), 0, False)
        lib.equal(dict(self.outcomes), {self.clean: 3}, "outcomes without a fault")
        counts, rounds = self.plan()
        self.outcomes.clear()
        self.suspects.clear()
        done = hit = 0
        blocks = self.page.get("blocks")
        descriptors = self.descriptors()
        deadline = time.monotonic() + SECONDS
        for layer, nth, lasts in rounds:
            if SECONDS and time.monotonic() > deadline:
                break
            done += 1
            hit += self.round(layer, nth, lasts) > 0
        blocks = self.page.get("blocks") - blocks
        if self.program == "daemon":
            self.steady(descriptors)
        leaks = self.leaks(SECONDS / 4 if SECONDS else 120)
        outcomes = ", ".join(f"{key} {count}" for key, count in sorted(self.outcomes.items()))
        print(f"        calls {counts}, {done} of {len(rounds)} rounds ({hit} met their call, seed {SEED}), "
              f"{self.restarts} restarts, {blocks:+} blocks, well again after {self.slow:.1f} s at most; {outcomes}", flush=True)
        if leaks:
            self.problems.append(f"memory is left each time: {', '.join(leaks[:20])}")
        if self.problems:
            raise Broken(f"{len(self.problems)} problems: " + " | ".join(self.problems[:5]))


VERDICTS = {wire.ACCEPT: "ACCEPT", wire.REJECT: "REJECT", wire.UNAVAILABLE: "UNAVAILABLE"}


def names(outcome):
    """A verdict's name."""
    return VERDICTS.get(outcome, str(outcome))


def sound(lab):
    """The database and the log, with the daemon at work."""
    if lab.process is None:
        lab.start()
    with contextlib.closing(sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True, timeout=10)) as database:
        lib.equal(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)], "integrity_check")
        lib.equal(database.execute("PRAGMA foreign_key_check").fetchall(), [], "foreign_key_check")
    lab.verify()


def leases_end(lab, store):
    """Attempts that nobody could settle are settled when their time is over."""
    lab.page.move(wall=LEASE, boot=LEASE)
    lib.wait_for("no reservation is left", lambda: store.pending() == 0, 15)


def up(lab, *parts):
    """A daemon with a page, cheap hashes and no waits."""
    if not fault.built_in():
        raise AssertionError("this build has no faults: configure it with --enable-fault-injection")
    lab.page = fault.Page()
    lab.up(CHEAP, lib.UNLIMITED_SOURCE, *parts)
    return lab.page


def stop_by(lab, seconds=20):
    """SIGTERM; gives the exit code, or "hangs"."""
    lab.signal(signal.SIGTERM)
    try:
        return lab.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return "hangs"
