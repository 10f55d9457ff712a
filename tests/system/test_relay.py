"""Hosts without accounts: a relay hands what its PAM module says to a central daemon, over mutual TLS.

Both daemons run here on one machine, in folders of their own; the relay is the host web1.test.
"""

import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import time

import hosts
import lib
import pam
import relays
import wire

HOST = "web1.test"
PIN = "spring rain 1986"
HELLO, RELAY, REPORT = 11, 12, 14
CHANNEL, UID, FRAME, SPOOL, NUMBER, BOOT, RECORD = 37, 38, 41, 42, 43, 44, 45
PONG = 39


def pair(lab, *config, start=True):
    """A centre and a relay that is connected to it."""
    authority = relays.Authority(lab)
    lab.up(relays.centre(lab, authority, HOST), *config)
    relay = relays.Relay(lab, authority.make("host", HOST))
    return authority, relay.start() if start else relay


def test_logins(lab):
    """Right and wrong answers, an unknown user: as without a relay; the rows name the host."""
    _authority, _relay = pair(lab, lib.NO_BACKOFF)
    alice = lab.person("alice")
    lib.equal(relays.login(alice), wire.ACCEPT, "right answers")
    lib.equal(relays.login(alice, password="wrong"), wire.REJECT, "wrong password")
    lib.equal(relays.login(alice, code=alice.wrong()), wire.REJECT, "wrong code")
    used = alice.code()
    lib.equal(relays.login(alice, code=used), wire.ACCEPT, "right again")
    lib.equal(relays.login(alice, code=used), wire.REJECT, "a code twice")
    lib.equal(relays.login(lib.Person("nobody-here", "x"), code="000000"), wire.REJECT, "unknown user")
    rows = lab.evaluated("alice")
    lib.equal({row["host"] for row in rows}, {HOST}, "hosts of the rows")
    lib.equal([row["source"] for row in rows], ["192.0.2.1"] * 5, "sources")
    lib.equal([row["result"] for row in rows], ["success", "failure", "failure", "success", "failure"], "results")
    lab.verify()


def test_one_counter(lab):
    """Ten wrong guesses, by turns here and there, lock the account for both."""
    _authority, _relay = pair(lab, lib.NO_BACKOFF, lib.UNLIMITED_SOURCE)
    alice = lab.person("alice")
    for number in range(10):
        verdict = relays.login(alice, password="no") if number % 2 else wire.login("alice", "no")
        lib.equal(verdict, wire.REJECT, f"guess {number}")
    lib.equal(len(lab.evaluated("alice", result="failure")), 10, "evaluated")
    lib.equal(wire.login("alice", alice.password, alice.code()), wire.REJECT, "right, at the centre")
    lib.equal(relays.login(alice), wire.REJECT, "right, at the relay")
    lib.equal(len(lab.evaluated("alice")), 10, "evaluated in all")


def test_ssh_and_sudo(lab):
    """A real sshd of the host; sudo inside carries its source, which the centre keeps for this host alone."""
    _authority, _relay = pair(lab, 'zone "internal" {\n\tnetworks = {"127.0.0.0/24"}\n}\n')
    for service in ("sshd", "sudo"):
        hosts.use_stanza(lab, service)
        relays.use(service)
    sshd = hosts.Sshd(lab)
    alice = lab.person("alice", unix=True)
    with open("/etc/sudoers.d/test", "w", encoding="utf-8") as stream:
        stream.write("alice ALL=(ALL) ALL\n")
    os.chmod("/etc/sudoers.d/test", 0o440)
    arguments = sshd.options(source="127.0.0.33") + ["-tt", "alice@127.0.0.1"]
    with lib.terminal(lab, "ssh", arguments, timeout=40) as child:
        for prompt, answer in ((hosts.PASSWORD, alice.password), (hosts.CODE, alice.code())):
            child.expect(prompt)
            child.sendline(answer)
        child.expect(r"\$ ")
        child.sendline("sudo -k echo I-am-'root'")
        for prompt, answer in ((hosts.ANY_PASSWORD, alice.password), (hosts.CODE, alice.code())):
            child.expect(prompt)
            child.sendline(answer)
        child.expect("I-am-root")
        child.sendline("exit")
    sudo = lab.evaluated("alice", service="sudo")[-1]
    lib.equal((sudo["source"], sudo["result"], sudo["detail"], sudo["host"]),
              ("127.0.0.33", "success", "zone internal", HOST), "sudo")
    done = sshd.batch("alice", "id", source="127.0.0.9")
    lib.equal((done.returncode, done.stdout), (255, ""), "key alone")
    lib.wait_for("the session is closed", lambda: lab.log("--class", "session", event="session.close", user="alice"))
    # What this machine itself knows of the same process is nothing.
    with wire.Client(wire.PAM_SOCKET) as client:
        client.ask(wire.ACCOUNT, wire.begin_fields("alice", "sudo", "", purpose=0))
    lib.equal(lab.log("--user", "alice", action="account")[-1]["source"] != "127.0.0.33", True, "source at the centre")


