"""The daemon's life: configuration, reload, stop, a second one, start from nothing."""

import os
import re
import signal
import subprocess
import time

import fault
import hosts
import lib
import pam
import pexpect
import wire

KEY = os.path.join(lib.STATE, "keys/warifu.key")
DATABASE = os.path.join(lib.STATE, "warifu.db")


def test_check(lab):
    """--check says fine, or file, line and what would be accepted."""
    lab.configure()
    lib.contains(lab.run(lib.DAEMON, "--check").stdout, lib.CONFIG, "a good one")
    cases = {
        "treshold = 3": ("1", "treshold"),
        "lock {\n\tthreshold = lots\n}": ("2", "threshold"),
        "lock {\n\tthreshold = 0\n}": ("2", "1 to 1000"),
        "lock {\n\tthresold = 3\n}": ("2", "threshold"),
        "mode = \"enforced\"": ("1", "enforce or observe"),
        "lock {": ("", lib.CONFIG),
        "source {\n\tshared = {\"192.0.2.300\"}\n}": ("2", "192.0.2"),
    }
    for text, (line, words) in cases.items():
        lab.configure(text)
        done = lab.run(lib.DAEMON, "--check", code=1)
        lib.contains(done.stderr, words, text)
        lib.contains(done.stderr, f"{lib.CONFIG}:{line}", text)
    os.unlink(lib.CONFIG)
    lib.contains(lab.run(lib.DAEMON, "--check", code=1).stderr, lib.CONFIG, "no file")


def test_command_line(lab):
    """Help, version and what is no option; neither needs a configuration."""
    lib.contains(lab.run(lib.DAEMON, "--help").stdout, "--restore FILE", "help")
    lib.equal(re.fullmatch(r"warifud \d+\.\d+\.\d+\n", lab.run(lib.DAEMON, "--version").stdout) is None, False, "version")
    lib.contains(lab.run(lib.DAEMON, "--versions", code=2).stderr, "unknown option '--versions'", "what is none")


def test_start_without_its_place(lab):
    """A user that does not exist, or is root, or a file where its folder of sockets should be: a sentence, and nobody serves."""
    lab.configure()
    lab.init()
    lab.configure('user = "no-such-user"\n')
    lib.equal(lab.spawn().wait(20), 1, "as a user that does not exist")
    lib.contains(lab.said(), "useradd --system no-such-user", "what to do")
    for user in ("", "root"):
        lab.configure(f'user = "{user}"\n')
        lib.equal(lab.spawn().wait(20), 1, f"as root for user = {user!r}")
        lib.contains(lab.said(), f'user = "{user}" leaves it so: name a user for it', "what to do")
    lab.configure('run_dir = "/proc/none"\n')
    lib.equal(lab.spawn().wait(20), 1, "without a folder for its sockets")
    lib.contains(lab.said(), "cannot make the folder /proc/none", "which folder")


def test_language(lab):
    """Where a terminal asks for Japanese and the machine has no such locale, the texts are Japanese all the same."""
    asked = {**os.environ, "LANG": "ja_JP.UTF-8", "LC_ALL": "", "LANGUAGE": ""}
    del asked["LANGUAGE"]
    lib.contains(lab.run(lib.CLI, "help", env=asked).stdout, "アカウント", "help in Japanese")
    for name in ("ja_JP.EUC-JP", "en_US.UTF-8"):
        english = lab.run(lib.CLI, "help", env={**asked, "LANG": name}).stdout
        lib.equal("アカウント" in english, False, f"Japanese for {name}")


def test_start_refuses(lab):
    """A database that is gone, a key that others can read, a bad configuration: a sentence, exit code 1."""
    lab.configure()
    lab.init()
    os.rename(DATABASE, DATABASE + ".gone")
    lib.equal(lab.spawn().wait(20), 1, "with a key, but without a database")
    lib.contains(lab.said(), DATABASE, "what is missing")
    os.rename(DATABASE + ".gone", DATABASE)
    key = KEY
    os.chmod(key, 0o644)
    lib.equal(lab.spawn().wait(20), 1, "with a key of mode 0644")
    lib.contains(lab.said(), key, "which file")
    os.chmod(key, 0o600)
    lab.configure("lock {\n\tthreshold = no\n}\n")
    lib.equal(lab.spawn().wait(20), 1, "with a bad configuration")
    try:
        wire.Client().__exit__()
    except wire.Gone:
        return
    raise AssertionError("somebody serves")


