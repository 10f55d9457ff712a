"""What leaves the daemon by its sockets: the previous version, what refused users can learn, observe mode,
peers that misbehave."""

import os
import socket
import struct
import time

import lib
import pam
import wire


def test_previous_version_logs_in(lab):
    """A front end of the previous release: begin, answer, account, session in version 1."""
    lab.up()
    person = lab.person("alice")
    with wire.Login("alice", version=1) as attempt:
        lib.equal(attempt.run(person.password, person.code()), wire.ACCEPT, "verdict")
        common = [(wire.USER, "alice"), (wire.SERVICE, "sshd"), (wire.RHOST, "192.0.2.1")]
        for kind, extra in ((wire.ACCOUNT, []), (wire.SESSION, [(wire.EVENT, b"\1")]), (wire.SESSION, [(wire.EVENT, b"\2")])):
            with wire.Client(version=1) as client:
                _kind, fields = client.ask(kind, [(wire.TXN, attempt.txn)] + common + extra)
            lib.equal(fields[wire.VERDICT][0][0], wire.ACCEPT, f"verdict of message {kind}")
    lib.equal(wire.login("alice", person.password, person.wrong(), version=1), wire.REJECT, "a wrong code")


def test_unknown_version_is_dropped(lab):
    """The version after ours and version 0 are spoken by nobody."""
    lab.up()
    for version in (0, wire.VERSION + 1):
        with wire.Client(version=version, timeout=5) as client:
            try:
                client.ask(wire.BEGIN, wire.begin_fields("alice"))
            except wire.Gone as gone:
                lib.equal(str(gone), "closed", f"version {version}")
            else:
                raise AssertionError(f"version {version} got a reply")


def replies(name, password, code, service="sshd"):
    """All bytes that the daemon sent for one login, with the transaction's id taken out."""
    with wire.Login(name, service=service) as attempt:
        attempt.run(password, code)
        return [reply.replace(attempt.txn, b"T" * 16) for reply in attempt.replies]


def refused_users(lab):
    """Users of every standing with answers that let nobody in: {what: (name, password, code)}."""
    lab.up(lib.NO_BACKOFF)
    known = lab.person("known")
    disabled = lab.person("disabled")
    locked = lab.person("locked")
    expired = lab.person("expired")
    bare = lab.person("bare", token=None)
    lab.cli("user", "disable", "disabled", "--reason", "test")
    lab.cli("user", "set", "expired", "--valid-until", "2001-01-01")
    lab.cli("user", "refuse", "refused", "--uid", "4999", "--reason", "test")
    lab.cli("user", "add", "service", "--kind", "service", "--sources", "10.0.0.0/8")
    for _ in range(10):
        wire.login("locked", locked.password, locked.wrong())
    lib.equal(lab.ask("user", "show", "locked")["locked"], True, "locked")
    return {
        "unknown": ("nobody-here", "wrong one", "000000"),
        "known, wrong password": ("known", "wrong one", known.code()),
        "known, wrong code": ("known", known.password, known.wrong()),
        "disabled, right answers": ("disabled", disabled.password, disabled.code()),
        "locked, right answers": ("locked", locked.password, locked.code()),
        "expired, right answers": ("expired", expired.password, expired.code()),
        "without token": ("bare", bare.password, "000000"),
        "refused": ("refused", "anything", "000000"),
        "service account": ("service", "anything", "000000"),
        "root from outside": ("root", "anything", "000000"),
        "nothing at all": ("known", "", ""),
        "nothing at all, unknown": ("nobody-here", "", ""),
        "as much as goes": ("known", "x" * 500, "9" * 500),
        "as much as goes, unknown": ("nobody-here", "x" * 500, "9" * 500),
    }


def test_refused_users_look_alike(lab):
    """Unknown, disabled, locked, expired, exempt and known with wrong answers: the same bytes but for ids."""
    cases = refused_users(lab)
    reference = replies("known", "wrong one", "000000")
    lib.equal(len(reference), 2, "prompts and a verdict")
    for what, (name, password, code) in cases.items():
        lib.equal(replies(name, password, code), reference, what)


