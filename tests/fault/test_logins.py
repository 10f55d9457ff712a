"""Logins with each fallible call of the daemon failing in turn.

Wrong answers never open; right ones open or meet UNAVAILABLE. They are refused only where the attempt had
been given up before it was decided, and count as a failure only where their outcome could not be written:
such an attempt ends as `interrupted` with its lease.
"""

import lib
import rounds
import wire

NO_ANSWER = {wire.UNAVAILABLE, "gone"}
ALONE = "service \"vpn\" {\n\task = {\"code\"}\n}\n"


def expect(outcome, allowed, what):
    """One of these."""
    if outcome not in allowed:
        raise rounds.Broken(f"{what}: {rounds.names(outcome)}")


def opens(person):
    """Gets in with the right answers."""
    def check():
        expect(rounds.attempt(person, person.code()), {wire.ACCEPT}, f"the right answers of {person.name} afterwards")
    return check


def below_lock(lab, store, person):
    """Far from the lock, which may be at 1,000 at most."""
    if store.counted(person) > 900:
        lab.cli("unlock", person.name, "--reason", "the next rounds")


def counted(lab, store, person):
    """The counter equals the rows that count, where nothing has set it back since."""
    if lab.log("--class", "admin", event="unlock"):
        return
    rows = [row for row in lab.evaluated(person.name, result="failure") if row["reason"] not in ("abandoned", "replayed")]
    unsure = [row for row in lab.evaluated(person.name, result="unavailable") if row["reason"] == "wrong-answer"]
    lib.equal(store.counted(person), len(rows) + len(unsure), f"failures of {person.name} and their rows")


def finish(lab, store, *people):
    """At the end of a scenario."""
    rounds.leases_end(lab, store)
    rounds.sound(lab)
    for person in people:
        counted(lab, store, person)


def alone(person, code):
    """By the code alone, which needs no hash: admitted and settled by one commit."""
    return rounds.attempt(person, code, service="vpn")


def right(lab, store, person, tried):
    """A HOTP code, right: in, with exactly one row of success; or UNAVAILABLE without one. It opens once, whatever
    became of the first try."""
    last = {}

    def note():
        last["successes"], last["code"] = store.rows(person, rounds.SUCCESS), person.code()

    def check(outcome):
        expect(outcome, NO_ANSWER | {wire.ACCEPT}, "right answers")
        done = store.rows(person, rounds.SUCCESS) - last["successes"]
        if outcome != "gone":
            lib.equal(done, int(outcome == wire.ACCEPT), "rows of success")
        if done:
            expect(rounds.attempt(person, last["code"]), NO_ANSWER | {wire.REJECT}, "the code again")
    rounds.Loop(lab, lambda: tried(person, last["code"]), check, note, opens(person), clean="ACCEPT").walk()
    finish(lab, store)


def wrong(lab, store, person, tried, well):
    """A wrong code: never in; a refusal that was told is counted."""
    before = {}

    def note():
        below_lock(lab, store, person)
        before["failures"] = store.counted_or_pending(person)

    def check(outcome):
        expect(outcome, NO_ANSWER | {wire.REJECT}, "a wrong code")
        # Leases of earlier rounds may end meanwhile: each counts once, and is pending no more.
        grown = store.counted_or_pending(person) - before["failures"]
        if outcome == wire.REJECT:
            lib.equal(grown, 1, "failures counted for a refusal that was told")
        elif grown not in (0, 1):
            raise rounds.Broken(f"one attempt counted {grown} times")
    code = person.wrong()
    rounds.Loop(lab, lambda: tried(person, code), check, note, well, clean="REJECT").walk()
    finish(lab, store, person)


def test_right(lab):
    """Password and code."""
    rounds.up(lab)
    right(lab, rounds.Store(), lab.person("alice"), rounds.attempt)


def test_right_alone(lab):
    """By the code alone."""
    rounds.up(lab, ALONE)
    right(lab, rounds.Store(), lab.person("alice"), alone)


def test_wrong(lab):
    """The right password, and a wrong code."""
    rounds.up(lab)
    wrong(lab, rounds.Store(), lab.person("bob"), rounds.attempt, opens(lab.person("alice")))


def test_wrong_alone(lab):
    """A wrong code alone."""
    rounds.up(lab, ALONE)
    wrong(lab, rounds.Store(), lab.person("bob"), alone, opens(lab.person("alice")))


def test_wrong_password(lab):
    """A wrong password with the right code: never in, and the code is not used up."""
    rounds.up(lab)
    alice, bob, store = lab.person("alice"), lab.person("bob", password="a wrong one it is"), rounds.Store()
    bob.password = "another one than his"
    code = bob.code()

    def check(outcome):
        expect(outcome, NO_ANSWER | {wire.REJECT}, "a wrong password")
    rounds.Loop(lab, lambda: rounds.attempt(bob, code), check, lambda: below_lock(lab, store, bob), opens(alice), clean="REJECT").walk()
    finish(lab, store, bob)
    lab.cli("unlock", "bob", "--reason", "leases that ended have been counted, too")
    bob.password = "a wrong one it is"
    lib.equal(rounds.attempt(bob, code), wire.ACCEPT, "the code afterwards, with the right password")


def test_locked(lab):
    """The right answers to a locked account: never in."""
    rounds.up(lab)
    alice, bob, store = lab.person("alice"), lab.person("bob"), rounds.Store()
    lab.configure(rounds.CHEAP.replace("threshold = 1000", "threshold = 3", 1), lib.UNLIMITED_SOURCE)
    lab.cli("reload")
    for _ in range(3):
        rounds.attempt(bob, bob.wrong())
    lib.equal(lab.ask("user", "show", "bob")["locked"], True, "locked")

    def check(outcome):
        expect(outcome, NO_ANSWER | {wire.REJECT}, "a locked account")
    rounds.Loop(lab, lambda: rounds.attempt(bob, bob.code()), check, None, opens(alice), clean="REJECT").walk()
    finish(lab, store)
    lib.equal(rounds.attempt(bob, bob.code()), wire.REJECT, "still locked")


def test_unknown(lab):
    """A name without account: never in."""
    rounds.up(lab)
    alice, store = lab.person("alice"), rounds.Store()
    nobody = lib.Person("nobody-here", "whatever it is")

    def check(outcome):
        expect(outcome, NO_ANSWER | {wire.REJECT}, "an unknown user")
    rounds.Loop(lab, lambda: rounds.attempt(nobody, "000000"), check, None, opens(alice), clean="REJECT").walk()
    finish(lab, store)


if __name__ == "__main__":
    lib.main()
