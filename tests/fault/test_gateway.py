"""Logins of the RADIUS front end, over as many rounds as they have, with each fallible call of the daemon failing in turn."""

import lib
import rounds
import wire
from test_acts import change_often
from test_logins import NO_ANSWER, expect, finish, opens


def answered(user, *answers):
    """The verdict on one answer after the other; "gone" when the daemon hung up or said nothing."""
    try:
        with wire.Gateway(timeout=rounds.Patience.seconds) as gateway:
            return gateway.rounds(user, *answers)
    except wire.Gone:
        return "gone"


def test_right(lab):
    """Password, challenge, code: in, or no answer; never a refusal."""
    rounds.up(lab, lib.GATEWAY)
    alice, bob, store = lab.person("alice"), lab.person("bob"), rounds.Store()

    def check(outcome):
        expect(outcome, NO_ANSWER | {wire.ACCEPT}, "right answers")
    rounds.Loop(lab, lambda: answered("bob", bob.password, bob.code()), check, None, opens(alice), clean="ACCEPT").walk()
    finish(lab, store)


def test_first_password(lab):
    """A password of somebody else's is changed in four rounds: with an accept the new one is in force, else one of both."""
    def given(bob, password):
        lab.cli("user", "passwd", "bob", "--stdin", text=password + "\n")
        bob.password = password

    def taken(outcome):
        expect(outcome, NO_ANSWER | {wire.ACCEPT}, "the change of a password")
        return outcome == wire.ACCEPT
    change_often(lab, lambda bob, new: answered("bob", bob.password, bob.code(), new, new), taken, clean="ACCEPT",
                 before=given, parts=(lib.GATEWAY,))


if __name__ == "__main__":
    lib.main()
