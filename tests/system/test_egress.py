"""warifu-egress by itself, asked over its socket as the daemon asks it: by the page of the protocol, not by the C code.

The servers are a real FreeRADIUS, and one of our own (upstream.Odd) for what servers should not do.
"""

import contextlib
import os
import pwd
import re
import signal
import struct
import threading
import time

import lib
import radius
import upstream
import wire
from test_sandbox import (AT_FDCWD, EXECVE, KILL, O_CREAT_WRONLY, OPEN_TO_ALL, OPENAT, PTRACE, SETUID, caged, has_landlock, sanitized,
                          status_of, taken_over)

SOCKET = "/run/warifu/egress.sock"
QUERY, REPLY = 17, 40
TRADE, SERVER, PEER_STATE, OUTCOME, ECHO, WHY = 46, 47, 48, 49, 50, 51
UNREACHABLE, REJECT, ACCEPT, CHALLENGE = range(4)
AWAY, TIMEOUT, DEADLINE, BUSY, UNKNOWN, FORGED, UNSENDABLE, INTERNAL = range(1, 9)
LISTEN = 50
CODE = "271828"


@contextlib.contextmanager
def become(name):
    """Effective user and group for a moment: the kernel keeps who connected."""
    user = pwd.getpwnam(name)
    os.setegid(user.pw_gid)
    os.seteuid(user.pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def connect(name="warifu", timeout=30):
    """A connection of this user's."""
    with become(name):
        return wire.Client(SOCKET, timeout=timeout)


def query(user="bob", answer=CODE, tag=7, server="passlogic", patience=20000, state=None, trade=1):
    """The fields of a question."""
    fields = [(wire.TAG, struct.pack(">Q", tag)), (TRADE, bytes([trade])), (SERVER, server), (wire.USER, user)]
    if answer:
        fields.append((wire.SECRET, answer))
    if state:
        fields.append((PEER_STATE, state))
    return fields + [(wire.PATIENCE, struct.pack(">I", patience))]


class Said:
    """What came back."""

    def __init__(self, fields):
        self.fields = fields
        self.tag = struct.unpack(">Q", fields[wire.TAG][0])[0]
        self.outcome = fields[OUTCOME][0][0]
        self.why = fields.get(WHY, [b"\0"])[0][0]
        self.text = fields.get(wire.TEXT, [b""])[0].decode()
        self.state = fields.get(PEER_STATE, [None])[0]
        self.echo = fields.get(ECHO, [b"\0"])[0] == b"\1"


def receive(client):
    """One reply."""
    kind, fields = client.receive()
    lib.equal(kind, REPLY, "the kind of message")
    return Said(fields)


def ask(client, **options):
    """One question."""
    client.send(QUERY, query(**options))
    return receive(client)


def up(lab, *parts, **options):
    """The program with a section; no daemon."""
    lab.configure(*(parts or (upstream.section(**options),)))
    return upstream.Egress(lab).start()


def test_freeradius(lab):
    """Accept, reject, and a challenge with its words, its echo and its State; another secret is no answer."""
    upstream.FreeRadius(lab, {"bob": CODE})
    up(lab, upstream.section(), upstream.section(name="other", factor="knowledge", secret=b"not the secret", timeout=1, tries=1))
    with connect() as client:
        lib.equal(ask(client).outcome, ACCEPT, "right")
        lib.equal(ask(client, answer="000000").outcome, REJECT, "wrong")
        lib.equal(ask(client, user="nobody").outcome, REJECT, "nobody")
        challenge = ask(client, user="carol", answer="sms")
        lib.equal((challenge.outcome, challenge.text, challenge.echo), (CHALLENGE, "Code of the SMS:", True), "challenge")
        lib.equal(challenge.state[4:], b"lab", "its State")
        lib.equal(ask(client, user="carol", answer="4711", state=challenge.state).outcome, ACCEPT, "its answer")
        lib.equal(ask(client, user="carol", answer="0", state=challenge.state).outcome, REJECT, "another answer")
        silent = ask(client, server="other")
        lib.equal((silent.outcome, silent.why), (UNREACHABLE, TIMEOUT), "another secret")


def test_unsigned_answers(lab):
    """A real FreeRADIUS that does not sign: not believed, unless the section says so; then a wrong code is still refused."""
    site = upstream.SITE.replace("&Message-Authenticator := 0x00", '&Reply-Message := "unsigned"')
    upstream.FreeRadius(lab, {"bob": CODE}, site=site, signed="no")
    up(lab, upstream.section(timeout=1, tries=1),
       upstream.section(name="old", factor="knowledge", message_authenticator="optional"))
    with connect() as client:
        silent = ask(client)
        lib.equal((silent.outcome, silent.why), (UNREACHABLE, FORGED), "required")
        lib.contains(silent.text, "CVE-2024-3596", "the cause")
        lib.equal(ask(client, server="old").outcome, ACCEPT, "optional")
        lib.equal(ask(client, server="old", answer="0").outcome, REJECT, "optional, a wrong code")


def forge(server, raw, sender, secret):
    """An Access-Accept by somebody with another secret, or with the right one and no signature (secret None)."""
    head = struct.pack(">BBH", radius.ACCEPT, raw[1], 20)
    known = upstream.SECRET if secret is None else secret
    server.socket.sendto(head + upstream.hashlib.md5(head + raw[4:20] + known).digest(), sender)


def test_forged_answers(lab):
    """Accepts that come before the right answer are dropped, a hundred of them; alone, they are no answer."""
    def lie(request):
        for secret in (b"guessed", None) * 50:
            forge(server, request.raw, request.sender, secret)
        return (radius.REJECT, b"") if request.name() == "bob" else None
    server = upstream.Odd(lab, lie)
    up(lab, timeout=1, tries=1)
    with connect() as client:
        lib.equal(ask(client).outcome, REJECT, "the right answer comes last")
        silent = ask(client, user="mallory")
        lib.equal((silent.outcome, silent.why), (UNREACHABLE, FORGED), "it does not come")


def test_what_is_sent(lab):
    """A Message-Authenticator first, the person's password whole, and nothing that libradcli was given."""
    server = upstream.Odd(lab, lambda request: (radius.ACCEPT, b""))
    up(lab)
    with connect() as client:
        lib.equal(ask(client, answer="x" * 128).outcome, ACCEPT, "128 octets")
        lib.equal(ask(client, answer="x" * 129).why, UNSENDABLE, "129 octets")
        lib.equal(ask(client, answer=None).outcome, ACCEPT, "nothing typed")
    long, empty = server.asked
    lib.equal((long.raw[20], long.password(), empty.password()), (radius.MESSAGE_AUTHENTICATOR, "x" * 128, ""), "what came")


def test_hanging_and_dead(lab):
    """Nobody listens at the first server, the second hangs: the third one answers; and a section that hangs holds up no other."""
    silent = upstream.Odd(lab, lambda request: None, port=upstream.PORT + 1)
    upstream.FreeRadius(lab, {"bob": CODE})
    servers = ", ".join(f'"127.0.0.1:{port}"' for port in (upstream.PORT + 2, upstream.PORT + 1, upstream.PORT))
    up(lab, upstream.section(servers=servers, timeout=1, tries=2),
       upstream.section(name="hangs", factor="knowledge", servers=f'"127.0.0.1:{upstream.PORT + 1}"', timeout=30, parallel=1))
    with connect() as client:
        for number in range(3):
            client.send(QUERY, query(server="hangs", tag=number, patience=4000))
        started = time.monotonic()
        said = ask(client, tag=99)
        lib.equal((said.tag, said.outcome), (99, ACCEPT), "the third server")
        if not 1.5 < time.monotonic() - started < 4:
            raise AssertionError(f"it took {time.monotonic() - started:.1f} s")
        lib.equal(len({request.raw for request in silent.asked if request.name() == "bob"}), 2, "different packets")
        started = time.monotonic()
        lib.equal(ask(client, tag=100).outcome, ACCEPT, "again: silent servers are asked last")
        if time.monotonic() - started > 1:
            raise AssertionError("the silent server was asked first again")
        lib.equal({receive(client).outcome for _ in range(3)}, {UNREACHABLE}, "those of the other section")


def test_who_may_ask(lab):
    """The daemon's user alone: root is hung up on, others cannot even connect; nonsense ends one connection, not the program."""
    egress = up(lab)
    upstream.Odd(lab, lambda request: (radius.ACCEPT, b""))
    with connect("root") as client, contextlib.suppress(wire.Gone):
        client.ask(QUERY, query())
        raise AssertionError("root was answered")
    lib.contains(egress.said(), "somebody else than the daemon", "its log")
    with contextlib.suppress(wire.Gone):
        connect("nobody")
        raise AssertionError("nobody could connect")
    for rubbish in (b"GET / HTTP/1.0\r\n\r\n", struct.pack(">IHH", 4, 3, QUERY), b"\xff" * 100, wire.frame(wire.BEGIN, [])):
        with connect() as client:
            client.socket.sendall(rubbish)
            client.socket.settimeout(5)
            lib.equal(client.socket.recv(1), b"", f"{rubbish!r}")
    with connect() as client:
        lib.equal(ask(client, server="nowhere").why, UNKNOWN, "an unknown section")
        lib.equal(ask(client, trade=2).why, UNKNOWN, "an unknown trade")
        lib.equal(ask(client, state=b"xy").why, INTERNAL, "a State that was not given here")
        lib.equal(ask(client, patience=0).why, DEADLINE, "no patience")
        lib.equal(ask(client).outcome, ACCEPT, "a question")


def test_reload(lab):
    """Another secret, and a configuration that is wrong: the one is taken, the other refused, and questions go on meanwhile."""
    upstream.FreeRadius(lab, {"bob": CODE})
    egress = up(lab, secret=b"wrong at first", timeout=1, tries=1)

    def reload(what):
        mark = egress.mark()
        egress.process.send_signal(signal.SIGHUP)
        lib.wait_for("a reload", lambda: what in egress.said(mark))
    with connect() as client:
        lib.equal(ask(client).outcome, UNREACHABLE, "the wrong secret")
        lab.configure(upstream.section())
        reload("configuration reloaded")
        lib.equal(ask(client).outcome, ACCEPT, "the right one")
        lab.configure('upstream "passlogic" {\n}\n')
        reload("not reloaded")
        lib.equal(ask(client).outcome, ACCEPT, "as before")
    egress.stop()


def test_check(lab):
    """--check names what would keep it from starting: a secret that is open, or not there."""
    os.makedirs("/run/warifu", exist_ok=True)
    lab.configure(upstream.section())
    lib.contains(lab.run(upstream.EGRESS, "--check").stdout, "fine", "all right")
    os.chmod("/etc/warifu/passlogic.secret", 0o440)
    for program in (upstream.EGRESS, lib.DAEMON):
        lib.contains(lab.run(program, "--check", code=1).stderr, "is open to others", program)
    os.unlink("/etc/warifu/passlogic.secret")
    lib.contains(lab.run(upstream.EGRESS, "--check", code=1).stderr, "is not there", "no secret")
    done = lab.run(upstream.EGRESS, "--foreground", code=1)
    lib.contains(done.stderr, "is not there", "a start")


def test_cage(lab):
    """A user of its own without capabilities; no file to write, no process, no other program, no port to listen at."""
    egress = up(lab)
    upstream.Odd(lab, lambda request: (radius.ACCEPT, b""))
    with connect() as client:
        lib.equal(ask(client).outcome, ACCEPT, "in its cage")
    path = f"/proc/{egress.process.pid}"
    user = pwd.getpwnam("warifu-egress")
    status = status_of(path)
    lib.equal((status["Uid"].split(), status["Groups"].split()), ([str(user.pw_uid)] * 4, []), "who it is")
    if sanitized(egress.process.pid):
        return
    for thread in os.listdir(f"{path}/task"):
        caged(f"{path}/task/{thread}", f"thread {thread}")
    if has_landlock():
        os.makedirs(OPEN_TO_ALL, exist_ok=True)
        os.chmod(OPEN_TO_ALL, 0o777)
        got = taken_over(lab, egress.process.pid, (OPENAT, AT_FDCWD, f"{OPEN_TO_ALL}/mine", O_CREAT_WRONLY, 0o600))
        lib.equal([min(number, 0) for number in got], [-13], "a file to write")
    for call in (KILL, 1, 0), (EXECVE, "/bin/true", 0, 0), (SETUID, 0), (LISTEN, 0, 1), (PTRACE, 0, 0, 0, 0):
        taken_over(lab, egress.process.pid, call)
        lib.equal(egress.process.wait(10), -signal.SIGSYS, f"after call {call[0]}")
        egress.start()


def test_secrets_in_memory(lab):
    """Neither the secret nor an answer lies in memory that is not locked, once it was asked."""
    upstream.Odd(lab, lambda request: (radius.ACCEPT, b""))
    egress = up(lab)
    if sanitized(egress.process.pid):
        raise lib.Skip("a sanitizer keeps copies")
    answer = "seven herons by the pond"
    with connect() as client:
        for _ in range(20):
            lib.equal(ask(client, answer=answer).outcome, ACCEPT, "a question")
    time.sleep(0.5)
    with open(f"/proc/{egress.process.pid}/maps", encoding="utf-8") as maps, open(f"/proc/{egress.process.pid}/mem", "rb") as memory:
        for line in maps:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if not found or "[vvar" in line:
                continue
            start, end = (int(part, 16) for part in found.groups())
            memory.seek(start)
            if answer.encode() in memory.read(end - start):
                raise AssertionError(f"the answer lies in {line}")


def test_crowd(lab):
    """Eight threads and 64 places: of 200 questions at once each gets its own answer, and what is too much is told so."""
    upstream.Odd(lab, lambda request: (radius.ACCEPT if request.name().endswith("0") else radius.REJECT, b""))
    up(lab)
    with connect() as client:
        sender = threading.Thread(target=lambda: [client.send(QUERY, query(user=f"user{number}", tag=number)) for number in range(200)])
        sender.start()
        answers = {said.tag: said for said in (receive(client) for _ in range(200))}
        sender.join()
    lib.equal(len(answers), 200, "answers")
    for tag, said in answers.items():
        if said.outcome == UNREACHABLE:
            lib.equal(said.why, BUSY, f"question {tag}")
        else:
            lib.equal(said.outcome, ACCEPT if tag % 10 == 0 else REJECT, f"question {tag}")


if __name__ == "__main__":
    lib.main()
