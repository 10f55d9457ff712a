"""Logins through warifu-radiusd and the real daemon: one account, one counter, one log for SSH and gateways."""

import contextlib
import signal
import time

import lib
import radius
import wire
from radius import Gateway, Nas, Server, access, attribute, client, record

TWO_LISTENERS = 'radius {\n\tlisten = {"127.0.0.1:1812", "127.0.0.1:1912"}\n}\n'


def up(lab, *parts, token="hotp"):
    """Daemon, server, one client, alice."""
    radius.make_user()
    lab.up(*(parts or (client(),)), lib.NO_BACKOFF)
    person = lab.person("alice", token=token)
    return Server(lab).start().connected(), person


def login(nas, person, password=None, code=None, name=None):
    """Both rounds; the code of the last reply, None for no reply."""
    name = name or person.name
    first = nas.ask(access(name, person.password if password is None else password))
    if first is None or first.code != radius.CHALLENGE:
        return first and first.code
    return nas.ask(access(name, person.code() if code is None else code, state=first.one(radius.STATE_ATTR))).code


def reasons(lab):
    """Of alice's refused logins."""
    return [row["reason"] for row in lab.evaluated("alice", result="failure")]


def test_challenge(lab):
    """Right, wrong password, wrong code, nobody: challenges for all, an Accept for one."""
    _, person = up(lab)
    with Nas() as nas:
        lib.equal(login(nas, person), radius.ACCEPT, "both right")
        lib.equal(login(nas, person, password="wrong"), radius.REJECT, "a wrong password")
        lib.equal(login(nas, person, code=person.wrong()), radius.REJECT, "a wrong code")
        lib.equal(login(nas, person, name="nobody"), radius.REJECT, "nobody")
    lib.equal(reasons(lab), ["wrong-password", "wrong-code"], "reasons")
    rows = lab.log("--user", "alice", "--class", "auth", result="success")
    lib.equal([(row["service"], row["machine"]) for row in rows][-1:], [("vpn", "nas one")], "where the row says it was")
    lab.verify()


def test_same_challenge_for_all(lab):
    """What comes back for a right password, a wrong one and nobody differs in nothing but the State (I5 of the design)."""
    _, person = up(lab)
    with Nas() as nas:
        replies = [nas.ask(access(name, password)) for name, password in
                   (("alice", person.password), ("alice", "wrong"), ("nobody", "wrong"))]
    seen = {tuple((kind, value if kind not in (radius.STATE_ATTR, 80) else len(value)) for kind, value in reply.attributes)
            for reply in replies}
    lib.equal(len(seen), 1, f"kinds of challenges: {seen}")


def test_one_field(lab):
    """Password and code in one field, as the client's mode has it."""
    modes = {"127.0.0.2": '"code-last"', "127.0.0.3": '"code-first"', "127.0.0.4": '"separator"', "127.0.0.5": '"code"'}
    sections = [client(f"c{address[-1]}", f'"{address}"', mode=mode, **({"separator": '","'} if "sep" in mode else {}))
                for address, mode in modes.items()]
    _, person = up(lab, *sections)
    joined = {"127.0.0.2": "{p}{c}", "127.0.0.3": "{c}{p}", "127.0.0.4": "{p},{c}", "127.0.0.5": "{c}"}
    for address, form in joined.items():
        with Nas(address) as nas:
            code = person.code()
            right = access(password=form.format(p=person.password, c=code))
            lib.equal(nas.ask(right).code, radius.ACCEPT, f"mode {modes[address]}")
            lib.equal(nas.ask(access(password=form.format(p=person.password, c=code))).code, radius.REJECT, "the same code again")
            lib.equal(nas.ask(access(password=form.format(p="wrong" if "p" in form else "", c=person.wrong()))).code, radius.REJECT, "wrong")


