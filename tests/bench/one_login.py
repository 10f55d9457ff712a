"""Part b: what one login costs in a whole process of pamtester, beside other modules.

Every stack ends with pam_permit, and one is nothing else: what pamtester, libpam and that module cost is in all of them.
The stacks take turns in an order drawn anew for each round, so that nobody has a fixed neighbour whose traces in the
caches it finds. What is typed is made before a round begins, and all codes are HOTP's, so that each module writes down
that one was used; stores and files lie on the same disk. Differences are taken within rounds: the result is their median
with its 95 % interval, which says by itself how far it can be believed.
"""

import base64
import ctypes
import dataclasses
import math
import os
import random
import shutil
import statistics
import time
import typing

from rig import PASSWORD, STORES, Rig, lib, raw_hash, report, seconds

ROUNDS = seconds(400, 20)
SLOW_ROUNDS = seconds(40, 5)  # of those that are slow by a hash
SECRET = base64.b32encode(b"twenty octets of key").decode()
BASE = "pam_permit"
OURS, PEER = "pam_warifu, code", "pam_oath"


@dataclasses.dataclass
class Stack:
    """A service, whom it asks, and what he types; what its logins took, in milliseconds."""
    service: str
    user: str = "alice"
    typed: typing.Callable[[], str] = lambda: ""
    hash_ms: float = 0  # of that, in the password's hash alone
    walls: list = dataclasses.field(default_factory=list)
    cpus: list = dataclasses.field(default_factory=list)
    daemons: list = dataclasses.field(default_factory=list)


def service(name, *modules):
    """A PAM service of these modules, with pam_permit behind them."""
    with open(f"/etc/pam.d/{name}", "w", encoding="utf-8") as stream:
        stream.write("".join(f"auth required {module}\n" for module in (*modules, "pam_permit.so")))
    return name


class Counter:
    """The codes of a HOTP token, one after the other."""

    def __init__(self, first):
        self.next = first

    def typed(self):
        """The next one, and Enter."""
        self.next += 1
        return lib.otp(SECRET, self.next - 1) + "\n"


def crypt_ms(setting):
    """What libcrypt needs for one hash."""
    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    times = []
    for _ in range(15):
        start = time.perf_counter()
        crypt(PASSWORD.encode(), setting.encode())
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def module_there(name):
    """Whether a PAM module is installed."""
    return any(os.path.exists(os.path.join(folder, name))
               for folder in ("/lib/x86_64-linux-gnu/security", "/usr/lib/x86_64-linux-gnu/security",
                              "/lib/aarch64-linux-gnu/security", "/lib/security"))


def unix_stacks(lab):
    """pam_unix with two kinds of hashes."""
    found = {}
    service("b-unix", "pam_unix.so")
    for method, name, setting in (("YESCRYPT", "alice", "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$"),
                                  ("SHA512", "bob", "$6$saltsaltsalt$")):
        lab.unix_user(name)
        lab.run("chpasswd", "-c", method, text=f"{name}:{PASSWORD}\n")
        found[f"pam_unix {method.lower()}"] = Stack("b-unix", name, lambda: PASSWORD + "\n", crypt_ms(setting))
    return found


def oath_stack():
    """pam_oath, which keeps its counters in a file of its own."""
    users = os.path.join(STORES, "users.oath")
    with open(users, "w", encoding="ascii") as stream:
        stream.write(f"HOTP/E/6\talice\t-\t{base64.b32decode(SECRET).hex()}\n")
    os.chmod(users, 0o600)
    return Stack(service("b-oath", f"pam_oath.so usersfile={users} window=5 digits=6"), typed=Counter(0).typed)


def google_stack():
    """google-authenticator, whose file lies in a home; here on the disk, as the others'."""
    own = os.path.join(STORES, "google", "alice")
    os.makedirs(os.path.dirname(own))
    with open(own, "w", encoding="ascii") as stream:
        stream.write(f"{SECRET}\n\" HOTP_COUNTER 1\n\" WINDOW_SIZE 17\n12345678\n")
    os.chmod(own, 0o400)
    return Stack(service("b-google", f"pam_google_authenticator.so secret={own} user=root"), typed=Counter(1).typed)


def stacks(lab):
    """name -> Stack, without Warifu: nothing, a question that any answer is right to, and those that check one."""
    lab.unix_user("alice")
    found = {
        BASE: Stack(service("b-permit")),
        "pam_ftp, any answer": Stack(service("b-ftp", "pam_ftp.so users=alice"), typed=lambda: "me@example.com\n"),
    }
    if module_there("pam_oath.so"):
        found[PEER] = oath_stack()
    if module_there("pam_google_authenticator.so"):
        found["google-authenticator"] = google_stack()
    return found


