"""The daemon dies at each of its calls that change something, one after the other.

Each scenario is run again and again; in run N the daemon ends just before its Nth write, truncation, fsync, rename
or removal, or in the middle of that write, until a run comes to its end. That leaves every state which kill -9 can
leave on the disk. The next start must serve within seconds and without help, and then it must
have happened or not: what was told as done is there with its row, and what was not told is there whole or not at all.

A scenario is a generator: what stands before its first `yield` prepares, up to the second the daemon may die, and
behind it the daemon serves again. The full walk takes long: without WARIFU_POINTS=all every sixth N is taken,
from one on that WARIFU_SEED says.
"""

import contextlib
import datetime
import os
import shutil
import sqlite3
import time

import fault
import lib
import wire

CONFIG = (lib.NO_BACKOFF, "lock {\n\tthreshold = 3\n}\npossession {\n\tthreshold = 1000\n}\n", lib.UNLIMITED_SOURCE)
CODE_ALONE = "service \"vpn\" {\n\task = {\"code\"}\n}\n"
DATABASE = os.path.join(lib.STATE, "warifu.db")
# What may lie in the daemon's folder while it serves, and, as beginnings, what is kept on purpose.
KNOWN = {"warifu.db", "warifu.db-wal", "warifu.db-shm", "warifu.db.lock", "keys", "backups"}
KEPT = ("warifu.db.before-",)
ALL = os.environ.get("WARIFU_POINTS", "") == "all"
STRIDE = 1 if ALL else 6
SEED = int(os.environ.get("WARIFU_SEED", str(int.from_bytes(os.urandom(2), "big"))))
SERVES_WITHIN = 10.0
BEFORE, WITHIN = 1, 2  # the call, see fault.Page.arm
EVERY = 10  # the chain is verified after so many deaths, and at the end
DAY, MONTH = 86400, 31 * 86400
CHALLENGE = 300  # seconds by which any prompt has run out
MOST = 5000  # a scenario with more calls than that does not come to its end


