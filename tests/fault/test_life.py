"""The daemon's own steps with each fallible call failing in turn: first start, start, stop, restore.

What fails ends with an exit code other than 0 and a sentence; the same step without a fault succeeds afterwards.
"""

import contextlib
import os
import shutil
import subprocess
import time

import lib
import rounds
from test_logins import opens


def ended(lab, process, mark, seconds=20, serves=" serves "):
    """Until it has ended ("ended") or serves ("serves"), in these words; how it ended must be right."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        code = process.poll()
        if code is not None:
            if code <= 0:
                raise rounds.Broken(f"exit code {code}: {lab.said(mark)[-600:]}")
            if len(lab.said(mark).strip()) < 15:
                raise rounds.Broken(f"exit code {code} without a sentence")
            return "ended"
        if serves in lab.said(mark):
            return "serves"
        time.sleep(0.005)
    process.kill()
    process.wait()
    raise rounds.Broken(f"neither serves nor ends: {lab.said(mark)[-600:]}")


def test_start(lab):
    """A start with a fault ends, or serves; then people get in."""
    rounds.up(lab)
    alice = lab.person("alice")
    lab.stop()

    def start():
        mark = os.path.getsize(lab.daemon_log)
        process = lab.spawn()
        outcome = ended(lab, process, mark)
        if outcome == "serves":
            lab.process = process
        return outcome

    def check(_outcome):
        if lab.process is None:
            lab.start()

    def stop():
        if lab.process is not None:
            lab.stop()
    rounds.Loop(lab, start, check, stop, opens(alice), program="start", clean="serves").walk()
    rounds.sound(lab)


def test_stop(lab):
    """A stop with a fault ends in time, with 0 or another code, and the next start finds all in order."""
    rounds.up(lab)
    alice = lab.person("alice")

    def stop():
        code = rounds.stop_by(lab)
        if code == "hangs" or code < 0:
            raise rounds.Broken(f"the stop: {code}: {lab.said()[-300:]}")
        lab.process = None
        return (code,)

    def check(_outcome):
        lab.start()
    rounds.Loop(lab, stop, check, None, opens(alice), program="start").walk()
    rounds.sound(lab)


def test_first_start(lab):
    """`warifud --init` makes the key and the tables (the way from schema 0), or says why not; then again."""
    page = rounds.up(lab)
    lab.stop()

    def clear():
        shutil.rmtree(lib.STATE, ignore_errors=True)
        for name in os.listdir("/etc/warifu"):
            if name != "warifu.conf":
                path = os.path.join("/etc/warifu", name)
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)

    def init():
        return lab.run(lib.DAEMON, "--init", code=None, env=page.environment)

    def check(done):
        pass

    def act():
        done = init()
        if done.returncode < 0 or (done.returncode and len(done.stderr.strip()) < 15):
            raise rounds.Broken(f"exit code {done.returncode}: {done.stderr}")
        return (done.returncode, done.stdout, done.stderr)

    def then():
        """What is half there is either finished by a second --init, or refused with the way out."""
        done = lab.run(lib.DAEMON, "--init", code=None)
        mark = os.path.getsize(lab.daemon_log)
        process = lab.spawn()
        try:
            if ended(lab, process, mark) != "serves":
                raise rounds.Broken(f"no start after --init ({done.returncode}: {done.stderr}): {lab.said(mark)}")
        finally:
            with contextlib.suppress(OSError):
                process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
    rounds.Loop(lab, act, check, clear, then, program="init").walk()


def test_restore(lab):
    """`warifud --restore` puts all of a backup in place or leaves what is there as it is."""
    page = rounds.up(lab)
    alice = lab.person("alice", token=None)
    lab.recovery_codes(alice)
    saved = os.path.join(lab.logs, "a.backup")
    lab.cli("backup", saved)
    lab.stop()

    def act():
        done = lab.run(lib.DAEMON, "--restore", saved, code=None, env=page.environment)
        if done.returncode < 0 or (done.returncode and len((done.stderr + done.stdout).strip()) < 15):
            raise rounds.Broken(f"exit code {done.returncode}: {done.stderr}")
        return (done.returncode, done.stdout, done.stderr)

    def check(_outcome):
        lab.start()
        lib.equal([row["user"] for row in lab.ask("user", "list")], ["alice"], "accounts")
        lab.verify()
        lab.stop()
    rounds.Loop(lab, act, check, None, None, program="restore").walk()
    rounds.sound(lab)


if __name__ == "__main__":
    lib.main()
