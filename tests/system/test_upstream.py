"""A factor that another RADIUS server knows: a site moves over one group at a time. Passwords are ours here and the codes
theirs, over PAM and through warifu-radiusd; the server is a real FreeRADIUS, or one of our own for odd cases.
"""

import contextlib
import os
import threading
import time

import hosts
import lib
import pam
import radius
import upstream
import wire

CODE = "271828"


def up(lab, *parts, groups="old", start=True, **options):
    """Daemon with the section, warifu-egress, and bob of the group without a token."""
    radius.make_user()
    lab.up(upstream.section(**options), lib.NO_BACKOFF, *parts)
    egress = upstream.Egress(lab)
    if start:
        egress.start()
    hosts.write_service("moving", "auth required pam_warifu.so", "account required pam_warifu.so")
    return egress, lab.person("bob", token=None, options=("--groups", groups))


def log_in(person, *codes, password=None):
    """Over the real module: what was asked, what was said, the code."""
    return pam.run("moving", person.name, [password or person.password, *codes], ("authenticate", "acct_mgmt"),
                   items={pam.ITEM_RHOST: "192.0.2.7"})


def last(lab, user):
    """The newest row of a login."""
    return lab.evaluated(user)[-1]


def test_a_code_of_another_server(lab):
    """Password here, code there; a wrong one of either is counted here, and a wrong password is never heard of there."""
    server = upstream.FreeRadius(lab, {"bob": CODE})
    _, bob = up(lab)
    lib.equal(log_in(bob, CODE)["code"], pam.SUCCESS, "both right")
    row = last(lab, "bob")
    lib.equal((row["factors"], row["kinds"]), ("password+upstream:passlogic", "knowledge+possession"), "the row")
    lib.contains(row["detail"], "upstream passlogic (127.0.0.1:18120): accept", "who said so")
    lib.equal(log_in(bob, "000000")["code"], pam.AUTH_ERR, "a wrong code")
    lib.equal(last(lab, "bob")["reason"], "upstream-refused", "the reason")
    heard = server.said().count("bob")
    lib.equal(log_in(bob, CODE, password="wrong")["code"], pam.AUTH_ERR, "a wrong password")
    lib.equal(server.said().count("bob"), heard, "what the server heard of it")
    lib.equal(lab.failures("bob"), 2, "failures")
    lib.contains(lab.cli("why", "bob"), "The password was wrong", "why")
    lib.contains(lab.cli("why", "bob"), "the server 'passlogic' is asked about its codes", "why")
    lib.equal(lab.ask("user", "show", "bob")["factors"], "password+upstream:passlogic", "user show")
    lab.verify()


def test_check_looks_at_secrets(lab):
    """warifud --check says of each secret what warifu-egress would not start with, and what to be warned about."""
    path = "/etc/warifu/passlogic.secret"
    lab.configure(upstream.section())
    lib.equal(lab.run(lib.DAEMON, "--check").stderr, "", "a good one")
    os.utime(path, (0, 0))
    lib.contains(lab.run(lib.DAEMON, "--check").stderr, "has not been changed for a year", "an old one")
    os.chmod(path, 0o440)
    said = lab.run(lib.DAEMON, "--check", code=1).stderr
    lib.contains(said, "is open to others", "an open one")
    lib.contains(said, f"{lib.CONFIG}:", "where it is written")
    os.unlink(path)
    lib.contains(lab.run(lib.DAEMON, "--check", code=1).stderr, "is not there", "one that is gone")


def test_it_asks_back(lab):
    """A challenge of the real server: one more prompt in its own words, and the answer goes back to it."""
    upstream.FreeRadius(lab, {})
    up(lab)
    carol = lab.person("carol", token=None, options=("--groups", "old"))
    result = log_in(carol, "sms", "4711")
    lib.equal(result["code"], pam.SUCCESS, "right")
    lib.equal(result["prompts"], ["Password: ", "One-time code: ", "Code of the SMS: "], "the prompts")
    lib.equal(log_in(carol, "sms", "4712")["code"], pam.AUTH_ERR, "a wrong answer")
    lib.equal(log_in(carol, "no", "4711")["code"], pam.AUTH_ERR, "a wrong code")
    lib.equal([row["reason"] for row in lab.evaluated("carol")], ["ok", "upstream-refused", "upstream-refused"], "rows")
    lab.verify()


