"""A host without accounts whose centre is reached over plain RADIUS: password first, then what the challenge asks.

The centre is the daemon of the test behind its warifu-radiusd; the host has a second daemon, in folders of its own, and a
warifu-egress that asks for it.
"""

import json
import os
import pwd
import re
import shutil
import signal
import threading
import time

import hosts
import lib
import pam
import radius
import relays
import upstream
import wire

SERVICE = "onhost"
PIN = "spring rain 1986"


class Host(relays.Relay):
    """The daemon of the host."""

    def __init__(self, lab, **options):
        super().__init__(lab, "")
        shutil.copy(os.path.join("/etc/warifu", "centre.secret"), os.path.dirname(relays.CONFIG))
        self.write(**options)

    @staticmethod
    def write(**options):
        """Its configuration."""
        lines = "".join(f"\t{key} = {value}\n" for key, value in options.items())
        with open(relays.CONFIG, "w", encoding="utf-8") as stream:
            stream.write(f'node = "host1"\nrun_dir = "{relays.RUN}"\nstate_dir = "{relays.STATE}"\n'
                         f'breakglass_file = "{relays.BREAKGLASS}"\n'
                         f'relay {{\n\tupstream = "centre"\n}}\n'
                         f'upstream "centre" {{\n\tservers = {{"127.0.0.1:1812"}}\n'
                         f'\tsecret_file = "/etc/warifu/centre.secret"\n{lines}}}\n')


class HostEgress(upstream.Egress):
    """Its warifu-egress."""

    def start(self):
        mark = self.mark()
        self.run(upstream.EGRESS, "--foreground", "--config", relays.CONFIG)
        lib.wait_for("warifu-egress serves", lambda: self.serves(mark), 20)
        return self


def secret_file():
    """What the host shares with the centre."""
    upstream.make_user()
    path = "/etc/warifu/centre.secret"
    with open(path, "wb") as stream:
        stream.write(radius.SECRET + b"\n")
    os.chmod(path, 0o400)
    user = pwd.getpwnam("warifu-egress")
    os.chown(path, user.pw_uid, user.pw_gid)


def world(lab, *parts, start=True, **options):
    """Centre, its RADIUS server, the host's two programs, and alice."""
    radius.make_user()
    lab.up(radius.client("host1", trust_calling_station="true"), lib.NO_BACKOFF, *parts)
    alice = lab.person("alice")
    server = radius.Server(lab).start().connected()
    secret_file()
    host = Host(lab, **(options or {"timeout": 1, "tries": 2}))
    host.start(connected=False)
    egress = HostEgress(lab)
    stanza = f"required pam_warifu.so socket={relays.SOCKET}"
    hosts.write_service(SERVICE, f"auth {stanza}", f"account {stanza}", f"session {stanza}")
    if start:
        egress.start()
        host.wait("can be asked over RADIUS")
    return server, host, egress, alice


def log_in(person, password=None, code=None, steps=("authenticate", "acct_mgmt", "open_session"), name=None):
    """Over the real module on the host."""
    answers = [person.password if password is None else password, person.code() if code is None else code]
    return pam.run(SERVICE, name or person.name, answers, steps, items={pam.ITEM_RHOST: "192.0.2.7"})


def test_logins(lab):
    """Password, then the code; a wrong one of either; nobody; a code twice: as the centre says, and its rows have it."""
    _, _, _, alice = world(lab)
    result = log_in(alice)
    lib.equal(result["code"], pam.SUCCESS, "both right")
    lib.equal(len(result["prompts"]), 2, f"prompts: {result['prompts']}")
    lib.equal(result["prompts"][0], "Password: ", "the first prompt")
    lib.equal(log_in(alice, password="wrong")["code"], pam.AUTH_ERR, "wrong password")
    lib.equal(log_in(alice, code=alice.wrong())["code"], pam.AUTH_ERR, "wrong code")
    used = alice.code()
    lib.equal(log_in(alice, code=used)["code"], pam.SUCCESS, "right again")
    lib.equal(log_in(alice, code=used)["code"], pam.AUTH_ERR, "a code twice")
    lib.equal(log_in(alice, name="nobody-here")["code"], pam.AUTH_ERR, "nobody")
    rows = lab.evaluated("alice")
    lib.equal([row["reason"] for row in rows], ["ok", "wrong-password", "wrong-code", "ok", "replayed"], "reasons")
    lib.equal({(row["service"], row["machine"], row["source"]) for row in rows}, {("host1", "host1", "192.0.2.7")}, "where")
    lab.verify()


def test_locked_at_the_centre(lab):
    """Guesses on the host and elsewhere are counted together, and lock here and there."""
    _, _, _, alice = world(lab, lib.UNLIMITED_SOURCE)
    for number in range(10):
        if number % 2:
            lib.equal(log_in(alice, password="no")["code"], pam.AUTH_ERR, f"guess {number}, on the host")
        else:
            lib.equal(wire.login("alice", "no"), wire.REJECT, f"guess {number}, at the centre")
    lib.equal(log_in(alice)["code"], pam.AUTH_ERR, "right, on the host")
    lib.equal(wire.login("alice", alice.password, alice.code()), wire.REJECT, "right, at the centre")
    lib.equal(len(lab.evaluated("alice")), 10, "evaluated in all")
    lib.equal(lab.ask("user", "show", "alice")["locked"], True, "locked")


