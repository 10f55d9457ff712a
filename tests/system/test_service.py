"""Under a service manager: sockets that it opened, readiness, watchdog, reload and stop as it hears them."""

import os
import signal
import socket
import subprocess

import lib

SOCKETS = (("pam", "/run/warifu/pam.sock"), ("control", "/run/warifu/control.sock"))


def listen(lab, path, kind):
    """A Unix socket of the manager's."""
    end = socket.socket(socket.AF_UNIX, kind)
    end.bind(path)
    os.chmod(path, 0o666)
    lab.closers.append(end.close)
    return end


def handed_over(lab):
    """Starts the daemon as systemd does: descriptors from 3 on, named; gives the notification socket."""
    os.makedirs("/run/warifu", exist_ok=True)
    notify = listen(lab, "/run/warifu/notify", socket.SOCK_DGRAM)
    notify.settimeout(15)
    listeners = []
    for _, path in SOCKETS:
        listeners.append(listen(lab, path, socket.SOCK_STREAM))
        listeners[-1].listen(16)
    names = ":".join(name for name, _ in SOCKETS)

    def become_service():
        spare = [os.dup2(end.fileno(), 50 + place) for place, end in enumerate(listeners)]
        for place, descriptor in enumerate(spare):
            os.dup2(descriptor, 3 + place, inheritable=True)

    # LISTEN_PID must be the daemon's own: the shell that execs it writes it.
    command = f"LISTEN_PID=$$ LISTEN_FDS={len(SOCKETS)} LISTEN_FDNAMES={names} exec {lib.DAEMON} --foreground"
    with open(lab.daemon_log, "ab") as log:
        lab.process = subprocess.Popen(["/bin/sh", "-c", command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env={**os.environ, "NOTIFY_SOCKET": "/run/warifu/notify"},
                                       preexec_fn=become_service, pass_fds=(3, 4))
    return notify


def heard(notify, word):
    """Waits until the daemon has said `word`."""
    said = []
    while not any(word in line for line in said):
        said += notify.recv(4096).decode().splitlines()
    return said


def test_sockets_and_messages(lab):
    """It serves on the sockets it was given and says what it does."""
    lab.configure()
    lab.init()
    notify = handed_over(lab)
    heard(notify, "READY=1")
    before = os.stat(SOCKETS[1][1]).st_ino
    lib.equal(lab.ask("status")["mode"], "enforce", "status over the socket of the manager")
    lib.equal(os.stat(SOCKETS[1][1]).st_ino, before, "the manager's socket is left where it was")
    heard(notify, "WATCHDOG=1")
    lab.signal(signal.SIGHUP)
    lib.contains("\n".join(heard(notify, "RELOADING=1")), "RELOADING=1", "reload")
    heard(notify, "READY=1")
    lab.signal(signal.SIGTERM)
    heard(notify, "STOPPING=1")
    lib.equal(lab.process.wait(20), 0, "exit code")
    lab.process = None


if __name__ == "__main__":
    lib.main()