def end_of(name, password, code, messages):
    """All bytes behind the prompts, to the end of the connection, of a login that ends with these messages:
    "answer", "none" (an answer to nothing), "abort", "wait" (for a reply). The transaction's id is taken out."""
    with wire.Login(name, timeout=20) as attempt:
        lib.equal(attempt.begin(), None, "verdict before an answer")
        frames = {
            "answer": wire.frame(wire.ANSWER, attempt.answer_fields(password, code)),
            "none": wire.frame(wire.ANSWER, [(wire.TXN, attempt.txn)]),
            "abort": wire.frame(wire.ABORT, [(wire.TXN, attempt.txn)]),
        }
        heard = b""
        for part in messages.split(", "):
            sent = b"".join(frames[word] for word in part.split(" ") if word in frames)
            attempt.client.socket.sendall(sent)
            if part.endswith("wait"):
                attempt.client.receive()
                heard += attempt.client.raw
        attempt.client.socket.shutdown(socket.SHUT_WR)
        while more := attempt.client.socket.recv(4096):
            heard += more
        return heard.replace(attempt.txn, b"T" * 16)


def test_refused_users_look_alike_to_the_end(lab):
    """The same for other ends: more rounds than there are, given up before an answer, behind it and behind the verdict."""
    cases = refused_users(lab)
    for messages, replied in (("answer answer", None), ("answer wait, answer", True), ("none", None), ("abort", False),
                              ("answer abort", None), ("answer wait, abort", True), ("abort answer", None)):
        reference = end_of("nobody-else", "wrong one", "000000", messages)
        lib.equal(replied in (None, bool(reference)), True, f"{messages}: {reference!r}")
        for what, (name, password, code) in cases.items():
            lib.equal(end_of(name, password, code, messages), reference, f"{what}: {messages}")


def test_module_says_the_same(lab):
    """The real module: the same prompts, messages and PAM code for whoever is refused, over SSH as sshd asks it."""
    lab.up(lib.NO_BACKOFF)
    known = lab.person("known")
    disabled = lab.person("disabled")
    lab.person("bare", token=None)
    lab.cli("user", "disable", "disabled", "--reason", "test")
    with open("/etc/pam.d/sshd", "w", encoding="utf-8") as stream:
        stream.write("auth required pam_warifu.so\n")

    def heard(name, password, code):
        found = pam.run("sshd", name, [password, code], items={pam.ITEM_RHOST: "192.0.2.9", pam.ITEM_TTY: "ssh"})
        return found["codes"], found["prompts"], found["messages"]
    reference = heard("nobody-here", "wrong one", "000000")
    lib.equal(reference[0], [pam.AUTH_ERR], "code")
    for name, password, code in (
            ("known", "wrong one", "000000"), ("known", known.password, known.wrong()),
            ("known", "wrong one", known.code()), ("disabled", disabled.password, disabled.code()),
            ("bare", "wrong one", "000000"), ("root", "wrong one", "000000"), ("known", "", ""),
            ("nobody-here", "", "")):
        lib.equal(heard(name, password, code), reference, f"{name} with {len(password)} and {code}")


def test_observe_mode(lab):
    """mode = observe: PAM_IGNORE for everyone, and the log says what would have been."""
    lab.up('mode = "observe"')
    lab.person("alice")
    for name in ("alice", "nobody-here"):
        with wire.Login(name) as attempt:
            lib.equal(attempt.begin(), wire.IGNORE, f"{name}: verdict at once, nothing asked")
    with wire.Client() as client:
        _kind, fields = client.ask(wire.ACCOUNT, wire.begin_fields("alice", purpose=0))
    lib.equal(fields[wire.VERDICT][0][0], wire.IGNORE, "account")
    reasons = {row["user"]: row["reason"] for row in lab.log("--class", "auth", action="authenticate")}
    lib.equal(reasons, {"alice": "observed", "nobody-here": "unknown-user"}, "reasons in the log")


def refused_frame(raw):
    """Whether the daemon closes the connection after these bytes."""
    with wire.Client(timeout=5) as client:
        client.socket.sendall(raw)
        try:
            client.receive()
        except wire.Gone as gone:
            return str(gone) == "closed"
    return False