def test_ssh(lab):
    """A real sshd of the host: password and code let in, a key alone does not."""
    world(lab)
    hosts.use_stanza(lab, "sshd")
    relays.use("sshd")
    sshd = hosts.Sshd(lab)
    bob = lab.person("bob", unix=True)
    child = sshd.run(bob, "echo", "I-am-in")
    lib.contains(str(child), "I-am-in", "what he sees")
    done = sshd.batch("bob", "id")
    lib.equal((done.returncode, done.stdout), (255, ""), "key alone")


def test_what_radius_cannot_do(lab):
    """Changes of passwords, callers that are not root, and an account phase without a login: refused, and said why."""
    _, host, _, alice = world(lab)
    result = pam.run(SERVICE, "alice", (), ("acct_mgmt",))
    lib.equal(result["code"] in (pam.PERM_DENIED, pam.AUTH_ERR), True, f"account phase alone: {result}")
    lib.contains(host.said(), "with a key alone perhaps", "the host's log")
    stanza = f"required pam_warifu.so socket={relays.SOCKET}"
    hosts.write_service("passwd", f"password {stanza}")
    result = pam.run("passwd", "alice", [alice.password, "a new pass phrase", "a new pass phrase"], ("chauthtok",))
    lib.equal(result["code"] == pam.SUCCESS, False, f"passwd: {result}")
    lib.contains(host.said(), "a password cannot be changed over RADIUS", "the host's log")
    nobody = pwd.getpwnam("nobody").pw_uid
    result = pam.run(SERVICE, "alice", [alice.password, alice.code()], uid=nobody)
    lib.equal(result["code"], pam.AUTH_ERR, f"a caller that is not root: {result}")
    lib.equal(lab.evaluated("alice"), [], "what the centre heard")


def comes_back(person):
    """Waits for a login; a code that was not asked for stays good."""
    code = person.code()
    lib.wait_for("a login", lambda: log_in(person, code=code)["code"] == pam.SUCCESS, 30)


def at_console(*answers):
    """root at the host's console, with an emergency file."""
    return pam.run("console", "root", list(answers), ("authenticate",), items={pam.ITEM_TTY: "tty1"})


def test_the_centre_goes_away(lab):
    """Unavailable, uncounted and not for long; then nobody is asked and the emergency code is offered; all resumes by itself."""
    server, host, _, alice = world(lab)
    text = lab.run(lib.CLI, "--socket", relays.CONTROL, "emergency", "new", "--stdin",
                   "--breakglass-file", relays.BREAKGLASS, text=PIN + "\n").stdout
    code = re.findall(r"^\s+\d+\.\s+(\S+)$", text, re.M)[0]
    stanza = f"required pam_warifu.so socket={relays.SOCKET} breakglass={relays.BREAKGLASS}"
    hosts.write_service("console", f"auth {stanza}")
    mark = host.mark()
    server.stop()
    started = time.monotonic()
    for which in ("the first one", "the second one"):
        lib.equal(log_in(alice)["code"], pam.AUTHINFO_UNAVAIL, which)
    if time.monotonic() - started > 6:
        raise AssertionError("it took long to find out")
    host.wait("is away", mark)
    result = log_in(alice)
    lib.equal((result["code"], result["prompts"]), (pam.AUTHINFO_UNAVAIL, []), "the next one")
    with open(relays.STATE + "/relay.log", encoding="utf-8") as lines:
        lib.contains([json.loads(line)["event"] for line in lines], "relay.away", "the host's own log")
    lib.equal(at_console(PIN, code)["code"], pam.SUCCESS, "the emergency code")
    server.start().connected()
    comes_back(alice)
    lib.contains(host.said(mark), "is there", "the host's log")
    lib.equal(lab.failures("alice"), 0, "failures")


def test_warifu_egress_goes_away(lab):
    """Never started, killed with a question under way, stopped: unavailable; back by itself."""
    server, host, egress, alice = world(lab, start=False, timeout=5, tries=1)
    lib.equal(log_in(alice)["prompts"], [], "prompts without it")
    egress.start()
    host.wait("can be asked over RADIUS")
    lib.equal(log_in(alice)["code"], pam.SUCCESS, "with it")
    server.process.send_signal(signal.SIGSTOP)
    results = []
    thread = threading.Thread(target=lambda: results.append(log_in(alice)))
    thread.start()
    time.sleep(1)
    started = time.monotonic()
    egress.kill()
    thread.join()
    lib.equal(results[0]["code"], pam.AUTHINFO_UNAVAIL, "killed meanwhile")
    if time.monotonic() - started > 2:
        raise AssertionError("the loss was noticed late")
    server.process.send_signal(signal.SIGCONT)
    egress.start()
    comes_back(alice)


def test_status(lab):
    """What the host says of itself."""
    _, host, egress, _ = world(lab)
    lib.contains(host.cli("status").stdout, "centre", "status")
    lib.contains(host.cli("doctor", code=None).stdout, "the centre centre is there", "doctor")
    mark = host.mark()
    egress.stop()
    host.wait("the centre centre is away", mark)
    lib.contains(host.cli("doctor", code=None).stdout, "is away", "doctor, without it")


if __name__ == "__main__":
    lib.main()
