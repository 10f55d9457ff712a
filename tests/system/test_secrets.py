"""No secret outside of secret memory (I7): what a core of the running daemon would hold, what it logs, stores
and shows of itself, after everything that brings secrets to it; and of the programs that people type into.

RLIMIT_CORE is 0 and the process is not dumpable, so nobody gets a core of it; root reads here what would
be in one: every mapping that is not marked "dd" (MADV_DONTDUMP). Secrets belong into marked ones. One test
talks the daemon out of its precautions and has the kernel write a core in fact.
"""

import base64
import ctypes
import os
import pwd
import re
import resource
import signal
import subprocess
import time

import hosts
import lib
import wire

KEY = os.path.join(lib.STATE, "keys/warifu.key")
MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S{4}) \S+ \S+ \S+ *(.*)$")
CHUNK = 1 << 20
LARGEST = 1 << 32
# Of libseccomp and prctl: "return 0" as an action that does nothing.
ALLOW, DO_NOTHING, EQUAL, PR_SET_DUMPABLE, RLIMIT_CORE = 0x7FFF0000, 0x00050000, 4, 4, 4
PART = 12  # so many bytes of a longer secret are as bad as all of it
UNREADABLE = ("[vvar]", "[vsyscall]", "[vvar_vclock]")


class Secrets:
    """What must not be found: name -> bytes."""

    def __init__(self):
        self.all = {}

    def add(self, name, secret):
        """A secret, and its beginning and end where it is long."""
        data = secret.encode() if isinstance(secret, str) else secret
        self.all[name] = data
        if len(data) >= 2 * PART:
            self.all[f"beginning of {name}"] = data[:PART]
            self.all[f"end of {name}"] = data[-PART:]
        return secret

    def add_otp(self, name, text):
        """A TOTP or HOTP secret as it is shown, and its bytes."""
        self.add(f"{name} in base32", text)
        self.add(f"{name} in bytes", base64.b32decode(text + "=" * (-len(text) % 8)))

    def find(self, data, where):
        """Sentences for those that are in the data, with what stands around them."""
        found = []
        for name, secret in self.all.items():
            at = data.find(secret)
            if at >= 0:
                found.append(f"{name} in {where} at {at:#x}: {data[max(0, at - 24):at + len(secret) + 24]!r}")
        return found


def mappings(pid):
    """(start, end, name, in a core?) of each mapping that can be read."""
    rows = []
    last = ""
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as stream:
        for line in stream:
            head = MAPPING.match(line)
            if head:
                start, end, rights, name = head.groups()
                if rights[0] == "r" and name not in UNREADABLE:
                    last = name or last
                    rows.append([int(start, 16), int(end, 16), name or f"memory behind {last}", True])
                else:
                    rows.append(None)
            elif line.startswith("VmFlags:") and rows[-1] is not None:
                rows[-1][3] = "dd" not in line.split()
    return [row for row in rows if row is not None]


def memory(pid, in_core):
    """(name, bytes) of the mappings that a core would have, or of the others."""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as stream:
        for start, end, name, dumped in mappings(pid):
            # A sanitizer's shadow, which is no memory of the program's, is larger than the machine.
            if dumped != in_core or end - start > LARGEST:
                continue
            parts = []
            stream.seek(start)
            while start < end:
                try:
                    part = stream.read(min(CHUNK, end - start))
                except OSError:
                    break  # unmapped meanwhile, or behind the end of its file
                if not part:
                    break
                parts.append(part)
                start += len(part)
            yield name, b"".join(parts)


def core(lab, secrets):
    """What of the secrets a core would show."""
    found = []
    for name, data in memory(lab.process.pid, True):
        found += secrets.find(data, name)
    return found


