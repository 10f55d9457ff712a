"""Logins of the RADIUS front end, as it asks for them over its socket: the same rules and the same counters as PAM,
over crashes of the daemon too."""

import contextlib
import signal
import time

import lib
import wire


def up(lab, *parts):
    """A daemon with one client, and an account."""
    lab.up(lib.GATEWAY, *parts)
    return lab.person("alice", token="totp")


def reasons(lab, result="failure"):
    """Of the rows of alice's logins, oldest first."""
    return [row["reason"] for row in lab.evaluated("alice", result=result)]


def test_two_rounds(lab):
    """Password, challenge, code; a wrong password gets the same challenge, and opens nothing."""
    person = up(lab, lib.NO_BACKOFF)
    with wire.Gateway() as gateway:
        lib.equal(gateway.login("alice", person.password, person.code()), wire.ACCEPT, "both right")
        lib.equal(gateway.login("alice", "not the right one", person.code()), wire.REJECT, "a wrong password")
        lib.equal(gateway.login("alice", person.password, person.wrong()), wire.REJECT, "a wrong code")
        lib.equal(gateway.login("nobody", person.password, "123456"), wire.REJECT, "nobody")
        lib.equal(lab.failures("alice"), 2, "failures")
    lib.equal(reasons(lab), ["wrong-password", "wrong-code"], "reasons")
    lab.verify()


def test_a_first_password(lab):
    """It lets nobody in, but is changed in two more rounds, which end in an accept; then the new one counts."""
    lab.up(lib.GATEWAY, lib.NO_BACKOFF)
    person = lab.person("alice", must_change=True)
    with wire.Gateway() as gateway:
        state = gateway.first("alice", person.password)
        for answer in (person.code(), "a longer battery staple"):
            kind, fields = gateway.wait(gateway.attempt("alice", answer, state))
            lib.equal(kind, wire.CHALLENGE, "asked for more")
            state = fields[wire.STATE][0]
        lib.equal(gateway.second("alice", "a longer battery staple", state), wire.ACCEPT, "the same again")
        lib.equal(gateway.login("alice", person.password, person.code()), wire.REJECT, "the old one")
    lib.equal(wire.login("alice", "a longer battery staple", person.code()), wire.ACCEPT, "the new one over SSH")
    lib.equal([row["reason"] for row in lab.log("--user", "alice", event="login", result="success")],
              ["must-change", "ok", "ok"], "successes")
    lab.verify()


def test_one_code_for_all_ways(lab):
    """A code that opened sshd opens no gateway, and the other way round."""
    person = up(lab, lib.NO_BACKOFF)
    with wire.Gateway() as gateway:
        code = person.code()
        lib.equal(wire.login("alice", person.password, code), wire.ACCEPT, "over SSH")
        lib.equal(gateway.login("alice", person.password, code), wire.REJECT, "the same code at the gateway")
        code = person.code()
        lib.equal(gateway.login("alice", person.password, code), wire.ACCEPT, "at the gateway")
        lib.equal(wire.login("alice", person.password, code), wire.REJECT, "the same code over SSH")
    lib.equal(lab.failures("alice"), 0, "failures")


def test_one_counter_for_all_ways(lab):
    """200 wrong guesses at the same moment, half over SSH, half through a gateway: exactly 10 are evaluated."""
    person = up(lab, lib.NO_BACKOFF)

    def ready(number):
        if number % 2:
            return wire.Gateway()
        attempt = wire.Login("alice", source=f"198.51.100.{number}")
        attempt.begin()
        return attempt

    def go(state):
        if isinstance(state, wire.Gateway):
            return state.verdict(state.attempt("alice", "not the right one"))
        return state.answer("not the right one", "000000")

    answers = wire.Crowd(200, ready, go).run()
    # A busy machine may not come to look at all of them in time: then it says so, and counts nothing.
    lib.equal(set(answers[0::2]) - {wire.REJECT, wire.UNAVAILABLE}, set(), "other verdicts over SSH")
    lib.equal(set(answers[1::2]) - {None, wire.UNAVAILABLE}, set(), "at the gateway, besides challenges")
    lib.equal(len(lab.evaluated("alice", result="failure")), 10, "evaluated")
    lib.equal(lab.ask("user", "show", "alice")["locked"], True, "locked")
    with wire.Gateway() as gateway:
        lib.equal(gateway.login("alice", person.password, person.code()), wire.REJECT, "the right answers after that")
    lab.verify()


