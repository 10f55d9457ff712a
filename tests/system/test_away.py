"""The daemon is away, stopped, or something else answers in its place: PAM_AUTHINFO_UNAVAIL before the
deadline, and the cause in syslog. Never success, never a plain refusal."""

import contextlib
import os
import signal
import socket
import struct
import threading

import hosts
import lib
import pam
import wire

TIMEOUT = 3


class Impostor:
    """Something in the daemon's place: takes connections and does what `reply` says."""

    def __init__(self, lab, reply):
        os.makedirs("/run/warifu", exist_ok=True)
        if os.path.exists(wire.PAM_SOCKET):
            os.unlink(wire.PAM_SOCKET)
        self.reply = reply
        self.kept = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.bind(wire.PAM_SOCKET)
        self.socket.listen(16)
        lab.closers.append(self.socket.close)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        """One connection after the other."""
        while True:
            try:
                client, _address = self.socket.accept()
            except OSError:
                return
            self.kept.append(client)
            client.recv(65536)
            self.reply(client)


def unavailable(lab, cause, **options):
    """authenticate gives AUTHINFO_UNAVAIL in time, and syslog names the cause; what was asked meanwhile."""
    hosts.write_service("away", f"auth required pam_warifu.so timeout={TIMEOUT}",
                        f"account required pam_warifu.so timeout={TIMEOUT}")
    mark = len(lab.syslog.lines)
    result = pam.run("away", "alice", ["a password", "000000"], **options)
    lib.equal(result["code"], pam.AUTHINFO_UNAVAIL, "code")
    if result["seconds"] > TIMEOUT + 2:
        raise AssertionError(f"took {result['seconds']:.1f} s, the deadline is {TIMEOUT} s")
    lib.wait_for(f"{cause!r} in syslog", lambda: cause in lab.syslog.since(mark), 3)
    lib.contains(" ".join(result["messages"]), "temporarily unavailable", "what the user is told")
    account = pam.run("away", "alice", [], ("acct_mgmt",))
    lib.equal(account["code"], pam.AUTHINFO_UNAVAIL, "code of acct_mgmt")
    return result


def test_no_daemon(lab):
    """No socket at all."""
    lib.equal(unavailable(lab, "pam_warifu")["prompts"], [], "prompts")


def test_nobody_listens(lab):
    """A socket that a dead daemon has left."""
    lab.up()
    lab.kill()
    lib.equal(os.path.exists(wire.PAM_SOCKET), True, "the socket is there")
    unavailable(lab, "pam_warifu")


def test_stopped_daemon(lab):
    """kill -STOP: it accepts, and says nothing."""
    lab.up()
    lab.person("alice")
    lab.signal(signal.SIGSTOP)
    try:
        unavailable(lab, "pam_warifu")
    finally:
        lab.signal(signal.SIGCONT)


def test_stopped_between_prompt_and_verdict(lab):
    """Stopped while the user types: unavailable at the deadline, nobody gets in."""
    lab.up()
    alice = lab.person("alice")
    code = alice.code()
    hosts.write_service("away", f"auth required pam_warifu.so timeout={TIMEOUT}")

    def answers(prompt):
        if "code" in prompt:
            lab.signal(signal.SIGSTOP)
            return code
        return alice.password
    try:
        result = pam.run("away", "alice", answers)
    finally:
        lab.signal(signal.SIGCONT)
    lib.equal(result["code"], pam.AUTHINFO_UNAVAIL, "code")
    if result["seconds"] > TIMEOUT + 2:
        raise AssertionError(f"took {result['seconds']:.1f} s")


def prompts_frame():
    """A proper PROMPTS message."""
    prompt = struct.pack(">BBHI", 1, 0, wire.TEXT_PASSWORD, 100)
    return wire.frame(wire.PROMPTS, [(wire.TXN, b"t" * 16), (wire.PROMPT, prompt)])


