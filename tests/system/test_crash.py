"""kill -9 at random moments under mixed load, round after round with the same store.

Each process of the load keeps a journal: what it sent, then what it was told. It goes on through all rounds; while
no daemon is there it tries again. Afterwards journals and log must agree: no verdict without its row, no code
accepted twice, no wrong answer forgotten, no threshold exceeded, each act that was told is there.

WARIFU_ROUNDS and WARIFU_SEED change how many, and repeat one. In a build with --enable-fault-injection the disk
is slow in two rounds of three, so that the kill comes between write and fsync.
"""

import collections
import json
import os
import random
import signal
import time

import fault
import lib
import wire

ROUNDS = int(os.environ.get("WARIFU_ROUNDS", "200"))
SEED = int(os.environ.get("WARIFU_SEED", str(int.from_bytes(os.urandom(3), "big"))))
THRESHOLD = 10
CONFIG = ("lock {\n\tbackoff_cap = 0\n\tthreshold = %d\n}\npossession {\n\tthreshold = 1000\n}\n" % THRESHOLD,
          # Each login that a kill cuts off has spent a code: on a busy machine that may be many of one person's in a row.
          "hotp {\n\tlookahead = 100\n}\n", lib.UNLIMITED_SOURCE, 'service "codes" {\n\task = {"code"}\n}\n')
DATABASE = os.path.join(lib.STATE, "warifu.db")
STOP = "/run/stop-the-load"
VERIFIED_EVERY = 50  # rounds
SERVES_WITHIN = 10.0  # with all the load of the test, and that of the machine


class Journal:
    """What one process of the load sent and was told; a line for each, written before anything else happens."""

    def __init__(self, lab, name):
        self.path = os.path.join(lab.logs, "journal-" + name)
        self.stream = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, *words):
        """One line."""
        os.write(self.stream, (json.dumps(words) + "\n").encode())

    def read(self):
        """[[kind, what, told]]: told is None where no answer came."""
        entries = []
        with open(self.path, encoding="utf-8") as stream:
            for line in stream:
                kind, what = json.loads(line)
                if kind == "told":
                    entries[-1][2] = what
                elif kind == "broken":
                    raise AssertionError(f"{self.path}: {what}")
                else:
                    entries.append([kind, what, None])
        return entries


class Worker:
    """One process of the load; a subclass says what it does again and again."""

    def __init__(self, lab, name):
        self.lab, self.name = lab, name
        # Every other one of a kind comes by code alone: without the hash's time far more of them get their answer.
        self.service = "codes" if name[-1] in "13579" else "sshd"
        self.journal = Journal(lab, name)
        self.dice = random.Random(f"{SEED} {name}")
        self.pid = None
        self.is_sent = False
        self.prepare()

    def prepare(self):
        """Before the daemon is killed for the first time."""

    def step(self):
        """One turn; Gone where the daemon is away."""
        raise NotImplementedError

    def check(self, rows):
        """Afterwards; rows: {user: rows of the log}."""

    def start(self):
        """Forks."""
        self.pid = os.fork()
        if self.pid:
            return
        try:
            while not os.path.exists(STOP):
                try:
                    self.step()
                except wire.Gone:
                    time.sleep(0.02)
            os._exit(0)
        except BaseException as error:  # pylint: disable=broad-except
            self.journal.write("broken", repr(error))
            os._exit(1)

    def send(self, person, code, password=None):
        """A login; its verdict. Sent is what follows the prompts."""
        with wire.Login(person.name, service=self.service, timeout=20) as login:
            self.answer(login, code, password or person.password)
        return login.verdict

    def answer(self, login, code, password):
        """Begins and answers."""
        if login.begin() is None:
            self.journal.write("sent", code)
            self.is_sent = True
            self.journal.write("told", login.answer(password, code))
            time.sleep(0.01)

    def act(self, *arguments, text=None):
        """A command; whether it was told that it was done."""
        self.journal.write("act", arguments)
        done = self.lab.run(lib.CLI, *arguments, text=text, code=None).returncode == 0
        self.journal.write("told", done)
        time.sleep(0.01 if done else 0.05)
        return done

    def insist(self, *arguments, text=None):
        """A command until it is told."""
        while not self.act(*arguments, text=text) and not os.path.exists(STOP):
            pass

    def sent(self):
        """[(code, verdict)]"""
        return [(what, told) for kind, what, told in self.journal.read() if kind == "sent"]

    def acts(self):
        """[(arguments, told)]"""
        return [(what, told) for kind, what, told in self.journal.read() if kind == "act"]


