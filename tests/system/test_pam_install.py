"""warifu pam install, confirm, remove, rollback: the way into a service and the way back."""

import os
import time

import lib

SERVICE = "/etc/pam.d/sshd"


def text():
    """The service as it is now."""
    with open(SERVICE, encoding="utf-8") as stream:
        return stream.read()


def plain():
    """The service before Warifu; an earlier test must have left it so."""
    found = text()
    lib.equal("pam_warifu.so" in found, False, "Warifu in the service beforehand")
    return found


def confirm(lab, code=0):
    """From another login, which a session of its own stands for."""
    return lab.run("setsid", "--wait", lib.CLI, "pam", "confirm", "sshd", code=code)


def test_rolls_back_unconfirmed(lab):
    """Without a confirmation the old file comes back by itself, to the byte."""
    lab.up()
    before = plain()
    lab.cli("pam", "install", "sshd", "--no-test", "--timeout", "3")
    lib.contains(text(), "pam_warifu.so", "installed")
    lib.wait_for("the roll-back", lambda: text() == before, 15)
    lib.wait_for("its message", lambda: "not confirmed" in "\n".join(lab.syslog.lines), 5)
    confirm(lab, code=1)


def test_stays_when_confirmed(lab):
    """Confirmed from a second login it stays; removed, the file is as before."""
    lab.up()
    before = plain()
    lab.cli("pam", "install", "sshd", "--no-test", "--timeout", "3")
    confirm(lab)
    time.sleep(4)
    lib.contains(text(), "pam_warifu.so", "after the time")
    lib.contains(lab.cli("pam", "list"), "sshd", "pam list")
    lab.cli("pam", "remove", "sshd")
    lib.equal(text(), before, "after remove")


def test_dry_run(lab):
    """--dry-run shows the difference and changes nothing."""
    lab.up()
    before = plain()
    lib.contains(lab.cli("pam", "install", "sshd", "--dry-run"), "+auth", "the difference")
    lib.equal(text(), before, "the file")


def test_tries_a_login_first(lab):
    """The login that is tried first must succeed; else nothing is changed."""
    lab.up()
    alice = lab.person("alice", unix=True)
    before = plain()
    for code, wanted in ((alice.wrong(), 1), (alice.code(), 0)):
        with lib.terminal(lab, lib.CLI, ["pam", "install", "sshd", "--user", "alice"]) as child:
            child.expect("[Pp]assword: ")
            child.sendline(alice.password)
            child.expect("code: ")
            child.sendline(code)
            child.expect(lib.pexpect.EOF)
            child.close()
            lib.equal(child.exitstatus, wanted, f"exit code: {child.before}")
        lib.equal(text() == before, wanted == 1, "unchanged")
    lab.cli("pam", "rollback", "sshd")
    lib.equal(text(), before, "after rollback")


def test_killed_timer(lab):
    """The time limit stands even if its process is killed: rollback --overdue finds it."""
    lab.up()
    before = plain()
    lab.cli("pam", "install", "sshd", "--no-test", "--timeout", "2")
    for pid in os.listdir("/proc"):
        if pid.isdigit():
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as stream:
                    command = stream.read().split(b"\0")
            except OSError:
                continue
            if b"rollback" in command and b"--wait" in command:
                os.kill(int(pid), 9)
    time.sleep(3)
    lib.contains(text(), "pam_warifu.so", "still installed")
    lab.cli("pam", "rollback", "--overdue")
    lib.equal(text(), before, "after rollback --overdue")


if __name__ == "__main__":
    lib.main()