class Walk:
    """The runs of one scenario."""

    def __init__(self, lab):
        if not fault.built_in():
            raise lib.Skip("needs a build with --enable-fault-injection")
        self.lab = lab
        lab.page = fault.Page()
        self.deaths = 0
        self.slowest = 0.0

    def settle(self):
        """After the act: no call counts any more. Whether the program died of the page."""
        page = self.lab.page
        page.set("nth", 0)
        time.sleep(0.003)
        died = page.get("failed") > 0
        page.disarm()
        return died

    def serve(self, died):
        """The daemon is there again, by itself."""
        lab = self.lab
        if died and lab.process is not None:
            lib.equal(lab.process.wait(10), fault.DIED, "exit code of the daemon that died by its page")
            lab.process = None
        if lab.process is None:
            started = time.monotonic()
            lab.start()
            self.slowest = max(self.slowest, time.monotonic() - started)

    def inspect(self):
        """What holds whatever was done."""
        left = [name for name in os.listdir(lib.STATE) if name not in KNOWN and not name.startswith(KEPT)]
        left += [name for name in os.listdir(os.path.join(lib.STATE, "keys")) if name != "warifu.key"]
        backups = os.path.join(lib.STATE, "backups")
        if os.path.isdir(backups):
            left += [name for name in os.listdir(backups) if not name.endswith(".backup")]
        lib.equal(left, [], "files that a crash left")
        lib.equal(reservations(), 0, "reservations left")
        if self.deaths % EVERY == 0:
            self.lab.verify()

    def once(self, scenario, number, dies):
        """One run with a death at its call `number`; whether there were so many."""
        run = scenario()
        next(run)
        self.lab.page.arm(number, points=("write", "sync"), dies=dies)
        next(run)
        died = self.settle()
        self.serve(died)
        self.deaths += died
        with contextlib.suppress(StopIteration):
            next(run)
            raise AssertionError("a scenario with more than two parts")
        self.inspect()
        return died

    def run(self, scenario):
        """All N of one scenario; the generator is made anew for each."""
        number, died = 1 + (0 if ALL else SEED % STRIDE), True
        while died:
            for dies in (BEFORE, WITHIN) if ALL else (BEFORE + number // STRIDE % 2,):
                try:
                    died = self.once(scenario, number, dies)
                except Exception as error:
                    raise AssertionError(f"death {number} ({'before' if dies == BEFORE else 'within'}): {error}") from error
            number += STRIDE
            lib.equal(number < MOST, True, "the scenario comes to its end")
        lib.equal(self.deaths > 0, True, "the daemon died at all")
        print(f"        {self.deaths} deaths, slowest start {self.slowest:.2f} s{'' if ALL else f', WARIFU_SEED={SEED}'}",
              flush=True)
        lib.equal(self.slowest < SERVES_WITHIN, True, f"the next start serves within {SERVES_WITHIN} s")
        self.lab.verify()


def query(sql, *values):
    """One number of the store."""
    return lib.query(DATABASE, sql, *values)


def reservations():
    """Attempts under way."""
    return query("SELECT count(*) FROM reservation")


def mark():
    """The last row."""
    return query("SELECT coalesce(max(seq), 0) FROM audit")


def rows(lab, since, **wanted):
    """Rows after a mark with these values."""
    found = lab.ask("log", "--limit", "40")
    return [row for row in found if row["seq"] > since and all(row.get(key) == value for key, value in wanted.items())]


def attempts(lab, since, person):
    """(successes, counted ones) among the evaluated attempts after a mark."""
    found = [row for row in rows(lab, since, user=person.name, action="authenticate")
             if row["reason"] not in lib.NOT_EVALUATED]
    return (sum(row["result"] == "success" for row in found),
            sum(row["result"] == "failure" and row["reason"] != "replayed" for row in found))


def attempt(person, code, password=None):
    """A login; its verdict, or None where none came."""
    try:
        return wire.login(person.name, password or person.password, code, timeout=20)
    except wire.Gone:
        return None


def attempt_alone(person, code):
    """A login by the code alone, which needs no hash: admitted and settled by one commit."""
    try:
        return wire.login(person.name, "", code, timeout=20, service="vpn")
    except wire.Gone:
        return None


def command(lab, *arguments, text=None):
    """A command of the operator: whether it was told that it was done."""
    return lab.run(lib.CLI, *arguments, text=text, code=None).returncode == 0


def attempt_gateway(person, code):
    """A login in two rounds, as the RADIUS front end asks for it; its verdict, or None where none came."""
    try:
        with wire.Gateway(timeout=20) as gateway:
            return gateway.login(person.name, person.password, code)
    except wire.Gone:
        return None


def once(lab, since, person, code, told, attempt=attempt):
    """A right code: accepted once over all, with its row, and else the attempt is counted or was never admitted."""
    done, counted = attempts(lab, since, person)
    lib.equal(told in (None, wire.ACCEPT), True, f"the verdict {told}")
    if told == wire.ACCEPT:
        lib.equal((done, counted), (1, 0), "rows of an accepted login")
    lib.equal(done + counted <= 1, True, f"one row for one attempt: {done} successes, {counted} counted")
    lib.equal(lab.failures(person.name), counted, "failures and their rows")
    lib.equal(attempt(person, code) == wire.ACCEPT, done == 0, "the code is accepted again")


def walk(lab, scenario, *parts):
    """A store with one person, and the scenario's runs."""
    found = Walk(lab)
    lab.up(*CONFIG, *parts)
    person = lab.person("alice")
    found.run(lambda: scenario(lab, person))


def right_code(code_of, attempt=attempt):
    """The scenario of a login with right password and code: at most one success for a code, and none without its row."""
    def scenario(lab, person):
        since, code = mark(), code_of(person)
        yield
        told = attempt(person, code)
        yield
        once(lab, since, person, code, told, attempt)
        lib.equal(attempt(person, code_of(person)), wire.ACCEPT, "the next code")

    return scenario


def test_login(lab):
    """Right password and code."""
    walk(lab, right_code(lambda person: person.code()))


def test_login_totp(lab):
    """The same with a code of the clock; time passes between the runs."""
    def scenario(lab, person):
        since = mark()
        lab.page.move(wall=60, boot=60)
        step = int(time.time() + lab.page.get("wall_offset_us") / 1e6) // 30
        yield
        told = attempt(person, lib.otp(person.secret, step))
        yield
        once(lab, since, person, lib.otp(person.secret, step), told)
        lib.equal(attempt(person, lib.otp(person.secret, step + 1)), wire.ACCEPT, "the code of the next step")

    found = Walk(lab)
    lab.up(*CONFIG)
    person = lab.person("alice", token="totp")
    found.run(lambda: scenario(lab, person))


def test_login_recovery(lab):
    """The same with recovery codes."""
    codes = []

    def code_of(person):
        if not codes:
            codes[:] = lab.recovery_codes(person)
        return codes.pop()

    walk(lab, right_code(code_of))


def test_login_alone(lab):
    """The same by the code alone."""
    walk(lab, right_code(lambda person: person.code(), attempt_alone), CODE_ALONE)


def test_login_gateway(lab):
    """The same in two rounds: a challenge that was left open ends uncounted, in its time."""
    login = right_code(lambda person: person.code(), attempt_gateway)

    def scenario(lab, person):
        since = mark()
        yield from login(lab, person)
        if reservations():
            lab.page.move(wall=CHALLENGE, boot=CHALLENGE)
            lib.wait_for("the challenge ends", lambda: reservations() == 0, 10)
            lib.equal(len(rows(lab, since, user=person.name, reason="abandoned")), 1, "rows of what was left open")
        lib.equal(lab.failures(person.name), 0, "failures")

    walk(lab, scenario, lib.GATEWAY)


def possession(person):
    """Failures counted behind a right password."""
    return query("SELECT coalesce((SELECT failures FROM throttle WHERE name = ? AND lane = 1), 0)", person.name)


def wrong_code(tried):
    """The scenario of a wrong code: each that was told, or evaluated, is counted in both lanes, and in a row."""
    def scenario(lab, person):
        since, before = mark(), possession(person)
        yield
        told = tried(person, person.wrong())
        yield
        lib.equal(told in (None, wire.REJECT), True, f"the verdict {told}")
        counted = attempts(lab, since, person)[1]
        lib.equal(lab.failures(person.name), counted, "failures and their rows")
        lib.equal(counted in ([1] if told is not None else [0, 1]), True, f"{counted} rows, told {told}")
        interrupted = len(rows(lab, since, user=person.name, reason="interrupted"))
        lib.equal(possession(person) - before, counted - interrupted, "failures behind a right password")
        lib.equal(attempt(person, person.code()), wire.ACCEPT, "a right one")

    return scenario


def last_wrong_code(tried):
    """The scenario of the answer that locks: locked when three are counted, and no fourth is evaluated."""
    def scenario(lab, person):
        since = mark()
        for _ in range(2):
            lib.equal(tried(person, person.wrong()), wire.REJECT, "a wrong one")
        yield
        told = tried(person, person.wrong())
        yield
        counted = attempts(lab, since, person)[1]
        locked = lab.ask("user", "show", person.name)["locked"]
        lib.equal(locked, counted == 3, f"locked with {counted} counted")
        lib.equal(len(rows(lab, since, event="lock", user=person.name)), int(locked), "rows of a lock")
        lib.equal(told is None or locked, True, "told and locked")
        for _ in range(2):
            tried(person, person.wrong())
        lib.equal(attempts(lab, since, person)[1], 3, "evaluated in all")
        lib.equal(tried(person, person.code()), wire.REJECT, "a right one")
        lab.cli("unlock", person.name, "--reason", "test")
        lib.equal(attempt(person, person.code()), wire.ACCEPT, "a right one after the unlock")

    return scenario


def test_wrong(lab):
    """A wrong code behind the right password."""
    walk(lab, wrong_code(attempt))


def test_wrong_alone(lab):
    """The same by the code alone."""
    walk(lab, wrong_code(attempt_alone), CODE_ALONE)


def test_last_wrong(lab):
    """The wrong answer that locks."""
    walk(lab, last_wrong_code(attempt))


def test_last_wrong_alone(lab):
    """The same by the code alone."""
    walk(lab, last_wrong_code(attempt_alone), CODE_ALONE)


def test_unlock(lab):
    """Unlocked with a row of it, or locked without."""
    def scenario(lab, person):
        for _ in range(3):
            lib.equal(attempt(person, person.wrong()), wire.REJECT, "a wrong one")
        since = mark()
        yield
        told = command(lab, "unlock", person.name, "--reason", "test")
        yield
        done = act_done(lab, since, told, "unlock", person.name)
        lib.equal(lab.ask("user", "show", person.name)["locked"], not done, "locked")
        if not done:
            lab.cli("unlock", person.name, "--reason", "test")
        lib.equal(attempt(person, person.code()), wire.ACCEPT, "a right one")

    walk(lab, scenario)


def act_done(lab, since, told, event, user=None):
    """Whether an act is in the log: always if it was told, and never twice."""
    done = len(rows(lab, since, event=event, user=user, result="success"))
    lib.equal(done in ([1] if told else [0, 1]), True, f"{done} rows of {event}, told {told}")
    return done == 1


def test_user_add(lab):
    """The account is there with its row, or not at all."""
    names = (f"new{number}" for number in range(MOST))

    def scenario(lab, _person):
        name, since = next(names), mark()
        yield
        told = command(lab, "user", "add", name, "--stdin", text="plum trees in the wind\n")
        yield
        done = act_done(lab, since, told, "user.add", name)
        there = query("SELECT count(*) FROM account WHERE name = ?", name)
        passwords = query("SELECT count(*) FROM credential WHERE account_id = (SELECT id FROM account WHERE name = ?)", name)
        lib.equal((there, passwords), (int(done), int(done)), "account and password")

    walk(lab, scenario)


def test_user_remove(lab):
    """The account is gone with a row, or there with its credentials."""
    def scenario(lab, _person):
        if query("SELECT count(*) FROM account WHERE name = 'gone'") == 0:
            lab.person("gone")
        since = mark()
        yield
        told = command(lab, "user", "remove", "gone", "--reason", "test")
        yield
        done = act_done(lab, since, told, "user.remove", "gone")
        lib.equal(query("SELECT count(*) FROM account WHERE name = 'gone'"), int(not done), "accounts")
        if not done:
            lib.equal(query("SELECT count(*) FROM credential AS c JOIN account AS a ON a.id = c.account_id "
                            "WHERE a.name = 'gone' AND c.state = 1"), 2, "its password and token")

    walk(lab, scenario)


def test_token_add(lab):
    """A token that was given and confirmed works; what was not told is there with its row or not at all."""
    def scenario(lab, person):
        since = mark()
        yield
        told = command(lab, "token", "add", person.name, "totp", "--no-confirm")
        yield
        done = act_done(lab, since, told, "token.add", person.name)
        listed = [row for row in lab.ask("token", "list", person.name) if row["type"] == "totp" and row["state"] == "pending"]
        lib.equal(len(listed), int(done), "tokens")
        for row in listed:
            lab.cli("token", "remove", person.name, str(row["id"]), "--reason", "test")

    walk(lab, scenario)


def works(lab, person, password):
    """Whether the password is right."""
    verdict = attempt(person, person.code(), password)
    if verdict != wire.ACCEPT:
        lab.cli("unlock", person.name, "--reason", "test")
    return verdict in (wire.ACCEPT, wire.CHANGE_FIRST)


def test_passwd(lab):
    """The password that an administrator sets: the new one with its row, or the old one."""
    fresh = (f"geese on the lake {number}" for number in range(MOST))

    def scenario(lab, person):
        since, password = mark(), next(fresh)
        yield
        told = command(lab, "user", "passwd", person.name, "--stdin", text=password + "\n")
        yield
        done = act_done(lab, since, told, "user.passwd", person.name)
        lib.equal((works(lab, person, person.password), works(lab, person, password)), (not done, done), "passwords")
        if done:
            person.password = password

    walk(lab, scenario)


def change(person, password):
    """A change by its owner, as passwd does it: whether it was told as done."""
    try:
        with wire.Login(person.name, service="passwd", purpose=2, timeout=20) as proof:
            if proof.run(person.password, "000000") != wire.ACCEPT:
                return False
            fields = [(wire.TXN, proof.txn), (wire.USER, person.name), (wire.SERVICE, "passwd"), (wire.SECRET, password)]
            return proof.client.ask(wire.CHANGE, fields)[1][wire.VERDICT] == [bytes([wire.ACCEPT])]
    except wire.Gone:
        return False


def test_change(lab):
    """The password that its owner changes: likewise."""
    fresh = (f"herons on the weir {number}" for number in range(MOST))

    def scenario(lab, person):
        since, password = mark(), next(fresh)
        yield
        told = change(person, password)
        yield
        done = act_done(lab, since, told, "password.change", person.name)
        lib.equal((works(lab, person, person.password), works(lab, person, password)), (not done, done), "passwords")
        if done:
            person.password = password

    walk(lab, scenario)


def test_account_and_session(lab):
    """The account phase and the rows of a session: told is recorded."""
    def scenario(lab, person):
        with wire.Login(person.name) as login:
            lib.equal(login.run(person.password, person.code()), wire.ACCEPT, "a login")
            txn = login.txn
        since = mark()
        yield
        told = session(person, txn)
        yield
        opened = len(rows(lab, since, event="session.open", user=person.name))
        lib.equal(opened in ([1] if told else [0, 1]), True, f"{opened} rows of the session, told {told}")

    walk(lab, scenario)


def session(person, txn):
    """The account phase, then a session is opened: whether that was told."""
    fields = [(wire.TXN, txn)] + wire.begin_fields(person.name, purpose=0)
    begin = [pair for pair in fields if pair[0] != wire.LANGUAGE] + [(wire.EVENT, b"\1")]
    try:
        with wire.Client(timeout=20) as client:
            lib.equal(client.ask(wire.ACCOUNT, fields)[1][wire.VERDICT], [bytes([wire.ACCEPT])], "account phase")
            return wire.VERDICT in client.ask(wire.SESSION, begin)[1]
    except wire.Gone:
        return False


def gateway_record(event, number, key):
    """A record of accounting of alice's session: whether it was told that it is stored."""
    try:
        with wire.Gateway(timeout=20) as gateway:
            return gateway.record(event, number, "alice", key) == wire.ACCEPT
    except wire.Gone:
        return False


def test_record(lab):
    """A record that was told is stored; sent again it is stored once, with its row and its session."""
    numbers = (f"session-{number}" for number in range(MOST))

    def scenario(lab, _person):
        number, since = next(numbers), mark()
        yield
        told = gateway_record(wire.START, number, number)
        yield
        there = query("SELECT count(*) FROM session WHERE acct_session = ? AND closed_us = 0", number)
        lib.equal(len(rows(lab, since, event="session.open")), there, "sessions and rows")
        lib.equal(there in ([1] if told else [0, 1]), True, f"{there} sessions, told {told}")
        for event in (wire.START, wire.STOP):
            lib.equal(gateway_record(event, number, f"{number}{'stop' * (event == wire.STOP)}"), True, "sent again")
        lib.equal([row["event"] for row in rows(lab, since, user="alice")], ["session.open", "session.close"], "rows")
        lib.equal(query("SELECT count(*) FROM session WHERE acct_session = ? AND closed_us = 0", number), 0, "open")

    walk(lab, scenario, lib.GATEWAY)


def test_session_kill(lab):
    """The order stands with the row of the act, or neither does."""
    def scenario(lab, _person):
        if query("SELECT count(*) FROM session WHERE acct_session = 'kill' AND closed_us = 0") == 0:
            lib.equal(gateway_record(wire.START, "kill", os.urandom(8)), True, "a session")
        found = query("SELECT id FROM session WHERE acct_session = 'kill' AND closed_us = 0")
        since = mark()
        yield
        told = command(lab, "session", "kill", str(found), "--reason", "test")
        yield
        done = act_done(lab, since, told, "session.kill", "alice")
        lib.equal(query("SELECT count(*) FROM outbox WHERE session_id = ? AND done_us = 0", found), int(done), "orders")
        if done:
            lib.equal(gateway_record(wire.STOP, "kill", os.urandom(8)), True, "its end")
            lib.equal(query("SELECT count(*) FROM outbox WHERE done_us = 0"), 0, "orders for what has ended")

    walk(lab, scenario, lib.GATEWAY)


def test_key_rotate(lab):
    """Tokens open at every point, and a rotation that was cut short is finished by the next."""
    def scenario(lab, person):
        yield
        told = command(lab, "key", "rotate", "--reason", "test")
        yield
        if not told:
            lab.cli("key", "rotate", "--reason", "test")
        lib.equal(query("SELECT count(*) FROM credential WHERE factor IN (2, 3) AND state = 1 AND key_id <> ?",
                        lab.ask("status")["key-id"]), 0, "secrets that are sealed with an old key")
        lib.equal(attempt(person, person.code()), wire.ACCEPT, "a login")

    walk(lab, scenario)


def test_backup(lab):
    """A backup has its name only when it is whole: each that is there opens."""
    names = (f"{number}.backup" for number in range(MOST))
    folder = os.path.join(lib.STATE, "backups")

    def scenario(lab, _person):
        copy, since = os.path.join(lab.logs, next(names)), mark()
        yield
        told = command(lab, "backup", copy)
        yield
        act_done(lab, since, told, "backup.make")
        made = [os.path.join(folder, name) for name in os.listdir(folder)] if os.path.isdir(folder) else []
        made = [path for path in made if path.endswith(".backup")]
        lib.equal(len(made) >= told, True, "the backup that was told")
        for path in made + ([copy] if told else []):
            opens(lab, path)
        for path in made + [copy]:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)

    walk(lab, scenario)