def test_one_code_for_all_ways(lab):
    """A code that opened sshd opens no gateway, and the other way round; neither counts as a guess."""
    _, person = up(lab, token="totp")
    with Nas() as nas:
        code = person.code()
        lib.equal(wire.login("alice", person.password, code), wire.ACCEPT, "over SSH")
        lib.equal(login(nas, person, code=code), radius.REJECT, "the same code at the gateway")
        code = person.code()
        lib.equal(login(nas, person, code=code), radius.ACCEPT, "at the gateway")
        lib.equal(wire.login("alice", person.password, code), wire.REJECT, "the same code over SSH")
    lib.equal(reasons(lab), ["replayed", "replayed"], "reasons")
    lib.equal(lab.failures("alice"), 0, "failures")


def test_locked_by_ssh_is_locked_here(lab):
    """Ten guesses over SSH, and the right answers are refused at the gateway, with the same texts as before."""
    _, person = up(lab)
    with Nas() as nas:
        before = nas.ask(access("alice", "wrong")).attributes[1]
        for _ in range(9):
            lib.equal(wire.login("alice", "wrong"), wire.REJECT, "a guess")
        first = nas.ask(access("alice", person.password))
        lib.equal((first.code, first.attributes[1]), (radius.CHALLENGE, before), "the challenge of a locked account")
        second = nas.ask(access("alice", person.code(), state=first.one(radius.STATE_ATTR)))
        lib.equal(second.code, radius.REJECT, "the right answers")
    lib.equal(lab.ask("user", "show", "alice")["locked"], True, "locked")


def test_exactly_ten_of_two_hundred(lab):
    """200 wrong guesses at the same moment, half over SSH, half through the server: 10 are evaluated in all."""
    _, person = up(lab, client(rate=1000))

    def ready(number):
        if number % 2:
            return Nas(), access("alice", "a wrong guess", identifier=number)
        attempt = wire.Login("alice", source=f"198.51.100.{number}")
        attempt.begin()
        return attempt

    def go(state):
        if isinstance(state, tuple):
            reply = state[0].ask(state[1], 8)
            return reply and reply.code
        return state.answer("a wrong guess", "000000")

    answers = wire.Crowd(200, ready, go).run()
    lib.equal(set(answers[0::2]) - {wire.REJECT, wire.UNAVAILABLE}, set(), "over SSH")
    lib.equal(set(answers[1::2]) - {radius.CHALLENGE, None}, set(), "through the server")
    lib.equal(len(lab.evaluated("alice", result="failure")), 10, "evaluated")
    with Nas() as nas:
        lib.equal(login(nas, person), radius.REJECT, "the right answers after that")
    lab.verify()


def test_fifty_resends(lab):
    """The same request 50 times over 10 s, to two listeners and over a restart of the server: one evaluation, the same bytes."""
    server, _ = up(lab, TWO_LISTENERS, client())
    raw = access("alice", "a wrong guess")
    replies = set()
    with Nas(source_port=5001) as nas:
        for number in range(50):
            nas.send(raw, ("127.0.0.1", 1912 if number % 2 else 1812))
            reply = nas.receive(0.2)
            if reply:
                replies.add(reply)
            time.sleep(0 if reply is None else 0.19)
            if number == 25:
                server.stop()
                server.start().connected()
    lib.equal(len(replies), 1, "different replies")
    lib.equal(lab.failures("alice"), 1, "failures")
    lib.equal(len(lab.evaluated("alice")), 1, "evaluations")


