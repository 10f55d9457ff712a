"""su, sudo, login and passwd on a terminal, with the shipped stanzas."""

import os

import hosts
import lib
import pexpect


def answer(child, person, prompts, end):
    """Answers password and code as often as asked; then `end` must come."""
    for prompt in prompts:
        child.expect(prompt)
        child.sendline(person.code() if prompt == hosts.CODE else person.password)
    child.expect(end)


BOTH = (hosts.PASSWORD, hosts.CODE)


def as_user(uid, *command):
    """A command run as another user, with nothing inherited."""
    return ["--reuid", str(uid), "--regid", str(uid), "--clear-groups", *command]


def test_su(lab):
    """su to another user asks for that user's kinds; a wrong code is refused."""
    lab.up()
    hosts.use_stanza(lab, "su")
    alice = lab.person("alice", unix=True)
    bob = lab.unix_user("bob")
    with lib.terminal(lab, "setpriv", as_user(bob, "su", "alice", "-c", "id -un")) as child:
        answer(child, alice, BOTH, "alice\r\n")
        child.expect(pexpect.EOF)
    row = lab.evaluated("alice")[-1]
    lib.equal((row["service"], row["result"]), ("su", "success"), "row")
    with lib.terminal(lab, "setpriv", as_user(bob, "su", "alice", "-c", "id -un")) as child:
        child.expect(hosts.PASSWORD)
        child.sendline(alice.password)
        child.expect(hosts.CODE)
        child.sendline(alice.wrong())
        child.expect(pexpect.EOF)
        lib.equal("alice\r\n" in child.before, False, "a wrong code runs the command")


def test_sudo(lab):
    """sudo asks its caller; the time stamp spares the second time, and the account phase then agrees."""
    lab.up()
    hosts.use_stanza(lab, "sudo")
    alice = lab.person("alice", unix=True)
    with open("/etc/sudoers.d/test", "w", encoding="utf-8") as stream:
        stream.write("alice ALL=(ALL) ALL\n")
    os.chmod("/etc/sudoers.d/test", 0o440)
    with lib.terminal(lab, "setpriv", as_user(alice.uid, "sudo", "-k", "id", "-un")) as child:
        answer(child, alice, (hosts.ANY_PASSWORD, hosts.CODE), "root\r\n")
        child.expect(pexpect.EOF)
    row = lab.evaluated("alice")[-1]
    lib.equal((row["service"], row["result"], row["user"]), ("sudo", "success", "alice"), "row")


def test_shared_account(lab):
    """A shared account is used by sudo from one's own login, and the row has both names; su to it is refused."""
    lab.up()
    for service in ("su", "sudo"):
        hosts.use_stanza(lab, service)
    alice, team = (lab.person(name, unix=True) for name in ("alice", "team"))
    lab.cli("user", "set", "team", "--shared", "1")
    with open("/etc/sudoers.d/test", "w", encoding="utf-8") as stream:
        stream.write("alice ALL=(ALL) ALL\n")
    os.chmod("/etc/sudoers.d/test", 0o440)
    with lib.terminal(lab, "setpriv", as_user(alice.uid, "sudo", "-k", "-u", "team", "id", "-un")) as child:
        answer(child, alice, (hosts.ANY_PASSWORD, hosts.CODE), "team\r\n")
        child.expect(pexpect.EOF)
    row = [row for row in lab.log("--user", "team", "--class", "session") if row["event"] == "session.open"][-1]
    lib.equal((row["user"], row["operator"], row["service"]), ("team", "alice", "sudo"), "both names")
    lib.equal("checked out by alice" in row["detail"], True, f"detail {row['detail']}")
    with lib.terminal(lab, "setpriv", as_user(alice.uid, "su", "team", "-c", "id -un")) as child:
        for prompt, text in ((hosts.PASSWORD, team.password), (hosts.CODE, team.code())):
            child.expect(prompt)
            child.sendline(text)
        child.expect(pexpect.EOF)
        lib.equal("team\r\n" in child.before, False, "the right answers let somebody in")
    row = lab.log("--user", "team", "--class", "auth")[-1]
    lib.equal((row["result"], row["reason"]), ("failure", "shared-account"), "row")


def log_in(lab, child, person):
    """Through /bin/login to a shell."""
    child.expect("login: ")
    child.sendline(person.name)
    answer(child, person, BOTH, r"[$#] ")
    del lab


def test_login(lab):
    """login on a terminal: in with both kinds, refused with a wrong code; both in the log."""
    lab.up()
    hosts.use_stanza(lab, "login")
    alice = lab.person("alice", unix=True)
    with lib.terminal(lab, "/bin/login") as child:
        log_in(lab, child, alice)
        child.sendline("id -un; exit")
        child.expect("alice\r\n")
    with lib.terminal(lab, "/bin/login") as child:
        child.expect("login: ")
        child.sendline("alice")
        child.expect(hosts.PASSWORD)
        child.sendline(alice.password)
        child.expect(hosts.CODE)
        child.sendline(alice.wrong())
        child.expect("incorrect")
    lib.equal([row["result"] for row in lab.evaluated("alice")], ["success", "failure"], "rows")