def in_files(lab, secrets):
    """What of them is in the database, its log, and in what the kernel tells of the process."""
    pid = lab.process.pid
    names = [f"/proc/{pid}/cmdline", f"/proc/{pid}/environ", f"/proc/{pid}/comm", lab.daemon_log]
    for folder, _, files in os.walk(lib.STATE):
        names += [os.path.join(folder, name) for name in files if os.path.join(folder, name) != KEY]
    found = []
    for name in names:
        with open(name, "rb") as stream:
            found += secrets.find(stream.read(), name)
    return found


def nothing_found(lab, secrets, when):
    """Looks everywhere; also that the search finds what is there."""
    pid = lab.process.pid
    if any("/libasan" in name for _, _, name, _ in mappings(pid)):
        return  # a sanitizer maps more than any machine has, and keeps what was freed
    control = Secrets()
    control.add("the name of a service, which is no secret", "systemd-user")
    if not core(lab, control):
        raise AssertionError("the search of memory finds not even what must be there")
    keys = Secrets()
    keys.add("key", secrets.all["key in bytes"])
    if not any(keys.find(data, name) for name, data in memory(pid, False)):
        raise AssertionError("the key is in no memory that is left out of a core: is the search right?")
    found = core(lab, secrets) + in_files(lab, secrets)
    found += secrets.find(lab.syslog.since(0).encode(errors="replace"), "syslog")
    if found:
        raise AssertionError(f"{when}: " + "; ".join(found))


def start(lab):
    """A daemon, and its key among the secrets."""
    lab.up(lib.NO_BACKOFF, "lock {\n\tthreshold = 100\n}\n")
    return keys_of(Secrets())


def keys_of(secrets):
    """Adds the daemon's key."""
    with open(KEY, encoding="ascii") as stream:
        text = stream.read().split(":", 1)[1].strip()
    secrets.add("key in base64", text)
    secrets.add("key in bytes", base64.b64decode(text))
    return secrets