def test_nonsense(lab):
    """What answers in the daemon's place: each kind of nonsense, and frames cut off anywhere."""
    accept = wire.frame(wire.RESULT, [(wire.VERDICT, b"\1")])
    cases = {
        "random bytes": os.urandom(200),
        "closed at once": b"",
        "half a length": prompts_frame()[:2],
        "half a frame": prompts_frame()[:20],
        "a frame of 4 GiB": struct.pack(">I", 0xFFFFFFFF),
        "an unknown version": wire.frame(wire.RESULT, [(wire.VERDICT, b"\1")], version=9),
        "an unknown verdict": wire.frame(wire.RESULT, [(wire.VERDICT, b"\x77")]),
        "a verdict that is missing": wire.frame(wire.RESULT, [(wire.TXN, b"t" * 16)]),
        "a request": wire.frame(wire.ABORT, [(wire.TXN, b"t" * 16)]),
        "an accept with a field twice": wire.frame(wire.RESULT, [(wire.VERDICT, b"\1"), (wire.VERDICT, b"\1")]),
        "an accept with a byte too many": struct.pack(">I", len(accept) - 3) + accept[4:] + b"x",
    }
    for what, raw in cases.items():
        def reply(client, raw=raw):
            client.sendall(raw)
            client.shutdown(socket.SHUT_WR)
        impostor = Impostor(lab, reply)
        try:
            unavailable(lab, "pam_warifu")
        except AssertionError as error:
            raise AssertionError(f"{what}: {error}") from error
        impostor.socket.close()


def test_half_a_frame_and_silence(lab):
    """Half a frame, and the connection stays open: the deadline ends it."""
    Impostor(lab, lambda client: client.sendall(prompts_frame()[:20]))
    unavailable(lab, "pam_warifu")


def accept_everyone(uid):
    """As this user: lets everyone in who asks."""
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(wire.PAM_SOCKET)
    os.chmod(wire.PAM_SOCKET, 0o666)
    server.listen(8)
    while True:
        client, _address = server.accept()
        with contextlib.suppress(OSError):
            client.sendall(wire.frame(wire.RESULT, [(wire.VERDICT, b"\1")]))


def test_impostor_of_another_user(lab):
    """Only root or the daemon's user may be the daemon: an ACCEPT of somebody else lets nobody in."""
    mallory = lab.unix_user("mallory")
    os.makedirs("/run/warifu", exist_ok=True)
    os.chown("/run/warifu", mallory, mallory)
    pid = os.fork()
    if pid == 0:
        try:
            accept_everyone(mallory)
        finally:
            os._exit(1)
    try:
        lib.wait_for("the impostor listens", lambda: os.path.exists(wire.PAM_SOCKET))
        hosts.write_service("away", f"auth required pam_warifu.so timeout={TIMEOUT}")
        mark = len(lab.syslog.lines)
        result = pam.run("away", "alice", ["a password", "000000"])
        lib.equal(result["code"] in (pam.AUTHINFO_UNAVAIL, pam.AUTH_ERR), True, f"code {result['code']}")
        lib.equal(result["prompts"], [], "what was asked")
        lib.wait_for("a message in syslog", lambda: "pam_warifu" in lab.syslog.since(mark), 3)
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)


def test_full_disk(lab):
    """No room to record: nobody gets in, and when there is room again everything works without a hand."""
    lab.configure()
    os.makedirs(lib.STATE)
    lab.run("mount", "-t", "tmpfs", "-o", "size=4m", "none", lib.STATE)
    lab.closers.append(lambda: lab.run("umount", "-l", lib.STATE, code=None))
    lab.run("chown", "warifu:", lib.STATE)
    lab.run("chmod", "700", lib.STATE)
    lab.init()
    lab.start()
    alice = lab.person("alice")
    filler = os.path.join(lib.STATE, "filler")
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        while True:
            os.write(descriptor, b"\0" * 4096)
    except OSError:
        os.close(descriptor)
    verdicts = {wire.login("alice", alice.password, alice.wrong()) for _ in range(3)}
    right = wire.login("alice", alice.password, alice.code())
    os.unlink(filler)
    lib.equal(wire.ACCEPT in verdicts, False, "wrong answers on a full disk")
    lib.equal(right in (wire.UNAVAILABLE, wire.ACCEPT), True, f"the right answers on a full disk: {right}")
    if right == wire.ACCEPT:
        lib.equal(len(lab.evaluated("alice", result="success")), 1, "an accept has its row")
    lib.wait_for("a login with room again", lambda: wire.login("alice", alice.password, alice.code()) == wire.ACCEPT, 90)
    lab.verify()


if __name__ == "__main__":
    lib.main()
