"""What the daemon stands on fails: disk, database, descriptors, sockets, key. Each time nobody gets in whose attempt
could not be recorded, the log names the cause, and when the cause is gone everything works without a hand; nothing is
counted that was not a wrong answer. (A full disk is in test_away.py.)"""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import lib
import wire

DATABASE = os.path.join(lib.STATE, "warifu.db")
KEY = os.path.join(lib.STATE, "keys/warifu.key")


def verdict(person, code):
    """A verdict, or None when there was no answer."""
    try:
        return wire.login(person.name, person.password, code, timeout=15)
    except wire.Gone:
        return None


class Trouble:
    """Alice with the right answers and Bob with wrong ones, before, during and after."""

    def __init__(self, lab):
        self.lab = lab
        self.alice, self.bob = lab.person("alice"), lab.person("bob")
        self.counted = 0
        self.since = 0

    def begins(self):
        """From here on the log is read for the cause."""
        self.since = os.path.getsize(self.lab.daemon_log)

    def closed(self, *causes):
        """Neither the right nor the wrong answers open, and nothing is told that is not so."""
        for person, code in ((self.alice, self.alice.code()), (self.bob, self.bob.wrong())):
            told = verdict(person, code)
            lib.equal(told in (wire.UNAVAILABLE, None), True, f"{person.name} is told {told}")
        for cause in causes:
            lib.wait_for(f"{cause!r} in the log", lambda cause=cause: cause in self.lab.said(self.since), 5)

    def well(self, interrupted=0):
        """Alice gets in, Bob does not; the counters are those of what was told."""
        def opens():
            return verdict(self.alice, self.alice.code()) == wire.ACCEPT
        deadline = time.monotonic() + 15
        while not opens():
            if time.monotonic() > deadline:
                raise AssertionError(f"not well again: {self.lab.said(self.since)[-600:]}")
            time.sleep(0.5)
        lib.equal(verdict(self.bob, self.bob.wrong()), wire.REJECT, "a wrong code")
        self.counted += 1
        failures = self.lab.failures("bob")
        lib.equal(self.counted <= failures <= self.counted + interrupted, True,
                  f"{failures} failures of bob, {self.counted} told")
        lib.equal(self.lab.failures("alice"), 0, "failures of alice")
        self.counted = failures
        self.lab.verify()


def up(lab, *parts):
    """A daemon and its people."""
    lab.up(lib.NO_BACKOFF, lib.UNLIMITED_SOURCE, *parts)
    return Trouble(lab)


def test_locked_by_another_program(lab):
    """Somebody looks into the database with a tool and keeps it locked."""
    trouble = up(lab)
    trouble.begins()
    tool = sqlite3.connect(DATABASE, isolation_level=None)
    tool.execute("BEGIN EXCLUSIVE")
    trouble.closed("database is locked")
    tool.execute("ROLLBACK")
    tool.close()
    trouble.well()


def test_database_moved(lab):
    """The file is renamed under the daemon, and comes back."""
    trouble = up(lab)
    trouble.begins()
    os.rename(DATABASE, DATABASE + ".elsewhere")
    trouble.closed("the database file was moved, removed or replaced")
    os.rename(DATABASE + ".elsewhere", DATABASE)
    trouble.well()
    lab.stop()
    lab.start()
    trouble.well()


def test_database_removed(lab):
    """The file is gone for good: closed, and a restart says what to do instead of beginning anew."""
    trouble = up(lab)
    trouble.begins()
    kept = os.open(DATABASE, os.O_RDONLY)
    os.unlink(DATABASE)
    trouble.closed("the database file was moved, removed or replaced")
    os.close(kept)
    lab.stop()
    lib.equal(lab.spawn().wait(20), 1, "a start without its database")
    lib.contains(lab.said(trouble.since), DATABASE, "what is missing")


