"""Administrative acts with each fallible call of the daemon failing in turn.

The command ends with 0 and what it promised is so, or with another code and a sentence that says what to
do; then the act may be done or not (its answer can get lost), but never by half.
"""

import os
import subprocess
import time

import lib
import rounds
import wire
from test_logins import expect, finish, opens

SAYINGS = {}
SILENT = (3, "", "It waits, for as long as the daemon is there and cannot answer.")


def act(lab, *arguments, text=None):
    """A command's exit code and what it said."""
    try:
        done = lab.run(lib.CLI, *arguments, text=text, code=None, timeout=rounds.Patience.seconds)
    except subprocess.TimeoutExpired:
        if rounds.Patience.silence == "silent":
            raise rounds.Broken("no answer") from None
        return SILENT
    return done.returncode, done.stdout, done.stderr


def told(outcome):
    """An error comes with a sentence."""
    code, _said, error = outcome
    if code < 0 or code > 4:
        raise rounds.Broken(f"exit code {code}: {error}")
    if code and len(error.strip()) < 15:
        raise rounds.Broken(f"exit code {code} without a sentence: {error!r}")
    SAYINGS.setdefault(error.strip(), code)


def say_all(lab):
    """The sentences, for whoever wants to read them."""
    with open(os.path.join(lab.logs, "sayings"), "w", encoding="utf-8") as stream:
        for error, code in SAYINGS.items():
            stream.write(f"{code}: {error}\n")
    SAYINGS.clear()


def test_token(lab):
    """A new token: with exit code 0 it is there, once; a failed act leaves no half of one."""
    rounds.up(lab)
    alice, bob, store = lab.person("alice"), lab.person("bob", token=None), rounds.Store()
    before = {}

    def note():
        for row in lab.ask("token", "list", "bob"):
            if row["state"] == "void":
                continue
            lab.cli("token", "remove", "bob", str(row["id"]), "--reason", "test")
        before["rows"] = store.ask("SELECT count(*) FROM credential WHERE account_id = "
                                   "(SELECT id FROM account WHERE name = 'bob')")[0]

    def check(outcome):
        told(outcome)
        grown = store.ask("SELECT count(*) FROM credential WHERE account_id = "
                          "(SELECT id FROM account WHERE name = 'bob')")[0] - before["rows"]
        if outcome[0] == 0:
            lib.equal(grown, 1, "tokens after a success")
        elif grown not in (0, 1):
            raise rounds.Broken(f"{grown} tokens after a failure")
    rounds.Loop(lab, lambda: act(lab, "token", "add", "bob", "hotp", "--no-confirm"), check, note, opens(alice)).walk()
    say_all(lab)
    finish(lab, store)


def in_force(lab, person, passwords):
    """One of these opens; it becomes the person's. Set by somebody else, it must be changed at the login."""
    deadline = time.monotonic() + rounds.AGAIN
    while time.monotonic() < deadline:
        for person.password in passwords:
            if rounds.attempt(person, person.code()) in (wire.ACCEPT, wire.CHANGE_FIRST):
                return
        if lab.process.poll() is not None:
            return  # the loop looks at how it ended
        time.sleep(0.3)
    raise rounds.Broken("neither the old nor the new password is in force")


def change_often(lab, set_password, taken, clean="code 0", before=None, parts=()):
    """Changes bob's password by set_password(bob, new) in every round. Where taken() says of the outcome that it was
    done the new one is in force, else the old one or the new one. before(bob, new) may set another one first."""
    rounds.up(lab, *parts)
    alice, bob, store = lab.person("alice"), lab.person("bob"), rounds.Store()
    state = {"number": 0, "old": bob.password}

    def prepare():
        if before is not None:
            before(bob, f"the {state['number']}th of many cherry trees")
            state["old"] = bob.password

    def change():
        state["number"] += 1
        state["new"] = f"the {state['number']}th of many plum trees"
        return set_password(bob, state["new"])

    def check(outcome):
        in_force(lab, bob, [state["new"]] + [state["old"]] * (not taken(outcome)))
        state["old"] = bob.password
    rounds.Loop(lab, change, check, prepare, opens(alice), clean=clean).walk()
    say_all(lab)
    finish(lab, store)


