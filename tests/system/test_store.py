"""Backup, restore, keys: what an older state would revive is burnt; a wrong key is told in a sentence."""

import os
import shutil
import time

import lib
import wire


DATABASE = os.path.join(lib.STATE, "warifu.db")


def wait_for_fresh_steps():
    """A restore burns the steps of the next codes, which may have been used: four of ten seconds each."""
    time.sleep(45)


def restore(lab, file, code=0):
    """Puts a backup in place of the database, the daemon stopped; gives what was said."""
    done = lab.run(lib.DAEMON, "--restore", file, code=code)
    return done.stdout + done.stderr


def backup(lab, name):
    """A backup somewhere else, made while the daemon works; gives its path."""
    path = os.path.join(lab.logs, name)
    lab.cli("backup", path)
    lib.equal(oct(os.stat(path).st_mode & 0o777), "0o600", "mode of the backup")
    return path


def test_restore_on_another_machine(lab):
    """The same without the database that is replaced: nothing tells then which codes were used."""
    restore_revives_nothing(lab, "gone")


def test_restore_revives_no_code(lab):
    """TOTP, HOTP and recovery codes that were used after the backup stay used; a fresh TOTP code works."""
    restore_revives_nothing(lab, "there")


def restore_revives_nothing(lab, replaced):
    """The database that is replaced is there, or gone."""
    lab.up(lib.NO_BACKOFF, "lock {\n\tthreshold = 100\n}\n")
    totp = lab.person("totp", token=None)
    lab.give_token(totp, "totp", step=10)
    hotp = lab.person("hotp")
    codes = lab.recovery_codes(totp)
    saved = backup(lab, "day-old.backup")
    used_totp, used_hotp = totp.code(), hotp.code()
    for person, code in ((totp, used_totp), (hotp, used_hotp), (totp, codes[0])):
        lib.equal(wire.login(person.name, person.password, code), wire.ACCEPT, f"{person.name} before")
    lab.stop()
    if replaced == "gone":
        for suffix in ("", "-wal", "-shm"):
            if os.path.exists(DATABASE + suffix):
                os.unlink(DATABASE + suffix)
    restore(lab, saved)
    lab.start()
    for person, code in ((totp, used_totp), (hotp, used_hotp), (totp, codes[0]), (totp, codes[1])):
        lib.equal(wire.login(person.name, person.password, code) == wire.ACCEPT, False, f"{person.name}: {code} again")
    lib.equal(wire.login("hotp", hotp.password, hotp.code()) == wire.ACCEPT, False, "HOTP before a resync")
    following = [hotp.code(), hotp.code()]
    lab.cli("token", "resync", "hotp", str(hotp.token), "--stdin", text="\n".join(following) + "\n")
    lib.equal(wire.login("hotp", hotp.password, hotp.code()), wire.ACCEPT, "HOTP after a resync")
    if replaced == "gone":
        wait_for_fresh_steps()
        lib.equal(wire.login("totp", totp.password, totp.code()), wire.ACCEPT, "a fresh TOTP code")
    lab.verify()
    lib.contains(str([row["event"] for row in lab.log("--class", "system")]), "restore", "a row of the restore")


def test_restore_shortens_no_lock(lab):
    """An account that was locked in the backup is locked afterwards."""
    lab.up(lib.NO_BACKOFF)
    alice = lab.person("alice")
    for _ in range(10):
        wire.login("alice", alice.password, alice.wrong())
    saved = backup(lab, "locked.backup")
    lab.cli("unlock", "alice", "--reason", "test")
    lab.stop()
    restore(lab, saved)
    lab.start()
    lib.equal(lab.ask("user", "show", "alice")["locked"], True, "locked")


