"""Runs as a unit in the container that `boot` has made: the units as `make install` has left them, under a
real systemd. One installation for all tests, which build on each other in the order of the file.
"""

import contextlib
import ctypes
import inspect
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../system"))
import hosts  # pylint: disable=wrong-import-position
import lib  # pylint: disable=wrong-import-position
import pam  # pylint: disable=wrong-import-position
import radius  # pylint: disable=wrong-import-position
import relays  # pylint: disable=wrong-import-position
import upstream  # pylint: disable=wrong-import-position
import wire  # pylint: disable=wrong-import-position

SERVICE = "warifud.service"
SOCKETS = ("warifud-pam.socket", "warifud-control.socket")
KEY = os.path.join(lib.STATE, "keys/warifu.key")
STORE = "/etc/credstore"
DROP_IN = "/run/systemd/system/warifud.service.d/test.conf"
# Where the file's own first lines say that it belongs.
NETWORK = "/etc/systemd/system/warifud.service.d/network.conf"
RELAYS = "/etc/warifu/conf.d/relays.conf"
RULES = "/etc/warifu/conf.d/rules.conf"
PIN = "emergency pin 1234"


class Machine(lib.Lab):
    """What Lab is, but the daemon is systemd's."""

    def __init__(self):  # pylint: disable=super-init-not-called
        self.name = "units"
        self.logs = lib.LOGS
        self.people_known = {}
        self.closers = []

    def systemctl(self, *arguments, code=0):
        """Runs systemctl; gives what it printed."""
        return self.run("systemctl", *arguments, code=code, timeout=60).stdout.strip()

    def property(self, name, unit=SERVICE):
        """A property of a unit."""
        return self.systemctl("show", "-P", name, unit)

    def pid(self):
        """The daemon's process."""
        return int(self.property("MainPID"))

    def state(self, unit=SERVICE):
        """active, inactive, ..."""
        return self.property("ActiveState", unit)

    def alice(self):
        """The one account of these tests."""
        if "alice" not in self.people_known:
            self.people_known["alice"] = self.person("alice", unix=True)
        return self.people_known["alice"]

    def logs_in(self, when):
        """A login with both factors, through the socket."""
        alice = self.alice()
        lib.equal(wire.login("alice", alice.password, alice.code()), wire.ACCEPT, f"a login {when}")

    def journal(self):
        """What the daemon has said, systemd about it included."""
        return self.run("journalctl", "--no-pager", "-u", SERVICE, "-o", "cat").stdout

    def drop_in(self, *lines):
        """Changes the unit until the next start of the machine; without lines: no more."""
        os.makedirs(os.path.dirname(DROP_IN), exist_ok=True)
        with open(DROP_IN, "w", encoding="utf-8") as stream:
            stream.write("\n".join(("[Service]", *lines, "")))
        self.systemctl("daemon-reload")

    def status(self):
        """/proc/PID/status of the daemon."""
        with open(f"/proc/{self.pid()}/status", encoding="utf-8") as stream:
            return dict(line.rstrip("\n").split(":\t", 1) for line in stream if ":\t" in line)


def test_installation(machine):
    """The two commands that README names make user, groups and folders; systemd finds nothing to complain about."""
    machine.run("systemd-sysusers")
    machine.run("systemd-tmpfiles", "--create", "/usr/lib/tmpfiles.d/warifu.conf")
    lib.equal(oct(os.stat(lib.STATE).st_mode & 0o777), "0o700", "mode of the state folder")
    machine.run("getent", "group", "warifu-admin")
    machine.systemctl("daemon-reload")
    done = machine.run("systemd-analyze", "verify", "--man=no", SERVICE, *SOCKETS, "warifud-radius.socket", "warifu-radiusd.service",
                       "warifu-egress.socket", "warifu-egress.service")
    # It reads units of other packages, too, and complains about them.
    complaints = [line for line in (done.stdout + done.stderr).split("\n") if "warifu" in line]
    lib.equal(complaints, [], "what verify says")


def test_sockets_start_it(machine):
    """With its sockets alone nothing runs; the first who asks is served by a daemon that was not there."""
    machine.systemctl("start", *SOCKETS)
    lib.equal(machine.state(), "inactive", "the service before anybody asks")
    lib.equal(machine.ask("status")["initialised"], False, "the answer to the first")
    # It answers before its ExecStartPost has ended, and is called active after that.
    lib.wait_for("the service then", lambda: machine.state() == "active", 10)
    for path in (wire.PAM_SOCKET, wire.CONTROL_SOCKET):
        row = os.stat(path)
        lib.equal((row.st_uid, oct(row.st_mode & 0o777)), (0, "0o666"), path)
    machine.systemctl("enable", "--now", SERVICE)
    lib.equal(machine.property("UnitFileState", "warifud-pam.socket"), "enabled", "the socket after the service was enabled")