def test_passwd(lab):
    """The owner changes his password through the relay; root of the host sets nobody's."""
    _authority, _relay = pair(lab)
    alice = lab.person("alice", unix=True)
    hosts.use_stanza(lab, "passwd")
    relays.use("passwd")
    new = "seven herons by the pond"
    answers = {"Current": alice.password, "New": new, "Repeat": new, "code": None}

    def answer(prompt):
        return next((text or alice.code() for word, text in answers.items() if word in prompt), "")
    result = pam.run("passwd", "alice", answer, ("chauthtok",), uid=alice.uid)
    lib.equal(result["code"], pam.SUCCESS, f"passwd: {result}")
    lib.equal(relays.login(alice, password=new), wire.ACCEPT, "with the new one")
    result = pam.run("passwd", "alice", ["another long pass phrase"] * 2, ("chauthtok",))
    lib.equal(result["code"] == pam.SUCCESS, False, "root of the host sets it")
    lib.equal(relays.login(alice, password=new), wire.ACCEPT, "it has not changed")


def sheet(lab):
    """An emergency file and its codes; a service that may use it, through the relay."""
    text = lab.run(lib.CLI, "--socket", relays.CONTROL, "emergency", "new", "--stdin",
                   "--breakglass-file", relays.BREAKGLASS, text=PIN + "\n").stdout
    stanza = f"required pam_warifu.so socket={relays.SOCKET} timeout=8 breakglass={relays.BREAKGLASS}"
    hosts.write_service("console", f"auth {stanza}", f"account {stanza}", f"session {stanza}")
    return re.findall(r"^\s+\d+\.\s+(\S+)$", text, re.M)


def at_console(answers):
    """root at the host's console."""
    return pam.run("console", "root", answers, ("authenticate", "acct_mgmt", "open_session"), items={pam.ITEM_TTY: "tty1"})


def quick(result, seconds, what):
    """It did not take longer."""
    if result["seconds"] > seconds:
        raise AssertionError(f"{what} took {result['seconds']:.1f} s")


def test_centre_killed(lab):
    """kill -9: unavailable at once, the emergency code opens, all works again when it is back, and the log has it."""
    _authority, relay = pair(lab)
    alice = lab.person("alice")
    codes = sheet(lab)
    hosts.write_service("away", f"auth required pam_warifu.so socket={relays.SOCKET}")
    mark = relay.mark()
    lab.kill()
    relay.wait("is away", mark)
    result = pam.run("away", "alice", [alice.password, "000000"], items={pam.ITEM_RHOST: "192.0.2.44"})
    lib.equal((result["code"], result["prompts"]), (pam.AUTHINFO_UNAVAIL, []), "a login")
    quick(result, 2, "a login")
    lib.contains(" ".join(result["messages"]), "temporarily unavailable", "what the user is told")
    result = at_console([PIN, codes[0]])
    lib.equal(result["codes"], [pam.SUCCESS] * 3, f"PIN and code: {result}")
    quick(result, 5, "PIN and code")
    lib.contains(relay.cli("emergency", "report").stdout, "now: 1", "what is reported")
    lib.equal(relay.cli("status", "--check", code=2).returncode, 2, "what monitoring is told")
    lab.start()
    relay.wait("is there", mark)
    lib.equal(relays.login(alice), wire.ACCEPT, "when it is back")
    rows = lib.wait_for("the spooled rows", lambda: [row for row in lab.log(host=HOST) if row["event"] == "relay.back"]
                        and lab.log(host=HOST))
    events = [row["event"] for row in rows]
    for event in ("relay.start", "relay.away", "login.breakglass", "relay.back"):
        lib.equal(events.count(event), 1, f"rows {event} in {events}")
    lib.equal(events.index("relay.away") < events.index("login.breakglass") < events.index("relay.back"), True, "order")
    lost = [row for row in rows if row["reason"] == "centre-away"]
    lib.equal([(row["user"], row["source"], row["result"]) for row in lost if row["user"] == "alice"],
              [("alice", "192.0.2.44", "unavailable")], "the login that was unavailable")
    lib.equal(at_console([PIN, codes[1]])["code"] == pam.SUCCESS, False, "a code while the centre is there")
    lab.verify()