def opens(lab, backup):
    """The backup can be restored, in a world of its own."""
    folder = "/var/lib/warifu-restored"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder, mode=0o700)
    shutil.copytree(os.path.join(lib.STATE, "keys"), os.path.join(folder, "keys"))
    lab.run("chown", "-R", "warifu:warifu", folder)
    with open(lib.CONFIG, encoding="utf-8") as stream:
        config = stream.read()
    path = os.path.join(folder, "warifu.conf")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(config + f"state_dir = \"{folder}\"\nkey_file = \"{folder}/keys/warifu.key\"\n")
    lab.run(lib.DAEMON, "--config", path, "--restore", backup)


def sealed():
    """The last row of the last month that is over and has not gone; 0: there is none."""
    return query("SELECT coalesce(max(last_seq), 0) FROM month WHERE removed = 0")


def old_months(last):
    """Months up to that row that have not gone."""
    return query("SELECT count(*) FROM month WHERE last_seq <> 0 AND removed = 0 AND last_seq <= ?", last)


BACKUPS = os.path.join(lib.STATE, "backups")
HALF_DAY = 13 * 3600


def own_backups():
    """Names of backups that the daemon made by itself, and that have their name."""
    return {name for name in os.listdir(BACKUPS) if "Z-" in name} if os.path.isdir(BACKUPS) else set()