def test_logins(machine):
    """The first login: on the wire, and through PAM; a wrong code is refused."""
    alice = machine.alice()
    machine.logs_in("on the wire")
    hosts.write_service("units", "auth required pam_warifu.so", "account required pam_warifu.so")
    result = pam.run("units", "alice", [alice.password, alice.code()], ("authenticate", "acct_mgmt"))
    lib.equal(result["codes"], [pam.SUCCESS] * 2, "through PAM")
    result = pam.run("units", "alice", [alice.password, alice.wrong()])
    lib.equal(result["code"], pam.AUTH_ERR, "a wrong code")


def test_process(machine):
    """The user, and nothing of root's; the daemon's own filter on top of systemd's."""
    status = machine.status()
    uid = machine.run("id", "-u", "warifu").stdout.strip()
    gid = machine.run("id", "-g", "warifu").stdout.strip()
    lib.equal((set(status["Uid"].split()), set(status["Gid"].split())), ({uid}, {gid}), "ids")
    lib.equal(status["Groups"].split(), [gid], "further groups")
    lib.equal({int(status[name], 16) for name in status if name.startswith("Cap")}, {0}, "capabilities")
    lib.equal((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"), "no_new_privs and filter")
    filters = int(status["Seccomp_filters"])
    unfiltered = int(machine.run("sh", "-c", "sed -n 's/^Seccomp_filters:\t//p' /proc/self/status").stdout)
    lib.equal(filters > unfiltered + 1, True, f"filters {filters}, where a process of its own has {unfiltered}")
    with open(f"/proc/{machine.pid()}/limits", encoding="utf-8") as stream:
        limits = stream.read()
    lib.equal(re.search(r"^Max core file size +(\d+) +(\d+)", limits, re.M).groups(), ("0", "0"), "size of a core")
    # The kernel's number of Landlock's version; less than 1: it has none.
    if ctypes.CDLL(None).syscall(444, None, 0, 1) > 0:
        lib.equal("no Landlock" in machine.journal(), False, "it goes without Landlock though there is one")
    threads = os.listdir(f"/proc/{machine.pid()}/task")
    for thread in threads:
        with open(f"/proc/{machine.pid()}/task/{thread}/status", encoding="utf-8") as stream:
            lib.contains(stream.read(), "\nSeccomp:\t2\n", f"thread {thread}")
    links = os.listdir(f"/proc/{machine.pid()}/ns")
    own = [name for name in links if os.readlink(f"/proc/{machine.pid()}/ns/{name}") != os.readlink(f"/proc/1/ns/{name}")]
    lib.equal({"mnt", "net", "ipc", "uts"} <= set(own), True, f"namespaces of its own: {own}")


def as_daemon(machine, *command):
    """Runs a command as the daemon's user where the daemon sees its files, without its filter."""
    return machine.run("nsenter", "--mount", "--root", "-t", str(machine.pid()), "setpriv", "--reuid=warifu", "--regid=warifu",
                       "--clear-groups", *command, code=None)


def test_files(machine):
    """Where the daemon stands nothing can be written but its store and folders that are its own and empty."""
    found = as_daemon(machine, "find", "/", "-path", "/proc", "-prune", "-o", "-path", "/sys", "-prune", "-o", "-type", "d",
                      "-writable", "-print").stdout.split()
    private = {"/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue"}
    lib.equal(sorted(name for name in found if not name.startswith(lib.STATE) and name not in private), [],
              "folders that can be written")
    lib.equal(lib.STATE in found, True, "its own")
    for name in private & set(found):
        lib.equal(as_daemon(machine, "ls", "-A", name).stdout, "", f"in {name}")
    for name in ("/etc/shadow", "/root", "/home/alice"):
        lib.equal(as_daemon(machine, "ls", "-A" if name != "/etc/shadow" else "-l", name).returncode == 0 and
                  as_daemon(machine, "test", "-r", name).returncode == 0, False, f"{name} can be read")


def test_credential(machine):
    """The key in root's hands: handed over as a credential, used, and not to be changed."""
    machine.systemctl("stop", *SOCKETS, SERVICE)
    os.makedirs(STORE, mode=0o700, exist_ok=True)
    shutil.move(KEY, f"{STORE}/warifu.key")
    os.chown(f"{STORE}/warifu.key", 0, 0)
    machine.systemctl("start", *SOCKETS, SERVICE)
    lib.equal(machine.ask("status")["key-file"], f"/run/credentials/{SERVICE}/warifu.key", "the key file")
    machine.logs_in("with the credential")
    lib.equal(os.path.exists(KEY), False, "another key was made")
    machine.run(lib.CLI, "key", "rotate", "--reason", "test", code=None)
    machine.logs_in("after a rotation that cannot be")
    lib.equal(as_daemon(machine, "sh", "-c", f"echo x >>/run/credentials/{SERVICE}/warifu.key").returncode == 0, False,
              "the credential can be changed")
    lib.equal(machine.run("setpriv", "--reuid=alice", "--clear-groups", "cat", f"/run/credentials/{SERVICE}/warifu.key",
                          code=None).returncode == 0, False, "others can read it")


def test_reload_and_stop(machine):
    """reload, restart and stop as systemctl does them: the same process, another one, a last row."""
    before = machine.pid()
    machine.systemctl("reload", SERVICE)
    lib.wait_for("the reload", lambda: "configuration reloaded" in machine.journal())
    lib.equal((machine.pid(), machine.state()), (before, "active"), "after reload")
    machine.systemctl("restart", SERVICE)
    lib.equal((machine.pid() != before, machine.state()), (True, "active"), "after restart")
    machine.logs_in("after a restart")
    machine.systemctl("stop", SERVICE)
    lib.equal((machine.property("Result"), machine.state("warifud-pam.socket")), ("success", "active"), "after stop")
    machine.logs_in("which starts it again")
    events = [row["event"] for row in machine.log("--class", "system") if row["event"] != "config.load"]
    lib.equal((events[-1], events[-2]), ("start", "stop"), "the last rows")
    lib.equal("reload" in events, True, "a row of the reload")
    machine.verify()


def test_emergency_codes(machine):
    """A code that was used while the daemon was away is in the log after its next start, without a hand."""
    said = machine.run(lib.CLI, "emergency", "new", "--stdin", text=PIN + "\n").stdout
    codes = re.findall(r"^\s+\d+\.\s+(\S+)$", said, re.M)
    hosts.write_service("console", "auth required pam_warifu.so breakglass=/etc/warifu/breakglass")
    machine.systemctl("stop", *SOCKETS, SERVICE)
    result = pam.run("console", "root", [PIN, codes[0]], items={pam.ITEM_TTY: "tty1"})
    lib.equal(result["code"], pam.SUCCESS, f"PIN and code: {result}")
    machine.systemctl("start", *SOCKETS, SERVICE)
    rows = machine.log(event="login.breakglass")
    lib.equal([(row["user"], row["source"]) for row in rows], [("root", "local:tty1")], "rows")


def failed_by(machine, harm, result):
    """Harms the daemon; systemd starts another one, which serves."""
    before, restarts = machine.pid(), int(machine.property("NRestarts"))
    harm(before)
    lib.wait_for("another process", lambda: machine.pid() not in (0, before) and machine.state() == "active", 20)
    lib.equal(int(machine.property("NRestarts")), restarts + 1, "restarts")
    lib.contains(machine.journal(), result, "what systemd says")
    machine.logs_in("after that")
    machine.verify()


def test_killed(machine):
    """kill -9: started again."""
    failed_by(machine, lambda pid: os.kill(pid, signal.SIGKILL), "status=9/KILL")


def test_watchdog(machine):
    """A daemon that hangs is killed and started again; one that works is left alone."""
    machine.drop_in("WatchdogSec=2")
    machine.systemctl("restart", SERVICE)
    before = machine.pid()
    time.sleep(5)
    lib.equal(machine.pid(), before, "the process after five seconds")
    failed_by(machine, lambda pid: os.kill(pid, signal.SIGSTOP), "Watchdog timeout")
    machine.drop_in()
    machine.systemctl("restart", SERVICE)


def test_keeps_trying(machine):
    """A daemon that cannot start is tried again and again, and needs no hand once it can."""
    machine.drop_in("RestartSec=100ms")
    with open(lib.CONFIG, "a", encoding="utf-8") as stream:
        stream.write("nonsense = 1\n")
    machine.systemctl("restart", SERVICE, code=1)
    lib.wait_for("ten tries", lambda: int(machine.property("NRestarts")) >= 10, 20)
    lib.contains(machine.journal(), f"{lib.CONFIG}:", "where the error is")
    with open(lib.CONFIG, "r+", encoding="utf-8") as stream:
        text = stream.read().replace("nonsense = 1\n", "")
        stream.seek(0)
        stream.truncate()
        stream.write(text)
    lib.wait_for("the service", lambda: machine.state() == "active", 10)
    machine.logs_in("once the configuration is right")
    machine.drop_in()


def test_radius_server(machine):
    """warifu-radiusd as its own user, started after a daemon that ran before it; a login; killed, it comes back."""
    unit = "warifu-radiusd.service"
    section = radius.client()
    with open("/etc/warifu/conf.d/radius.conf", "w", encoding="utf-8") as stream:
        stream.write(section)
    machine.systemctl("reload", SERVICE)
    machine.systemctl("start", unit)
    lib.equal((machine.state(unit), machine.state("warifud-radius.socket")), ("active", "active"), "states")
    person = machine.alice()

    def login():
        with radius.Nas() as nas:
            first = nas.ask(radius.access("alice", person.password), 2)
            return first and nas.ask(radius.access("alice", person.code(), state=first.one(radius.STATE_ATTR)), 5)

    lib.equal(radius.retry(login).code, radius.ACCEPT, "a login")
    pid = int(machine.property("MainPID", unit))
    with open(f"/proc/{pid}/status", encoding="utf-8") as stream:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in stream if ":\t" in line)
    lib.equal((status["Seccomp"], status["NoNewPrivs"], int(status["CapEff"], 16)), ("2", "1", 0), "its cage")
    os.kill(pid, signal.SIGKILL)
    lib.wait_for("its return", lambda: machine.state(unit) == "active" and int(machine.property("MainPID", unit)) not in (0, pid), 15)
    lib.equal(radius.retry(login).code, radius.ACCEPT, "a login after it")
    machine.systemctl("stop", unit)
    lib.equal(machine.property("Result", unit), "success", "how it ended")
    os.unlink("/etc/warifu/conf.d/radius.conf")
    machine.systemctl("reload", SERVICE)


def test_other_servers(machine):
    """warifu-egress as its own user behind its socket; a code of another server lets in; killed, it comes back."""
    unit = "warifu-egress.service"
    with open("/etc/warifu/conf.d/upstream.conf", "w", encoding="utf-8") as stream:
        stream.write(upstream.section())
    upstream.Odd(machine, lambda request: (radius.ACCEPT if request.password() == "271828" else radius.REJECT, b""))
    machine.systemctl("reload", SERVICE)
    machine.systemctl("start", unit)
    lib.equal((machine.state(unit), machine.state("warifu-egress.socket")), ("active", "active"), "states")
    bob = machine.person("bob", token=None, options=("--groups", "old"))

    def login():
        return wire.login("bob", bob.password, "271828") == wire.ACCEPT or None

    radius.retry(login)
    pid = int(machine.property("MainPID", unit))
    with open(f"/proc/{pid}/status", encoding="utf-8") as stream:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in stream if ":\t" in line)
    lib.equal((status["Seccomp"], status["NoNewPrivs"], int(status["CapEff"], 16)), ("2", "1", 0), "its cage")
    os.kill(pid, signal.SIGKILL)
    radius.retry(login)  # the socket starts it again for whoever asks
    lib.wait_for("its return", lambda: machine.state(unit) == "active" and int(machine.property("MainPID", unit)) not in (0, pid), 15)
    machine.systemctl("stop", unit, "warifu-egress.socket")
    lib.equal(machine.property("Result", unit), "success", "how it ended")
    os.unlink("/etc/warifu/conf.d/upstream.conf")
    machine.systemctl("reload", SERVICE)