def test_first_start(lab):
    """The very first start makes key and database by itself, for the daemon's eyes only."""
    lab.configure()
    lab.start()
    lib.equal([oct(os.stat(path).st_mode & 0o777) for path in (KEY, DATABASE)], ["0o600", "0o600"], "modes")
    lib.equal(lab.ask("status")["initialised"], False, "initialised")


def test_no_injection_is_shipped(lab):
    """Programs and module know how to inject faults exactly if they were configured to: no installed one by itself."""
    with open(os.path.join(os.environ["WARIFU_BUILD"], "config.status"), encoding="utf-8") as stream:
        configured = "--enable-fault-injection" in stream.read()
    module = lab.run("find", "/usr", "-xdev", "-name", "pam_warifu.so").stdout.split()
    lib.equal(len(module), 1, "modules that are installed")
    helper = "/usr/libexec/warifu/warifu-breakglass"
    for program in (lib.DAEMON, lib.CLI, helper, *module):
        lib.equal(fault.built_in(program), configured, f"{program} injects faults")


def test_not_root(lab):
    """After the start it is not root any more, in any of its ids, and has no capability."""
    lab.up()
    with open(f"/proc/{lab.process.pid}/status", encoding="utf-8") as stream:
        status = dict(line.split(":\t", 1) for line in stream.read().splitlines() if ":\t" in line)
    uid = lab.run("id", "-u", "warifu").stdout.strip()
    lib.equal(set(status["Uid"].split()), {uid}, "uids")
    lib.equal({int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}, {0}, "capabilities")
    lib.equal(status["NoNewPrivs"], "1", "no_new_privs")
    modes = {name: oct(os.stat(os.path.join(lib.STATE, name)).st_mode & 0o777) for name in os.listdir(lib.STATE)
             if os.path.isfile(os.path.join(lib.STATE, name))}
    lib.equal([name for name, mode in modes.items() if mode != "0o600"], [], "files that others can read")


def test_reload(lab):
    """SIGHUP takes a good configuration whole, and a bad one not at all."""
    lab.up(lib.NO_BACKOFF)
    alice = lab.person("alice")
    lab.configure("lock {\n\tbackoff_cap = 0\n\tthreshold = 2\n}\n")
    lab.signal(signal.SIGHUP)
    lib.wait_for("the reload", lambda: "configuration reloaded" in lab.said())
    for _ in range(2):
        wire.login("alice", alice.password, alice.wrong())
    lib.equal(lab.ask("user", "show", "alice")["locked"], True, "locked after two")
    lab.cli("unlock", "alice", "--reason", "test")
    lab.configure("lock {\n\tthreshold = 1\n}\nnonsense = 1\n")
    lab.signal(signal.SIGHUP)
    lib.wait_for("its refusal", lambda: "not reloaded" in lab.said())
    lib.contains(lab.said(), f"{lib.CONFIG}:", "where the error is")
    wire.login("alice", alice.password, alice.wrong())
    lib.equal(lab.ask("user", "show", "alice")["locked"], False, "locked after one: the old one stays in force")
    lib.equal(wire.login("alice", alice.password, alice.code()), wire.ACCEPT, "a login")
    done = lab.run(lib.CLI, "reload", code=2)
    lib.contains(done.stderr, "nonsense", "warifu reload says what is wrong")


def test_second_daemon(lab):
    """A second daemon on the same store refuses, and the first one goes on."""
    lab.up()
    alice = lab.person("alice")
    second = lab.spawn()
    lib.equal(second.wait(20), 1, "exit code of the second")
    lib.equal(wire.login("alice", alice.password, alice.code()), wire.ACCEPT, "the first one")