def test_database_replaced(lab):
    """An older copy in its place, in which a used code is not used: not taken, whatever it holds."""
    trouble = up(lab)
    lab.stop()
    shutil.copy2(DATABASE, DATABASE + ".old")
    shutil.chown(DATABASE + ".old", "warifu", "warifu")
    lab.start()
    trouble.well()
    trouble.begins()
    os.rename(DATABASE, DATABASE + ".own")
    os.rename(DATABASE + ".old", DATABASE)
    trouble.closed("the database file was moved, removed or replaced")
    os.rename(DATABASE + ".own", DATABASE)
    trouble.well()


def limited(lab, limit):
    """From the next start on the daemon runs under this limit, which it cannot raise."""
    with open(lab.daemon_log, "ab") as log:
        lab.process = subprocess.Popen(["prlimit", limit, lib.DAEMON, "--foreground"], stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log)
    lab.marked = os.path.getsize(lab.daemon_log)
    lib.wait_for("the daemon serves", lab.serves, 20)


def test_no_descriptors(lab):
    """None is left for new connections: they wait, the log says so, and they are served afterwards."""
    trouble = up(lab)
    trouble.well()
    lab.stop()
    limited(lab, "--nofile=40:40")
    trouble.begins()
    idle = [wire.Client() for _ in range(40)]
    lib.wait_for("the log says why", lambda: "Too many open files" in lab.said(trouble.since), 5)
    free = threading.Timer(1, lambda: [client.socket.close() for client in idle])
    free.start()
    lib.equal(verdict(trouble.alice, trouble.alice.code()), wire.ACCEPT, "who had to wait")
    free.join()
    trouble.well()


def test_few_descriptors(lab):
    """One is free now and then: what needs another besides does no harm."""
    trouble = up(lab)
    trouble.well()
    lab.stop()
    limited(lab, "--nofile=40:40")
    trouble.begins()
    idle = []
    while "Too many open files" not in lab.said(trouble.since):
        idle.append(wire.Client())
        time.sleep(0.05)
    for _ in range(6):
        idle.pop(0).socket.close()
        told = verdict(trouble.bob, trouble.bob.wrong())
        lib.equal(told in (wire.REJECT, wire.UNAVAILABLE), True, f"a wrong code is told {told}")
        trouble.counted += told == wire.REJECT
        with contextlib.suppress(wire.Gone):
            idle.append(wire.Client())
    for client in idle:
        client.socket.close()
    trouble.well()


def test_small_files(lab):
    """A limit on the size of files is met like a full disk, not by the signal that comes with it."""
    trouble = up(lab)
    lab.stop()
    size = max(os.path.getsize(os.path.join(lib.STATE, name)) for name in os.listdir(lib.STATE))
    limited(lab, f"--fsize={size + 65536}")
    trouble.begins()
    for _ in range(200):
        told = verdict(trouble.bob, trouble.bob.wrong())
        if told != wire.REJECT:
            break
        trouble.counted += 1
    trouble.closed("a request ended UNAVAILABLE: store")
    lib.equal(lab.process.poll(), None, "it lives")
    lab.signal(signal.SIGTERM)
    lab.process.wait(30)
    lab.process = None
    lab.start()
    trouble.well(interrupted=3)


def ends(lab, cause):
    """The daemon ends by itself with code 1, having said why; gives it back started."""
    since = 0
    try:
        code = lab.process.wait(15)
    except subprocess.TimeoutExpired:
        raise AssertionError("it lives on, unheard") from None
    lab.process = None
    lib.equal(code, 1, "exit code")
    lib.contains(lab.said(since), cause, "the log")
    lab.start()


def test_socket_folder_gone(lab):
    """Nobody finds the daemon any more: it ends with code 1, so that the service manager starts it again."""
    trouble = up(lab)
    trouble.begins()
    shutil.rmtree("/run/warifu")
    lib.equal(verdict(trouble.alice, trouble.alice.code()), None, "a login")
    ends(lab, "the socket /run/warifu/pam.sock was removed or replaced")
    trouble.well()