def serves_relays(machine):
    """The unit keeps a centre off the network; with the shipped drop-in it is there, and a login comes through a relay."""
    authority = relays.Authority(machine)
    with open(RELAYS, "w", encoding="utf-8") as stream:
        stream.write(relays.centre(machine, authority, "web1.test"))
    machine.systemctl("restart", SERVICE, code=1)
    # The last words of a process that ends at once may be lost on their way: it is tried again.
    lib.wait_for("what it cannot listen at", lambda: f"127.0.0.1:{relays.PORT}" in machine.journal(), 20)
    os.makedirs(os.path.dirname(NETWORK), exist_ok=True)
    shutil.copy("/usr/share/warifu/warifud-network.conf", NETWORK)
    machine.systemctl("daemon-reload")
    machine.run("systemd-analyze", "verify", "--man=no", SERVICE)
    machine.systemctl("restart", SERVICE)
    lib.equal((machine.state(), machine.property("PrivateNetwork")), ("active", "no"), "with the drop-in")
    status = machine.status()
    lib.equal((status["Seccomp"], int(status["CapEff"], 16)), ("2", 0), "its cage")
    relay = relays.Relay(machine, authority.make("host", "web1.test")).start()
    lib.equal(relays.login(machine.alice()), wire.ACCEPT, "a login through a relay")
    lib.equal(machine.evaluated("alice")[-1]["host"], "web1.test", "the host in its row")
    relay.stop()


