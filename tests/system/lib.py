"""What the system tests share: a daemon with its store, people with their tokens, the log, syslog, and
the loop that runs the tests of a file. It runs in the world that `inside` has made.

A test is a function test_NAME(lab); it gets a fresh daemon, and fails by an exception.
"""

import contextlib
import hashlib
import inspect
import json
import os
import pwd
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import time
import traceback

import pexpect
from oath import otp

DAEMON = "/usr/sbin/warifud"
CLI = "/usr/bin/warifu"
CONFIG = "/etc/warifu/warifu.conf"
STATE = "/var/lib/warifu"
LOGS = os.environ.get("WARIFU_LOGS", "/tmp")
SOURCE = os.environ.get("WARIFU_SOURCE", ".")
NO_BACKOFF = "lock {\n\tbackoff_cap = 0\n}\n"
UNLIMITED_SOURCE = "source {\n\tthreshold = 1000000\n}\n"
# A RADIUS client, and whoever tests is the front end.
GATEWAY = """radius {
	user = ""
}
client "vpn" {
	network = {"192.0.2.1"}
	secret_file = "/etc/warifu/vpn.secret"
}
"""


def wait_for(what, check, seconds=10.0):
    """Until check() gives something true, which is returned."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)


def equal(found, wanted, what):
    """Both are the same."""
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, but should be {wanted!r}")


def contains(text, words, what):
    """The words stand in the text."""
    if words not in text:
        raise AssertionError(f"{what}: {words!r} is not in {text!r}")


def query(database, sql, *values):
    """One number of a database, read beside the daemon."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as connection:
        return connection.execute(sql, values).fetchone()[0]


class Skip(Exception):
    """Raised by a test that this build or machine cannot run; the text says what it needs."""


class Person:
    """An account with its password and at most one token."""

    def __init__(self, name, password):
        self.name = name
        self.password = password
        self.uid = None
        self.kind = None
        self.token = None
        self.secret = None
        self.step = 30
        self.counter = 0

    def code(self):
        """The next code that was not used: HOTP's next, or TOTP's of a step after the last."""
        if self.kind == "hotp":
            self.counter += 1
            return otp(self.secret, self.counter - 1)
        now = int(time.time()) // self.step
        self.counter = max(self.counter + 1, now)
        # One step ahead is accepted; beyond that one has to wait.
        while self.counter > int(time.time()) // self.step + 1:
            time.sleep(0.2)
        return otp(self.secret, self.counter)

    def wrong(self):
        """A code that is none of its next fifty."""
        near = set()
        if self.kind == "totp":
            now = int(time.time()) // self.step
            near = {otp(self.secret, number) for number in range(now - 25, now + 25)}
        elif self.kind == "hotp":
            near = {otp(self.secret, number) for number in range(self.counter, self.counter + 150)}
        return next(f"{number:06d}" for number in range(1000000) if f"{number:06d}" not in near)


class Syslog(threading.Thread):
    """Listens where programs send their messages (/dev/log)."""

    def __init__(self, path="/dev/log"):
        super().__init__(daemon=True)
        self.lines = []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        self.socket.bind(path)
        os.chmod(path, 0o666)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)

    def run(self):
        while True:
            self.lines.append(self.socket.recv(65536).decode(errors="replace").rstrip("\0\n"))

    def since(self, mark):
        """The lines after the mark (len of .lines then)."""
        return "\n".join(self.lines[mark:])