def test_nonsense_is_dropped(lab):
    """Bytes that are no message, and messages that are not permitted; the daemon lives on."""
    lab.up()
    person = lab.person("alice")
    begin = wire.begin_fields("alice")
    bad = {
        "random bytes": os.urandom(64),
        "length 0": struct.pack(">I", 0),
        "length of 4 GiB": struct.pack(">I", 0xFFFFFFFF),
        "16 KiB and one": struct.pack(">I", 16384) + b"\0" * 100,
        "unknown type": wire.frame(99, []),
        "a reply as request": wire.frame(wire.RESULT, [(wire.VERDICT, b"\1")]),
        "an act on the login socket": wire.frame(wire.ACT, [(18, "status")]),
        "missing user": wire.frame(wire.BEGIN, begin[:1] + begin[2:]),
        "user twice": wire.frame(wire.BEGIN, begin + [begin[1]]),
        "empty user": wire.frame(wire.BEGIN, begin[:1] + [(wire.USER, "")] + begin[2:]),
        "user with NUL": wire.frame(wire.BEGIN, begin[:1] + [(wire.USER, "a\0b")] + begin[2:]),
        "purpose 9": wire.frame(wire.BEGIN, [(wire.PURPOSE, b"\x09")] + begin[1:]),
        "language in version 1": wire.frame(wire.BEGIN, begin, version=1),
        "answer to nothing": wire.frame(wire.ANSWER, [(wire.TXN, b"x" * 16), (wire.ANSWERS, b"\1x")]),
    }
    for what, raw in bad.items():
        lib.equal(refused_frame(raw), True, what)
    lib.equal(wire.login("alice", person.password, person.code()), wire.ACCEPT, "a login after all that")


def test_answer_of_another_connection(lab):
    """A transaction belongs to its connection: an id is no key to it."""
    lab.up()
    person = lab.person("alice")
    with wire.Login("alice") as mine, wire.Login("alice") as other:
        mine.begin()
        other.begin()
        fields = mine.answer_fields(person.password, person.code())
        try:
            other.client.ask(wire.ANSWER, fields)
        except wire.Gone:
            pass
        else:
            raise AssertionError("another connection could answer")


def test_same_request_same_verdict(lab):
    """The same BEGIN again (idempotency key) gets the same verdict, and only one row; another user does not."""
    lab.up()
    person = lab.person("alice")
    lab.person("bob")
    key = [(wire.IDEMPOTENCY, b"k" * 32)]
    with wire.Login("alice") as first:
        first.begin(key)
        lib.equal(first.answer(person.password, person.code()), wire.ACCEPT, "first")
    with wire.Login("alice") as again:
        lib.equal(again.begin(key), wire.ACCEPT, "again: the verdict without prompts")
    lib.equal(len(lab.evaluated("alice")), 1, "rows")
    with wire.Login("bob") as other:
        lib.equal(other.begin(key), None, "another user is asked")


def test_other_uid_only_for_itself(lab):
    """Without root one may ask about one's own account alone, and what one says of the source is no fact."""
    lab.up()
    alice = lab.person("alice", unix=True)
    bob = lab.person("bob", unix=True)
    with open("/etc/pam.d/selftest", "w", encoding="utf-8") as stream:
        stream.write("auth required pam_warifu.so\naccount required pam_warifu.so\n")
    steps = ("authenticate", "acct_mgmt")
    items = {pam.ITEM_RHOST: "192.0.2.77"}
    own = pam.run("selftest", "alice", [alice.password, alice.code()], steps, uid=alice.uid, items=items)
    lib.equal(own["codes"], [pam.SUCCESS, pam.SUCCESS], "one's own account")
    other = pam.run("selftest", "bob", [bob.password, bob.code()], steps, uid=alice.uid)
    lib.equal(other["codes"], [pam.AUTH_ERR], "another's account, with the right answers")
    lib.equal(lab.failures("bob"), 0, "failures of the other")
    row = lab.evaluated("alice")[-1]
    lib.equal(row["source"], f"local:uid{alice.uid}", "source in the log")


def test_connections_of_one_user(lab):
    """A user who opens connections without end keeps nobody else out."""
    lab.up("connections = 8")
    person = lab.person("alice")
    uid = lab.unix_user("mallory")
    pid = os.fork()
    if pid == 0:
        os.setresuid(uid, uid, uid)
        kept = []
        for _ in range(200):
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            client.connect(wire.PAM_SOCKET)
            kept.append(client)
        time.sleep(20)
        os._exit(0)
    try:
        time.sleep(1)
        lib.equal(wire.login("alice", person.password, person.code()), wire.ACCEPT, "a login meanwhile")
        lib.equal(lab.ask("status")["connections"] < 20, True, "connections that are kept")
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    lib.main()