def test_network(machine):
    """Relays, by the drop-in that opens the network; without it all is as before."""
    try:
        serves_relays(machine)
    finally:
        for path in (RELAYS, NETWORK):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        machine.systemctl("daemon-reload")
        machine.systemctl("restart", SERVICE)
    machine.logs_in("without the network again")


def scope_limit(machine, sshd, person):
    """Logs in: the session's scope at systemd, and how many seconds it may last ("infinity": no end)."""
    output, code = sshd.run(person, "scope=$(grep -o 'session-[^/]*[.]scope' /proc/self/cgroup | head -n 1);"
                                    "systemctl show -P RuntimeMaxUSec ${scope:?}")
    lib.equal(code, 0, f"a login over sshd: {output}, {machine.log(user=person.name)[-1]}")
    return output.split()[-1]


def session_has_an_end(machine, sshd, alice):
    """As it is installed, the scope has the limit; behind pam_systemd it has none, and the doctor says so."""
    with open(RULES, "w", encoding="utf-8") as stream:
        stream.write('comply = {"scs3", "kubota"}\n')
        for name, value in (("session.timeout", "2h"), ("password.max_age", "3650")):
            stream.write(f'resolve "{name}" {{ is = {{"{value}"}} by = "Sato" on = "2026-01-21" reason = "test" }}\n')
    lib.equal(scope_limit(machine, sshd, alice), "infinity", "without documents")
    machine.systemctl("restart", SERVICE)
    lib.equal(scope_limit(machine, sshd, alice), "2h", "with documents")
    stanza = pathlib.Path("/etc/pam.d/sshd")
    text = stanza.read_text(encoding="utf-8")
    line = re.search(r"^session.*pam_warifu.so$", text, re.M).group()
    stanza.write_text(text.replace(line, "") + line + "\n", encoding="utf-8")
    lib.equal(scope_limit(machine, sshd, alice), "infinity", "behind pam_systemd")
    findings = {row["name"]: row for row in machine.ask("doctor", code=None)}
    lib.contains(findings["pam sshd"]["text"], "behind pam_systemd", "what the doctor says")