def test_a_packet_sent_fifty_times(lab):
    """Over two connections, and again after kill -9: one evaluation, one failure, the same state."""
    up(lab, lib.NO_BACKOFF)
    with wire.Gateway() as one, wire.Gateway() as other:
        tags = [(gateway, gateway.attempt("alice", "not the right one", key="packet"))
                for _ in range(25) for gateway in (one, other)]
        states = {gateway.wait(tag)[1][wire.STATE][0] for gateway, tag in tags}
    lib.equal(len(states), 1, "states")
    lab.kill()
    lab.start()
    with wire.Gateway() as gateway:
        lib.equal({gateway.first("alice", "not the right one", "packet")}, states, "the state after a crash")
    lib.equal(lab.failures("alice"), 1, "failures")
    lib.equal(len(lab.evaluated("alice")), 1, "evaluated")


def test_a_challenge_lives_over_a_crash(lab):
    """kill -9 between the rounds: the code is taken, and nothing was counted."""
    person = up(lab, lib.NO_BACKOFF)
    with wire.Gateway() as gateway:
        state = gateway.first("alice", person.password)
    lab.kill()
    lab.start()
    with wire.Gateway() as gateway:
        lib.equal(gateway.second("alice", person.code(), state), wire.ACCEPT, "the code")
        lib.equal(gateway.second("alice", person.code(), state), wire.REJECT, "the state again")
    lib.equal(lab.failures("alice"), 0, "failures")
    lab.verify()


def test_a_daemon_that_hangs(lab):
    """SIGSTOP: no answer, no end of the connection; then the answer comes."""
    person = up(lab)
    with wire.Gateway(timeout=2) as gateway:
        lab.signal(signal.SIGSTOP)
        tag = gateway.attempt("alice", person.password)
        with contextlib.suppress(wire.Gone):
            raise AssertionError(f"a stopped daemon answered: {gateway.wait(tag)}")
        lab.signal(signal.SIGCONT)
        kind, _fields = gateway.wait(tag)
        lib.equal(kind, wire.CHALLENGE, "the answer")


def test_many_at_once(lab):
    """A thousand requests on one connection, each answered once with its tag; patience ends some of them."""
    up(lab, lib.NO_BACKOFF, lib.UNLIMITED_SOURCE)
    with wire.Gateway() as gateway:
        patient = [gateway.attempt(f"nobody{number}", "a guess") for number in range(200)]
        hasty = [gateway.attempt(f"somebody{number}", "a guess", patience=1) for number in range(800)]
        lib.equal({gateway.verdict(tag) for tag in patient} - {None, wire.UNAVAILABLE}, set(), "those who wait")
        begin = time.monotonic()
        lib.equal({gateway.verdict(tag) for tag in hasty} - {None, wire.UNAVAILABLE}, set(), "those who do not")
        if time.monotonic() - begin > 60:
            raise AssertionError("what would come too late was computed all the same")


def test_a_record_is_stored_once(lab):
    """Resent over a crash: one row, one session."""
    up(lab)
    with wire.Gateway() as gateway:
        lib.equal(gateway.record(wire.START, "A1", "alice", "record"), wire.ACCEPT, "stored")
    lab.kill()
    lab.start()
    with wire.Gateway() as gateway:
        lib.equal(gateway.record(wire.START, "A1", "alice", "record"), wire.ACCEPT, "stored before")
        lib.equal(gateway.record(wire.STOP, "A1", "alice"), wire.ACCEPT, "its end")
    events = [row["event"] for row in lab.log("--user", "alice") if row["event"].startswith("session.")]
    lib.equal(events, ["session.open", "session.close"], "rows")
    lab.verify()


if __name__ == "__main__":
    lib.main()
