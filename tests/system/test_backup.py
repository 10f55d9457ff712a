"""Copies that the daemon makes by itself, in its cage: made, brought elsewhere, tried out, restored."""

import contextlib
import glob
import json
import os
import pwd
import shutil

import lib
import wire

COPIES = os.path.join(lib.STATE, "backups")
SECOND = "/var/lib/second"
EVERY = f'backup {{\n\tevery = 1d\n\tsecond = "{SECOND}"\n}}\n'
FIRST = 90.0  # the first turn comes a minute after the start


def copies(folder):
    """The names of copies in a folder that count."""
    return sorted(os.path.basename(name) for name in glob.glob(os.path.join(folder, "warifu-*Z-*.backup")))


def rows(lab, event):
    """Rows of the log about this event."""
    return [row for row in lab.log("--limit", "1000") if row["event"] == event]


def test_a_copy_by_itself(lab):
    """One a minute after the start; the second folder is away, is told, and gets its copy when it is there."""
    shutil.rmtree(SECOND, ignore_errors=True)
    lab.up(EVERY)
    alice = lab.person("alice")
    lib.wait_for("the first copy", lambda: copies(COPIES), FIRST)
    lib.wait_for("the row of the folder that is away", lambda: rows(lab, "backup.second"))
    made = rows(lab, "backup.copy")
    lib.equal(len(made), 1, "rows of copies")
    lib.contains(made[0]["detail"], copies(COPIES)[0], "the row's name")
    lib.contains(lab.run("warifu", "status").stdout, "away", "status")
    os.mkdir(SECOND, 0o700)
    shutil.chown(SECOND, "warifu")
    lib.wait_for("the copy in the second folder", lambda: copies(SECOND), FIRST)
    lib.equal(copies(SECOND), copies(COPIES), "copies in both folders")
    listed = json.loads(lab.cli("backup", "list", "--json"))
    lib.contains(json.dumps(listed), copies(COPIES)[0], "backup list")
    with open(os.path.join(SECOND, copies(SECOND)[0]), "rb") as stream:
        lib.equal(b"SQLite" in stream.read(), False, "plain text in a copy")
    drill(lab)
    restored_on_a_new_machine(lab, alice, os.path.join(SECOND, copies(SECOND)[0]))


def drill(lab):
    """A trial beside the running daemon leaves a row and nothing else."""
    lab.cli("restore", "--drill")
    tried = rows(lab, "restore.drill")
    lib.equal([row["result"] for row in tried], ["success"], "rows of trials")
    lib.equal(os.path.exists(os.path.join(lib.STATE, "drill")), False, "what the trial left")
    lab.verify()


def restored_on_a_new_machine(lab, person, copy):
    """With the key alone beside it, a copy lets the same people in."""
    saved = os.path.join(lab.logs, "kept.backup")
    shutil.copy(copy, saved)
    lab.stop()
    for name in glob.glob(os.path.join(lib.STATE, "warifu.db*")):
        os.unlink(name)
    lab.run(lib.DAEMON, "--restore", saved)
    lab.start()
    lib.equal(wire.login(person.name, person.password, person.code()), wire.REJECT, "a token that wants a resync")
    lab.give_token(person, "hotp")
    lib.equal(wire.login(person.name, person.password, person.code()), wire.ACCEPT, "the same person")
    lab.verify()


def test_half_a_copy_is_swept(lab):
    """What a death leaves of a copy has no copy's name, and the next start sweeps it."""
    lab.up()
    for name in (".plain.tmp", ".sealed.tmp", ".again.tmp"):
        os.makedirs(COPIES, exist_ok=True)
        shutil.chown(COPIES, "warifu")
        with open(os.path.join(COPIES, name), "wb") as stream:
            stream.write(b"half")
    lab.kill()
    lab.start()
    lib.equal(os.listdir(COPIES), [], "what a crash left")


@contextlib.contextmanager
def hardly_any_room(lab, folder):
    """A file system of its own for the folder, filled up but for 64 KiB."""
    os.makedirs(folder, exist_ok=True)
    lab.run("mount", "-t", "tmpfs", "-o", "size=32m,mode=700,uid=" + str(pwd.getpwnam("warifu").pw_uid), "none", folder)
    try:
        with open(os.path.join(folder, "filler"), "wb") as stream:
            stream.write(b"\0" * ((32 << 20) - 65536))
        yield os.path.join(folder, "filler")
    finally:
        lab.run("umount", "-l", folder)


def test_no_room(lab):
    """What would take the last space of a disk is not begun: a row, a clear text, and none of the good ones lost."""
    lab.up(f'backup {{\n\tsecond = "{SECOND}"\n\tevery = 1d\n}}\n')
    with hardly_any_room(lab, COPIES) as filler, hardly_any_room(lab, SECOND):
        told = lab.run(lib.CLI, "backup", "--lang", "en", code=3)
        lib.contains(told.stderr, "not enough room", "what was told")
        lib.equal([row["result"] for row in rows(lab, "backup.make")], ["failure"], "rows of it")
        lib.wait_for("the row of the daemon's own", lambda: rows(lab, "backup.failed"), FIRST)
        lib.equal(os.listdir(COPIES), ["filler"], "what is in the folder")
        os.unlink(filler)
        lab.cli("backup", "--lang", "en")
        lib.wait_for("the row of the second folder", lambda: [
            row for row in rows(lab, "backup.second") if "not enough room" in row["detail"]], FIRST)
        lib.equal(len(copies(COPIES)), 1, "a good one in the first folder")
        lib.equal(os.listdir(SECOND), ["filler"], "what is in the second folder")
    lab.verify()


if __name__ == "__main__":
    lib.main()
