"""A real sshd with the shipped stanza: every way in, and the ways that must not be one."""

import os
import shutil

import hosts
import lib
import pam

KEY_AND_MORE = {"AuthenticationMethods": "publickey,keyboard-interactive"}


def server(lab, settings=None, *config):
    """A daemon, the stanza, and an sshd."""
    lab.up(*config)
    hosts.use_stanza(lab, "sshd")
    return hosts.Sshd(lab, settings or {})


def test_keyboard_interactive(lab):
    """Password and code open; the rows say from where, by what and with which kinds."""
    sshd = server(lab)
    alice = lab.person("alice", unix=True)
    output, code = sshd.run(alice, "id", "-un", source="127.0.0.7")
    lib.equal((output.split()[-1], code), ("alice", 0), "the login")
    row = lab.evaluated("alice")[-1]
    lib.equal((row["source"], row["result"], row["service"], row["kinds"]),
              ("127.0.0.7", "success", "sshd", "knowledge+possession"), "row")
    events = [row["event"] for row in lab.log("--class", "session", user="alice")]
    lib.equal(sorted(set(events)), ["session.close", "session.open"], "rows of the session")
    lab.verify()


def test_wrong_answers(lab):
    """Wrong password, wrong code, both, unknown user, code used twice: refused, one row each."""
    sshd = server(lab, None, lib.NO_BACKOFF)
    alice = lab.person("alice", unix=True)
    used = alice.code()
    lib.equal(sshd.run(alice, "true", code=used)[1], 0, "the login")
    for what, answers in {"wrong password": {"password": "no"}, "wrong code": {"code": alice.wrong()},
                          "used code": {"code": used}}.items():
        lib.equal(sshd.run(alice, "true", **answers)[1], 255, what)
    lib.equal(len(lab.evaluated("alice", result="failure")), 3, "rows of refusals")
    nobody = lib.Person("nobody-here", "x")
    lib.equal(sshd.run(nobody, "true", code="000000")[1], 255, "unknown user")


def test_key_then_keyboard(lab):
    """publickey,keyboard-interactive: the key alone is no login, key and answers are."""
    sshd = server(lab, KEY_AND_MORE)
    alice = lab.person("alice", unix=True)
    lib.equal(sshd.batch("alice", "true").returncode, 255, "key alone")
    lib.equal(sshd.run(alice, "true")[1], 255, "answers alone")
    output, code = sshd.run(alice, "id", "-un", key=True)
    lib.equal((output.split()[-1], code), ("alice", 0), "key and answers")


def test_key_alone_is_refused(lab):
    """sshd takes the key and skips PAM's auth: the account phase refuses, and it is in the log."""
    sshd = server(lab)
    lab.person("alice", unix=True)
    done = sshd.batch("alice", "id", source="127.0.0.9")
    lib.equal((done.returncode, done.stdout), (255, ""), "key alone")
    row = lab.log("--user", "alice", action="account")[-1]
    lib.equal((row["result"], row["source"]), ("failure", "127.0.0.9"), "row")


def test_copies(lab):
    """scp, sftp and rsync over a login with both kinds."""
    sshd = server(lab)
    alice = lab.person("alice", unix=True)
    source = os.path.join(sshd.folder, "sent")
    with open(source, "wb") as stream:
        stream.write(os.urandom(100000))
    home = "/home/alice"
    lib.equal(sshd.tool(alice, "scp", source, f"alice@127.0.0.1:{home}/by-scp")[1], 0, "scp")
    lib.equal(sshd.tool(alice, "scp", "-O", source, f"alice@127.0.0.1:{home}/by-old-scp")[1], 0, "scp -O")
    batch = os.path.join(sshd.folder, "batch")
    with open(batch, "w", encoding="utf-8") as stream:
        stream.write(f"put {source} {home}/by-sftp\n")
    # sftp -b forbids questions; so its commands come by standard input of the terminal.
    with lib.terminal(lab, "sftp", sshd.options() + ["alice@127.0.0.1"], timeout=40) as child:
        child.expect(hosts.PASSWORD)
        child.sendline(alice.password)
        child.expect(hosts.CODE)
        child.sendline(alice.code())
        child.expect("sftp> ")
        child.sendline(f"put {source} {home}/by-sftp")
        child.expect("sftp> ")
        child.sendline("bye")
        child.expect(hosts.pexpect.EOF)
    remote = "ssh " + " ".join(sshd.options())
    with lib.terminal(lab, "rsync", ["-e", remote, source, f"alice@127.0.0.1:{home}/by-rsync"], timeout=40) as child:
        lib.equal(sshd.answer(child, alice)[1], 0, "rsync")
    for name in ("by-scp", "by-old-scp", "by-sftp", "by-rsync"):
        with open(source, "rb") as sent, open(os.path.join(home, name), "rb") as got:
            lib.equal(got.read() == sent.read(), True, f"what arrived {name}")