class Lab:
    """A daemon with everything that belongs to it."""

    def __init__(self, name, syslog):
        self.name = name
        self.syslog = syslog
        self.logs = os.path.join(LOGS, name)
        self.process = None
        self.page = None  # of faults, see fault.py: for the daemon alone
        self.before = None  # called in the daemon's process before it is the daemon
        self.marked = 0
        self.closers = []
        shutil.rmtree(self.logs, ignore_errors=True)
        os.makedirs(self.logs)
        self.daemon_log = os.path.join(self.logs, "warifud.log")
        for folder in (STATE, "/run/warifu", os.path.dirname(CONFIG)):
            shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(os.path.dirname(CONFIG))
        with contextlib.suppress(KeyError):
            pwd.getpwnam("warifu")
            return
        subprocess.run(["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", STATE,
                        "--shell", "/usr/sbin/nologin", "warifu"], check=True)

    # The daemon

    def configure(self, *parts):
        """Writes warifu.conf: sections as in NO_BACKOFF, or plain lines."""
        with open(CONFIG, "w", encoding="utf-8") as stream:
            stream.write("".join(part if part.endswith("\n") else part + "\n" for part in parts))
        os.chmod(CONFIG, 0o644)

    def spawn(self, *arguments):
        """Starts the daemon and does not wait."""
        with open(self.daemon_log, "ab") as log:
            return subprocess.Popen([DAEMON, "--foreground", *arguments], stdin=subprocess.DEVNULL,
                                    stdout=log, stderr=log, env=self.page and self.page.environment, preexec_fn=self.before)

    def init(self):
        """Key file and empty database."""
        self.run(DAEMON, "--init")

    def start(self):
        """Starts the daemon and waits until it serves."""
        self.marked = os.path.getsize(self.daemon_log) if os.path.exists(self.daemon_log) else 0
        self.process = self.spawn()
        wait_for("the daemon serves", self.serves, 20)

    def serves(self):
        """Whether the daemon has said that it is ready; an end of it is a failure."""
        if self.process.poll() is not None:
            raise AssertionError(f"warifud ended with {self.process.returncode}: {self.said()[-2000:]}")
        return " serves " in self.said(self.marked)

    def said(self, since=0):
        """What the daemon has logged."""
        with open(self.daemon_log, encoding="utf-8", errors="replace") as stream:
            stream.seek(since)
            return stream.read()

    def up(self, *parts):
        """Configuration, store, daemon."""
        self.configure(*parts)
        self.init()
        self.start()
        return self

    def signal(self, number):
        """Sends the daemon a signal; also from a forked child, which must not wait for it."""
        os.kill(self.process.pid, number)

    def stop(self, seconds=20):
        """Ends it in order; its exit code must be 0."""
        self.signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        self.process = None
        if code != 0:
            raise AssertionError(f"warifud ended with {code}: {self.said()[-2000:]}")

    def kill(self):
        """Ends it at once."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def close(self):
        """After a test: everything away, what may explain a failure kept."""
        for closer in reversed(self.closers):
            with contextlib.suppress(OSError, ProcessLookupError):
                closer()
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for path in (CONFIG, os.path.join(STATE, "warifu.db")):
            if os.path.exists(path):
                shutil.copy(path, self.logs)

    # Commands

    def run(self, *command, text=None, code=0, timeout=120, env=None):
        """Runs a command, with text as its input; its exit code must be `code` (None: any)."""
        done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=timeout, check=False, env=env,
                              **({} if text is not None else {"stdin": subprocess.DEVNULL}))
        with open(os.path.join(self.logs, "commands.log"), "a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}-> {done.returncode}\n")
        if code is not None and done.returncode != code:
            raise AssertionError(f"{' '.join(command)}: exit code {done.returncode}, should be {code}: "
                                 f"{done.stdout}{done.stderr}")
        return done

    def cli(self, *arguments, **options):
        """warifu ARGUMENTS; gives stdout."""
        return self.run(CLI, *arguments, **options).stdout

    def ask(self, *arguments, **options):
        """warifu --json ARGUMENTS; gives what it printed, read."""
        return json.loads(self.cli(*arguments, "--json", **options))

    # People

    def unix_user(self, name, uid=None, password=None):
        """A Unix user with a home; gives its uid."""
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            number = ["-u", str(uid)] if uid is not None else []
            self.run("useradd", "-m", "-K", "UID_MIN=3000", *number, "-s", "/bin/bash", name)
            if password:
                self.run("chpasswd", "-c", "SHA512", text=f"{name}:{password}\n")
            return pwd.getpwnam(name).pw_uid

    def person(self, name, password=None, token="hotp", unix=False, must_change=False, options=()):
        """An account that can log in: password, confirmed token."""
        person = Person(name, password or "plum trees in " + hashlib.sha256(name.encode()).hexdigest()[:8])
        if unix:
            person.uid = self.unix_user(name)
        self.cli("user", "add", name, "--stdin", *options, text=person.password + "\n")
        if not must_change:
            self.cli("user", "set", name, "--must-change", "0")
        if token is not None:
            self.give_token(person, token)
        return person

    def people(self, count, prefix="user", **options):
        """Several."""
        return [self.person(f"{prefix}{number:02d}", **options) for number in range(count)]

    def give_token(self, person, kind, *options, step=None):
        """Adds a token and confirms it."""
        if step is not None:
            options += ("--step", str(step))
        row = self.ask("token", "add", person.name, kind, *options)
        person.kind, person.secret, person.token = kind, row["secret"], row["id"]
        person.step = step or 30
        # The step before this one confirms, so that two more logins need no waiting.
        person.counter = 0 if kind == "hotp" else int(time.time()) // person.step - 1
        code = otp(person.secret, person.counter)
        if kind == "hotp":
            person.counter = 1
        self.cli("token", "confirm", person.name, "--stdin", text=code + "\n")

    def recovery_codes(self, person):
        """A set of recovery codes."""
        return [row["code"] for row in self.ask("token", "add", person.name, "recovery")]

    # The record

    def log(self, *options, **wanted):
        """Rows of the log, oldest first, with these values."""
        rows = self.ask("log", "--since", "2000-01-01", *options)
        return [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]

    def evaluated(self, user, **wanted):
        """Rows of attempts whose answers were evaluated against the account."""
        rows = self.log("--user", user, "--class", "auth", action="authenticate", **wanted)
        return [row for row in rows if row["reason"] not in NOT_EVALUATED]

    def verify(self):
        """The chain holds; gives the number of rows."""
        row = self.ask("log", "verify")
        if not row["ok"]:
            raise AssertionError(f"the chain is broken: {row}")
        return row["rows"]

    def failures(self, user):
        """The account's counted failures."""
        return self.ask("user", "show", user)["failures"]