def made(name):
    """When such a backup was made, by its name."""
    return datetime.datetime.strptime(name.split("-")[1], "%Y%m%dT%H%M%SZ")


def logged_backups(since):
    """Rows after a mark that say that the daemon made one."""
    return query("SELECT count(*) FROM audit WHERE event = 'backup.copy' AND seq > ?", since)


def test_backup_by_itself(lab):
    """The daemon's own backup and what it takes away after it: none is half, none that must stay goes."""
    def scenario(lab, _person):
        since, before = mark(), sorted(own_backups())
        yield
        lab.page.move(wall=HALF_DAY, boot=HALF_DAY)
        lib.wait_for("a backup, or a death", lambda: logged_backups(since) or lab.process.poll() is not None, 20)
        time.sleep(0.2)  # what it takes away comes after the row
        yield
        kept = own_backups()
        fresh = {name for name in before if made(max(kept)) - made(name) < datetime.timedelta(days=1)}
        lib.equal(fresh <= kept, True, f"those of the last day: {sorted(fresh)} of {sorted(kept)}")
        lib.equal(len(kept) <= 9, True, f"old ones go: {sorted(kept)}")
        for name in sorted(kept)[-2:]:
            lab.cli("restore", "--drill", name)

    walk(lab, scenario, "backup {\n\tevery = 10m\n\tkeep_days = 1\n\tkeep_weeks = 1\n}\n")