def test_socket_replaced(lab):
    """The same where somebody else has taken its place."""
    trouble = up(lab)
    os.rename("/run/warifu/control.sock", "/run/warifu/control.sock.old")
    with open("/run/warifu/control.sock", "w", encoding="utf-8"):
        pass
    with contextlib.suppress(FileNotFoundError):
        os.unlink("/run/warifu/control.sock.old")
    time.sleep(1.5)
    os.unlink("/run/warifu/control.sock")
    ends(lab, "the socket /run/warifu/control.sock was removed or replaced")
    trouble.well()


def test_key_unreadable(lab):
    """A key that cannot be read at a reload: the old one stays in force, the command says why."""
    trouble = up(lab)
    trouble.begins()
    os.chmod(KEY, 0)
    said = lab.run(lib.CLI, "reload", code=None)
    lib.equal(said.returncode != 0, True, "exit code of the reload")
    lib.contains(said.stderr, KEY, "what the command says")
    trouble.well()
    lab.signal(signal.SIGHUP)
    lib.wait_for("the log says why", lambda: "configuration not reloaded" in lab.said(trouble.since), 5)
    os.chmod(KEY, 0o600)
    lab.cli("reload")
    trouble.well()


def test_output_is_full(lab):
    """A command whose output cannot be written does not end with 0: half a list would pass for a whole one."""
    up(lab)
    for options in ((), ("--json",)):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([lib.CLI, "user", "list", *options], stdout=full, stderr=subprocess.PIPE, text=True,
                                  check=False)
        lib.equal(done.returncode, 1, f"exit code {options}")
        lib.contains(done.stderr, "could not be written", "what it says")


def test_disk_turns_read_only(lab):
    """The file system finds an error and goes read-only, as a failing disk does (ext4, errors=remount-ro)."""
    image = os.path.join(lab.logs, "disk")
    lab.configure(lib.NO_BACKOFF, lib.UNLIMITED_SOURCE)
    for number in range(8):  # the world of these tests has a /dev of its own
        with contextlib.suppress(OSError):
            os.mknod(f"/dev/loop{number}", 0o600 | 0o060000, os.makedev(7, number))
    with contextlib.suppress(OSError):
        os.mknod("/dev/loop-control", 0o600 | 0o020000, os.makedev(10, 237))
    lab.run("dd", "if=/dev/zero", f"of={image}", "bs=1M", "count=32")
    lab.run("mkfs.ext4", "-q", "-F", "-O", "^has_journal", image)
    os.makedirs(lib.STATE, exist_ok=True)
    if lab.run("mount", "-o", "loop,errors=remount-ro", image, lib.STATE, code=None).returncode != 0:
        print("        skipped: no loop device here")
        return
    lab.closers.append(lambda: lab.run("umount", "-l", lib.STATE, code=None))
    shutil.chown(lib.STATE, "warifu", "warifu")
    os.chmod(lib.STATE, 0o700)
    lab.init()
    lab.start()
    trouble = Trouble(lab)
    trouble.well()
    trouble.begins()
    device = os.path.basename(lab.run("findmnt", "-n", "-o", "SOURCE", lib.STATE).stdout.strip())
    with open(f"/sys/fs/ext4/{device}/trigger_fs_error", "w", encoding="utf-8") as stream:
        stream.write("1")
    trouble.closed("a request ended UNAVAILABLE: store")
    # Such a disk is mended off line: the daemon can be stopped, and finds all in order.
    lab.signal(signal.SIGTERM)
    lib.equal(lab.process.wait(30) >= 0, True, "it ends by itself")
    lab.process = None
    lab.run("umount", lib.STATE)
    lab.run("e2fsck", "-p", "-f", image, code=None)
    lab.run("mount", "-o", "loop", image, lib.STATE)
    lab.start()
    trouble.well(interrupted=2)
    os.unlink(image)


if __name__ == "__main__":
    lib.main()
