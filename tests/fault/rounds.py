"""The loop of faults over a real daemon: a scenario runs clean, its fallible calls are counted, and then the
Nth of them fails, for every N, once and from then on, by the fault page (tests/system/fault.py).

Where a scenario has more calls than there is time for, its *sites* are walked instead: a site is a call with the
stack above it (common/fault_site.h), and the first call of each fails, once and from then on. So every way to a
call is met, and what a loop or a statement of SQL repeats is met once.

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

DATABASE_NAME = "/warifu.db"
DATABASE = lib.STATE + DATABASE_NAME
LAYERS = {"own": fault.OWN, "libc": fault.LIBC}
CHEAP = ("lock {\n\tthreshold = 1000\n\tbackoff_cap = 0\n}\npossession {\n\tthreshold = 1000\n}\n"
         "password {\n\tmemory_kib = 1024\n\tpasses = 1\n}\nhotp {\n\tlookahead = 100\n}\nreply_grid = 5\n")
LEASE = 200
SECONDS = float(os.environ.get("FAULT_SECONDS", "6"))  # for one scenario; 0: all rounds
SITES = int(os.environ.get("FAULT_SITES", "0"))  # frames of the stack that make a site; 0: every call for itself
SEED = int(os.environ.get("FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
CLASS_AUTH, FAILURE, SUCCESS = 1, 0, 1  # as in the database
ONLY = os.environ.get("FAULT_ONLY", "").split()  # rounds by name, as in libc:205:on or own:7:once; sites in hex
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


def spelt(layer, call, lasts):
    """A round's name, as FAULT_ONLY takes it."""
    return f"{layer}:{call:x}:{'on' if lasts else 'once'}" if SITES else f"{layer}:{call}:{'on' if lasts else 'once'}"


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

    def __init__(self, lab, act, check, before=None, well=None, program="daemon", clean="code 0", subject=None,
                 binary=lib.DAEMON):
        self.lab, self.act, self.check = lab, act, check
        self.subject = subject or lab  # whose process meets the faults
        self.before = before or (lambda: None)
        self.well = well or (lambda: None)
        self.layers = ("own", "libc")
        self.clean = clean
        self.binary = binary
        self.program = program
        self.page = self.subject.page
        self.outcomes = collections.Counter()
        self.restarts = 0
        self.suspects = []
        self.problems = []
        self.slow = 0.0

    def descriptors(self, all_of=False):
        """What the daemon holds open: names and how often each. SQLite keeps descriptors of a database that it may
        not close yet and takes them for the next connection: those count as one."""
        held = collections.Counter()
        if self.subject.process:
            folder = f"/proc/{self.subject.process.pid}/fd"
            for number in os.listdir(folder):
                with contextlib.suppress(OSError):
                    held[re.sub(r":\[\d+\]", "", os.readlink(f"{folder}/{number}"))] += 1
            for name in held:
                if name.endswith(DATABASE_NAME) and held[name] <= 12 and not all_of:
                    held[name] = 1
        return held

    def connections(self):
        """Descriptors of the database."""
        return sum(count for name, count in self.descriptors(True).items() if name.endswith(DATABASE_NAME))

    def revive(self):
        """Starts the daemon again if it ended; how it ended must be right."""
        if self.subject.process is None:
            return False
        code = self.subject.process.poll()
        if code is None:
            return False
        self.subject.process = None
        if code <= 0:
            raise Broken(f"the daemon ended with {code}: {self.subject.said()[-600:]}")
        self.restarts += 1
        self.subject.start()
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
                    said = self.subject.said()[-400:]
                    raise Broken(f"not well again after {AGAIN:.0f} s: {error}; the daemon: {said}") from error
            time.sleep(0.5)
        self.slow = max(self.slow, time.monotonic() - began)
        return revived

    def arm(self, points, call, lasts):
        """A call by its number, or the first one of a site; 0: none."""
        if SITES:
            self.page.arm(min(call, 1), lasts, points, depth=SITES, site=call)
        else:
            self.page.arm(call, lasts, points)

    def run(self, points, call, lasts):
        """One round; gives how many calls there were, how many failed, and whether the program ended."""
        Patience.set(False)
        self.before()
        Patience.set(lasts)
        self.arm(points, call, lasts)
        try:
            outcome = self.act()
        finally:
            calls = self.page.get("calls")
            failed = self.page.disarm()
            Patience.set(False)
        self.outcomes[f"code {outcome[0]}" if isinstance(outcome, tuple) else names(outcome)] += 1
        ended = self.subject.process is not None and self.subject.process.poll() is not None
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

    def round(self, layer, call, lasts):
        """One round with what must hold after each; a problem is kept, and the next round begins anew."""
        pid = self.subject.process.pid if self.subject.process else 0
        blocks, descriptors = self.page.get("blocks"), self.descriptors()
        name = spelt(layer, call, lasts)
        try:
            _calls, failed, _ended = self.run(LAYERS[layer], call, lasts)
            if self.program == "daemon" and self.subject.process and self.subject.process.pid == pid:
                if not lasts:  # else a connection that is not heard may stay for its time: looked at in the end
                    self.steady(descriptors)
                if self.page.get("blocks") > blocks:
                    self.suspects.append((layer, call, lasts))
            return failed
        except (Broken, AssertionError, wire.Gone, subprocess.TimeoutExpired) as error:
            whence = " < ".join(self.page.stack(self.binary))
            name = f"{name} ({whence})" if whence else name
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
        if self.subject.process is not None:
            with contextlib.suppress(OSError):
                self.subject.process.kill()
            self.subject.process.wait()
            self.subject.start()

    def calls(self, layer):
        """What can fail: numbers of calls, or sites, as seen in three clean runs."""
        self.page.forget_sites()
        count = max(self.run(LAYERS[layer], 0, False)[0] for _ in range(3))
        return count, sorted(self.page.sites()) if SITES else range(1, count + 1)

    def plan(self):
        """The rounds: all, or in an order drawn by the seed until time is up."""
        found = {layer: self.calls(layer) for layer in self.layers}
        counts = {layer: f"{count} at {len(calls)} sites" if SITES else count for layer, (count, calls) in found.items()}
        rounds = [(layer, call, lasts) for layer in self.layers for call in found[layer][1] for lasts in (False, True)]
        if ONLY:
            rounds = [(layer, int(call, 16 if SITES else 10), how == "on")
                      for layer, call, how in (word.split(":") for word in ONLY)]
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
                found.append(f"{spelt(*suspect)}: {grown} in 16 rounds")
        return found

    def lowest(self, suspect):
        """The fewest blocks in use over 16 rounds: connections that are opened anew, once a second at most, empty
        caches that fill up again; a leak stays."""
        found = []
        for _ in range(16):
            self.growth(LAYERS[suspect[0]], suspect[1], suspect[2])
            found.append(self.page.get("blocks"))
        return min(found)

    def growth(self, points, call, lasts):
        """Blocks of the heap that a round leaves behind; 0 when it ended the daemon."""
        before, pid = self.page.get("blocks"), self.subject.process and self.subject.process.pid
        held = self.connections()
        with contextlib.suppress(Broken, AssertionError):
            self.run(points, call, lasts)
        if not self.subject.process or self.subject.process.pid != pid or self.connections() != held:
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
        for layer, call, lasts in rounds:
            if SECONDS and time.monotonic() > deadline:
                break
            done += 1
            hit += self.round(layer, call, lasts) > 0
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