def test_drill(lab):
    """A trial of a restore: its row or none, the backup as it was, and nothing left."""
    def scenario(lab, _person):
        path = os.path.join(BACKUPS, "tried.backup")
        if not os.path.exists(path):
            made = lab.ask("backup")["path"]
            os.rename(made, path)
        with open(path, "rb") as stream:
            content = stream.read()
        since = mark()
        yield
        told = command(lab, "restore", "--drill", "tried.backup")
        yield
        act_done(lab, since, told, "restore.drill")
        with open(path, "rb") as stream:
            lib.equal(stream.read() == content, True, "the backup is as it was")
        lab.cli("restore", "--drill", "tried.backup")

    walk(lab, scenario)


def test_expiry(lab):
    """A month of the log that is old enough: no row goes without its tombstone, and what was begun is finished."""
    def scenario(lab, _person):
        time.sleep(1.5)
        lab.page.move(wall=MONTH, boot=MONTH)
        lab.cli("user", "set", "alice", "--display", str(mark()))
        last = lib.wait_for("the month before is sealed", sealed)
        yield
        lab.page.move(wall=2 * DAY, boot=2 * DAY)
        with contextlib.suppress(AssertionError):
            lib.wait_for("it goes, or the daemon dies", lambda: not old_months(last) or lab.process.poll() is not None)
        yield
        buried = query("SELECT coalesce(max(last_seq), 0) FROM month WHERE tombstone <> 0")
        kept = query("SELECT count(*) FROM audit WHERE seq > ?", buried)
        lib.equal(kept, query("SELECT head_seq FROM meta") - buried, "rows behind those that a tombstone stands for")
        lab.verify()
        time.sleep(1.5)  # a daemon looks at the clock once a second, after its start for the first time
        lab.page.move(wall=DAY, boot=DAY)
        lib.wait_for("the month has gone", lambda: not old_months(last), 20)
        lib.equal(query("SELECT min(seq) FROM audit") > buried, True, "none is left of what has a tombstone")

    walk(lab, scenario, "log {\n\tretention_days = 1\n}\n")


