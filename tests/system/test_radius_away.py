"""warifu-radiusd when its daemon fails in every way: stopped, slow, gone, talking nonsense.  No reply, no hang, nobody
let in, and service goes on by itself.  (With the real daemon: test_radius_login.py.)"""

import os
import pwd
import struct
import time

import fake
import lib
import radius
import wire
from fake import FakeDaemon
from radius import Nas, Server, access, client, record


def served(lab, answer=fake.judge, *sections):
    """The server and its daemon."""
    server = Server(lab)
    daemon = FakeDaemon(lab, answer)
    lab.configure(*(sections or (client(timeout=2),)))
    return server.start().connected(), daemon


def resumes():
    """It lets people in again, by itself."""
    def attempt():
        with Nas() as nas:
            return nas.ask(access(), 1.0)

    lib.equal(radius.retry(attempt).code, radius.ACCEPT, "once the daemon is well")


def test_never_there(lab):
    """Without a daemon it starts, says so once, and serves as soon as there is one."""
    server = Server(lab)
    lab.configure(client(timeout=1))
    server.start()
    with Nas() as nas:
        nas.silent(access(), 1.5)
        nas.silent(radius.status_server())
        FakeDaemon(lab)
        resumes()
    lines = [line for line in server.said().split("\n") if "the daemon is away" in line]
    lib.equal(len(lines), 1, "lines about it")


def test_silent(lab):
    """A daemon that takes questions and answers none: requests end with their client's patience."""
    server, daemon = served(lab, lambda request: None)
    with Nas() as nas:
        for number in range(20):
            nas.send(access(identifier=number))
        lib.equal(nas.receive(3.0), None, "a reply")
        lib.equal(server.counters()["dropped.late"], 20, "late ones")
        daemon.answer = fake.judge
        resumes()


def test_stopped_reading(lab):
    """A daemon that reads nothing any more: what cannot be sent is kept within bounds, and nothing hangs."""
    server, daemon = served(lab, fake.slowly(3600), client(timeout=2, rate=100000))
    with Nas() as nas:
        for number in range(20000):
            if number % 256 == 0:
                nas.socket.close()
                nas.__init__()
            nas.send(access(identifier=number % 256))
            if number % 64 == 0:
                time.sleep(0.002)
        with open(f"/proc/{server.process.pid}/status", encoding="ascii") as stream:
            used = int(next(line for line in stream if line.startswith("VmRSS")).split()[1])
        if used > 200 * 1024:
            raise AssertionError(f"{used} KiB of memory in use")
        daemon.hang_up()
        daemon.answer = fake.judge
        resumes()


def test_slow(lab):
    """Answers that come after the client's patience go nowhere; those in time are used."""
    server, _ = served(lab, lambda request: fake.slowly(1.2 if request.user == "slow" else 0)(request), client(timeout=1))
    with Nas() as nas:
        nas.silent(access("slow"), 2.0)
        resumes()
    lib.equal(server.counters()["dropped.late"], 1, "late ones")


def test_hangs_up(lab):
    """The connection breaks with requests under way: they are lost, and the next ones are served."""
    server, daemon = served(lab, lambda request: None)
    with Nas() as nas:
        raw = access()
        nas.send(raw)
        lib.wait_for("the question", daemon.of)
        daemon.hang_up()
        daemon.answer = fake.judge
        lib.equal(radius.retry(lambda: nas.ask(raw, 1.0)).code, radius.ACCEPT, "the same request, sent again")
    lib.equal(server.counters()["dropped.lost"], 1, "lost ones")
    lib.equal(len({request.fields[wire.IDEMPOTENCY][0] for request in daemon.of()}), 1, "keys of the same request")


def test_restarts(lab):
    """Ten restarts of the daemon while requests come: nobody who is wrong is let in, and it serves after each."""
    _, daemon = served(lab)
    with Nas() as nas:
        for number in range(10):
            nas.send(access(password="wrong", identifier=number))
            daemon.stop()
            nas.send(access(password="wrong", identifier=100 + number))
            daemon.start()
            while True:
                raw = nas.receive(0.3)
                if raw is None:
                    break
                lib.equal(raw[0], radius.REJECT, "the code of a reply to a wrong password")
            resumes()


