"""The cages: that they are closed around every program that holds something, and what they do to who tries.

The caged program itself is made to try (tracer.py), so that nothing but its cage can refuse.
"""

import ctypes
import errno
import fcntl
import os
import re
import signal
import socket
import struct
import subprocess
import sys

import lib
import wire

HELPER = "/usr/libexec/warifu/warifu-breakglass"
TRACER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "tracer.py")
OPEN_TO_ALL = "/var/open-to-all"
O_CREAT_WRONLY = os.O_CREAT | os.O_WRONLY
ACT_ALLOW, ACT_EPERM = 0x7FFF0000, 0x00050001
AT_FDCWD, OPENAT, KILL, EXECVE, SETUID, SOCKET_BIND, PTRACE = -100, 257, 62, 59, 105, 49, 101
PR_SET_SECCOMP, COMPARE_EQUAL = 22, 4


def status_of(path):
    """A status file of /proc."""
    with open(f"{path}/status", encoding="utf-8") as stream:
        return dict(line.rstrip("\n").split(":\t", 1) for line in stream if ":\t" in line)


def sanitized(pid):
    """Whether a sanitizer runs along: such builds have no filter, since its calls cannot be listed."""
    with open(f"/proc/{pid}/maps", encoding="utf-8", errors="replace") as stream:
        return re.search(r"/lib[a-z]+san\.", stream.read()) is not None


def has_landlock():
    """Whether the kernel has it: landlock_create_ruleset(NULL, 0, VERSION)."""
    return ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


def taken_over(lab, pid, *calls):
    """Has the process make these system calls; gives what they returned, without those that were its last."""
    done = lab.run(sys.executable, "-B", TRACER, str(pid), *(",".join(map(str, call)) for call in calls), code=None)
    if done.returncode == 77:
        raise AssertionError("only a program for x86-64 can be made to")
    return [int(line) for line in done.stdout.split()]