def warifu_stacks(lab):
    """Warifu: a code alone, and password and code."""
    alice, carol = lab.person("alice"), lab.person("carol", PASSWORD)
    return {
        OURS: Stack(service("codes", "pam_warifu.so"), typed=lambda: alice.code() + "\n"),
        "pam_warifu, password and code": Stack(service("b-warifu", "pam_warifu.so"), carol.name,
                                               lambda: f"{PASSWORD}\n{carol.code()}\n", raw_hash(1, 2)[1]),
    }


class Runner:
    """Starts pamtester and waits for it; nothing of Python's is in between."""

    def __init__(self, lab):
        self.lab = lab
        self.program = shutil.which("pamtester")
        self.out = os.path.join(lab.logs, "pamtester.out")

    def run(self, stack, text):
        """One login, which must succeed."""
        reader, writer = os.pipe()
        os.write(writer, text.encode())
        os.close(writer)
        actions = [(os.POSIX_SPAWN_DUP2, reader, 0),
                   (os.POSIX_SPAWN_OPEN, 1, self.out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
                   (os.POSIX_SPAWN_DUP2, 1, 2)]
        command = ["pamtester", stack.service, stack.user, "authenticate"]
        daemon = self.lab.cpu_s()
        start = time.perf_counter()
        pid = os.posix_spawn(self.program, command, os.environ, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        wall = time.perf_counter() - start
        os.close(reader)
        if status != 0:
            with open(self.out, encoding="utf-8", errors="replace") as said:
                raise AssertionError(f"{' '.join(command)}: status {status}: {said.read()}")
        stack.walls.append(wall * 1000 - stack.hash_ms)
        stack.cpus.append((usage.ru_utime + usage.ru_stime) * 1000 - stack.hash_ms * stack.service.startswith("b-unix"))
        stack.daemons.append((self.lab.cpu_s() - daemon) * 1000)


def interval(values):
    """Median, and the 95 % interval that its neighbours in order give, whatever the distribution."""
    values = sorted(values)
    half = 0.98 * math.sqrt(len(values))
    low = max(int(len(values) / 2 - half), 0)
    high = min(int(math.ceil(len(values) / 2 + half)), len(values) - 1)
    return statistics.median(values), values[low], values[high]


def report_beyond(name, stack, other_name, other, aim=""):
    """By how much one takes longer than another, of the rounds that both were in."""
    median, low, high = interval([a - b for a, b in zip(stack.walls, other.walls)])
    cpu = statistics.median(stack.cpus) - statistics.median(other.cpus)
    report("b", f"{name}, beyond {other_name}", median, "ms", aim,
           f"95 %: {low:.3f} to {high:.3f}; its own processor {cpu:+.3f} ms")


def take_turns(runner, rows, rounds, order):
    """Everybody once a round, in an order of its own."""
    names = list(rows)
    for _ in range(rounds):
        typed = {name: rows[name].typed() for name in names}
        order.shuffle(names)
        for name in names:
            runner.run(rows[name], typed[name])


def part_b(syslog):
    """The slow ones among all the others first, which warms those up; what they took then is thrown away."""
    lab = Rig("b", syslog).filled(10)
    fast, slow = stacks(lab), unix_stacks(lab)
    ours = warifu_stacks(lab)
    fast[OURS] = ours.pop(OURS)
    slow.update(ours)
    runner, order = Runner(lab), random.Random(1)
    take_turns(runner, {**fast, **slow}, SLOW_ROUNDS, order)
    for stack in fast.values():
        stack.walls, stack.cpus, stack.daemons = [], [], []
    take_turns(runner, fast, ROUNDS, order)
    for name, stack in {**fast, **slow}.items():
        report("b", name, statistics.median(stack.walls), "ms", "",
               f"least {min(stack.walls):.2f}, processor of pamtester {statistics.median(stack.cpus):.2f} ms"
               + (f", of warifud {statistics.median(stack.daemons):.2f} ms" if "warifu" in name else "")
               + (f", without the hash's {stack.hash_ms:.1f} ms" if stack.hash_ms else ""))
    for name, stack in fast.items():
        if name != BASE:
            report_beyond(name, stack, BASE, fast[BASE])
    if PEER in fast:
        report_beyond(OURS, fast[OURS], PEER, fast[PEER], "0")
    lab.close()