def test_centre_killed_while_the_user_types(lab):
    """Prompts are out and the centre dies: unavailable, and no emergency code is asked for."""
    _authority, _relay = pair(lab)
    alice = lab.person("alice")
    code = alice.code()
    sheet(lab)

    def answer(prompt):
        if "code" in prompt:
            lab.signal(signal.SIGKILL)
            return code
        return alice.password
    result = pam.run("console", "alice", answer, items={pam.ITEM_TTY: "tty1"})
    lib.equal((result["code"], len(result["prompts"])), (pam.AUTHINFO_UNAVAIL, 2), "the login")
    quick(result, 6, "the login")


def test_centre_stopped(lab):
    """kill -STOP: the connection stands and says nothing; found out in time, and it resumes by itself."""
    _authority, relay = pair(lab)
    alice = lab.person("alice")
    codes = sheet(lab)
    mark = relay.mark()
    lab.signal(signal.SIGSTOP)
    try:
        result = at_console([PIN, codes[0]])
    finally:
        lab.signal(signal.SIGCONT)
    lib.equal(result["codes"], [pam.SUCCESS] * 3, f"PIN and code: {result}")
    lib.contains(relay.said(mark), "says nothing", "the relay's log")
    relay.wait("is there", mark, 30)
    lib.equal(relays.login(alice), wire.ACCEPT, "afterwards")


def test_relay_killed(lab):
    """kill -9 of the relay with rows in its spool: they arrive once, in order, after its next start."""
    _authority, relay = pair(lab)
    alice = lab.person("alice")
    mark = relay.mark()
    lab.kill()
    relay.wait("is away", mark)
    for number in range(5):
        with wire.Login(f"user{number}", path=relays.SOCKET) as attempt:
            lib.equal(attempt.begin(), wire.UNAVAILABLE, "verdict")
    relay.kill()
    with open(relays.STATE + "/relay.spool", "ab") as stream:  # a row that was being written
        stream.write(b"\0\0\1\0half of a row")
    relay.start(connected=False)
    lab.start()
    relay.wait("is there", mark, 30)
    lib.equal(relays.login(alice), wire.ACCEPT, "a login")
    lib.wait_for("the last row", lambda: len(lab.log(host=HOST, event="relay.back")) == 1)
    rows = lab.log(host=HOST, reason="centre-away")
    lib.equal([row["user"] for row in rows], [f"user{number}" for number in range(5)], "rows")
    lib.equal(len(lab.log(host=HOST, event="relay.start")), 2, "starts")
    # Sent again, as after an acknowledgement that was lost: nothing happens.
    count = len(lab.log())
    relay.stop()
    relay.start()
    lib.wait_for("the row of the start", lambda: len(lab.log(host=HOST, event="relay.start")) == 3)
    lib.equal(len(lab.log()), count + 2, "rows: stop and start")
    lab.verify()