def by_ssh(sshd, person, *dialogue):
    """A real ssh client: each prompt as it is expected, and its answer; what was shown behind the last one, and the exit code."""
    arguments = sshd.options(source="127.0.0.7") + [f"{person.name}@127.0.0.1", "id", "-un"]
    with lib.terminal(sshd.lab, "ssh", arguments, timeout=40) as child:
        for prompt, answer in dialogue:
            child.expect(prompt)
            child.sendline(answer)
        child.expect(hosts.pexpect.EOF)
        shown = child.before
        child.close()
        return shown.split(), child.exitstatus


def test_a_real_sshd(lab):
    """sshd, keyboard-interactive: the code of another server, its challenge as a further question in its own words, refusals,
    and nobody let in or counted while it is away."""
    server = upstream.FreeRadius(lab, {"bob": CODE})
    egress, bob = up(lab)
    carol = lab.person("carol", token=None, options=("--groups", "old"))
    for person in (bob, carol):
        lab.unix_user(person.name)
    hosts.use_stanza(lab, "sshd")
    sshd = hosts.Sshd(lab)
    asked = (hosts.PASSWORD, bob.password)
    lib.equal(by_ssh(sshd, bob, asked, (hosts.CODE, CODE)), (["bob"], 0), "both right")
    row = last(lab, "bob")
    lib.equal((row["service"], row["source"], row["factors"]), ("sshd", "127.0.0.7", "password+upstream:passlogic"), "the row")
    lib.equal(by_ssh(sshd, bob, asked, (hosts.CODE, "000000"))[1], 255, "a wrong code")
    heard = server.said().count("bob")
    lib.equal(by_ssh(sshd, bob, (hosts.PASSWORD, "wrong"), (hosts.CODE, CODE))[1], 255, "a wrong password")
    lib.equal(server.said().count("bob"), heard, "what the server heard of it")
    lib.equal((lab.failures("bob"), sshd.batch("bob", "id").returncode), (2, 255), "failures; a key alone")
    asked = ((hosts.PASSWORD, carol.password), (hosts.CODE, "sms"))
    lib.equal(by_ssh(sshd, carol, *asked, ("Code of the SMS: ", "4711")), (["4711", "carol"], 0), "asked back; what is typed is shown")
    lib.equal(by_ssh(sshd, carol, *asked, ("Code of the SMS: ", "4712"))[1], 255, "a wrong answer")
    lib.equal(last(lab, "carol")["reason"], "upstream-refused", "the reason")
    failures = lab.failures("bob")
    egress.stop()
    lib.equal(by_ssh(sshd, bob, (hosts.PASSWORD, bob.password), (hosts.CODE, CODE))[1], 255, "without warifu-egress")
    lib.equal(lab.failures("bob"), failures, "it is not counted")
    egress.start()
    lib.wait_for("bob is let in again",
                 lambda: by_ssh(sshd, bob, (hosts.PASSWORD, bob.password), (hosts.CODE, CODE)) == (["bob"], 0), 30)
    lab.verify()


def rounds(nas, person, *answers):
    """Password and answers, each with the State of the challenge before: all replies."""
    replies = [nas.ask(radius.access(person.name, person.password), 10)]
    for answer in answers:
        replies.append(nas.ask(radius.access(person.name, answer, state=replies[-1].one(radius.STATE_ATTR)), 10))
    return replies


def test_through_the_radius_server(lab):
    """The same behind a gateway: a further Access-Challenge with a State of its own, and an old one leads nowhere."""
    upstream.FreeRadius(lab, {"bob": CODE})
    _, bob = up(lab, radius.client())
    carol = lab.person("carol", token=None, options=("--groups", "old"))
    radius.Server(lab).start().connected()
    with radius.Nas() as nas:
        lib.equal([reply.code for reply in rounds(nas, bob, CODE)], [radius.CHALLENGE, radius.ACCEPT], "bob")
        lib.equal([reply.code for reply in rounds(nas, bob, "000000")], [radius.CHALLENGE, radius.REJECT], "bob, wrong")
        replies = rounds(nas, carol, "sms", "4711")
        lib.equal([reply.code for reply in replies], [radius.CHALLENGE, radius.CHALLENGE, radius.ACCEPT], "carol")
        lib.equal(replies[1].one(radius.REPLY_MESSAGE), b"Code of the SMS:", "the server's words")
        lib.equal(replies[1].one(radius.PROMPT), b"\0\0\0\1", "what is typed may be seen")
        states = [reply.one(radius.STATE_ATTR) for reply in replies[:2]]
        lib.equal(len(set(states)), 2, "States")
        for state in states:
            lib.equal(nas.ask(radius.access("carol", "4711", state=state)).code, radius.REJECT, "an old State")
        lib.equal([reply.code for reply in rounds(nas, carol, "sms", "0")][2], radius.REJECT, "carol, wrong")
    lib.equal(last(lab, "carol")["reason"], "upstream-refused", "the reason")
    lab.verify()