def add_person(lab, secrets, name, kind):
    """An account with a password and a token of eight digits; gives a function for its next code."""
    password = secrets.add(f"password of {name}", f"plum trees and {os.urandom(9).hex()} in a box")
    lab.cli("user", "add", name, "--stdin", text=password + "\n")
    lab.cli("user", "set", name, "--must-change", "0")
    row = lab.ask("token", "add", name, kind, "--digits", "8")
    secrets.add_otp(f"token of {name}", row["secret"])
    counters = iter(range(100)) if kind == "hotp" else iter(range(int(time.time()) // 30 - 1, 1 << 40))

    def code():
        text = lib.otp(row["secret"], next(counters), digits=8)
        secrets.add(f"code {text}", text)
        return text

    lab.cli("token", "confirm", name, "--stdin", text=code() + "\n")
    return password, code


def test_logins(lab):
    """After logins with every factor, right and wrong, and after an administrator has set all of it up."""
    secrets = start(lab)
    password, code = add_person(lab, secrets, "alice", "totp")
    nothing_found(lab, secrets, "after the first account")
    lib.equal(wire.login("alice", password, code()), wire.ACCEPT, "TOTP")
    nothing_found(lab, secrets, "after a login with TOTP")
    other, counter = add_person(lab, secrets, "bob", "hotp")
    lib.equal(wire.login("bob", other, counter()), wire.ACCEPT, "HOTP")
    nothing_found(lab, secrets, "after a login with HOTP")
    lib.equal(wire.login("bob", other, secrets.add("a wrong code", "90817263")), wire.REJECT, "a wrong code")
    guess = secrets.add("a wrong password", "swallows under the eaves " + os.urandom(6).hex())
    lib.equal(wire.login("bob", guess, counter()), wire.REJECT, "a wrong password")
    lib.equal(wire.login("nobody", guess, "90817263"), wire.REJECT, "nobody's")
    lib.equal(wire.login("bob", guess, other), wire.REJECT, "the password typed as the code")
    nothing_found(lab, secrets, "after wrong answers")
    codes = [row["code"] for row in lab.ask("token", "add", "bob", "recovery")]
    for number, text in enumerate(codes):
        secrets.add(f"recovery code {number}", text)
        secrets.add(f"recovery code {number} in one", text.replace("-", ""))
    nothing_found(lab, secrets, "after recovery codes were made")
    secrets.add("the recovery code as typed", codes[0].lower())
    lib.equal(wire.login("bob", other, codes[0].lower()), wire.ACCEPT, "a recovery code")
    nothing_found(lab, secrets, "after a recovery code")


def test_first_administrator(lab):
    """After warifu init: password, PIN, token, recovery codes, emergency codes, copy of the key."""
    lab.unix_user("ada")
    secrets = start(lab)
    password = secrets.add("password of ada", "seven herons and " + os.urandom(9).hex())
    pin = secrets.add("emergency PIN", "teapot 4711 " + os.urandom(6).hex())
    command = [lib.CLI, "init", "ada", "--stdin", "--key-copy", os.path.join(lab.logs, "key-copy")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True) as process:
        process.stdin.write(f"{password}\n{pin}\n")
        process.stdin.flush()
        said, found = "", None
        while found is None:
            line = process.stdout.readline()
            lib.equal(line == "", False, f"init ended: {said}")
            said += line
            found = re.search(r"secret=([A-Z2-7]+)", line)
        secrets.add_otp("token of ada", found.group(1))
        nothing_found(lab, secrets, "while the token is to be confirmed")
        process.stdin.write(lib.otp(found.group(1), int(time.time()) // 30 - 1) + "\n")
        process.stdin.close()
        said += process.stdout.read()
    lib.equal(process.returncode, 0, said)
    codes = re.findall(r"^\s+\d+\.\s+(\S+)$", said, re.M)
    lib.equal(len(codes), 20, "recovery codes and emergency codes")
    for number, text in enumerate(codes):
        secrets.add(f"code {number}", text)
        secrets.add(f"code {number} in one", text.replace("-", ""))
    nothing_found(lab, secrets, "after init")


def test_open_login(lab):
    """While half an answer has come, while a whole one is evaluated, and after peers that left then."""
    secrets = start(lab)
    password, code = add_person(lab, secrets, "alice", "hotp")
    with wire.Login("alice") as attempt:
        attempt.begin()
        whole = wire.frame(wire.ANSWER, attempt.answer_fields(password, code()))
        attempt.client.socket.sendall(whole[:-3])
        time.sleep(0.3)
        nothing_found(lab, secrets, "while half an answer has come")
    time.sleep(0.3)
    nothing_found(lab, secrets, "after half an answer")
    for delay in (0.001, 0.003, 0.01, 0.02, 0.04):
        with wire.Login("alice") as attempt:
            attempt.begin()
            attempt.client.send(wire.ANSWER, attempt.answer_fields(password, code()))
            time.sleep(delay)
            lab.signal(signal.SIGSTOP)
            try:
                nothing_found(lab, secrets, f"{delay} s after an answer has come")
            finally:
                lab.signal(signal.SIGCONT)
    time.sleep(1)
    nothing_found(lab, secrets, "after answers whose peers left")


def test_changes(lab):
    """After a change of the password by its owner, resets by others, a resync, an import and a rotation."""
    secrets = start(lab)
    password, code = add_person(lab, secrets, "alice", "hotp")
    fresh = secrets.add("the new password", "herons over the weir " + os.urandom(6).hex())
    with wire.Login("alice", service="passwd", purpose=2) as attempt:
        attempt.begin()
        lib.equal(attempt.answer(password), wire.ACCEPT, "the old password")
        fields = [(wire.TXN, attempt.txn), (wire.USER, "alice"), (wire.SERVICE, "passwd"), (wire.SECRET, fresh)]
        kind, reply = attempt.client.ask(wire.CHANGE, fields)
        lib.equal((kind, reply[wire.VERDICT]), (wire.RESULT, [bytes([wire.ACCEPT])]), "the change")
    lib.equal(wire.login("alice", fresh, code()), wire.ACCEPT, "with the new password")
    reset = secrets.add("the password set by another", "geese on the lake " + os.urandom(6).hex())
    lab.cli("user", "passwd", "alice", "--stdin", text=reset + "\n")
    short = secrets.add("a password that is refused", "alice" + os.urandom(8).hex())
    lab.run(lib.CLI, "user", "passwd", "alice", "--stdin", text=short + "\n", code=None)
    token = lab.ask("token", "list", "alice")[0]["id"]
    lab.cli("token", "resync", "alice", str(token), "--stdin", text=f"{code()}\n{code()}\n")
    imported = secrets.add("the imported password", "sparrows in the barn " + os.urandom(6).hex())
    lab.unix_user("carol", password=imported)
    lab.cli("user", "import", "--shadow")
    row = lab.ask("token", "add", "carol", "hotp")
    secrets.add_otp("token of carol", row["secret"])
    lab.cli("token", "confirm", "carol", "--stdin", text=lib.otp(row["secret"], 0) + "\n")
    lib.equal(wire.login("carol", imported, lib.otp(row["secret"], 1)), wire.ACCEPT, "with the imported hash")
    lab.cli("key", "rotate", "--reason", "test")
    with open(KEY, encoding="ascii") as stream:
        for number, line in enumerate(stream):
            secrets.add(f"key {number} in base64", line.split(":", 1)[1].strip())
            secrets.add(f"key {number} in bytes", base64.b64decode(line.split(":", 1)[1]))
    lab.cli("backup", os.path.join(lib.STATE, "copy.backup"))
    nothing_found(lab, secrets, "after changes")


class Compare(ctypes.Structure):
    """struct scmp_arg_cmp"""
    _fields_ = [("arg", ctypes.c_uint), ("how", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def make_dumpable(uid, gid):
    """As the daemon's user from the start, as under systemd. What it does against cores says yes and does nothing."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ALLOW))
    wrong = 0
    for name, rule in ((b"prctl", Compare(0, EQUAL, PR_SET_DUMPABLE, 0)), (b"prlimit64", Compare(1, EQUAL, RLIMIT_CORE, 0))):
        number = library.seccomp_syscall_resolve_name(name)
        wrong |= library.seccomp_rule_add_array(context, DO_NOTHING, number, 1, ctypes.byref(rule))
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    # The one folder that Landlock leaves to the kernel's hand, too: it writes with the rights of who dies.
    os.chdir(lib.STATE)
    wrong |= library.seccomp_load(context)
    if wrong:
        os._exit(99)


def search_core(path, secrets):
    """What of the secrets a core file has; that it has what it must have, and is whole."""
    with open(path, "rb") as stream:
        parts = iter(lambda: stream.read(CHUNK), b"")
        # Most of it are pages that nobody has touched.
        data = b"".join(part for part in parts if part.count(0) < len(part))
    if data[:4] != b"\x7fELF" or b"systemd-user" not in data:
        raise AssertionError(f"{path} is no core, or the search finds not even what must be there")
    return secrets.find(data, path)


def test_core_file(lab):
    """A core that a debugger made, and one that the kernel wrote, in the middle of everything: no password, code, key or secret of a token."""
    with open("/proc/sys/kernel/core_pattern", encoding="ascii") as stream:
        pattern = stream.read().strip()
    if pattern.startswith("|") or "/" in pattern:
        print(f"        SKIPPED: this machine's cores go to {pattern}")
        return
    lab.configure(lib.NO_BACKOFF)
    lab.init()
    user = pwd.getpwnam("warifu")
    os.makedirs("/run/warifu", exist_ok=True)
    os.chown("/run/warifu", user.pw_uid, user.pw_gid)
    lab.before = lambda: make_dumpable(user.pw_uid, user.pw_gid)
    secrets = keys_of(Secrets())
    lab.start()
    pid, by_debugger = lab.process.pid, os.path.join(lab.logs, "gcore")
    if any("/libasan" in name for _, _, name, _ in mappings(pid)):
        return
    password, code = add_person(lab, secrets, "alice", "hotp")
    lib.equal(wire.login("alice", password, code()), wire.ACCEPT, "a login")
    lib.equal(wire.login("alice", password, secrets.add("a wrong code", "90817263")), wire.REJECT, "a wrong code")
    for number, row in enumerate(lab.ask("token", "add", "alice", "recovery")):
        secrets.add(f"recovery code {number}", row["code"])
    with wire.Login("alice") as attempt, wire.Login("alice") as half:
        half.begin()
        half.client.socket.sendall(wire.frame(wire.ANSWER, half.answer_fields(password, code()))[:-3])
        attempt.begin()
        lab.run("gcore", "-o", by_debugger, str(lab.process.pid))
        attempt.client.send(wire.ANSWER, attempt.answer_fields(password, code()))
        time.sleep(0.01)
        lab.signal(signal.SIGABRT)
        lib.equal(lab.process.wait(60), -signal.SIGABRT, "how it ended")
    lab.process = None
    cores = [os.path.join(lib.STATE, name) for name in os.listdir(lib.STATE) if name.startswith("core")]
    lib.equal(len(cores), 1, f"cores: {cores}")
    for path in (cores[0], f"{by_debugger}.{pid}"):
        lib.equal(search_core(path, secrets), [], "what the core shows")
        os.unlink(path)


def in_memory(pid, secrets):
    """What of them is in the memory of a process, outside of what is left out of cores."""
    found = []
    for name, data in memory(pid, True):
        found += secrets.find(data, name)
    return found


def test_host_program(lab):
    """su, while the session that our module let in runs: of what was typed nothing is left in it."""
    lab.up(lib.NO_BACKOFF)
    secrets = Secrets()
    lab.unix_user("alice")
    lab.unix_user("bob")
    password, code = add_person(lab, secrets, "alice", "hotp")
    hosts.write_service("su", "auth required pam_warifu.so", "account required pam_warifu.so", "session required pam_warifu.so")
    with lib.terminal(lab, "setpriv", ["--reuid=bob", "--regid=bob", "--clear-groups", "su", "-", "alice", "-c",
                                       "echo ready; read line"]) as child:
        child.expect(hosts.PASSWORD)
        child.sendline(password)
        child.expect(hosts.CODE)
        child.sendline(code())
        child.expect("ready")
        found = in_memory(child.pid, secrets)
        names = [name for _, _, name, _ in mappings(child.pid)]
        lib.equal(any("pam_warifu" in name for name in names), True, "the module is in this program")
        child.sendline("")
    lib.equal(found, [], "what su shows")


def test_command(lab):
    """warifu, while it waits for the daemon's answer to what was typed or piped into it."""
    lab.up(lib.NO_BACKOFF)
    secrets = Secrets()
    password = secrets.add("a password", "teal and widgeon " + os.urandom(9).hex())
    lab.cli("user", "add", "alice", "--stdin", text="herons over the weir 12\n")
    lab.signal(signal.SIGSTOP)
    try:
        with subprocess.Popen([lib.CLI, "user", "passwd", "alice", "--stdin"], stdin=subprocess.PIPE) as process:
            process.stdin.write(password.encode() + b"\n")
            process.stdin.flush()
            time.sleep(0.5)
            piped = in_memory(process.pid, secrets)
            kept = any(secrets.find(data, name) for name, data in memory(process.pid, False))
            process.kill()
        with lib.terminal(lab, lib.CLI, ["user", "passwd", "alice"]) as child:
            for _ in range(2):
                child.expect("assword[^:]*:|again:")
                child.sendline(password)
            time.sleep(0.5)
            typed = in_memory(child.pid, secrets)
    finally:
        lab.signal(signal.SIGCONT)
    lib.equal(kept, True, "whether the password is in secret memory: was it sent at all?")
    lib.equal((piped, typed), ([], []), "what warifu shows")


if __name__ == "__main__":
    lib.main()