def test_password(lab):
    """A password by an administrator."""
    def taken(outcome):
        told(outcome)
        return outcome[0] == 0
    change_often(lab, lambda bob, new: act(lab, "user", "passwd", "bob", "--stdin", text=new + "\n"), taken)


def set_own(bob, new):
    """Somebody changes his own password over the PAM socket: proof, then the new one."""
    try:
        with wire.Login("bob", service="passwd", purpose=2, timeout=20) as login:
            verdict = login.run(bob.password, bob.code())
            if verdict != wire.ACCEPT:
                return verdict
            _kind, fields = login.client.ask(wire.CHANGE, [(wire.TXN, login.txn), (wire.USER, "bob"),
                                                           (wire.SERVICE, "passwd"), (wire.SECRET, new)])
            return fields[wire.VERDICT][0][0]
    except wire.Gone:
        return "gone"


def test_own_password(lab):
    """A password by its owner."""
    def taken(outcome):
        expect(outcome, {wire.ACCEPT, wire.UNAVAILABLE, "gone"}, "the change of a password")
        return outcome == wire.ACCEPT
    change_often(lab, set_own, taken, clean="ACCEPT")


def test_unlock(lab):
    """After a success the account is open and its counter 0."""
    rounds.up(lab)
    alice, bob, store = lab.person("alice"), lab.person("bob"), rounds.Store()
    lab.configure(rounds.CHEAP.replace("threshold = 1000", "threshold = 1", 1), lib.UNLIMITED_SOURCE)
    lab.cli("reload")
    wrong = bob.wrong()

    def lock():
        expect(rounds.attempt(bob, wrong), {wire.REJECT}, "a wrong code")

    def check(outcome):
        told(outcome)
        if outcome[0] == 0:
            lib.equal(store.counted(bob), 0, "failures after an unlock")
    rounds.Loop(lab, lambda: act(lab, "unlock", "bob", "--reason", "test"), check, lock, opens(alice)).walk()
    say_all(lab)
    finish(lab, store)


def test_backup(lab):
    """A backup that was made can be restored; one that was not leaves no file under its name."""
    rounds.up(lab)
    alice, store = lab.person("alice"), rounds.Store()
    path = os.path.join(lab.logs, "a.backup")

    def unfinished():
        folder = os.path.join(lib.STATE, "backups")
        names = os.listdir(folder) if os.path.exists(folder) else []
        return [name for name in names if not name.endswith(".backup")]

    def clear():
        if os.path.exists(path):
            os.unlink(path)
        lab.page.move(wall=1, boot=1)  # the daemon's own copy is named by the second

    def check(outcome):
        told(outcome)
        if outcome[0] == 0 and not os.path.exists(path):
            raise rounds.Broken("no file after a success")
        if unfinished():  # where unlinking failed, too: the next backup takes them away
            lab.page.move(wall=1, boot=1)
            lib.wait_for("the next backup", lambda: act(lab, "backup", path + ".next")[0] == 0)
            os.unlink(path + ".next")
        lib.equal(unfinished(), [], "unfinished files in the folder of backups")
    rounds.Loop(lab, lambda: act(lab, "backup", path), check, clear, opens(alice)).walk()
    say_all(lab)
    finish(lab, store)
    clear()
    # one whose caller is gone is still being made
    lib.wait_for("a last backup", lambda: act(lab, "backup", path)[0] == 0)
    lab.stop()
    lab.run(lib.DAEMON, "--restore", path)
    lab.start()
    rounds.sound(lab)


def test_rotation(lab):
    """A rotation of the key, finished or not: tokens work on, also after a restart."""
    rounds.up(lab)
    alice, store = lab.person("alice"), rounds.Store()
    lab.people(3)
    rounds.Loop(lab, lambda: act(lab, "key", "rotate", "--reason", "test"), told, None, opens(alice)).walk()
    say_all(lab)
    finish(lab, store)
    lab.stop()
    lab.start()
    opens(alice)()


def test_reload(lab):
    """A reload fails as a whole or succeeds as a whole; the daemon serves on in any case."""
    rounds.up(lab)
    alice, store = lab.person("alice"), rounds.Store()
    rounds.Loop(lab, lambda: act(lab, "reload"), told, None, opens(alice)).walk()
    say_all(lab)
    finish(lab, store)


if __name__ == "__main__":
    lib.main()