def test_restore_refuses(lab):
    """A running daemon, a damaged file, another key: a clear sentence, and nothing is changed."""
    lab.up()
    alice = lab.person("alice")
    saved = backup(lab, "good.backup")
    lib.contains(restore(lab, saved, code=1), "stop it first", "while the daemon runs")
    lab.stop()
    with open(saved, "rb") as stream:
        raw = bytearray(stream.read())
    raw[len(raw) // 2] ^= 1
    bad = saved + ".damaged"
    with open(bad, "wb") as stream:
        stream.write(raw)
    said = restore(lab, bad, code=1)
    lib.equal(len(said.strip()) > 20, True, f"a sentence: {said}")
    cut = saved + ".cut"
    with open(cut, "wb") as stream:
        stream.write(raw[:len(raw) // 2])
    restore(lab, cut, code=1)
    lab.start()
    lib.equal(wire.login("alice", alice.password, alice.code()), wire.ACCEPT, "a login")
    lab.stop()
    shutil.rmtree(lib.STATE)
    shutil.rmtree("/etc/warifu/keys", ignore_errors=True)
    for name in os.listdir("/etc/warifu"):
        if "key" in name:
            os.unlink(os.path.join("/etc/warifu", name))
    lab.init()
    lib.contains(restore(lab, saved, code=1), "key", "with another key")


def test_key_rotation(lab):
    """After a rotation tokens work on, also after a restart."""
    lab.up()
    alice = lab.person("alice", token="totp")
    before = lab.ask("status")["key-id"]
    lab.cli("key", "rotate", "--reason", "test")
    lib.equal(lab.ask("status")["key-id"] == before, False, "another key")
    lib.equal(wire.login("alice", alice.password, alice.code()), wire.ACCEPT, "a login")
    lab.stop()
    lab.start()
    lib.equal(wire.login("alice", alice.password, alice.code()), wire.ACCEPT, "a login after a restart")
    lab.verify()


def test_backup_under_load(lab):
    """A backup made while people log in is a consistent store."""
    lab.up()
    people = lab.people(10)
    attempts = [{"user": person.name, "password": person.password, "code": person.code()} for person in people]
    pid = os.fork()
    if pid == 0:
        wire.crowd_login(attempts)
        os._exit(0)
    saved = backup(lab, "busy.backup")
    os.waitpid(pid, 0)
    lab.stop()
    restore(lab, saved)
    lab.start()
    lab.verify()
    lib.equal(len(lab.ask("user", "list")), 10, "accounts")


def test_tampering_is_found(lab):
    """A row that was changed, taken out, or cut off at the end: log verify says so."""
    lab.up()
    alice = lab.person("alice")
    for _ in range(3):
        wire.login("alice", alice.password, alice.code())
    lab.verify()
    lab.stop()
    path = os.path.join(lib.STATE, "warifu.db")
    shutil.copy(path, path + ".good")
    for what, sql in {
            "changed": "UPDATE audit SET encoded = CAST(replace(CAST(encoded AS TEXT), 'alice', 'malle') AS BLOB) "
                       "WHERE seq = (SELECT max(seq) FROM audit WHERE user = 'alice')",
            "taken out": "DELETE FROM audit WHERE seq = (SELECT max(seq) - 1 FROM audit)",
    }.items():
        shutil.copy(path + ".good", path)
        shutil.chown(path, "warifu", "warifu")
        os.chmod(path, 0o600)
        lab.run("sqlite3", path, f"PRAGMA writable_schema=OFF; {sql};")
        for suffix in ("-wal", "-shm"):
            if os.path.exists(path + suffix):
                os.unlink(path + suffix)
        process = lab.spawn()
        try:
            process.wait(2)
        except Exception:  # pylint: disable=broad-except
            done = lab.run(lib.CLI, "log", "verify", "--json", code=None)
            lib.equal(done.returncode == 0, False, f"a row {what}: exit code of log verify")
            process.terminate()
            process.wait(20)
        else:
            lib.equal(process.returncode, 1, f"a row {what}: the daemon refuses to start")


if __name__ == "__main__":
    lib.main()
