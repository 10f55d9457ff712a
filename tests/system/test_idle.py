"""C-21 on this machine: shells that are left alone end, a screen is unlocked by a login, and what a login proved is
not remembered longer than a session may last."""

import os
import shutil
import time

import hosts
import lib
import pam
import pexpect
import radius

PROFILES = "/etc/warifu/profiles"
BOTH = (hosts.ANY_PASSWORD, hosts.CODE)
PROMPT = "ready[$] "


TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def limits(parameter, seconds):
    """The lines of warifu.conf for a document like isac1 that lets one be idle, or a session last, only so long."""
    shutil.copytree(os.path.join(TOP, "profiles"), PROFILES, copy_function=shutil.copyfile)
    with open(os.path.join(PROFILES, "isac1.profile"), "r+", encoding="utf-8") as stream:
        text = stream.read().replace(
            'of = "idle.lock"\n\tis = {"900"}', f'of = "{parameter}"\n\tis = {{"{seconds}"}}')
        stream.seek(0)
        stream.truncate()
        stream.write(text)
    return f'profiles_dir = "{PROFILES}"\ncomply = {{"isac1"}}\n'


def answer(child, person, end, code=None):
    """Both answers; then `end` must come."""
    for prompt in BOTH:
        child.expect(prompt)
        child.sendline((code or person.code()) if prompt == hosts.CODE else person.password)
    child.expect(end)


def as_user(uid, *command):
    """A command of another user, with nothing inherited."""
    return ["--reuid", str(uid), "--regid", str(uid), "--clear-groups", *command]


def shell(lab, sshd, person):
    """ssh to a shell on a terminal."""
    arguments = sshd.options() + ["-t", f"{person.name}@127.0.0.1", "PS1='ready$ ' exec bash --norc -i"]
    return lib.terminal(lab, "ssh", arguments, timeout=40)


def test_c21_idle_shells_end(lab):
    """A shell over SSH has TMOUT, ends when nobody types, and does not while a command runs; su and sudo keep it."""
    lab.up(limits("idle.lock", 3), lib.NO_BACKOFF)
    for service in ("sshd", "su", "sudo"):
        hosts.use_stanza(lab, service)
    sshd = hosts.Sshd(lab)
    alice = lab.person("alice", unix=True)
    output, _ = sshd.run(alice, "echo", "limit=$TMOUT")
    lib.contains(output, "limit=3", "the environment of a login")
    with shell(lab, sshd, alice) as child:
        answer(child, alice, PROMPT)
        child.sendline("sleep 5; echo awake")
        child.expect("awake\r\n", timeout=15)
        begun = time.monotonic()
        child.expect("timed out waiting for input")
        child.expect(pexpect.EOF)
        lib.equal(2 < time.monotonic() - begun < 12, True, "ended when nobody had typed for 3 s")
    with open("/etc/sudoers.d/test", "w", encoding="utf-8") as stream:
        stream.write("alice ALL=(ALL) ALL\n")
    os.chmod("/etc/sudoers.d/test", 0o440)
    with lib.terminal(lab, "setpriv", as_user(alice.uid, "sudo", "-k", "sh", "-c", "echo limit=$TMOUT")) as child:
        answer(child, alice, "limit=3\r\n")
    bob = lab.unix_user("bob")
    for theirs, wanted in (("", "3"), ("1", "1"), ("3600", "3")):
        inherited = os.environ | {"TMOUT": theirs}
        with lib.terminal(lab, "setpriv", as_user(bob, "su", "alice", "-c", "echo limit=$TMOUT"), env=inherited) as child:
            answer(child, alice, f"limit={wanted}\r\n")


def test_c21_idle_jobs_wait(lab):
    """A service account's scripts are not told; nor is anybody where no document is complied with."""
    lab.up(limits("idle.lock", 3), lib.NO_BACKOFF)
    hosts.use_stanza(lab, "sshd")
    sshd = hosts.Sshd(lab)
    lab.unix_user("backup-job")
    lab.cli("user", "add", "backup-job", "--kind", "service", "--sources", "127.0.0.20")
    done = sshd.batch("backup-job", "echo limit=$TMOUT", source="127.0.0.20")
    lib.equal(done.stdout, "limit=\n", "of a job")
    lab.configure(lib.NO_BACKOFF)
    lab.cli("reload")
    alice = lab.person("alice", unix=True)
    output, _ = sshd.run(alice, "echo", "limit=$TMOUT")
    lib.contains(output, "limit=\r\n", "of a person")