def evaluated(rows):
    """Those of attempts that were evaluated."""
    return [row for row in rows if row["action"] == "authenticate" and row["reason"] not in lib.NOT_EVALUATED]


def wrong(row):
    """A wrong answer that counts, or one that may have been."""
    return row["result"] == "failure" and row["reason"] not in ("replayed", "changed-meanwhile", "abandoned")


def check_codes(worker, rows):
    """No code accepted twice, no ACCEPT without its row, no row of success without an attempt."""
    accepted = collections.Counter(code for code, told in worker.sent() if told in (wire.ACCEPT, wire.CHANGE_FIRST))
    open_ends = sum(1 for _code, told in worker.sent() if told not in (wire.ACCEPT, wire.REJECT))
    # Six digits may meet by chance: among the codes of one token in one run of this test that is rare, and known.
    chances = worker.chances()
    lib.equal({code: count for code, count in accepted.items() if count > chances.get(code, 1)}, {},
              f"{worker.name}: accepted twice")
    successes = sum(row["result"] == "success" for row in evaluated(rows))
    told = sum(accepted.values())
    if not told <= successes <= told + open_ends:
        raise AssertionError(f"{worker.name}: {told} accepted, {open_ends} without a verdict, {successes} rows")


def check_threshold(name, rows):
    """I1: between two events that reset it at most THRESHOLD wrong answers were evaluated."""
    count = most = 0
    for row in rows:
        if row["event"] == "unlock" or (row["result"] == "success" and row["kinds"] == "knowledge+possession"):
            count = 0
        elif row in evaluated([row]) and wrong(row):
            count += 1
            most = max(most, count)
    if most > THRESHOLD:
        raise AssertionError(f"{name}: {most} wrong answers between two events that reset the count")


class Honest(Worker):
    """Logs in with one HOTP code after the other, and opens sessions; what got no answer is sent again, or not."""

    def prepare(self):
        self.person = self.lab.person(self.name)
        self.refused = 0

    def chances(self):
        """How often each code of this token comes by chance."""
        return collections.Counter(lib.otp(self.person.secret, number) for number in range(self.count() + 2))

    def count(self):
        """At least as many codes as were sent."""
        return len(self.sent())

    def step(self):
        number = self.person.counter
        self.is_sent = False
        try:
            verdict = self.log_in(lib.otp(self.person.secret, number))
        except wire.Gone:
            self.person.counter += self.is_sent and self.dice.random() < 0.5
            raise
        self.person.counter = number + 1
        self.refused = self.refused + 1 if verdict == wire.REJECT else 0
        if self.refused > 3:
            self.insist("unlock", self.name, "--reason", "test")

    def log_in(self, code):
        """Login, account phase, session."""
        with wire.Login(self.name, service=self.service, timeout=20) as login:
            self.answer(login, code, self.person.password)
            if login.verdict == wire.ACCEPT and self.dice.random() < 0.5:
                fields = [(wire.TXN, login.txn)] + wire.begin_fields(self.name, self.service, purpose=0)
                login.client.ask(wire.ACCOUNT, fields)
                session = [pair for pair in fields if pair[0] != wire.LANGUAGE] + [(wire.EVENT, b"\1")]
                self.journal.write("session", login.txn.hex())
                login.client.ask(wire.SESSION, session)
                self.journal.write("told", True)
        return login.verdict

    def check(self, rows):
        check_codes(self, rows[self.name])
        opened = [row["txn"] for row in rows[self.name] if row["event"] == "session.open"]
        for kind, txn, told in self.journal.read():
            if kind == "session" and told and txn not in opened:
                raise AssertionError(f"{self.name}: the session of {txn} has no row")
        self.person.counter = self.count() + 1
        self.lab.cli("unlock", self.name, "--reason", "test")
        near = [lib.otp(self.person.secret, number) for number in range(self.counter(), self.counter() + 1)]
        lib.equal(wire.login(self.name, self.person.password, near[0]), wire.ACCEPT, f"{self.name} afterwards")

    def counter(self):
        """The token's counter in the store."""
        return self.lab.number("SELECT counter FROM credential AS c JOIN account AS a ON a.id = c.account_id "
                               "WHERE a.name = ? AND c.factor = 3 AND c.state = 1", self.name)


