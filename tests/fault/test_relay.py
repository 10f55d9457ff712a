"""Logins at a host without accounts with each fallible call failing in turn: those of its relay, or of the centre."""

import fault
import lib
import relays
import rounds
import wire
from test_logins import NO_ANSWER, below_lock, expect, finish

HOST = "web1.test"


def attempt(person, code):
    """One login through the relay: a verdict, or "gone" when it hung up or said nothing."""
    try:
        return relays.login(person, code=code, timeout=rounds.Patience.seconds)
    except wire.Gone:
        return "gone"


def opens(person):
    """Gets in through the relay with the right answers."""
    def check():
        expect(attempt(person, person.code()), {wire.ACCEPT}, f"the right answers of {person.name} afterwards")
    return check


def pair(lab):
    """A centre and its relay, each with a page of its own."""
    authority = relays.Authority(lab)
    rounds.up(lab, relays.centre(lab, authority, HOST))
    relay = relays.Relay(lab, authority.make("host", HOST))
    relay.page = fault.Page("/run/fault-page-relay")
    return relay.start()


def test_right(lab):
    """The relay's calls fail: right answers open or meet UNAVAILABLE."""
    relay = pair(lab)
    alice, bob, store = lab.person("alice"), lab.person("bob"), rounds.Store()

    def check(outcome):
        expect(outcome, NO_ANSWER | {wire.ACCEPT}, "right answers")
    rounds.Loop(lab, lambda: attempt(bob, bob.code()), check, None, opens(alice), clean="ACCEPT", subject=relay).walk()
    finish(lab, store)


def test_wrong(lab):
    """The relay's calls fail: a wrong code never opens, and a refusal that was told is counted at the centre."""
    relay = pair(lab)
    alice, bob, store = lab.person("alice"), lab.person("bob"), rounds.Store()
    before, wrong = {}, bob.wrong()

    def note():
        below_lock(lab, store, bob)
        before["failures"] = store.counted_or_pending(bob)

    def check(outcome):
        expect(outcome, NO_ANSWER | {wire.REJECT}, "a wrong code")
        if outcome == wire.REJECT:
            lib.equal(store.counted_or_pending(bob), before["failures"] + 1, "failures counted for a refusal that was told")
    rounds.Loop(lab, lambda: attempt(bob, wrong), check, note, opens(alice), clean="REJECT", subject=relay).walk()
    finish(lab, store, bob)


def test_centre(lab):
    """The centre's calls fail: the same for right answers through the relay, which finds its centre again."""
    relay = pair(lab)
    alice, bob, store = lab.person("alice"), lab.person("bob"), rounds.Store()

    def check(outcome):
        expect(outcome, NO_ANSWER | {wire.ACCEPT}, "right answers")
        lib.equal(relay.process.poll(), None, "exit code of the relay")
    rounds.Loop(lab, lambda: attempt(bob, bob.code()), check, None, opens(alice), clean="ACCEPT").walk()
    finish(lab, store)


if __name__ == "__main__":
    lib.main()