def test_state_of_another(lab):
    """A State works once, for its user and its client; never again, and for nobody else."""
    _, person = up(lab, client(), client("other", '"127.0.0.2"'))
    with Nas() as nas, Nas("127.0.0.2") as other:
        def state():
            return nas.ask(access("alice", person.password)).one(radius.STATE_ATTR)

        lib.equal(other.ask(access("alice", person.code(), state=state())).code, radius.REJECT, "from another client")
        lib.equal(nas.ask(access("bob", person.code(), state=state())).code, radius.REJECT, "for another user")
        lib.equal(nas.ask(access("alice", person.password, state=b"x" * 40)).code, radius.REJECT, "made up, with a right password")
        used = state()
        lib.equal(nas.ask(access("alice", person.code(), state=used)).code, radius.ACCEPT, "its own")
        lib.equal(nas.ask(access("alice", person.code(), state=used)).code, radius.REJECT, "a second time")
    lib.equal(lab.failures("alice"), 0, "failures")


def test_groups(lab):
    """Only accounts of the client's groups get in, and the replies' attributes follow the groups."""
    reply = 'reply "staff" {\n\tgroups = {"staff"}\n\tattributes = {"Filter-Id = \\"staff\\""}\n}\n'
    _, person = up(lab, reply, client(groups='{"staff"}', reply='{"staff"}'))
    with Nas() as nas:
        lib.equal(login(nas, person), radius.REJECT, "without the group")
        lab.cli("user", "set", "alice", "--groups", "staff")
        first = nas.ask(access("alice", person.password))
        second = nas.ask(access("alice", person.code(), state=first.one(radius.STATE_ATTR)))
        lib.equal((second.code, second.all(radius.FILTER_ID)), (radius.ACCEPT, [b"staff"]), "with it")


def test_trusted_source(lab):
    """Where Calling-Station-Id is trusted it is the row's source; else there is none, and never the device's address."""
    _, person = up(lab, client(), client("trusted", '"127.0.0.2"', trust_calling_station="true"))
    station = attribute(radius.CALLING_STATION, "198.51.100.7")
    with Nas() as nas, Nas("127.0.0.2") as trusted:
        nas.ask(access(password="wrong", extra=station))
        trusted.ask(access(password="wrong", extra=station))
    sources = [row["source"] for row in lab.evaluated("alice", result="failure")]
    lib.equal(sources[1], "198.51.100.7", "the trusted one")
    if "127.0.0" in sources[0] or "198.51" in sources[0]:
        raise AssertionError(f"the source of an untrusted client is {sources[0]}")
    del person


def test_accounting(lab):
    """Start, interim and stop, each sent twice, over a restart of the daemon: one row for the start and one for the stop."""
    _, person = up(lab)
    del person
    with Nas(port=radius.ACCT_PORT) as nas:
        for status in (radius.START, radius.INTERIM, radius.STOP):
            extra = attribute(radius.ACCT_TIME, 60 * status) + attribute(radius.EVENT_TIME, 1700000000 + status)
            lib.equal(nas.ask(record(status, extra=extra)).code, radius.ACCOUNTING_RESPONSE, "stored")
            lib.equal(nas.ask(record(status, extra=extra + attribute(radius.ACCT_DELAY, 3))).code, radius.ACCOUNTING_RESPONSE, "again")
    events = [row["event"] for row in lab.log("--user", "alice") if row["event"].startswith("session.")]
    lib.equal(events, ["session.open", "session.close"], "rows")


def disconnects(lab):
    """What the log says of ended sessions."""
    return [(row["result"], row["reason"]) for row in lab.log("--user", "alice") if row["event"] == "session.disconnect"]


def test_disconnect(lab):
    """'session kill' and 'user disable' end what a gateway has accounted for; a gateway that was away is told later."""
    _, person = up(lab)
    gateway = Gateway()
    with Nas(port=radius.ACCT_PORT) as nas:
        for session in ("s1", "s2"):
            lib.equal(nas.ask(record(radius.START, session)).code, radius.ACCOUNTING_RESPONSE, "stored")
        first = min(row["id"] for row in lab.ask("session", "list"))
        lab.cli("session", "kill", str(first), "--reason", "stolen laptop")
        raw, found = gateway.take()
        lib.equal((found[44], found[1]), (b"s1", b"alice"), "the session of the request")
        gateway.answer(raw)
        lib.wait_for("the row of the end", lambda: disconnects(lab) == [("success", None)])
        lib.equal(nas.ask(record(radius.STOP, "s1")).code, radius.ACCOUNTING_RESPONSE, "the gateway's own word of it")
        lab.radius.stop()
        lab.cli("user", "disable", person.name, "--reason", "left")
        lab.radius.start().connected()
        raw, found = gateway.take()
        lib.equal(found[44], b"s2", "the session of one who is disabled")
        gateway.answer(raw, 42, attribute(101, 503))
        lib.wait_for("the row of the refusal", lambda: disconnects(lab)[1:] == [("failure", "not-disconnected")])
    lab.verify()