def test_service_account(lab):
    """A service account comes with its key alone from its listed address, from nowhere else, and is never asked."""
    sshd = server(lab)
    lab.unix_user("backup-job")
    lab.cli("user", "add", "backup-job", "--kind", "service", "--sources", "127.0.0.20 127.0.1.0/24")
    done = sshd.batch("backup-job", "id", "-un", source="127.0.0.20")
    lib.equal((done.returncode, done.stdout.strip()), (0, "backup-job"), "from its address")
    lib.equal(sshd.batch("backup-job", "true", source="127.0.1.77").returncode, 0, "from its network")
    lib.equal(sshd.batch("backup-job", "true", source="127.0.0.21").returncode, 255, "from another address")
    person = lib.Person("backup-job", "anything")
    lib.equal(sshd.run(person, "true", code="000000", source="127.0.0.20")[1], 255, "by answers")
    results = [(row["source"], row["result"]) for row in lab.log("--user", "backup-job", action="account")]
    lib.equal(results, [("127.0.0.20", "success"), ("127.0.1.77", "success"), ("127.0.0.21", "failure")], "rows")


def test_password_must_be_changed(lab):
    """A password that somebody else set is changed at the first login, and then holds."""
    sshd = server(lab)
    alice = lab.person("alice", unix=True, must_change=True)
    fresh = "a boat in the autumn rain"
    with lib.terminal(lab, "ssh", sshd.options() + ["alice@127.0.0.1", "id", "-un"], timeout=40) as child:
        for prompt, answer in ((hosts.PASSWORD, alice.password), (hosts.CODE, alice.code()),
                               (hosts.CURRENT, alice.password), (hosts.NEW, fresh), (hosts.REPEAT, fresh)):
            child.expect(prompt)
            child.sendline(answer)
        child.expect(hosts.pexpect.EOF)
        lib.contains(child.before, "alice", "the login went on")
    lib.equal(lab.ask("user", "show", "alice")["must-change"], False, "must-change afterwards")
    lib.equal(sshd.run(alice, "true")[1], 255, "the old password")
    alice.password = fresh
    lib.equal(sshd.run(alice, "true")[1], 0, "the new one")


def test_root_over_ssh(lab):
    """root is refused over SSH, whatever it answers."""
    sshd = server(lab)
    root = lab.person("root", options=("--kind", "privileged"))
    lib.equal(sshd.run(root, "true")[1], 255, "root with the right answers")
    lib.equal(sshd.batch("root", "true").returncode, 255, "root with a key")
    lib.equal(lab.failures("root"), 0, "failures: nobody locks root's console from outside")


def test_locked_and_unlocked(lab):
    """Ten failures lock, the right answers are refused then, unlock opens, why explains."""
    sshd = server(lab, None, lib.NO_BACKOFF)
    alice = lab.person("alice", unix=True)
    for _ in range(10):
        lib.equal(sshd.run(alice, "true", code=alice.wrong())[1], 255, "wrong")
    lib.equal(sshd.run(alice, "true")[1], 255, "locked")
    lib.equal(lab.ask("why", "alice")["reason"], "locked", "why")
    lab.cli("unlock", "alice", "--reason", "test", "--ticket", "T-1")
    lib.equal(sshd.run(alice, "true")[1], 0, "unlocked")
    row = lab.log("--class", "admin", event="unlock")[-1]
    lib.equal((row["user"], row["ticket"], row["operator"] != ""), ("alice", "T-1", True), "row of the unlock")


def test_pamtester_sshd_stanza(lab):
    """pamtester walks the whole shipped stanza."""
    lab.up()
    hosts.use_stanza(lab, "sshd")
    alice = lab.person("alice", unix=True)
    with lib.terminal(lab, "pamtester", ["-I", "rhost=192.0.2.5", "sshd", "alice", "authenticate", "acct_mgmt",
                                         "open_session", "close_session"]) as child:
        child.expect(hosts.PASSWORD)
        child.sendline(alice.password)
        child.expect(hosts.CODE)
        child.sendline(alice.code())
        child.expect(hosts.pexpect.EOF)
        lib.contains(child.before, "session has successfully been closed", "pamtester")
    result = pam.run("sshd", "alice", [alice.password, alice.wrong()], items={pam.ITEM_RHOST: "192.0.2.5"})
    lib.equal(result["code"], pam.AUTH_ERR, "a wrong code")


def test_pamtester_under_pam_wrapper(lab):
    """The shipped stanza out of a folder of its own, under pam_wrapper."""
    lab.up()
    hosts.use_stanza(lab, "sshd")
    alice = lab.person("alice", unix=True)
    services = os.path.join(lab.logs, "services")
    shutil.copytree("/etc/pam.d", services)
    env = {**os.environ, "LD_PRELOAD": "libpam_wrapper.so", "PAM_WRAPPER": "1", "PAM_WRAPPER_SERVICE_DIR": services}
    walk = ["-I", "rhost=192.0.2.5", "sshd", "alice", "authenticate", "acct_mgmt"]
    for code, words in ((alice.wrong(), "Authentication failure"), (alice.code(), "account management done")):
        with lib.terminal(lab, "pamtester", walk, env=env) as child:
            child.expect(hosts.PASSWORD)
            child.sendline(alice.password)
            child.expect(hosts.CODE)
            child.sendline(code)
            child.expect(hosts.pexpect.EOF)
            lib.contains(child.before, words, "pamtester under pam_wrapper")


if __name__ == "__main__":
    lib.main()