def refused(lab, lines, words, at_relay, what):
    """The centre refuses a relay with these certificates, says why, and so does the relay."""
    mark = os.path.getsize(lab.daemon_log)
    relay = relays.Relay(lab, lines).start(connected=False)
    lib.wait_for(f"{what}: the centre says {words!r}", lambda: words in lab.said(mark), 10)
    relay.wait(at_relay)
    with wire.Login("alice", path=relays.SOCKET) as attempt:
        lib.equal(attempt.begin(), wire.UNAVAILABLE, what)
    relay.stop()


def test_certificates(lab):
    """Another CA, an expired one, a name that is not allowed, one for centres: refused, with a line that says why."""
    authority = relays.Authority(lab)
    other = relays.Authority(lab, "other-ca")
    lab.up(relays.centre(lab, authority, HOST))
    other.make("host", HOST)
    refused(lab, other.lines(HOST, authority), "certificate is refused", "is away", "another CA")
    refused(lab, authority.make("host", "web9.test"), "'web9.test' is not among relays.allow", "is away", "a name")
    refused(lab, authority.make("centre", "web8.test"), "certificate is refused", "is away", "a purpose")
    expired = relays.Authority(lab, "expired")
    expired.run("host", HOST, days=0)
    authority.run("host", HOST, days=0)
    path = os.path.join(authority.folder, HOST)
    lab.run("chown", "root:warifu", path + ".key")
    os.chmod(path + ".key", 0o640)
    time.sleep(1.5)  # it lasts no day and ends this second
    refused(lab, authority.lines(HOST), "certificate has expired", "is away", "an expired one")
    os.rename(path + ".key", path + ".old")
    relay = relays.Relay(lab, authority.make("host", HOST)).start()
    relay.stop()


def test_wrong_centre(lab):
    """The relay refuses a centre of another CA and one with another name; nothing is sent to either."""
    authority = relays.Authority(lab)
    other = relays.Authority(lab, "other-ca")
    lab.up(relays.centre(lab, authority, HOST, names=("auth.test", "127.0.0.9")))
    lines = authority.make("host", HOST)
    relay = relays.Relay(lab, lines).start(connected=False)
    relay.wait("mismatch")
    relay.stop()
    relay.configure(authority.lines(HOST, other))
    mark = relay.mark()
    relay.start(connected=False)
    relay.wait("certificate is refused", mark)
    relay.stop()


def tls(authority, name):
    """A connection as a relay has it, made by hand."""
    context = ssl.create_default_context(cafile=os.path.join(authority.folder, "ca.pem"))
    path = os.path.join(authority.folder, name)
    context.load_cert_chain(path + ".pem", path + ".key")
    context.check_hostname = False
    raw = socket.create_connection(("127.0.0.1", relays.PORT), 5)
    return context.wrap_socket(raw)


def receive(connection):
    """(type, fields) of the next message; None: hung up."""
    data = b""
    while len(data) < 4 or len(data) < 4 + struct.unpack(">I", data[:4])[0]:
        part = connection.recv(4096)
        if not part:
            return None
        data += part
    return wire.parse(data[4:])[1:]


def hello(authority):
    """A connection that has said HELLO."""
    connection = tls(authority, HOST)
    connection.sendall(wire.frame(HELLO, [(BOOT, b"b" * 16)]))
    lib.equal(receive(connection)[0], PONG, "the answer to HELLO")
    return connection