def test_reload(lab):
    """A reload changes nothing that a crash could leave."""
    def scenario(lab, person):
        yield
        command(lab, "reload")
        yield
        lib.equal(attempt(person, person.code()), wire.ACCEPT, "a login")

    walk(lab, scenario)


def test_start_and_stop(lab):
    """A start that has attempts to settle, and a stop."""
    def scenario(lab, person):
        since = mark()
        with wire.Login(person.name) as login:
            login.begin()
            login.client.send(wire.ANSWER, login.answer_fields(person.password, person.wrong()))
            lib.wait_for("it is admitted", lambda: reservations() or attempts(lab, since, person)[1], 10)
            lab.kill()
        lab.marked = os.path.getsize(lab.daemon_log)
        yield
        lab.process = lab.spawn()
        with contextlib.suppress(AssertionError):
            lib.wait_for("the daemon serves or dies", lambda: lab.serves() or lab.process.poll() is not None)
            lab.signal(15)
        lab.process.wait(20)
        lab.process = None
        yield
        lib.equal(lab.failures(person.name), 1, "the failure that a crash cut off, after further crashes")
        lib.equal(attempts(lab, since, person)[1], 1, "its row")
        lib.equal(attempt(person, person.code()), wire.ACCEPT, "a login")

    walk(lab, scenario)