def caged(path, what):
    """No capability, no new privileges, and a filter."""
    status = status_of(path)
    lib.equal({int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")}, {0}, f"{what}: capabilities")
    lib.equal((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"), f"{what}: no_new_privs and filter")


def test_every_thread(lab):
    """The daemon's filter holds for each of its threads, and no core is made of it."""
    lab.up()
    pid = lab.process.pid
    if sanitized(pid):
        return
    for thread in os.listdir(f"/proc/{pid}/task"):
        caged(f"/proc/{pid}/task/{thread}", f"thread {thread}")
    with open(f"/proc/{pid}/limits", encoding="utf-8") as stream:
        lib.contains(stream.read(), "Max core file size        0                    0", "limits")


def test_files(lab):
    """Landlock: it opens files below its own folders, and none elsewhere, even where the modes would let it."""
    lab.up()
    os.makedirs(OPEN_TO_ALL, exist_ok=True)
    os.chmod(OPEN_TO_ALL, 0o777)
    with open(f"{OPEN_TO_ALL}/there", "w", encoding="utf-8") as stream:
        stream.write("x")
    if not has_landlock():
        lib.contains(lab.said(), "no Landlock", "what it says of itself")
        return
    got = taken_over(lab, lab.process.pid, (OPENAT, AT_FDCWD, f"{lib.STATE}/mine", O_CREAT_WRONLY, 0o600),
                     (OPENAT, AT_FDCWD, f"{OPEN_TO_ALL}/mine", O_CREAT_WRONLY, 0o600),
                     (OPENAT, AT_FDCWD, f"{OPEN_TO_ALL}/there", 0), (OPENAT, AT_FDCWD, "/etc/passwd", 0))
    lib.equal([min(number, 0) for number in got], [0, -errno.EACCES, -errno.EACCES, 0], "what could be opened")
    lib.equal(os.path.exists(f"{OPEN_TO_ALL}/mine"), False, "the file")


def test_other_calls_kill(lab):
    """A call that is not in the list is its last one."""
    for call in (KILL, 1, 0), (EXECVE, "/bin/true", 0, 0), (SETUID, 0), (SOCKET_BIND, 0, 0, 0), (PTRACE, 0, 0, 0, 0):
        lab.up()
        if sanitized(lab.process.pid):
            return
        lib.equal(taken_over(lab, lab.process.pid, call), [], f"what {call} returned")
        lib.equal(lab.process.wait(10), -signal.SIGSYS, f"how it ended after {call}")
        lab.process = None
        lab.run("rm", "-rf", lib.STATE)


class Compare(ctypes.Structure):
    """struct scmp_arg_cmp"""
    _fields_ = [("arg", ctypes.c_uint), ("how", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def refuse_filters():
    """From here on no filter can be installed: both ways to do it say EPERM."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ACT_ALLOW))
    by_prctl = Compare(0, COMPARE_EQUAL, PR_SET_SECCOMP, 0)
    wrong = library.seccomp_rule_add_array(context, ACT_EPERM, library.seccomp_syscall_resolve_name(b"seccomp"), 0, None)
    wrong |= library.seccomp_rule_add_array(context, ACT_EPERM, library.seccomp_syscall_resolve_name(b"prctl"), 1,
                                            ctypes.byref(by_prctl))
    wrong |= library.seccomp_load(context)
    if wrong:
        os._exit(99)


def test_no_filter_is_fatal(lab):
    """A daemon whose filter cannot be installed does not serve, and says so; the helper tries nothing."""
    lab.up()
    filtered = not sanitized(lab.process.pid)
    lab.stop()
    if not filtered:
        return
    with open(lab.daemon_log, "ab") as log:
        process = subprocess.Popen([lib.DAEMON, "--foreground"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   preexec_fn=refuse_filters)
    lib.equal(process.wait(20), 1, "exit code")
    lib.contains(lab.said(), "the filter of system calls could not be installed", "what it says")
    with open(os.path.join(lab.logs, "helper"), "wb") as out:
        done = subprocess.run([HELPER], input=b"x" * 100, stdout=out, preexec_fn=refuse_filters, check=False)
    lib.equal((done.returncode, os.path.getsize(os.path.join(lab.logs, "helper"))), (1, 0), "the helper")


def blocks(*texts):
    """A request to the helper."""
    return b"".join(struct.pack(">H", len(text)) + text for text in texts)


def test_helper(lab):
    """warifu-breakglass: root by its uid alone, caged before it reads, and with one file once it knows which."""
    lab.configure()
    path = "/etc/warifu/breakglass"
    said = lab.run(lib.CLI, "emergency", "new", "--stdin", text="emergency pin 1234\n").stdout
    code = re.search(r"^\s+1\.\s+(\S+)$", said, re.M).group(1)
    ours, its = socket.socketpair()
    with open(path, "rb") as held, subprocess.Popen([HELPER], stdin=its, stdout=its) as process:
        its.close()
        if sanitized(process.pid):
            process.kill()
            return
        lib.wait_for("its cage", lambda: status_of(f"/proc/{process.pid}")["Seccomp"] == "2")
        caged(f"/proc/{process.pid}", "the helper")
        lib.equal(int(status_of(f"/proc/{process.pid}")["CapBnd"], 16), 0, "what it could get by execve")
        fcntl.flock(held, fcntl.LOCK_EX)
        ours.sendall(blocks(b"n" * 16, path.encode(), b"root", b"tty1", b"emergency pin 1234", code.encode()))
        ours.shutdown(socket.SHUT_WR)
        lib.wait_for("its wait for the lock", lambda: os.path.exists(f"/proc/{process.pid}/fd/3"))
        if has_landlock():
            got = taken_over(lab, process.pid, (OPENAT, AT_FDCWD, "/etc/passwd", 0), (OPENAT, AT_FDCWD, path, os.O_RDWR))
            lib.equal([min(number, 0) for number in got], [-errno.EACCES, 0], "what could be opened")
        fcntl.flock(held, fcntl.LOCK_UN)
        lib.equal(ours.recv(64), b"n" * 16 + b"\0" + struct.pack(">I", 0), "its reply")
        lib.equal(process.wait(10), 0, "exit code")


def test_command(lab):
    """warifu: what is typed into it reaches no core and no other process of the same user, and it gains nothing."""
    lab.up()
    process = subprocess.Popen([lib.CLI, "user", "add", "alice", "--stdin"], stdin=subprocess.PIPE)
    try:
        path = f"/proc/{process.pid}"
        lib.wait_for("its precautions", lambda: status_of(path)["NoNewPrivs"] == "1")
        with open(f"{path}/limits", encoding="utf-8") as stream:
            lib.contains(stream.read(), "Max core file size        0                    0", "limits")
        lib.equal(os.stat(f"{path}/mem").st_uid, 0, "owner of its memory")
    finally:
        process.stdin.close()
        process.wait(20)
    lib.equal(wire.login("alice", "x", "000000") == wire.ACCEPT, False, "a login")


if __name__ == "__main__":
    lib.main()
