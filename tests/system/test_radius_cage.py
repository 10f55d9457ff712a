"""The cage of warifu-radiusd, which parses what comes from the network: as whom it runs, what it can open and call, and
that it does not serve without its filter."""

import errno
import os
import pwd
import signal
import subprocess

import lib
import radius
from fake import FakeDaemon
from radius import Nas, Server, access, client
from test_sandbox import (AT_FDCWD, EXECVE, KILL, O_CREAT_WRONLY, OPEN_TO_ALL, OPENAT, PTRACE, SETUID, SOCKET_BIND, caged, has_landlock,
                          refuse_filters, sanitized, status_of, taken_over)

CLONE = 56


def served(lab):
    """The server with one client, and its daemon."""
    server = Server(lab)
    FakeDaemon(lab)
    lab.configure(client())
    return server.start().connected()


def test_who_it_is(lab):
    """A user of its own without capabilities or groups, one thread, no core, and no way back."""
    server = served(lab)
    path = f"/proc/{server.process.pid}"
    user = pwd.getpwnam("warifu-radius")
    status = status_of(path)
    lib.equal(status["Uid"].split(), [str(user.pw_uid)] * 4, "user ids")
    lib.equal(status["Gid"].split(), [str(user.pw_gid)] * 4, "group ids")
    lib.equal((status["Groups"].split(), status["Threads"]), ([], "1"), "other groups, and threads")
    if not sanitized(server.process.pid):
        caged(path, "warifu-radiusd")
    with open(f"{path}/limits", encoding="utf-8") as stream:
        lib.contains(stream.read(), "Max core file size        0                    0", "limits")
    lib.equal(os.stat(f"{path}/mem").st_uid, 0, "owner of its memory")


def test_files(lab):
    """It opens files below its own folder and what a reload reads, and none elsewhere, even where the modes would let it."""
    server = served(lab)
    if not has_landlock():
        lib.contains(server.said(), "no Landlock", "what it says of itself")
        return
    os.makedirs(OPEN_TO_ALL, exist_ok=True)
    os.chmod(OPEN_TO_ALL, 0o777)
    got = taken_over(lab, server.process.pid, (OPENAT, AT_FDCWD, f"{radius.STATE}/mine", O_CREAT_WRONLY, 0o600),
                     (OPENAT, AT_FDCWD, f"{OPEN_TO_ALL}/mine", O_CREAT_WRONLY, 0o600),
                     (OPENAT, AT_FDCWD, f"{radius.SECRETS}/vpn.secret", 0), (OPENAT, AT_FDCWD, f"{radius.SECRETS}/vpn.secret", os.O_RDWR))
    lib.equal([min(number, 0) for number in got], [0, -errno.EACCES, 0, -errno.EACCES], "what could be opened")


def test_other_calls_kill(lab):
    """A call that is not in the list is its last one: no other process, no new socket to listen at, no thread."""
    for call in (KILL, 1, 0), (EXECVE, "/bin/true", 0, 0), (SETUID, 0), (SOCKET_BIND, 0, 0, 0), (PTRACE, 0, 0, 0, 0), (CLONE, 0, 0, 0, 0, 0):
        server = served(lab)
        if sanitized(server.process.pid):
            return
        lib.equal(taken_over(lab, server.process.pid, call), [], f"what {call} returned")
        lib.equal(server.process.wait(10), -signal.SIGSYS, f"how it ended after {call}")
        server.process = None
        lab.close()


def test_no_filter_is_fatal(lab):
    """A server whose filter cannot be installed does not serve, and says so."""
    server = served(lab)
    if sanitized(server.process.pid):
        return
    server.stop()
    done = subprocess.run([radius.SERVER, "--foreground"], stderr=subprocess.PIPE, text=True, preexec_fn=refuse_filters, check=False,
                          timeout=20)
    lib.equal(done.returncode, 1, "exit code")
    lib.contains(done.stderr, "the filter of system calls could not be installed", "what it says")


def test_within_its_cage(lab):
    """All that it does once it serves: reload, learning, counters, a daemon that comes and goes. Nothing kills it."""
    server = Server(lab)
    daemon = FakeDaemon(lab)
    lab.configure(client(message_authenticator='"auto"'))
    server.start().connected()
    with Nas() as nas:
        lib.equal(nas.ask(access()).code, radius.ACCEPT, "a login")
        lib.contains(server.reload(), "configuration reloaded", "the log")
        lib.equal(server.counters()["accepts"], 1, "counters")
        daemon.stop()
        nas.silent(access())
        daemon.start()
        lib.equal(radius.retry(lambda: Nas().ask(access(), 1)).code, radius.ACCEPT, "another login")
    lib.equal(os.path.exists(f"{radius.STATE}/learned"), True, "what was learned")
    server.stop()


def test_check(lab):
    """--check says what is wrong with secrets and attributes, and is content with what is right."""
    lab.configure(client())
    lib.contains(lab.run(radius.SERVER, "--check").stdout, "fine", "what it says")
    lab.configure('reply "odd" {\n\tattributes = {"No-Such-Attribute = \\"x\\""}\n}\n', client(reply='{"odd"}'))
    lib.contains(lab.run(radius.SERVER, "--check", code=1).stderr, "No-Such-Attribute", "what it says")
    lib.contains(lab.run(radius.SERVER, "--help").stdout, "--check", "the help")
    lib.contains(lab.run(radius.SERVER, "--version").stdout, "warifu-radiusd", "the version")
    for wrong in (["--nonsense"], ["--config"], ["--check=1"]):
        lab.run(radius.SERVER, *wrong, code=2)


if __name__ == "__main__":
    lib.main()
