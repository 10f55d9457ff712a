"""Races: many processes released by a barrier. What the counters and the codes promise must hold however
many come at once (doc/TESTING.md says how the crowd works)."""

import collections

import lib
import wire

CROWD = 200
# No slow hash: evaluated first, and admitted by the commit that settles it.
CODES = 'service "codes" {\n\task = {"code"}\n}\n'


def sources(number):
    """A source of its own for each."""
    return f"198.51.{number // 200}.{number % 200 + 1}"


def guesses(person, count, **answer):
    """Attempts with the right password and a wrong code, or what answer says."""
    return [{"user": person.name, "source": sources(number), "password": person.password, "code": person.wrong(),
             **answer} for number in range(count)]


def tally(verdicts):
    """How often each verdict came; a text (no answer at all) is a failure."""
    broken = [verdict for verdict in verdicts if not isinstance(verdict, int)]
    if broken:
        raise AssertionError(f"{len(broken)} of {len(verdicts)} got no answer, such as: {broken[0][:500]}")
    return collections.Counter(verdicts)


def counted(lab, name):
    """Evaluated wrong answers of an account, by the log."""
    return len(lab.evaluated(name, result="failure"))


def test_wrong_guesses_without_backoff(lab):
    """200 wrong at once, no back-off: exactly 10 are evaluated, nobody gets in, the account is locked."""
    lab.up(lib.NO_BACKOFF)
    person = lab.person("alice")
    verdicts = tally(wire.crowd_login(guesses(person, CROWD)))
    lib.equal(verdicts[wire.ACCEPT], 0, "accepted")
    lib.equal(counted(lab, "alice"), 10, "evaluated wrong answers")
    lib.equal(lab.ask("user", "show", "alice")["locked"], True, "locked")
    lib.equal(wire.login("alice", person.password, person.code()), wire.REJECT, "the right answers after that")
    lib.equal(counted(lab, "alice"), 10, "evaluated wrong answers after one more")
    lab.verify()


def test_wrong_guesses_with_defaults(lab):
    """The same with the defaults: never more than 10, and at least one."""
    lab.up()
    person = lab.person("alice")
    verdicts = tally(wire.crowd_login(guesses(person, CROWD)))
    lib.equal(verdicts[wire.ACCEPT], 0, "accepted")
    found = counted(lab, "alice")
    if not 1 <= found <= 10:
        raise AssertionError(f"{found} wrong answers were evaluated")
    lab.verify()


def test_wrong_passwords(lab):
    """Wrong passwords are counted like wrong codes."""
    lab.up(lib.NO_BACKOFF)
    person = lab.person("alice")
    verdicts = tally(wire.crowd_login(guesses(person, CROWD, password="not the right one")))
    lib.equal(verdicts[wire.ACCEPT], 0, "accepted")
    lib.equal(counted(lab, "alice"), 10, "evaluated wrong answers")


def test_strangers_and_home(lab):
    """200 wrong from elsewhere, then 200 from where he has logged in: 7 of the ones, 3 of the others."""
    lab.up(lib.NO_BACKOFF)
    person = lab.person("alice")
    lib.equal(wire.login("alice", person.password, person.code(), source="203.0.113.9"), wire.ACCEPT, "from home")
    tally(wire.crowd_login(guesses(person, CROWD)))
    lib.equal(counted(lab, "alice"), 7, "evaluated wrong answers of strangers")
    lib.equal(lab.ask("user", "show", "alice")["lock-lane"], "strangers", "who is locked out")
    tally(wire.crowd_login(guesses(person, CROWD, source="203.0.113.9")))
    lib.equal(counted(lab, "alice"), 10, "evaluated wrong answers of all")
    lib.equal(lab.ask("user", "show", "alice")["lock-lane"], "account", "who is locked out")
    lab.verify()


def test_strangers_and_home_at_once(lab):
    """Both at the same moment: 10 together, never more than 7 of strangers."""
    lab.up(lib.NO_BACKOFF)
    person = lab.person("alice")
    lib.equal(wire.login("alice", person.password, person.code(), source="203.0.113.9"), wire.ACCEPT, "from home")
    crowd = guesses(person, CROWD)
    for guess in crowd[::2]:
        guess["source"] = "203.0.113.9"
    tally(wire.crowd_login(crowd))
    rows = lab.evaluated("alice", result="failure")
    strangers = sum(1 for row in rows if row["source"] != "203.0.113.9")
    lib.equal(len(rows), 10, "evaluated wrong answers of all")
    if strangers > 7:
        raise AssertionError(f"{strangers} wrong answers of strangers were evaluated")
    lab.verify()


def test_wrong_codes_alone(lab):
    """The same where the code is all that is asked."""
    lab.up(lib.NO_BACKOFF, CODES)
    person = lab.person("alice")
    verdicts = tally(wire.crowd_login(guesses(person, CROWD, service="codes")))
    lib.equal(verdicts[wire.ACCEPT], 0, "accepted")
    lib.equal(counted(lab, "alice"), 10, "evaluated wrong answers")
    lib.equal(lab.ask("user", "show", "alice")["locked"], True, "locked")
    lab.verify()