def test_stop_during_commits(lab):
    """SIGTERM in the middle of many logins: exit code 0, everyone gets an answer that the log agrees with."""
    lab.up()
    people = lab.people(30)
    for _ in range(3):
        before = len(lab.log("--class", "auth", result="success", action="authenticate"))
        attempts = [(person, person.code()) for person in people]

        def ready(number, attempts=attempts):
            attempt = wire.Login(attempts[number][0].name)
            attempt.begin()
            return attempt, attempts[number]

        def go(state):
            attempt, (person, code) = state
            try:
                return attempt.answer(person.password, code)
            except wire.Gone as gone:
                return str(gone)

        crowd = wire.Crowd(len(people), ready, go)
        pid = os.fork()
        if pid == 0:
            # Between the first and the last commit of the thirty.
            time.sleep(0.9)
            os.kill(lab.process.pid, signal.SIGTERM)
            os._exit(0)
        verdicts = crowd.run()
        os.waitpid(pid, 0)
        lib.equal(lab.process.wait(20), 0, "exit code")
        lab.start()
        rows = len(lab.log("--class", "auth", result="success", action="authenticate")) - before
        accepted = verdicts.count(wire.ACCEPT)
        broken = [verdict for verdict in verdicts if verdict not in (wire.ACCEPT, wire.UNAVAILABLE)]
        lib.equal([verdict for verdict in broken if verdict != "closed"], [], "other answers")
        if not accepted <= rows <= accepted + len(broken):
            raise AssertionError(f"{accepted} accepted, {len(broken)} broken off, {rows} successes in the log")
    lib.contains(str([row["event"] for row in lab.log("--class", "system")]), "stop", "a last row")
    lab.verify()


PASSWORD = "seven herons over the weir"
PIN = "emergency pin 1234"


