"""A first password behind a gateway that cannot ask for a new one: refused there with the name of a host, changed on
that host over SSH, accepted then; and a token of one's own."""

import re

import hosts
import lib
import radius
from radius import Nas, Server, access, client

HOST = "ssh.example.co.jp"
SSHD = "/usr/share/warifu/warifu-enrolment.conf"
FRESH = "a boat in the autumn rain"


def up(lab):
    """Daemon, server with a client that knows no challenges, an sshd that is the enrolment host, alice."""
    radius.make_user()
    lab.up(f'radius {{ enrolment_host = "{HOST}" }}\n', client(mode='"code-last"'), lib.NO_BACKOFF)
    hosts.use_stanza(lab, "sshd")
    sshd = hosts.Sshd(lab, config=SSHD)
    alice = lab.person("alice", unix=True, must_change=True)
    lab.run("groupadd", "-f", "warifu-enrolment")
    lab.run("usermod", "-a", "-G", "warifu-enrolment", "alice")
    Server(lab).start().connected()
    return sshd, alice


def gateway(password, code):
    """A login there: the code of the reply, and its message."""
    with Nas() as nas:
        reply = nas.ask(access("alice", password + code))
    return reply.code, b"".join(reply.all(radius.REPLY_MESSAGE)).decode()


def change(lab, sshd, alice):
    """Changes the first password over SSH; what stood on the terminal after it."""
    with lib.terminal(lab, "ssh", sshd.options() + ["alice@127.0.0.1"], timeout=40) as child:
        for prompt, answer in ((hosts.PASSWORD, alice.password), (hosts.CODE, alice.code()),
                               (hosts.CURRENT, alice.password), (hosts.NEW, FRESH), (hosts.REPEAT, FRESH)):
            child.expect(prompt)
            child.sendline(answer)
        child.expect(hosts.pexpect.EOF)
        alice.password = FRESH
        return child.before


def test_refused_changed_accepted(lab):
    """The gateway's refusal names the host to who has proved himself; after the change there the gateway lets him in."""
    sshd, alice = up(lab)
    code, message = gateway(alice.password, alice.code())
    lib.equal(code, radius.REJECT, "a first password at the gateway")
    lib.equal(message, f"You must change your password now. To do so, log in over SSH at: {HOST}", "what the gateway shows")
    lib.equal(lab.evaluated("alice", result="failure")[-1]["reason"], "must-change", "the row")
    lib.contains(lab.ask("why", "alice")["advice"], "enrolment_host", "why")
    code, message = gateway("not the right one", alice.code())
    lib.equal((code, HOST in message), (radius.REJECT, False), "who has not proved himself")
    lib.contains(change(lab, sshd, alice), "The login of alice is in order.", "on the host")
    lib.equal(gateway("not the right one", alice.code())[0], radius.REJECT, "a wrong one after it")
    lib.equal(gateway(alice.password, alice.code())[0], radius.ACCEPT, "the new one")
    lab.verify()


def test_a_token_of_his_own(lab):
    """With recovery codes of the helpdesk as a beginning: password and token over SSH, then both at the gateway."""
    sshd, alice = up(lab)
    lab.cli("token", "remove", "alice", str(alice.token), "--reason", "a new employee has none")
    codes = iter(lab.recovery_codes(alice))
    alice.code = lambda: next(codes)
    change(lab, sshd, alice)
    with lib.terminal(lab, "ssh", sshd.options() + ["-t", "alice@127.0.0.1", "token"], timeout=40) as child:
        for _ in ("login", "proof"):
            child.expect(hosts.PASSWORD)
            child.sendline(alice.password)
            child.expect(hosts.CODE)
            child.sendline(alice.code())
        child.expect(r"secret=([A-Z2-7]+)")
        fresh = lib.Person("alice", alice.password)
        fresh.kind, fresh.secret, fresh.step, fresh.counter = "totp", child.match.group(1), 30, int(lib.time.time()) // 30 - 1
        child.expect("Code from the new token: ")
        child.sendline(lib.otp(fresh.secret, fresh.counter))
        child.expect(hosts.pexpect.EOF)
    lib.equal(gateway(fresh.password, fresh.code())[0], radius.ACCEPT, "password and token at the gateway")
    lab.verify()


def test_nothing_else_of_the_machine(lab):
    """No shell, no command, no file transfer, no key."""
    sshd, alice = up(lab)
    change(lab, sshd, alice)
    output, code = sshd.run(alice, "id")
    lib.equal(code, 2, f"a command: {output}")
    lib.equal("uid=" in output, False, "its output")
    lib.equal(sshd.batch("alice", "true").returncode, 255, "a key")
    output, _ = sshd.run(alice)
    lib.equal(len(re.findall(r"is in order", output)), 1, "no shell")


if __name__ == "__main__":
    lib.main()