def test_a_relay_that_wants_more(lab):
    """What no relay may send ends its connection, with a line: acts, RADIUS, rows of logins that were right."""
    authority, relay = pair(lab)
    lab.person("alice")
    relay.stop()
    act = wire.frame(wire.ACT, [(18, "user.list")])
    number = struct.pack(">I", 1024)
    cases = {
        "an act": wire.frame(wire.ACT, [(18, "user.list")]),
        "an act within": wire.frame(RELAY, [(CHANNEL, number), (UID, struct.pack(">I", 0)), (FRAME, act)]),
        "a login of RADIUS": wire.frame(7, [(25, b"\0" * 8), (wire.USER, "alice"), (wire.SERVICE, "vpn"),
                                            (wire.ANSWERS, b"\0x"), (wire.IDEMPOTENCY, b"k" * 32)]),
        "a row that is none": wire.frame(REPORT, [(SPOOL, b"s" * 16), (NUMBER, b"\0" * 7 + b"\1"), (RECORD, b"row")]),
        "a second hello": wire.frame(HELLO, [(BOOT, b"c" * 16)]),
        "nonsense": b"\0\0\0\x08\0\3\0\x63\0\0\0\0",
    }
    rows = lab.verify()
    for what, raw in cases.items():
        mark = os.path.getsize(lab.daemon_log)
        with hello(authority) as connection:
            connection.sendall(raw)
            lib.equal(receive(connection), None, what)
        lib.wait_for(f"{what}: a line", lambda mark=mark: f"relay {HOST} at 127.0.0.1" in lab.said(mark))
    with tls(authority, HOST) as connection:
        connection.sendall(wire.frame(RELAY, [(CHANNEL, number), (UID, struct.pack(">I", 0)), (FRAME, act)]))
        lib.equal(receive(connection), None, "no hello")
    lib.equal(lab.verify(), rows, "rows of the log")
    relay.start()


def test_a_caller_that_wants_more(lab):
    """A program of the host that sends nonsense loses its own connection, and nobody else's."""
    _authority, _relay = pair(lab)
    alice = lab.person("alice")
    with wire.Login("alice", path=relays.SOCKET) as attempt:
        attempt.begin()
        for raw in (wire.frame(wire.ACT, [(18, "user.list")]),
                    wire.frame(wire.ANSWER, [(wire.TXN, b"x" * 16), (wire.ANSWERS, b"\1x")]),
                    wire.frame(HELLO, [(BOOT, b"b" * 16)])):
            with wire.Client(relays.SOCKET) as client:
                client.socket.sendall(wire.frame(wire.BEGIN, [(wire.PURPOSE, b"\1")] + wire.begin_fields("bob", purpose=0)))
                client.receive()
                client.socket.sendall(raw)
                try:
                    client.receive()
                    raise AssertionError("it was answered")
                except wire.Gone:
                    pass
        lib.equal(attempt.answer(alice.password, alice.code()), wire.ACCEPT, "the one that was there")


def test_allowed_no_more(lab):
    """A host that is taken off the list loses its connection with the reload."""
    authority, relay = pair(lab)
    mark = relay.mark()
    with open(lib.CONFIG, encoding="utf-8") as stream:
        text = stream.read()
    lab.configure(text.replace(f'"{HOST}"', '"web2.test"'))
    lab.cli("reload")
    relay.wait("is away", mark)
    lib.contains(lab.said(), "it is not among relays.allow", "the centre's log")
    lab.configure(text)
    lab.cli("reload")
    relay.wait("is there", mark, 30)
    del authority


def test_commands(lab):
    """status and doctor on both sides; other commands on the host say where they belong."""
    _authority, relay = pair(lab)
    done = relay.cli("status", "--json")
    lib.contains(done.stdout, '"connected": true', "status of the relay")
    lib.contains(relay.cli("doctor", code=None).stdout, f"the centre 127.0.0.1:{relays.PORT} is there", "doctor of the relay")
    lib.contains(relay.cli("user", "list", code=None).stderr, "on the centre", "user list at the relay")
    lib.contains(lab.cli("doctor", code=None), "1 hosts are connected", "doctor of the centre")
    relay.stop()
    lib.wait_for("the centre notices", lambda: f"Away: {HOST}" in lab.cli("doctor", code=None))


def test_crowd(lab):
    """A hundred logins at once through one connection, each with its own answer."""
    _authority, _relay = pair(lab, lib.NO_BACKOFF, lib.UNLIMITED_SOURCE)
    people = lab.people(20)
    attempts = []
    for person in people:
        attempts.append({"user": person.name, "password": person.password, "code": person.code(), "path": relays.SOCKET})
        attempts += [{"user": person.name, "password": "wrong", "path": relays.SOCKET}] * 4
    verdicts = wire.crowd_login(attempts)
    lib.equal(sorted(set(verdicts)), [wire.REJECT, wire.ACCEPT], "verdicts")
    lib.equal([verdicts[5 * number] for number in range(20)], [wire.ACCEPT] * 20, "the right ones")
    lib.equal(verdicts.count(wire.ACCEPT), 20, "accepted")
    lab.verify()