def garbage(request):
    """What is no message, in several ways."""
    tag = (fake.TAG, request.tag)
    accept = (wire.VERDICT, bytes([wire.ACCEPT]))
    return {
        "short": b"\x00\x00\x00\x01",
        "huge": b"\xff\xff\xff\xff" + bytes(100),
        "text": b"HTTP/1.1 200 OK\r\n\r\n",
        "version": wire.frame(wire.RESULT, [tag, accept], 99),
        "type": wire.frame(77, [tag, accept], fake.VERSION),
        "double": wire.frame(wire.RESULT, [tag, accept, accept], fake.VERSION),
        "no-verdict": wire.frame(wire.RESULT, [tag], fake.VERSION),
        "odd-verdict": wire.frame(wire.RESULT, [tag, (wire.VERDICT, b"\x63")], fake.VERSION),
        "long-verdict": wire.frame(wire.RESULT, [tag, (wire.VERDICT, b"\x01\x01")], fake.VERSION),
        "no-tag": wire.frame(wire.RESULT, [accept], fake.VERSION),
        "other-tag": wire.frame(wire.RESULT, [(fake.TAG, struct.pack(">Q", 1 << 63)), accept], fake.VERSION),
        "zero-tag": wire.frame(wire.RESULT, [(fake.TAG, bytes(8)), accept], fake.VERSION),
        "cut": wire.frame(wire.RESULT, [tag, accept], fake.VERSION)[:-1],
        "ignore": wire.frame(wire.RESULT, [tag, (wire.VERDICT, bytes([wire.IGNORE]))], fake.VERSION),
        "unavailable": wire.frame(wire.RESULT, [tag, (wire.VERDICT, bytes([wire.UNAVAILABLE]))], fake.VERSION),
        "request": wire.frame(fake.ATTEMPT, [tag], fake.VERSION),
        "prompts": wire.frame(wire.PROMPTS, [(wire.TXN, bytes(16)), (wire.PROMPT, bytes(8))], fake.VERSION),
        "challenge": wire.frame(fake.CHALLENGE, [tag, (wire.TXN, bytes(16)), (fake.STATE, "short"), (wire.PROMPT, bytes(8))], fake.VERSION),
    }.get(request.user) or fake.judge(request)


NONSENSE = ("short", "huge", "text", "version", "type", "double", "no-verdict", "odd-verdict", "long-verdict", "no-tag", "other-tag",
            "zero-tag", "cut", "ignore", "unavailable", "request", "prompts", "challenge")


def test_nonsense(lab):
    """A daemon that answers nonsense, in eighteen ways: no reply, and service goes on after each."""
    server, _ = served(lab, garbage)
    for name in NONSENSE:
        with Nas() as nas:
            nas.silent(access(name), 0.4)
            if server.process.poll() is not None:
                raise AssertionError(f"the server ended over {name}")
            resumes()


def test_challenge_for_a_record(lab):
    """What makes no sense for accounting gets no reply."""
    answers = [fake.challenge(), fake.result(wire.CHANGE_FIRST), fake.result(wire.ACCEPT)]
    served(lab, lambda request: answers.pop(0))
    with Nas(port=radius.ACCT_PORT) as nas:
        nas.silent(record(radius.START))
        nas.silent(record(radius.START))
        lib.equal(nas.ask(record(radius.START)).code, radius.ACCOUNTING_RESPONSE, "at last")


def test_texts_of_the_daemon(lab):
    """Long ones are divided between characters; too many groups are cut; nothing breaks."""
    long = "\u5272\u7b26" * 170
    served(lab, lambda request: fake.result(wire.REJECT, [(wire.TEXT, long)]))
    with Nas() as nas:
        pieces = nas.ask(access()).all(radius.REPLY_MESSAGE)
    lib.equal(b"".join(pieces).decode(), long, "the text")
    for piece in pieces:
        piece.decode()


def test_somebody_elses_socket(lab):
    """A program of another user at the daemon's path is not believed, whatever it says."""
    server = Server(lab)
    lab.configure(client(timeout=1))
    child = os.fork()
    if child == 0:
        os.chmod("/run/warifu", 0o777)
        os.setuid(pwd.getpwnam("nobody").pw_uid)
        FakeDaemon(lab, lambda request: fake.result(wire.ACCEPT))
        time.sleep(60)
        os._exit(0)
    try:
        lib.wait_for("the impostor", lambda: os.path.exists(fake.SOCKET))
        server.start()
        with Nas() as nas:
            nas.silent(access(), 1.5)
        lib.contains(server.said(), "somebody else listens", "the log")
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


if __name__ == "__main__":
    lib.main()