def test_daemon_stopped(lab):
    """kill -STOP: no reply, nothing hangs, nothing is let in; after kill -CONT it goes on by itself."""
    _, person = up(lab)
    with Nas() as nas:
        lab.signal(signal.SIGSTOP)
        for number in range(5):
            nas.send(access("alice", person.password, identifier=number))
        lib.equal(nas.receive(1.0), None, "a reply while the daemon is stopped")
        lab.signal(signal.SIGCONT)
        while nas.receive(1.0):
            pass
        lib.equal(login(nas, person), radius.ACCEPT, "after it")
    lib.equal(lab.failures("alice"), 0, "failures")


def test_daemon_killed(lab):
    """kill -9, in the middle of a request and between rounds: no reply while it is away, and then the login goes on."""
    server, person = up(lab)
    with Nas() as nas:
        first = nas.ask(access("alice", person.password))
        nas.send(access("alice", "a wrong guess"))
        lab.kill()
        nas.silent(access("alice", person.password), 1.0)
        nas.silent(radius.status_server(), 0.2)
        lab.start()
        lib.wait_for("the server finds the daemon again", lambda: server.said().count("connected to the daemon") == 2)
        while nas.receive(0.5):
            pass  # of what waited for the daemon
        second = nas.ask(access("alice", person.code(), state=first.one(radius.STATE_ATTR)))
        lib.equal(second and second.code, radius.ACCEPT, "the second round after a crash")
    with Nas() as nas:  # what comes late for the one before does not come here
        lib.equal(login(nas, person), radius.ACCEPT, "a new login")
    lab.verify()


def test_statistics(lab):
    """warifu radius stats shows what the server counts; without the server it says so."""
    server, person = up(lab)
    with Nas() as nas:
        lib.equal(login(nas, person), radius.ACCEPT, "a login")
    rows = lab.ask("radius", "stats")
    for client_name in (None, "vpn"):
        lib.equal({row["counter"]: row["value"] for row in rows if row["client"] == client_name},
                  {"requests": 2, "challenges": 1, "accepts": 1}, f"counters of {client_name!r}")
    lib.equal(lab.ask("radius", "stats", "vpn"), [row for row in rows if row["client"] == "vpn"], "of one client")
    server.stop()
    lib.contains(lab.run(lib.CLI, "radius", "stats", code=None).stderr, "not connected", "without the server")


def test_no_secret_in_logs(lab):
    """Neither passwords nor shared secrets are said anywhere, whatever comes in."""
    server, person = up(lab)
    with Nas() as nas:
        login(nas, person)
        login(nas, person, password="hidden as this is")
        nas.silent(access(person.name, "hidden as this is", secret=b"some other secret"))
    everything = server.said() + lab.said() + "\n".join(lab.syslog.lines)
    for word in (person.password, "hidden as this is", radius.SECRET.decode()):
        if word in everything:
            raise AssertionError(f"{word!r} stands in a log")
    with contextlib.suppress(FileNotFoundError):
        with open(f"/proc/{server.process.pid}/cmdline", "rb") as stream:
            if radius.SECRET in stream.read():
                raise AssertionError("the secret is an argument")


if __name__ == "__main__":
    lib.main()