def test_by_name(lab):
    """The centre's name is looked up; one that does not exist is said."""
    authority = relays.Authority(lab)
    lab.up(relays.centre(lab, authority, HOST))
    with open("/etc/hosts", "a", encoding="utf-8") as stream:
        stream.write("127.0.0.1 auth.test\n")
    lines = authority.make("host", HOST)
    relay = relays.Relay(lab, lines, f"auth.test:{relays.PORT}").start()
    relay.stop()
    relay.configure(lines, "nowhere.test:7443")
    mark = relay.mark()
    relay.start(connected=False)
    relay.wait("the name is not found", mark, 30)


def test_reload(lab):
    """A relay takes a new configuration as a whole or not at all, and logins go on either way; what is no relay's is refused."""
    authority, relay = pair(lab, lib.NO_BACKOFF)
    alice = lab.person("alice")

    def reloaded(words, what):
        mark = relay.mark()
        relay.process.send_signal(signal.SIGHUP)
        relay.wait(words, mark)
        lib.wait_for(f"a login after {what}", lambda: relays.login(alice) == wire.ACCEPT)
    lines = authority.lines(HOST)
    refused_one = "configuration not reloaded, the old one stays in force: "
    relay.configure(lines)
    reloaded("configuration reloaded", "the same configuration")
    relay.configure(lines, server="nonsense")
    reloaded(refused_one, "a mistake")
    with open(relays.CONFIG, "w", encoding="utf-8") as stream:
        stream.write("")
    reloaded(refused_one + "section relay is missing", "the configuration of a centre")
    relay.configure(lines.replace(HOST, "web9.test"))
    reloaded(refused_one, "a certificate that is not there")
    relay.configure(lines)
    reloaded("configuration reloaded", "the right one again")


def test_configuration(lab):
    """Mistakes of the sections are told with file and line."""
    for text, words in (('relay {\n\tserver = "auth.test"\n}\n', ":2: 'relay.server' cannot be 'auth.test'"),
                        ('relay {\n\tserver = "auth.test:7443"\n}\n', ":2: section 'relay' lacks 'certificate'"),
                        ('relays {\n\tallow = {"a b"}\n}\n', ":2: 'relays.allow' cannot be 'a b'"),
                        ('relays {\n\tlisten = {"7443"}\n}\n', ":2: 'relays.listen' cannot be '7443'")):
        lab.configure(text)
        done = subprocess.run([lib.DAEMON, "--check"], stderr=subprocess.PIPE, text=True, check=False)
        lib.equal(done.returncode, 1, "exit code")
        lib.contains(done.stderr, lib.CONFIG + words, "message")
    authority = relays.Authority(lab)
    lines = authority.make("host", HOST)
    os.chmod(os.path.join(authority.folder, HOST + ".key"), 0o644)
    relay = relays.Relay(lab, lines)
    process = subprocess.run([lib.DAEMON, "--foreground", "--config", relays.CONFIG], stderr=subprocess.PIPE, text=True,
                             check=False, timeout=20)
    lib.equal(process.returncode, 1, "exit code with an open key")
    lib.contains(process.stderr, "is open to everybody", "message")
    del relay


def test_centres_that_are_refused(lab):
    """An address for relays that somebody else has, a folder that cannot be made: said, and the start ends."""
    section = relays.centre(lab, relays.Authority(lab), HOST)
    lab.configure(section)
    lab.init()
    with socket.create_server(("127.0.0.1", relays.PORT)):
        lib.equal(lab.spawn().wait(20), 1, "exit code")
    lib.contains(lab.said(), f"cannot listen for relays at 127.0.0.1:{relays.PORT}: Address already in use", "what it says")
    lab.configure(section, 'run_dir = "/proc/warifu"')
    lib.equal(lab.spawn().wait(20), 1, "exit code")
    lib.contains(lab.said(), "cannot make the folder /proc/warifu", "what it says")


if __name__ == "__main__":
    lib.main()
