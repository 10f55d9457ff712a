"""RADIUS: warifu-radiusd and its daemon beside Debian's FreeRADIUS, in one run and in turns, by one load generator.
Parts radius-a to radius-g; ratios are the results, as rates alone say more of the machine than of a program.
"""

import ctypes
import json
import os
import statistics
import subprocess

import freeradius
import raddb  # found by rig, which freeradius imports
from rig import PASSWORD, PROCESSORS, QUICK, Rig, lib, processor_s, program, raw_hash, report, seconds, skipped

RADIUSD = "/usr/sbin/warifu-radiusd"
USER = "warifu-radius"
PORT = 18121
SECRET = "a secret of the benchmarks alone"
SECRET_FILE = "/etc/warifu/radius.secret"
PEOPLE = 4000 if QUICK else 20000
# The address that a request comes from says which client it is, and with it what is asked for.
FROM = {"code": "127.0.0.2", "challenge": "127.0.0.3", "password": "127.0.0.4"}
CLIENT = """client "bench-{kind}" {{
	network = {{"{address}"}}
	secret_file = "{secret}"
	rate = 100000
	timeout = {timeout}
	{lines}
}}
"""
LINES = {"code": "mode = \"code\"", "challenge": "mode = \"challenge\"", "password": "mode = \"challenge\"\n\tkinds = 1"}
TIMEOUT = 5
# SHA-512-crypt as chpasswd makes it, and the cheapest there is, where the hash is not the question.
SHA512 = "$6$saltsalt$"
SHA512_CHEAP = "$6$rounds=1000$saltsalt$"


def crypted(setting):
    """The password's hash."""
    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype = ctypes.c_char_p
    return crypt(PASSWORD.encode(), setting.encode()).decode()


class Server:
    """What both sides have: a port, processes, and loads upon them."""

    name = ""
    port = 0
    options = ()

    def pids(self):
        """Whose processor time counts."""
        raise NotImplementedError

    def load_start(self, kind, length, *options, people=PEOPLE, first=1):
        """A load generator under way."""
        return subprocess.Popen([program("bench_radius"), "--port", str(self.port), "--secret", SECRET, "--from", FROM[kind],
                                 "--kind", kind, "--seconds", str(length), "--people", str(people), "--first", str(first),
                                 *self.options, *options], stdout=subprocess.PIPE, text=True)

    def load(self, *arguments, **options):
        """What came of a load, with the microseconds of processor that each login cost."""
        before = [processor_s(pid) for pid in self.pids()]
        row = load_end(self.load_start(*arguments, **options))
        row["cpu_us_of"] = [(processor_s(pid) - had) / max(row["begun"], 1) * 1e6 for pid, had in zip(self.pids(), before)]
        row["cpu_us"] = sum(row["cpu_us_of"])
        return row

    def close(self):
        """Ends it."""
        raise NotImplementedError


class FreeRadius(Server):
    """Debian's, with people whose codes are passwords that stay, or with hashes."""

    name = "FreeRADIUS"
    port = freeradius.PORT
    options = ("--fixed",)

    def __init__(self, name, crypt=None):
        entry = self.plain if crypt is None else lambda number: f"Crypt-Password := \"{crypt}\", Tmp-String-0 := " \
            f"\"{freeradius.first_code(number)}\""
        site = freeradius.PLAIN if crypt is None else freeradius.CHALLENGE
        self.server = freeradius.FreeRadius(name, site, PEOPLE + 1, entry, SECRET)

    @staticmethod
    def plain(number):
        """A password of six digits in the clear."""
        return f"Cleartext-Password := \"{freeradius.first_code(number)}\""

    def pids(self):
        return [self.server.process.pid]

    def close(self):
        self.server.close()