def test_a_password_of_another_server(lab):
    """The other way round: password there, code here. A wrong code of ours never reaches it over PAM; it ends when there is
    a password here."""
    server = upstream.FreeRadius(lab, {"dave": "plums of theirs"})
    up(lab, radius.client(), factor="knowledge")
    lab.cli("user", "add", "dave", "--no-password", "--groups", "old")
    dave = lib.Person("dave", "plums of theirs")
    lab.give_token(dave, "hotp")
    lib.equal(log_in(dave, dave.code())["code"], pam.SUCCESS, "both right")
    lib.equal(last(lab, "dave")["factors"], "upstream:passlogic+hotp", "the row")
    heard = server.said().count("dave")
    lib.equal(log_in(dave, dave.wrong())["code"], pam.AUTH_ERR, "a wrong code")
    lib.equal(server.said().count("dave"), heard, "what the server heard of it")
    lib.equal(log_in(dave, dave.code(), password="wrong")["code"], pam.AUTH_ERR, "a wrong password")
    lib.equal([row["reason"] for row in lab.evaluated("dave")], ["ok", "wrong-code", "upstream-refused"], "rows")
    radius.Server(lab).start().connected()
    with radius.Nas() as nas:
        lib.equal([reply.code for reply in rounds(nas, dave, dave.code())], [radius.CHALLENGE, radius.ACCEPT], "a gateway")
    lab.cli("user", "passwd", "dave", "--stdin", text="plum trees of our own\n")
    lab.cli("user", "set", "dave", "--must-change", "0")
    lib.equal(log_in(dave, dave.code())["code"], pam.AUTH_ERR, "their password afterwards")
    lib.equal(log_in(dave, dave.code(), password="plum trees of our own")["code"], pam.SUCCESS, "ours")


def test_moving_over(lab):
    """A token of one's own takes the place of the server's codes from its first right code on; the server may go."""
    server = upstream.FreeRadius(lab, {"bob": CODE})
    _, bob = up(lab)
    lib.equal(log_in(bob, CODE)["code"], pam.SUCCESS, "before")
    lab.give_token(bob, "hotp")
    lib.equal(log_in(bob, CODE)["code"], pam.AUTH_ERR, "the server's code afterwards")
    server.kill()
    lib.equal(log_in(bob, bob.code())["code"], pam.SUCCESS, "the own code")
    lib.equal(lab.ask("user", "show", "bob")["factors"], "password+hotp", "user show")


def test_a_hanging_server_holds_up_nobody(lab):
    """Others log in at once; who needs it is told that it is unavailable, uncounted; and it resumes by itself."""
    silent = threading.Event()
    server = upstream.Odd(lab, lambda request: None if silent.is_set() else (radius.ACCEPT, b""))
    silent.set()
    _, bob = up(lab, timeout=1, tries=2)
    others = lab.people(3)
    results = []
    hanging = [threading.Thread(target=lambda: results.append(log_in(bob, CODE))) for _ in range(3)]
    for thread in hanging:
        thread.start()
    lib.wait_for("it is asked", lambda: server.asked)
    started = time.monotonic()
    for person in others:
        lib.equal(log_in(person, person.code())["code"], pam.SUCCESS, person.name)
    if time.monotonic() - started > 3:
        raise AssertionError("others waited for the server")
    for thread in hanging:
        thread.join()
    lib.equal({result["code"] for result in results}, {pam.AUTHINFO_UNAVAIL}, "codes")
    lib.equal({row["reason"] for row in lab.evaluated("bob")}, {"upstream-away"}, "rows")
    lib.equal(lab.failures("bob"), 0, "failures")
    silent.clear()
    lib.equal(log_in(bob, CODE)["code"], pam.SUCCESS, "afterwards")