def first_run(lab, copy):
    """warifu init for ada: (the token's secret, what was printed)."""
    lab.unix_user("ada")
    lab.configure()
    lab.start()
    process = subprocess.Popen([lib.CLI, "init", "ada", "--stdin", "--key-copy", copy], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    process.stdin.write(f"{PASSWORD}\n{PIN}\n")
    process.stdin.flush()
    said = ""
    secret = None
    while secret is None:
        line = process.stdout.readline()
        if line == "":
            raise AssertionError(f"init ended: {said}")
        said += line
        found = re.search(r"secret=([A-Z2-7]+)", line)
        secret = found.group(1) if found else None
    process.stdin.write(lib.otp(secret, int(time.time()) // 30 - 1) + "\n")
    process.stdin.close()
    said += process.stdout.read()
    lib.equal((process.wait(30), said if process.returncode else ""), (0, ""), "exit code and output")
    return secret, said


def test_first_run(lab):
    """warifu init --stdin: key copy, administrator, token, recovery codes, emergency sheet; who then logs in."""
    copy = os.path.join(lab.logs, "key-copy")
    secret, said = first_run(lab, copy)
    lib.equal(lab.ask("status")["initialised"], True, "initialised")
    lib.equal(oct(os.stat(copy).st_mode & 0o777), "0o600", "mode of the copy of the key")
    # The code of the step before has told that her token's clock is late: so not the one of the step to come.
    lib.equal(wire.login("ada", PASSWORD, lib.otp(secret, int(time.time()) // 30)), wire.ACCEPT, "her login")
    lib.equal(len(re.findall(r"^\s+\d+\.\s+(\S+)$", said, re.M)), 20, "recovery codes and emergency codes")
    lab.run(lib.CLI, "init", "ada", "--stdin", text="", code=1)
    lab.verify()


def test_first_run_with_typos(lab):
    """At a terminal a password that is refused and a PIN that is too short are asked for again, three times each."""
    lab.unix_user("ada")
    lab.configure()
    lab.start()
    with lib.terminal(lab, lib.CLI, ["init", "ada", "--key-copy", os.path.join(lab.logs, "key-copy")]) as child:
        for first, second in (("ada", "ada"), (PASSWORD, PASSWORD + "x"), (PASSWORD, PASSWORD)):
            child.expect("New password:")
            child.sendline(first)
            child.expect("The same again:")
            child.sendline(second)
        for pin in ("short", PIN):
            for _ in range(2):
                child.expect("Emergency PIN:|The same again:")
                child.sendline(pin)
        child.expect(r"secret=([A-Z2-7]+)")
        secret = child.match.group(1)
        child.expect(r"[Cc]ode[^:\r\n]*: *$")
        child.sendline(lib.otp(secret, int(time.time()) // 30 - 1))
        child.expect("Done")
        child.expect(pexpect.EOF)
    lib.equal(lab.ask("status")["initialised"], True, "initialised")
    with lib.terminal(lab, lib.CLI, ["emergency", "new"]) as child:
        for _ in range(6):
            child.expect("Emergency PIN:|The same again:")
            child.sendline("short")
        child.expect(pexpect.EOF)
    lib.contains(lab.cli("emergency", "show"), "10", "codes of the sheet that stays")


def at_console(answers, tty="tty1", items=None):
    """root logs in: the result of the whole stack."""
    return pam.run("login", "root", answers, ("authenticate", "acct_mgmt", "open_session"),
                   items={pam.ITEM_TTY: tty, **(items or {})})


def test_emergency_sheet(lab):
    """The daemon is away: PIN and code let root in at the console, each code once, nowhere else; then it is in the log."""
    _secret, said = first_run(lab, os.path.join(lab.logs, "key-copy"))
    hosts.use_stanza(lab, "login")
    sheet = said[said.index("EMERGENCY SHEET"):]
    codes = re.findall(r"^\s+\d+\.\s+(\S+)$", sheet, re.M)[:10]
    lab.kill()
    lib.equal(at_console([PIN, codes[0]])["codes"], [pam.SUCCESS] * 3, "PIN and code")
    lib.equal(at_console([PIN, codes[0]])["code"], pam.AUTH_ERR, "the same code again")
    lib.equal(at_console(["wrong pin 1234", codes[1]])["code"], pam.AUTH_ERR, "a wrong PIN")
    lib.equal(at_console([PIN, codes[1]], tty="pts/3")["code"], pam.AUTHINFO_UNAVAIL, "not at the console")
    remote = at_console([PIN, codes[1]], items={pam.ITEM_RHOST: "192.0.2.9"})
    lib.equal(remote["code"], pam.AUTHINFO_UNAVAIL, "from another host")
    lab.start()
    # In the log as what it is, and when it was; once; and of no use while the daemon works.
    lib.contains(lab.cli("emergency", "report"), "now: 1", "what is reported")
    lib.contains(lab.cli("emergency", "report"), "No use", "what is reported then")
    rows = [row for row in lab.log() if "breakglass" in row["event"] or "break-glass" in row["event"]]
    lib.equal([(row["user"], row["source"]) for row in rows], [("root", "local:tty1")], f"rows: {rows}")
    lib.equal(at_console([PIN, codes[1]])["code"] == pam.SUCCESS, False, "while the daemon works")
    lab.verify()


def test_emergency_sheet_when_it_hangs(lab):
    """A daemon that is stopped and still holds its socket is away, too: the sheet opens once its time is over."""
    hosts.write_service("hangs", *(f"{group} required pam_warifu.so timeout=3 breakglass=/etc/warifu/breakglass"
                                   for group in ("auth", "account", "session")))
    lab.up()
    said = lab.run(lib.CLI, "emergency", "new", "--stdin", text=PIN + "\n").stdout
    code = re.search(r"^\s+1\.\s+(\S+)$", said, re.M).group(1)
    lab.signal(signal.SIGSTOP)
    try:
        result = pam.run("hangs", "root", [PIN, code], ("authenticate", "acct_mgmt", "open_session"),
                         items={pam.ITEM_TTY: "tty1"})
    finally:
        lab.signal(signal.SIGCONT)
    lib.equal(result["codes"], [pam.SUCCESS] * 3, "PIN and code")
    if result["seconds"] > 10:
        raise AssertionError(f"took {result['seconds']:.1f} s")
    lib.contains(lab.cli("emergency", "report"), "now: 1", "what is reported")


def test_log_is_one_row_per_attempt(lab):
    """A login that is right, wrong, and given up: a row each, in order, with every field that a row must have."""
    lab.up(lib.NO_BACKOFF)
    alice = lab.person("alice")
    wire.login("alice", alice.password, alice.code())
    wire.login("alice", alice.password, alice.wrong())
    rows = lab.evaluated("alice")
    lib.equal([row["result"] for row in rows], ["success", "failure"], "rows")
    for row in rows:
        empty = [name for name in ("time", "source", "host", "user", "service", "action", "result", "reason", "txn",
                                   "rule", "hash") if not row.get(name)]
        lib.equal(empty, [], "empty fields")
    before = lab.verify()
    wire.login("alice", alice.password, alice.code())
    lib.equal(lab.verify(), before + 1, "rows of one more login")


if __name__ == "__main__":
    lib.main()