class Replayer(Honest):
    """Sends each code three times."""

    def step(self):
        code = lib.otp(self.person.secret, self.person.counter)
        verdicts = [self.send(self.person, code) for _ in range(3)]
        self.person.counter += 1
        self.refused = 0 if wire.ACCEPT in verdicts else self.refused + 1
        if self.refused > 3:
            self.insist("unlock", self.name, "--reason", "test")


class Timed(Honest):
    """Sends the TOTP code of the moment again and again."""

    def prepare(self):
        self.person = self.lab.person(self.name, token="totp")

    def chances(self):
        return {}

    def step(self):
        if self.send(self.person, lib.otp(self.person.secret, int(time.time()) // 30)) == wire.REJECT:
            if self.dice.random() < 0.1:
                self.insist("unlock", self.name, "--reason", "test")

    def check(self, rows):
        check_codes(self, rows[self.name])


class Recovering(Timed):
    """Uses up recovery codes, and gets new ones."""

    def prepare(self):
        self.person = self.lab.person(self.name)
        self.codes = self.lab.recovery_codes(self.person)

    def step(self):
        if not self.codes:
            self.insist("unlock", self.name, "--reason", "test")
            self.journal.write("act", ["token", "add", self.name, "recovery"])
            done = self.lab.run(lib.CLI, "token", "add", self.name, "recovery", "--json", code=None)
            self.journal.write("told", done.returncode == 0)
            self.codes = [row["code"] for row in json.loads(done.stdout)] if done.returncode == 0 else []
            return
        code = self.codes.pop()
        self.send(self.person, code)
        self.send(self.person, code)


class Guesser(Worker):
    """Guesses passwords and codes, and is unlocked before it is locked: so each answer is evaluated."""

    rounds = 4

    def prepare(self):
        self.person = self.lab.person(self.name)
        self.bad = self.person.wrong()
        self.guesses = 0

    def step(self):
        if self.guesses >= self.rounds:
            self.insist("unlock", self.name, "--reason", "test")
            self.guesses = 0
        self.guesses += 1
        password = self.person.password if self.dice.random() < 0.5 else "no tree at all"
        self.send(self.person, self.bad, password)

    def check(self, rows):
        mine = rows[self.name]
        lib.equal([told for _code, told in self.sent() if told == wire.ACCEPT], [], f"{self.name}: accepted")
        counted = sum(wrong(row) for row in evaluated(mine))
        told = sum(1 for _code, told in self.sent() if told == wire.REJECT)
        open_ends = sum(1 for _code, told in self.sent() if told != wire.REJECT)
        if not told <= counted <= told + open_ends:
            raise AssertionError(f"{self.name}: {told} refused, {open_ends} without a verdict, {counted} counted")
        unlocks(self, mine)
        since = sum(wrong(row) for row in evaluated(mine[last(mine, "unlock"):]))
        lib.equal(self.lab.failures(self.name), since, f"{self.name}: failures and rows since the last unlock")


class Stubborn(Guesser):
    """Guesses until long after the account is locked."""

    rounds = 15

    def check(self, rows):
        lib.equal([told for _code, told in self.sent() if told == wire.ACCEPT], [], f"{self.name}: accepted")
        unlocks(self, rows[self.name])


def last(rows, event):
    """Place behind the last row of this event."""
    return max((place + 1 for place, row in enumerate(rows) if row["event"] == event), default=0)


def unlocks(worker, rows):
    """Each unlock that was told has its row."""
    told = sum(told is True for what, told in worker.acts() if what[0] == "unlock")
    tried = sum(1 for what, told in worker.acts() if what[0] == "unlock")
    found = sum(row["event"] == "unlock" for row in rows)
    if not told <= found <= tried:
        raise AssertionError(f"{worker.name}: {told} unlocks were told, {tried} tried, {found} rows")


class Changer(Worker):
    """Changes its password as passwd does, and logs in with it."""

    def prepare(self):
        self.person = self.lab.person(self.name)
        self.number = 0

    def step(self):
        self.number += 1
        fresh = f"herons on the weir {self.number}"
        with wire.Login(self.name, service="passwd", purpose=2, timeout=20) as proof:
            if proof.run(self.person.password) != wire.ACCEPT:
                self.again()
                return
            fields = [(wire.TXN, proof.txn), (wire.USER, self.name), (wire.SERVICE, "passwd"), (wire.SECRET, fresh)]
            self.journal.write("change", [self.person.password, fresh])
            told = proof.client.ask(wire.CHANGE, fields)[1][wire.VERDICT] == [bytes([wire.ACCEPT])]
            self.journal.write("told", told)
        if told:
            self.person.password = fresh

    def again(self):
        """The last change got no answer, and was made: the new password it is then."""
        self.insist("unlock", self.name, "--reason", "test")
        open_end = [what for kind, what, told in self.journal.read() if kind == "change" and told is None][-1:]
        if open_end:
            self.person.password = open_end[0][1]

    def check(self, rows):
        changes = [(what, told) for kind, what, told in self.journal.read() if kind == "change"]
        told = sum(told is True for _what, told in changes)
        found = sum(row["event"] == "password.change" and row["result"] == "success" for row in rows[self.name])
        if not told <= found <= told + sum(told is None for _what, told in changes):
            raise AssertionError(f"{self.name}: {told} changes were told, {found} rows")
        known = {password for what, _told in changes[-2:] for password in what} or {self.person.password}
        self.lab.cli("unlock", self.name, "--reason", "test")
        right = [password for password in sorted(known) if self.proves(password)]
        lib.equal(len(right), 1, f"{self.name}: passwords that are right")
        if changes and changes[-1][1] is True:
            lib.equal(right, [changes[-1][0][1]], f"{self.name}: the password that was told as changed")

    def proves(self, password):
        """Whether the password is right."""
        with wire.Login(self.name, service="passwd", purpose=2) as proof:
            return proof.run(password) == wire.ACCEPT


class Administrator(Worker):
    """Adds, changes and removes accounts."""

    def prepare(self):
        self.number = 0

    def step(self):
        self.number += 1
        name = f"made{self.number:04d}"
        self.act("user", "add", name, "--stdin", text="plum trees in the wind\n")
        self.act("token", "add", name, "hotp", "--no-confirm")
        self.act("user", "passwd", name, "--stdin", text="geese on the lake\n")
        self.act("user", "disable", name, "--reason", "test")
        if self.dice.random() < 0.5:
            self.act("user", "remove", name, "--reason", "test")

    def check(self, rows):
        events = collections.Counter((row["event"], row["user"]) for row in rows[None]
                                     if row["class"] == "admin" and row["result"] == "success")
        for what, told in self.acts():
            act = f"{what[0]}.{what[1]}"
            found = events[act, what[2]]
            if found > 1 or (told and found != 1):
                raise AssertionError(f"{act} {what[2]}: told {told}, {found} rows")
        for number in range(1, self.number_tried() + 1):
            name = f"made{number:04d}"
            there = self.lab.number("SELECT count(*) FROM account WHERE name = ?", name)
            lib.equal(there, events["user.add", name] - events["user.remove", name], f"{name}: accounts and rows")

    def number_tried(self):
        """How many names."""
        return len({what[2] for what, _told in self.acts()})


class Operator(Worker):
    """Rotates the key, makes backups, reloads."""

    def prepare(self):
        self.number = 0

    def step(self):
        self.number += 1
        choice = self.dice.randrange(4)
        if choice == 0:
            self.act("key", "rotate", "--reason", "test")
        elif choice == 1:
            self.backup()
        elif choice == 2:
            self.act("reload")
        else:
            self.act("doctor", "--json")
        time.sleep(0.02)

    def backup(self):
        """A backup, which must open: its end is there when it has its name."""
        path = os.path.join(self.lab.logs, f"{self.number}.backup")
        if self.act("backup", path) and not os.path.getsize(path):
            raise AssertionError(f"{path} was told, and is empty")
        folder = os.path.join(lib.STATE, "backups")
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if name.endswith(".backup"):
                os.unlink(os.path.join(folder, name))
        if os.path.exists(path):
            os.unlink(path)

    def check(self, rows):
        found = sum(row["event"] == "backup.make" and row["result"] == "success" for row in rows[None])
        told = sum(told is True for what, told in self.acts() if what[0] == "backup")
        if found < told:
            raise AssertionError(f"{told} backups were told, {found} rows")
        self.lab.cli("key", "rotate", "--reason", "test")
        current = self.lab.ask("status")["key-id"]
        lib.equal(self.lab.number("SELECT count(*) FROM credential WHERE factor IN (2, 3) AND state = 1 "
                                  "AND key_id <> ?", current), 0, "secrets sealed with an old key")


LOAD = ((Honest, 4), (Replayer, 2), (Timed, 2), (Recovering, 1), (Guesser, 2), (Stubborn, 2), (Changer, 1),
        (Administrator, 1), (Operator, 1))


def number(sql, *values):
    """One number of the database."""
    return lib.query(DATABASE, sql, *values)


def one_round(lab, dice):
    """A kill at a random moment, and the next start; how long that took."""
    if lab.page is not None:
        lab.page.delay_sync(dice.choice((0, dice.uniform(0.001, 0.003), dice.uniform(0.003, 0.010))))
    time.sleep(dice.uniform(0.02, 0.4))
    if dice.random() < 0.2:
        lab.signal(signal.SIGHUP)
        time.sleep(dice.uniform(0, 0.02))
    lab.kill()
    started = time.monotonic()
    lab.start()
    return time.monotonic() - started


def everything(lab):
    """{user: rows} of the whole log, and all of it under None."""
    rows = lab.log()
    found = collections.defaultdict(list)
    for row in rows:
        found[row["user"]].append(row)
    found[None] = rows
    return found


def test_kill_at_random_points(lab):
    """Rounds of mixed load; then everything that was told is in the store, and the chain verifies."""
    print(f"        {ROUNDS} rounds, WARIFU_SEED={SEED}", flush=True)
    dice = random.Random(SEED)
    if fault.built_in():
        lab.page = fault.Page()
    lab.number = number
    lab.up(*CONFIG)
    workers = [kind(lab, f"{kind.__name__.lower()}{place}") for kind, count in LOAD for place in range(count)]
    for worker in workers:
        worker.start()
    began = time.monotonic()
    slowest = 0.0
    for place in range(ROUNDS):
        slowest = max(slowest, one_round(lab, dice))
        if place % VERIFIED_EVERY == 0:
            lab.verify()
    took = time.monotonic() - began
    stop(workers)
    check(lab, workers)
    told = collections.Counter(entry[2] is not None for worker in workers for entry in worker.journal.read())
    interrupted = len(lab.log("--class", "auth", reason="interrupted"))
    print(f"        {took:.0f} s, {took / ROUNDS:.2f} s a round; slowest start {slowest:.2f} s; {lab.verify()} rows; "
          f"{told[True]} answers told, {told[False]} cut off, {interrupted} attempts interrupted", flush=True)
    lib.equal(len(lab.log(event="lock")) > 0 or ROUNDS < 100, True, "accounts were locked")
    lib.equal(interrupted > 0, True, "attempts that a kill cut off between admission and commit")
    lib.equal(slowest < SERVES_WITHIN, True, f"each start serves within {SERVES_WITHIN} s: {slowest}")


def stop(workers):
    """The load ends with what it is doing."""
    with open(STOP, "wb"):
        pass
    for worker in workers:
        lib.equal(os.waitpid(worker.pid, 0)[1], 0, f"exit of {worker.name}: {worker.journal.read()[-1:]}")


def check(lab, workers):
    """Journals, log and store agree."""
    lab.page and lab.page.delay_sync(0)
    lib.wait_for("no attempt is under way", lambda: number("SELECT count(*) FROM reservation") == 0, 5)
    lab.verify()
    rows = everything(lab)
    for worker in workers:
        if worker.name in rows:
            check_threshold(worker.name, rows[worker.name])
        worker.check(rows)
    lib.equal([name for name in os.listdir(lib.STATE) if ".restor" in name or name.endswith((".copying", ".making"))], [],
              "files that a crash left")
    lib.equal(os.listdir(os.path.join(lib.STATE, "keys")), ["warifu.key"], "files beside the key")
    left = [name for name in os.listdir(os.path.join(lib.STATE, "backups")) if not name.endswith(".backup")]
    lib.equal(left, [], "files beside the backups")


if __name__ == "__main__":
    lib.main()