def test_without_warifu_egress(lab):
    """It was never started, is killed with a question under way, and comes back: unavailable, then right again."""
    server = upstream.Odd(lab, lambda request: None)
    egress, bob = up(lab, start=False, timeout=5, tries=1)
    lib.equal(log_in(bob, CODE)["code"], pam.AUTHINFO_UNAVAIL, "without it")
    egress.start()
    time.sleep(2)
    results = []
    thread = threading.Thread(target=lambda: results.append(log_in(bob, CODE)))
    thread.start()
    lib.wait_for("the server is asked", lambda: server.asked)
    egress.kill()
    thread.join(4)
    lib.equal([result["code"] for result in results], [pam.AUTHINFO_UNAVAIL], "killed meanwhile, said at once")
    server.answer = lambda request: (radius.ACCEPT, b"")
    egress.start()
    lib.wait_for("a login", lambda: log_in(bob, CODE)["code"] == pam.SUCCESS, 15)
    lib.equal(lab.failures("bob"), 0, "failures")


def test_the_daemon_dies_in_between(lab):
    """Their yes is on its way when the daemon is killed: nobody is let in, and the attempt counts."""
    asked = threading.Event()

    def slow(_request):
        asked.set()
        time.sleep(1)
        return radius.ACCEPT, b""

    upstream.Odd(lab, slow)
    _, bob = up(lab)
    attempt = wire.Login("bob")
    attempt.begin()

    def answer():
        with contextlib.suppress(wire.Gone):
            attempt.answer(bob.password, CODE)

    thread = threading.Thread(target=answer)
    thread.start()
    asked.wait(10)
    lab.kill()
    thread.join()
    if attempt.verdict == wire.ACCEPT:
        raise AssertionError("accepted without a row")
    lab.start()
    lib.equal([row["reason"] for row in lab.evaluated("bob")], ["interrupted"], "rows")
    lib.equal(lab.failures("bob"), 1, "failures")
    lab.verify()


def test_resent(lab):
    """A gateway that does not wait: the same request ten times, one question there, the same reply."""
    def slow(_request):
        time.sleep(2)
        return radius.REJECT, b""

    server = upstream.Odd(lab, slow)
    _, bob = up(lab, radius.client(), timeout=5, tries=1)
    radius.Server(lab).start().connected()
    with radius.Nas() as nas:
        first = nas.ask(radius.access("bob", bob.password))
        second = radius.access("bob", CODE, state=first.one(radius.STATE_ATTR))
        for _ in range(10):
            nas.send(second)
            time.sleep(0.1)
        replies = [nas.ask(second, 10)]
        replies += [nas.ask(second) for _ in range(3)]
    lib.equal({reply.code for reply in replies}, {radius.REJECT}, "codes")
    lib.equal(len({reply.raw for reply in replies}), 1, "replies")
    lib.equal(len(server.asked), 1, "questions")
    lib.equal(lab.failures("bob"), 1, "failures")


def test_fifty_guesses(lab):
    """Fifty at the same moment with the right password: ten reach the server, then the account is locked for all."""
    server = upstream.Odd(lab, lambda request: (radius.REJECT, b""))
    _, bob = up(lab)

    def ready(number):
        attempt = wire.Login("bob", source=f"198.51.100.{number}")
        attempt.begin()
        return attempt

    def go(attempt):
        attempt.answer(bob.password, CODE)
        return attempt.verdict

    verdicts = wire.Crowd(50, ready, go).run()
    lib.equal(set(verdicts), {wire.REJECT}, "verdicts")
    lib.equal(len(server.asked), 10, "questions")
    lib.equal(lab.ask("user", "show", "bob")["locked"], True, "locked")
    lab.verify()


def test_left_open(lab):
    """Who leaves the server's question open is counted for possession, and for nothing else."""
    upstream.Odd(lab, lambda request: (radius.CHALLENGE, radius.attribute(radius.STATE_ATTR, b"x")))
    _, bob = up(lab)
    attempt = wire.Login("bob")
    attempt.begin()
    lib.equal(attempt.answer(bob.password, CODE), None, "a verdict, where a question should be")
    attempt.client.socket.close()
    lib.wait_for("its row", lambda: lab.evaluated("bob"))
    lib.equal([row["reason"] for row in lab.evaluated("bob")], ["upstream-left"], "rows")
    lib.equal(lab.failures("bob"), 0, "failures of the account")


if __name__ == "__main__":
    lib.main()