def test_restore(lab):
    """A restore that dies leaves the old store or the new one; the next start needs no hand."""
    def scenario(lab, person):
        if query("SELECT count(*) FROM account WHERE name = 'later'") == 0:
            lab.person("later")
        lib.equal(attempt(person, person.code()), wire.ACCEPT, "a login")
        since, generation = mark(), query("SELECT generation FROM meta")
        if lab.runs % 2:
            lab.stop()
        else:
            lab.kill()
        lab.runs += 1
        yield
        told = lab.run(lib.DAEMON, "--restore", lab.saved, code=None, env=lab.page.environment).returncode == 0
        yield
        there = query("SELECT count(*) FROM account WHERE name = 'later'")
        lib.equal(there, int(query("SELECT generation FROM meta") == generation), "old account, old generation")
        lib.equal(there == 0 or not told, True, "told and restored")
        if there:
            lib.equal(mark() > since, True, "all rows of the old store are there")
        else:
            codes = [person.code(), person.code()]
            lab.cli("token", "resync", "alice", str(person.token), "--stdin", text="\n".join(codes) + "\n")
        for name in os.listdir(lib.STATE):
            if name.startswith(KEPT):
                kept_whole(os.path.join(lib.STATE, name))

    found = Walk(lab)
    lab.up(*CONFIG)
    person = lab.person("alice")
    lab.runs = 0
    lab.saved = os.path.join(lab.logs, "early.backup")
    lab.cli("backup", lab.saved)
    found.run(lambda: scenario(lab, person))