def test_sessions_end(machine):
    """How long a session over a real sshd may last is told to a real systemd, by the real pam_systemd."""
    os.makedirs("/run/sshd", exist_ok=True)
    os.environ.setdefault("TMPDIR", "/tmp")
    machine.systemctl("start", "dbus.service", "systemd-logind.service", "systemd-user-sessions.service")
    hosts.use_stanza(machine, "sshd")
    sshd = hosts.Sshd(machine)
    try:
        session_has_an_end(machine, sshd, machine.alice())
    finally:
        sshd.stop()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(RULES)
        machine.systemctl("restart", SERVICE)


def test_stop_under_load(machine):
    """stop while logins are under way ends in time and in order, and the sockets bring it back."""
    crowd = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(20)]
    for end in crowd:
        end.connect(wire.PAM_SOCKET)
    started = time.monotonic()
    machine.systemctl("stop", SERVICE)
    took = time.monotonic() - started
    lib.equal((machine.property("Result"), took < 15), ("success", True), f"stopped in {took:.1f} s")
    for end in crowd:
        end.close()
    machine.logs_in("which starts it again")


def main():
    """All tests in their order; those after one that failed run, too."""
    machine = Machine()
    found = [(name, item) for name, item in inspect.getmembers(sys.modules["__main__"], inspect.isfunction)
             if name.startswith("test_")]
    for name, function in sorted(found, key=lambda pair: pair[1].__code__.co_firstlineno):
        started = time.monotonic()
        try:
            function(machine)
            verdict = "ok"
        except Exception as error:  # pylint: disable=broad-except
            verdict = "FAILED"
            traceback.print_exc(file=sys.stderr)
            print(f"        {type(error).__name__}: {re.sub(r'[ ]+', ' ', str(error))[:600]}")
        print(f"{verdict:<7} units:{name[5:]} ({time.monotonic() - started:.1f} s)", flush=True)
    subprocess.run(["systemctl", "stop", SERVICE, *SOCKETS], check=False)
    print("finished", flush=True)


main()