def change(lab, alice, fresh, again=None):
    """passwd as alice: the new password twice, as often as it is asked for; gives the exit code."""
    with lib.terminal(lab, "setpriv", as_user(alice.uid, "passwd")) as child:
        child.expect(hosts.CURRENT)
        child.sendline(alice.password)
        while True:
            seen = child.expect([hosts.REPEAT, hosts.NEW, pexpect.EOF])
            if seen == 2:
                break
            child.sendline(fresh if seen == 1 else again or fresh)
        child.close()
        return child.exitstatus


def test_passwd(lab):
    """One's own password: with the old one; too short, equal to the name, or unlike each other is refused."""
    lab.up()
    hosts.use_stanza(lab, "passwd")
    hosts.use_stanza(lab, "su")
    alice = lab.person("alice", unix=True)
    bob = lab.unix_user("bob")
    lib.equal(change(lab, alice, "short") == 0, False, "a short password")
    lib.equal(change(lab, alice, "a boat in autumn", "a boat in winter") == 0, False, "two different ones")
    fresh = "a boat in the autumn rain"
    lib.equal(change(lab, alice, fresh), 0, "a good one")
    alice.password = fresh
    with lib.terminal(lab, "setpriv", as_user(bob, "su", "alice", "-c", "id -un")) as child:
        answer(child, alice, BOTH, "alice\r\n")
    with lib.terminal(lab, "setpriv", as_user(alice.uid, "passwd")) as child:
        child.expect(hosts.CURRENT)
        child.sendline("not the old one")
        child.expect(pexpect.EOF)
        child.close()
        lib.equal(child.exitstatus == 0, False, "a wrong old password")


def test_su_and_sudo_inside_ssh(lab):
    """su and sudo in an SSH login carry its source and its zone, though they have no remote host."""
    lab.up('zone "internal" {\n\tnetworks = {"127.0.0.0/24"}\n}\n')
    for service in ("sshd", "su", "sudo"):
        hosts.use_stanza(lab, service)
    sshd = hosts.Sshd(lab)
    alice = lab.person("alice", unix=True)
    root = lab.person("carol", unix=True)
    with open("/etc/sudoers.d/test", "w", encoding="utf-8") as stream:
        stream.write("alice ALL=(ALL) ALL\n")
    os.chmod("/etc/sudoers.d/test", 0o440)
    arguments = sshd.options(source="127.0.0.33") + ["-tt", "alice@127.0.0.1"]
    with lib.terminal(lab, "ssh", arguments, timeout=40) as child:
        answer(child, alice, BOTH, r"\$ ")
        child.sendline("su carol -c 'echo I-am-$(id -un)'")
        answer(child, root, BOTH, "I-am-carol")
        child.sendline("sudo -k echo I-am-'root'")
        answer(child, alice, (hosts.ANY_PASSWORD, hosts.CODE), "I-am-root")
        child.sendline("exit")
    su = lab.evaluated("carol")[-1]
    sudo = lab.evaluated("alice", service="sudo")[-1]
    lib.equal((su["service"], su["source"], su["result"]), ("su", "127.0.0.33", "success"), "su")
    lib.equal((sudo["source"], sudo["result"]), ("127.0.0.33", "success"), "sudo")
    lib.equal((su["detail"], sudo["detail"]), ("zone internal", "zone internal"), "zones")


def test_su_outside_of_a_login(lab):
    """su from a process of no recorded login: no address, and never taken for the console."""
    lab.up()
    hosts.use_stanza(lab, "su")
    alice = lab.person("alice", unix=True)
    bob = lab.unix_user("bob")
    with lib.terminal(lab, "setpriv", as_user(bob, "su", "alice", "-c", "id -un")) as child:
        answer(child, alice, BOTH, "alice\r\n")
    row = lab.evaluated("alice")[-1]
    lib.equal((row["source"].startswith("local:"), row["detail"]), (True, "zone internet"), "source and zone")


def test_cron_is_not_asked(lab):
    """Jobs run although the password has expired; those of a disabled account stop."""
    lab.up()
    import pam  # pylint: disable=import-outside-toplevel
    hosts.write_service("cron", "auth required pam_warifu.so", "account required pam_warifu.so",
                        "account required pam_permit.so")
    lab.person("alice", must_change=True)
    result = pam.run("cron", "alice", steps=("acct_mgmt",))
    lib.equal(result["code"], pam.SUCCESS, "a job behind a password that must be changed")
    lab.cli("user", "disable", "alice", "--reason", "left")
    result = pam.run("cron", "alice", steps=("acct_mgmt",))
    lib.equal(result["code"] == pam.SUCCESS, False, "a job of a disabled account")


if __name__ == "__main__":
    lib.main()