def test_c21_unlocking_is_a_login(lab):
    """A screen's lock asks by its owner's own uid: right, wrong and locked as everywhere, for him alone; no session."""
    lab.up('lock {\n\tthreshold = 3\n}\n', lib.NO_BACKOFF)
    for name in ("swaylock", "vlock"):
        shutil.copyfile(os.path.join(TOP, "contrib", "pam", "vlock"), f"/etc/pam.d/{name}")
    alice, bob = (lab.person(name, unix=True) for name in ("alice", "bob"))
    steps = ("authenticate", "acct_mgmt")

    def unlock(person, *answers, uid=alice.uid):
        return pam.run("swaylock", person.name, answers, steps, uid=uid)["codes"]

    lib.equal(unlock(alice, alice.password, alice.code()), [pam.SUCCESS, pam.SUCCESS], "right")
    row = lab.evaluated("alice")[-1]
    lib.equal((row["service"], row["result"], row["event"]), ("swaylock", "success", "login"), "row")
    lib.equal(unlock(alice, alice.password, alice.wrong())[0], pam.AUTH_ERR, "a wrong code")
    lib.equal(lab.failures("alice"), 1, "counted")
    lib.equal(unlock(bob, bob.password, bob.code())[0], pam.AUTH_ERR, "somebody else's screen")
    lib.equal(lab.failures("bob"), 0, "which counts nothing")
    for _ in range(2):
        unlock(alice, "wrong", "000000")
    lib.equal(unlock(alice, alice.password, alice.code())[0], pam.AUTH_ERR, "right, but locked")
    lib.equal(lab.log("--user", "alice", "--class", "session"), [], "sessions")
    lab.cli("unlock", "alice", "--reason", "he is back")
    vlock(lab, alice)
    lab.verify()


def vlock(lab, alice):
    """The real vlock on a terminal: a wrong code keeps it shut, the right one opens it."""
    radius.need("vlock")
    with lib.terminal(lab, "setpriv", as_user(alice.uid, "vlock", "-c"), env=os.environ | {"USER": "alice"}) as child:
        child.expect("ENTER")
        child.sendline("")
        answer(child, alice, "root's Password: ", alice.wrong())  # who may open each screen, for vlock
        child.sendline("")
        child.expect(hosts.CODE)
        child.sendline("")
        child.expect("ENTER")
        child.sendline("")
        answer(child, alice, pexpect.EOF)
    results = [row["result"] for row in lab.log("--user", "alice", "--class", "auth") if row["service"] == "vlock"]
    lib.equal(results, ["failure", "success"], "rows")


def test_c21_reauthentication_of_sudo(lab):
    """NOPASSWD and sudo's time stamp go by what the login proved, for as long as a session may last; then one logs in anew."""
    lab.up(limits("session.timeout", 20), lib.NO_BACKOFF)
    for service in ("sshd", "sudo"):
        hosts.use_stanza(lab, service)
    sshd = hosts.Sshd(lab)
    alice = lab.person("alice", unix=True)
    with open("/etc/sudoers.d/test", "w", encoding="utf-8") as stream:
        stream.write("alice ALL=(ALL) NOPASSWD: ALL\n")
    os.chmod("/etc/sudoers.d/test", 0o440)
    with shell(lab, sshd, alice) as child:
        answer(child, alice, PROMPT)
        child.sendline("sudo -n id -un")
        child.expect("root\r\n")
        time.sleep(21)
        child.sendline("sudo -n id -un; echo code=$?")
        child.expect("code=1\r\n")
        lib.equal("root\r\n" in child.before, False, "an old login is good for sudo")
    row = lab.log("--user", "alice", action="account")[-1]
    lib.equal((row["reason"], row["service"]), ("session-over", "sudo"), "row")
    lib.contains(lab.cli("why", "--last", "alice"), "session.timeout", "why")
    with shell(lab, sshd, alice) as child:
        answer(child, alice, PROMPT)
        child.sendline("sudo -n id -un")
        child.expect("root\r\n")


def test_c21_reauthentication_over_radius(lab):
    """An access point is told to ask anew when the time is over; what it then sends is a login of its own, with its own code."""
    lab.up(limits("session.timeout", 600), radius.client(**{"class": '"wlan"'}), lib.NO_BACKOFF)
    alice = lab.person("alice")
    radius.Server(lab).start().connected()

    def login(nas, code):
        first = nas.ask(radius.access("alice", alice.password))
        return nas.ask(radius.access("alice", code, state=first.one(radius.STATE_ATTR)))

    with radius.Nas() as nas:
        code = alice.code()
        reply = login(nas, code)
        lib.equal((reply.code, reply.one(27), reply.one(29)),
                  (radius.ACCEPT, (600).to_bytes(4, "big"), (1).to_bytes(4, "big")), "Session-Timeout, Termination-Action")
        lib.equal(login(nas, code).code, radius.REJECT, "asked anew, what was typed before")
        lib.equal(login(nas, alice.code()).code, radius.ACCEPT, "asked anew, a new code")
    lib.equal([row["reason"] for row in lab.evaluated("alice")], ["ok", "replayed", "ok"], "rows: each a login")


if __name__ == "__main__":
    lib.main()