def test_wrong_codes_alone_and_not(lab):
    """Both ways at the same time: one counter."""
    lab.up(lib.NO_BACKOFF, CODES)
    person = lab.person("alice")
    attempts = guesses(person, CROWD)
    for attempt in attempts[::2]:
        attempt["service"] = "codes"
    lib.equal(tally(wire.crowd_login(attempts))[wire.ACCEPT], 0, "accepted")
    lib.equal(counted(lab, "alice"), 10, "evaluated wrong answers")
    lab.verify()


def one_right(lab):
    """199 wrong and one right: at most 10 wrong evaluated before the accept and 10 after."""
    person = lab.person("alice")
    attempts = guesses(person, CROWD)
    attempts[CROWD // 2]["code"] = person.code()
    accepted = tally(wire.crowd_login(attempts))[wire.ACCEPT]
    rows = lab.evaluated("alice")
    wrong, after = 0, 0
    seen = False
    for row in rows:
        if row["result"] == "success":
            seen = True
        elif row["result"] == "failure":
            wrong, after = (wrong, after + 1) if seen else (wrong + 1, after)
    lib.equal(seen, accepted == 1, "the accept is in the log")
    if accepted > 1 or wrong > 10 or after > 10:
        raise AssertionError(f"accepted {accepted}, wrong before {wrong}, wrong after {after}")
    lab.verify()


def test_one_right_without_backoff(lab):
    """One right among wrong ones, no back-off."""
    lab.up(lib.NO_BACKOFF)
    one_right(lab)


def test_one_right_with_defaults(lab):
    """One right among wrong ones, defaults."""
    lab.up()
    one_right(lab)


def one_code_once(lab, config, **options):
    """200 uses of one valid TOTP code: exactly one is accepted."""
    lab.up(*config)
    person = lab.person("alice", token="totp")
    verdicts = tally(wire.crowd_login(guesses(person, CROWD, code=person.code(), **options)))
    lib.equal(verdicts[wire.ACCEPT], 1, "accepted")
    lib.equal(lab.failures("alice"), 0, "a right code that is used up is no guess: failures")
    lib.equal(len(lab.evaluated("alice", result="success")), 1, "successes in the log")
    lab.verify()


def test_one_totp_code(lab):
    """Without back-off."""
    one_code_once(lab, [lib.NO_BACKOFF])


def test_one_totp_code_with_defaults(lab):
    """With the defaults."""
    one_code_once(lab, [])


def test_one_totp_code_alone(lab):
    """Where the code is all that is asked."""
    one_code_once(lab, [lib.NO_BACKOFF, CODES], service="codes")


def test_one_hotp_code(lab):
    """The same for HOTP, whose used code is a wrong one to a later look-ahead: exactly one is accepted."""
    lab.up(lib.NO_BACKOFF)
    person = lab.person("alice")
    verdicts = tally(wire.crowd_login(guesses(person, CROWD, code=person.code())))
    lib.equal(verdicts[wire.ACCEPT], 1, "accepted")


def test_one_recovery_code(lab):
    """200 uses of one recovery code: exactly one is accepted."""
    lab.up(lib.NO_BACKOFF)
    person = lab.person("alice")
    code = lab.recovery_codes(person)[0]
    verdicts = tally(wire.crowd_login(guesses(person, CROWD, code=code)))
    lib.equal(verdicts[wire.ACCEPT], 1, "accepted")
    lib.equal([row for row in lab.ask("token", "list", "alice") if row["type"] == "recovery"][0]["remaining"], 9,
              "codes that remain")


def test_honest_logins_of_one_account(lab):
    """30 parallel honest logins of one account, each with a recovery code of its own: all succeed."""
    lab.up("recovery {\n\tcodes = 30\n}\n")
    person = lab.person("alice")
    codes = lab.recovery_codes(person)
    lib.equal(len(codes), 30, "codes in a set")
    attempts = guesses(person, 30)
    for attempt, code in zip(attempts, codes):
        attempt["code"] = code
    verdicts = tally(wire.crowd_login(attempts))
    lib.equal(verdicts[wire.ACCEPT], 30, "accepted")
    lib.equal(lab.failures("alice"), 0, "failures")


def test_twenty_users_together(lab):
    """20 users log in together while one is being guessed at: none of them is disturbed."""
    lab.up()
    people = lab.people(20)
    victim = lab.person("victim")
    attempts = [{"user": person.name, "source": sources(number), "password": person.password, "code": person.code()}
                for number, person in enumerate(people)]
    verdicts = wire.crowd_login(attempts + guesses(victim, 50))
    lib.equal(tally(verdicts[:20])[wire.ACCEPT], 20, "accepted")
    lib.equal(tally(verdicts[20:])[wire.ACCEPT], 0, "guesses that were accepted")


def test_fifty_behind_one_address(lab):
    """50 people behind one address log in; a few mistype first; none is slowed."""
    lab.up()
    people = lab.people(50)
    same = "203.0.113.9"
    for person in people[:10]:
        lib.equal(wire.login(person.name, person.password, person.wrong(), source=same), wire.REJECT, "mistyped")
    attempts = [{"user": person.name, "source": same, "password": person.password, "code": person.code()}
                for person in people]
    verdicts = tally(wire.crowd_login(attempts))
    lib.equal(verdicts[wire.ACCEPT], 50, "accepted")


if __name__ == "__main__":
    lib.main()