# Reasons of refusals before evaluation; everything else is an attempt that was evaluated.
NOT_EVALUATED = {"back-off", "locked", "locked-strangers", "locked-possession", "overload", "deadline", "store", "abandoned-early", "state-unknown", "state-used",
                 "state-ended"}


class Program:
    """A further program of a test, which logs into a file: how it is listened to and ended."""

    def __init__(self, lab, name, patience):
        self.lab, self.name, self.patience = lab, name, patience
        self.process = None
        self.page = None  # of faults, see fault.py
        self.log_path = os.path.join(lab.logs, name + ".log")
        lab.closers.append(self.close)

    def mark(self):
        """How long its log is."""
        return os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0

    def said(self, since=0):
        """What it has logged."""
        if not os.path.exists(self.log_path):
            return ""
        with open(self.log_path, encoding="utf-8", errors="replace") as stream:
            stream.seek(since)
            return stream.read()

    def run(self, *command):
        """Starts it."""
        with open(self.log_path, "ab") as log:
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env=self.page and self.page.environment)

    def stop(self):
        """Ends it in order."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(self.patience)
        self.process = None
        equal(code, 0, f"exit code of {self.name}; it said {self.said()[-1000:]}")

    def kill(self):
        """Ends it at once."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def close(self):
        """After the test; in order if it can, so that a build that counts coverage has its counts."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(3)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def terminal(lab, command, arguments=(), timeout=20, **options):
    """A program on a terminal of its own (pexpect), its output kept."""
    child = pexpect.spawn(command, list(arguments), encoding="utf-8", timeout=timeout, **options)
    # pylint: disable=consider-using-with
    child.logfile_read = open(os.path.join(lab.logs, "terminal.log"), "a", encoding="utf-8")
    try:
        yield child
    finally:
        child.logfile_read.close()
        child.close(force=True)


def loopback_up():
    """In a network namespace of its own nothing is up at first: lo, and all of 127/8 with it."""
    import fcntl  # pylint: disable=import-outside-toplevel
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, 0x8913, request))[1]
        fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", flags | 1))


def run_one(name, function, syslog, results):
    """One test with its own daemon; true if it passed."""
    started = time.monotonic()
    mark = len(syslog.lines)
    lab = Lab(name, syslog)
    problem = None
    skipped = None
    try:
        function(lab)
    except Skip as reason:
        skipped = reason
    except Exception as error:  # pylint: disable=broad-except
        problem = error
        with open(os.path.join(lab.logs, "failure.txt"), "w", encoding="utf-8") as stream:
            traceback.print_exc(file=stream)
    finally:
        lab.close()
        with open(os.path.join(lab.logs, "syslog"), "w", encoding="utf-8") as stream:
            stream.write(syslog.since(mark) + "\n")
    title = f"{os.path.basename(sys.argv[0])[5:-3]}:{name}"
    took = time.monotonic() - started
    word = "FAILED" if problem else "skipped" if skipped else "ok"
    print(f"{word:<7} {title} ({skipped or f'{took:.1f} s'})", flush=True)
    if problem:
        first = re.sub(r"\s+", " ", str(problem))[:600]
        print(f"        {type(problem).__name__}: {first}", flush=True)
    results.write(f"{'failed' if problem else 'skipped' if skipped else 'passed'} {title}\n")
    results.flush()
    return problem is None


def main():
    """Runs the tests of the file that was started, or those named."""
    module = sys.modules["__main__"]
    found = [(name[5:], item) for name, item in inspect.getmembers(module, inspect.isfunction)
             if name.startswith("test_")]
    found.sort(key=lambda pair: pair[1].__code__.co_firstlineno)
    wanted = sys.argv[1:]
    loopback_up()
    syslog = Syslog()
    syslog.start()
    fine = True
    with open(os.path.join(LOGS, "results"), "w", encoding="utf-8") as results:
        for name, function in found:
            if not wanted or name in wanted:
                fine = run_one(name, function, syslog, results) and fine
    sys.exit(0 if fine else 1)