def kept_whole(path):
    """The replaced database, which is kept, is one with its log; it is removed then."""
    if path.endswith(("-wal", "-shm")):
        return
    with contextlib.closing(sqlite3.connect(path)) as connection:
        lib.equal(connection.execute("PRAGMA integrity_check").fetchone(), ("ok",), f"{path}")
        lib.equal(connection.execute("SELECT max(seq) = (SELECT head_seq FROM meta) FROM audit").fetchone(), (1,),
                  f"{path}: last row and head")
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + suffix)


def fresh(lab, make):
    """Runs on an empty machine: `make` dies, the next start serves."""
    def scenario():
        if lab.process is not None:
            lab.kill()
        shutil.rmtree(lib.STATE, ignore_errors=True)
        yield
        make()
        yield
        lib.equal(lab.verify() > 0, True, "rows")
        lab.person("alice")

    found = Walk(lab)
    lab.configure(*CONFIG)
    found.run(scenario)


def test_init(lab):
    """`warifud --init` on an empty machine."""
    fresh(lab, lambda: lab.run(lib.DAEMON, "--init", code=None, env=lab.page.environment))


def test_first_start(lab):
    """The first start, which makes key and database by itself."""
    def start():
        lab.marked = os.path.getsize(lab.daemon_log) if os.path.exists(lab.daemon_log) else 0
        lab.process = lab.spawn()
        with contextlib.suppress(AssertionError):
            lib.wait_for("it serves or dies", lambda: lab.serves() or lab.process.poll() is not None)
            lab.kill()
            return
        lab.process.wait(10)
        lab.process = None

    fresh(lab, start)


if __name__ == "__main__":
    lib.main()