class Warifu(Server):
    """warifud and warifu-radiusd; every reply stands in its log, on the disk, before it leaves."""

    name = "Warifu"
    port = PORT

    def __init__(self, name, syslog, crypt=None):
        self.rig = Rig("radius-" + name, syslog)
        self.options = ("--counters", self.rig.counters)
        self.rig.run("sh", "-c", f"id -u {USER} || useradd --system --user-group --no-create-home --shell /usr/sbin/nologin {USER}")
        with open(SECRET_FILE, "w", encoding="ascii") as stream:
            stream.write(SECRET + "\n")
        self.rig.run("chown", USER + ":", SECRET_FILE)
        os.chmod(SECRET_FILE, 0o400)
        clients = [CLIENT.format(kind=kind, address=address, secret=SECRET_FILE, timeout=TIMEOUT, lines=LINES[kind])
                   for kind, address in FROM.items()]
        listen = f"radius {{\n\tlisten = {{\"127.0.0.1:{PORT}\"}}\n\tuser = \"{USER}\"\n}}\n"
        self.rig.filled(PEOPLE + 1, 0, listen, *clients, crypt=() if crypt is None else (crypt,))
        self.log = os.path.join(self.rig.logs, "warifu-radiusd.log")
        with open(self.log, "ab") as log:
            # pylint: disable=consider-using-with
            self.process = subprocess.Popen([RADIUSD, "--foreground"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        lib.wait_for("warifu-radiusd serves", self.ready, 20)

    def ready(self):
        """Whether it says so; its end is a failure."""
        with open(self.log, encoding="utf-8", errors="replace") as stream:
            said = stream.read()
        if self.process.poll() is not None:
            raise AssertionError(f"warifu-radiusd ended with {self.process.returncode}: {said[-2000:]}")
        return " serves " in said

    def pids(self):
        return [self.rig.process.pid, self.process.pid]

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        self.rig.verify()
        self.rig.close()


def load_end(process):
    """Reads what a load generator has to say; its sums must come out."""
    out = process.communicate()[0]
    if process.returncode != 0:
        raise AssertionError(f"bench_radius ended with {process.returncode}")
    row = json.loads(out)
    check_sums(row)
    return row


def check_sums(row):
    """Each login has exactly one end, and every Message-Authenticator looked at was right."""
    ends = sum(row[name] for name in ("accepted", "rejected", "rejected_second", "seen", "unanswered", "unanswered_second",
                                 "odd"))
    if ends != row["begun"]:
        raise AssertionError(f"{row['begun']} logins begun, but {ends} ends: {row}")
    if row["bad_messages"] > 0:
        raise AssertionError(f"{row['bad_messages']} of {row['verified']} replies have a wrong Message-Authenticator: {row}")
    if row["odd"] > 0 or row["repeats_other"] > 0:
        raise AssertionError(f"replies that fit no login, or another reply to the same packet: {row}")


def sides(part, syslog, crypt=None):
    """Both servers, or the one that is there; what is not is told."""
    found = []
    if raddb.installed():
        found.append(FreeRadius(part, crypt))
    else:
        skipped(f"radius-{part}", "FreeRADIUS", "it is not installed (package freeradius)")
    if os.path.exists(RADIUSD):
        found.append(Warifu(part, syslog, crypt))
    else:
        skipped(f"radius-{part}", "Warifu", "this build has no warifu-radiusd")
    return found


def close(servers):
    """Ends them."""
    for server in servers:
        server.close()


def times(row, which="first"):
    """Latency for a note."""
    return f"p50 {row[which]['p50_ms']:.2f} p99 {row[which]['p99_ms']:.2f} ms"


def lost(row):
    """What a note must not keep quiet."""
    names = ("rejected", "rejected_second", "seen", "unanswered", "unanswered_second", "bad")
    return "".join(f", {row[name]} {name.replace('_', ' at the ')}" for name in names if row[name])


def ratio(part, what, values, aim=""):
    """Ours to theirs, if both were there."""
    if len(values) == 2:
        report(part, f"{what}: Warifu / FreeRADIUS", values["Warifu"] / max(values["FreeRADIUS"], 1e-9), "", aim)


def peaks(part, servers, kind, windows, turns):
    """The most that each does with so many under way, the best window of each; medians of turns."""
    rows = {(server.name, window): [] for server in servers for window in windows}
    for _ in range(turns):
        for server in servers:
            for window in windows:
                rows[server.name, window].append(server.load(kind, seconds(4, 1), "--window", str(window)))
    best = {}
    cpu = {}
    for (name, window), found in rows.items():
        row = sorted(found, key=lambda one: one["rate"])[len(found) // 2]
        cost = statistics.median(one["cpu_us"] for one in found)
        split = " + ".join(f"{each:.0f}" for each in row["cpu_us_of"])
        report(part, f"{name}, {window} under way", row["rate"], "/s",
               note=f"{times(row)}, processor {split} us each, client {row['cpu_s'] / max(row['begun'], 1) * 1e6:.0f}{lost(row)}")
        if row["rate"] > best.get(name, 0):
            best[name], cpu[name] = row["rate"], cost
    return best, cpu


def steady(part, server, kind, peak):
    """The highest of some shares of the peak at which a schedule loses at most one of a thousand and 99 of 100 wait less
    than 100 ms; 0 if at none."""
    for share in (1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1):
        row = server.load(kind, seconds(4, 1), "--rate", f"{max(peak * share, 1):.0f}", "--patience", "2000")
        if row["accepted"] >= 0.999 * row["begun"] and row["first"]["p99_ms"] < 100:
            report(part, f"{server.name}, on schedule without loss", row["rate"], "/s",
                   note=f"{share:.0%} of its peak, {times(row)}, generator behind by p99 {row['behind']['p99_ms']:.2f} ms")
            return row["rate"]
    report(part, f"{server.name}, on schedule without loss", 0, "/s", note=f"last tried: {times(row)}{lost(row)}")
    return 0


def part_a(syslog):
    """No slow hash: a code alone, each durable, against a password in the clear."""
    servers = sides("a", syslog)
    best, cpu = peaks("radius-a", servers, "code", (32, 128, 512), seconds(3, 1))
    ratio("radius-a", "most logins a second", best, "1")
    rates = {server.name: steady("radius-a", server, "code", best[server.name]) for server in servers}
    ratio("radius-a", "on schedule without loss", rates, "1")
    # On a machine that others use as well this is the figure to believe.
    ratio("radius-a", "processor of a login", cpu)
    close(servers)


def pairs(part, syslog, setting, turns, windows):
    """Password and code by challenge, on both with the same hash; rates and the hash's own limit."""
    crypt = crypted(setting)
    servers = sides(part, syslog, crypt)
    part = f"radius-{part}"
    raw = [raw_hash(PROCESSORS, seconds(4, 1), crypt)]
    best, cpu = peaks(part, servers, "challenge", windows, turns)
    raw.append(raw_hash(PROCESSORS, seconds(4, 1), crypt))
    return servers, best, cpu, [statistics.mean(column) for column in zip(*raw)]


def part_b(syslog):
    """SHA-512-crypt on both, its code after a challenge: where a login is one prompt, ours would make it Argon2id."""
    servers, best, cpu, raw = pairs("b", syslog, SHA512, seconds(3, 1), (8, 32, 128))
    report("radius-b", "hash alone", raw[0], "/s", note=f"{PROCESSORS} threads, {raw[2]:.2f} ms of processor each")
    for name, rate in best.items():
        report("radius-b", f"{name} / hash alone", rate / raw[0], "", "0.97" if name == "Warifu" else "")
        report("radius-b", f"{name}: processor of a hash / of a login", raw[2] * 1000 / cpu[name], "",
               "0.97" if name == "Warifu" else "", f"{raw[2]:.3f} ms, {cpu[name] / 1000:.3f} ms")
    ratio("radius-b", "most logins a second", best)
    close(servers)


def part_c(syslog):
    """Argon2id, which FreeRADIUS does not have, against the hash alone, in turns."""
    if not os.path.exists(RADIUSD):
        skipped("radius-c", "Warifu", "this build has no warifu-radiusd")
        return
    server = Warifu("c", syslog)
    raw, rows = [], []
    for _ in range(seconds(4, 1)):
        raw.append(raw_hash(PROCESSORS, seconds(6, 2)))
        rows.append(server.load("password", seconds(10, 3), "--window", str(4 * PROCESSORS)))
    rate, cpu = (statistics.median(row[name] for row in rows) for name in ("rate", "cpu_us"))
    raw_rate, raw_cpu = statistics.median(row[0] for row in raw), statistics.median(row[2] for row in raw)
    report("radius-c", "hash alone", raw_rate, "/s", note=f"{PROCESSORS} threads")
    report("radius-c", "Warifu", rate, "/s", note=f"{times(rows[-1])}{lost(rows[-1])}")
    report("radius-c", "Warifu / hash alone", rate / raw_rate, "", "0.97")
    report("radius-c", "processor of a hash / of a login", raw_cpu * 1000 / cpu, "", "0.97", f"{raw_cpu:.2f} ms, {cpu / 1000:.2f} ms")
    server.close()


def part_d(syslog):
    """Challenge pairs with a hash as cheap as crypt(3) has one."""
    servers, best, cpu, raw = pairs("d", syslog, SHA512_CHEAP, seconds(3, 1), (32, 128, 512))
    report("radius-d", "hash alone", raw[0], "/s", note=f"{PROCESSORS} threads, {raw[2]:.2f} ms of processor each")
    ratio("radius-d", "most pairs a second", best)
    ratio("radius-d", "processor of a pair", cpu)
    close(servers)


def part_e(syslog):
    """Three packets of ten come a second time, a second later."""
    servers = sides("e", syslog)
    added = {}
    for server in servers:
        rate = server.load("code", seconds(3, 1), "--window", "128")["rate"] * 0.4
        plain = server.load("code", seconds(8, 2), "--rate", f"{rate:.0f}")
        again = server.load("code", seconds(8, 2), "--rate", f"{rate:.0f}", "--resend", "0.3")
        report("radius-e", f"{server.name}: right logins let in", again["accepted"] / max(again["begun"], 1), "",
               note=f"{again['begun']} at {rate:.0f}/s, {again['resent']} sent again, {again['repeats_same']} answered again with "
                    f"the same octets, {again['repeats_other']} with others; {times(again)}, without {times(plain)}{lost(again)}")
        added[server.name] = again["cpu_us"] / max(plain["cpu_us"], 1e-9)
        report("radius-e", f"{server.name}: processor of a login, with / without", added[server.name], "")
    ratio("radius-e", "what the repeats add", added)
    close(servers)


def overload(server, capacity):
    """Twice what can be done, from devices that wait as long as they are set to and send once more."""
    length = seconds(30, 12)
    row = server.load("challenge", length, "--rate", f"{max(2 * capacity, 2):.1f}", "--tries", "2", "--patience",
                      str(TIMEOUT * 1000 // 2), "--think", "1000")
    done = row["rate"] / capacity
    report("radius-f", f"{server.name}: challenged logins that complete", row["accepted"] / max(row["challenged"], 1), "",
           "0.95" if server.name == "Warifu" else "",
           f"{row['accepted']} of {row['challenged']}, {row['begun']} begun at twice {capacity:.1f}/s; password {times(row)}, "
           f"code {times(row, 'second')}{lost(row)}")
    report("radius-f", f"{server.name}: completed / what it can do", done, "",
           note="the machine was faster than before: this was no twofold load" if done > 1.3 else "")
    return row["accepted"] / max(row["challenged"], 1)


def part_f(syslog):
    """Twice the load: what of the challenges that were given out comes to an end."""
    crypt = crypted(SHA512)
    servers = sides("f", syslog, crypt)
    # The same load for both: twice the best that either does, or that the hash alone does.
    rates = [server.load("challenge", seconds(5, 2), "--window", "64")["rate"] for server in servers]
    capacity = max(rates + [raw_hash(PROCESSORS, seconds(5, 2), crypt)[0], 1])
    shares = {server.name: overload(server, capacity) for server in servers}
    ratio("radius-f", "challenged logins that complete", shares)
    close(servers)


def storm(server):
    """Good logins at a fifth of what it can do, without and beside as many wrong ones on one account."""
    rate = server.load("code", seconds(3, 1), "--window", "128")["rate"] * 0.2
    length = seconds(10, 2)
    calm = server.load("code", length, "--rate", f"{rate:.0f}")
    wrong = server.load_start("code", length + 1, "--rate", f"{rate:.0f}", "--wrong", people=1, first=PEOPLE + 1)
    beside = server.load("code", length, "--rate", f"{rate:.0f}")
    bad = load_end(wrong)
    slower = beside["first"]["p99_ms"] / max(calm["first"]["p99_ms"], 1e-3)
    report("radius-g", f"{server.name}: p99 with a storm / without", slower, "x", "2" if server.name == "Warifu" else "",
           f"good: {rate:.0f}/s, {times(beside)}, without {times(calm)}{lost(beside)}; storm: {bad['rejected']} of {bad['begun']} "
           f"refused, {bad['accepted']} let in, {bad['unanswered']} unanswered")
    return slower


def part_g(syslog):
    """A storm of wrong codes on one account beside good traffic."""
    servers = sides("g", syslog)
    for server in servers:
        storm(server)
    close(servers)


PARTS = {"radius-" + name[5:]: item for name, item in list(globals().items()) if name.startswith("part_")}
