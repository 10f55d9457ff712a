"""bench.py [--quick] PART...: called by tests/bench/run inside the namespaces; appends what it finds to
$WARIFU_RESULTS, one JSON object a line. Figures that are compared are taken in one run, in turns.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time

import log_parts
import one_login
import radius_parts
from rig import PASSWORD, PROCESSORS, QUICK, STORES, Rig, lib, load_end, program, raw_hash, report, seconds


# (a) passwords

def part_a(syslog):
    """Password logins through everything against the hash alone, in turns."""
    lab = Rig("a", syslog).filled(1000)
    raw, raw_cpu, whole, cpu = [], [], [], []
    for _ in range(seconds(4, 1)):
        rate, _, each = raw_hash(PROCESSORS, seconds(6, 2))
        raw.append(rate)
        raw_cpu.append(each)
        lab.load(4 * PROCESSORS, 1)
        before = lab.cpu_s()
        row = lab.load(4 * PROCESSORS, seconds(10, 3))
        whole.append(row["rate"])
        cpu.append((lab.cpu_s() - before) / row["accepted"] * 1000)
    report("a", "hash alone", statistics.median(raw), "/s", note=f"{PROCESSORS} threads")
    report("a", "password logins", statistics.median(whole), "/s",
           note=f"{statistics.median(cpu):.1f} ms of processor each, hash included")
    report("a", "logins / hash alone", statistics.median(whole) / statistics.median(raw), "", "0.97")
    # On a machine that others use as well this is the figure to believe.
    report("a", "processor of a hash / of a login", statistics.median(raw_cpu) / statistics.median(cpu), "", "0.97",
           f"{statistics.median(raw_cpu):.2f} ms, {statistics.median(cpu):.2f} ms")
    lab.close()


# (c), (d) logins without a slow hash

def codes(lab, part, clients, *options, note="", aim=""):
    """One row of a table by number of clients."""
    length = seconds(8, 2)
    lab.load(clients, 1, "--service", "codes", *options)
    commits, cpu = lab.metric("warifu_store_commits"), lab.cpu_s()
    syncs = lab.page.get("syncs") if lab.page else 0
    row = lab.load(clients, length, "--service", "codes", *options)
    syncs = lab.page.get("syncs") - syncs if lab.page else lab.metric("warifu_store_commits") - commits
    accepted = max(row["accepted"], 1)
    each = (lab.cpu_s() - cpu) / accepted * 1e6
    report(part, f"{clients} clients{note}", row["rate"], "/s", aim,
           f"{accepted / max(syncs, 1):.1f} logins an fsync, p50 {row['p50_ms']:.2f} p99 {row['p99_ms']:.2f} ms, processor "
           f"{each:.0f} us + client {row['cpu_s'] / accepted * 1e6:.0f} us each"
           + (f", {row['unavailable']} unavailable" if row["unavailable"] else ""))
    return row


def part_c(syslog):
    """By number of clients; connections as a front end keeps them, and one a login as the module has."""
    lab = Rig("c", syslog).filled(seconds(20000, 2000))
    for clients in (1, 8, 32, 128, 512):
        codes(lab, "c", clients, aim="20,000" if clients == 512 else "")
    codes(lab, "c", 128, "--reconnect", note=", a connection each")
    lab.verify()
    lab.close()


def part_d(syslog):
    """The same with an fsync that takes 5 ms."""
    lab = Rig("d", syslog, page=True).filled(seconds(20000, 2000))
    lab.page.delay_sync(0.005)
    for clients in (1, 8, 32, 128, 512):
        codes(lab, "d", clients)
    lab.verify()
    lab.close()


# (e) flood

def honest(lab, length, rate):
    """Logins of honest people at a pace, with password and code."""
    return lab.load(200, length, "--rate", f"{rate:.2f}", people=1000)


def say_honest(what, row):
    """How they fared."""
    sent = max(row["begun"] + row["unsent"], 1)
    report("e", f"{what}: honest logins that succeed", row["accepted"] / sent, "", "",
           f"{row['accepted']} of {sent}, p50 {row['p50_ms']:.0f} ms, p99 {row['p99_ms']:.0f} ms, "
           f"{row['unavailable']} unavailable, {row['rejected']} rejected")


def part_e(syslog):
    """Ten times what the hash can do, from many sources and names, beside a tenth of it that is honest."""
    lab = Rig("e", syslog).filled(3000)
    capacity = raw_hash(PROCESSORS, seconds(6, 2))[0]
    length = seconds(60, 8)
    say_honest("no flood", honest(lab, seconds(20, 5), capacity / 10))
    for what, options in (("unknown names", ["--unknown"]), ("names that exist", ["--guess"])):
        flood = lab.load_start(2000, length + 4, "--rate", f"{10 * capacity:.0f}", *options, people=2000, first=1001,
                               counters=lab.counters + ".flood")
        time.sleep(2)
        say_honest(f"flood of {10 * capacity:.0f}/s, {what}", honest(lab, length, capacity / 10))
        row = load_end(flood)
        report("e", f"of the flood: answered ({what})",
               (row["rejected"] + row["unavailable"]) / max(row["begun"] + row["unsent"], 1), "", "",
               f"{row['rejected']} rejected, {row['unavailable']} unavailable, {row['lost']} dropped, {row['unsent']} "
               "never sent")
    report("e", "memory at the peak", lab.memory_mib("VmHWM"), "MiB")
    lab.verify()
    lab.close()


# (f) memory

def part_f(syslog):
    """Resident memory of the daemon."""
    lab = Rig("f", syslog).filled(2000)
    time.sleep(seconds(45, 3))
    report("f", "idle, after the start", lab.memory_mib(), "MiB", "15")
    lab.load(128, seconds(10, 2), "--service", "codes")
    lab.load(64, seconds(10, 2))
    report("f", "at the peak", lab.memory_mib("VmHWM"), "MiB")
    time.sleep(seconds(60, 3))
    report("f", "idle, a minute after the peak", lab.memory_mib(), "MiB")
    lab.close()


# (g) size

# As many rows in a short log as in a long one.
REVIEWS = {
    "newest 100 rows": ("--limit", "100"),
    "a user's newest 50 rows": ("--user", "u0000002", "--limit", "50"),
    "100 rows since 1000 days ago": ("--since", "1000d", "--limit", "100"),
    "newest 50 failures": ("--result", "failure", "--limit", "50"),
}


def sized(syslog, name, people, rows):
    """Figures of one size: logins a second, a login's time, review queries, and the daemon's processor for each; the
    best of several tries, because what else the machine does can only add."""
    start = time.monotonic()
    lab = Rig(name, syslog).filled(people, rows)
    found = {"fill": time.monotonic() - start}
    rates, times, each = [], [], []
    for _ in range(seconds(6, 2)):
        before = lab.cpu_s()
        row = lab.load(64, seconds(4, 2), "--service", "codes", people=min(people, 20000))
        each.append((lab.cpu_s() - before) / max(row["accepted"], 1) * 1000)
        rates.append(row["rate"])
        times.append(lab.load(1, 1, "--service", "codes", people=min(people, 1000))["p50_ms"])
    found["logins a second, 64 clients"] = max(rates)
    found["time of one login"] = min(times)
    found["processor of a login, 64 clients"] = min(each)
    for what, options in REVIEWS.items():
        times, each = [], []
        for _ in range(seconds(20, 5)):
            start, before = time.perf_counter(), lab.cpu_s()
            lab.cli("log", *options, "--json")
            times.append((time.perf_counter() - start) * 1000)
            each.append((lab.cpu_s() - before) * 1000)
        found[what] = min(times)
        found[what + ", processor of the daemon"] = min(each)
    found["bytes"] = os.path.getsize(os.path.join(lib.STATE, "warifu.db"))
    lab.close()
    return found


def compare(what, small, large):
    """Ratios, above 1 where the large one is the slower."""
    for name, value in small.items():
        if name in ("fill", "bytes"):
            continue
        rate = name.startswith("logins")
        report("g", f"{what}: {name}", value / large[name] if rate else large[name] / value, "x", "1.2",
               f"{value:.4g} -> {large[name]:.4g}" + (" /s" if rate else " ms"))
    report("g", f"{what}: store", large["bytes"] / 2 ** 20, "MiB", "", f"filled in {large['fill']:.0f} s")


def part_g(syslog):
    """Few and many accounts, a short and a long log."""
    many, rows = (1000000, 15000000) if not QUICK else (20000, 100000)
    small = sized(syslog, "g-small", 1000, 1000)
    compare(f"1,000 to {many:,} accounts", small, sized(syslog, "g-accounts", many, 1000))
    compare(f"1,000 to {rows:,} rows", small, sized(syslog, "g-rows", 1000, rows))


# (i) leaked passwords

def part_i(_syslog):
    """Look-ups in short and long lists; the longest one is 450 MB."""
    sizes = (10000, 1000000, 10000000) if not QUICK else (10000, 1000000)
    first = None
    for lines in sizes:
        words = subprocess.run([program("bench_leaks"), str(lines), os.path.join(STORES, "leaks"), str(seconds(5, 1))],
                               stdout=subprocess.PIPE, text=True, check=True).stdout.split()
        each, size = float(words[0]), int(words[1])
        first = first or each
        report("i", f"look-up among {lines:,} leaked passwords", each, "us", "", f"{size / 2 ** 20:.0f} MiB")
    report("i", f"{sizes[0]:,} to {sizes[-1]:,} lines", each / first, "x", "3")


# (j) decisions of the policy

SIGNED = 'by = "bench" on = "2026-11-22" reason = "bench" }\n'
# what is complied with, and what these documents leave open or contradict each other in
COMPLIED = (
    (),
    ("scs4",),
    ("scs4", "kubota"),
    ("scs3", "scs4", "isac1", "isac2", "isac3", "kubota", "ipa"),
)
ANSWERS = {"session.timeout": "8h", "password.max_age": "3650", "password.classes": "none"}
NEEDED = {2: ("session.timeout", "password.max_age"), 7: tuple(ANSWERS)}
DECISIONS = ("what is asked", "how it is locked", "a new password", "a password of before")


def comply_conf(folder, names):
    """A configuration that complies with these profiles; files that nobody else can write."""
    conf = os.path.join(folder, f"{len(names)}.conf")
    listed = ", ".join(f'"{name}"' for name in names)
    with open(conf, "w", encoding="utf-8") as out:
        out.write(f'profiles_dir = "{folder}/profiles"\n' + (f"comply = {{{listed}}}\n" if names else ""))
        for parameter in NEEDED.get(len(names), ()):
            out.write(f'resolve "{parameter}" {{ is = {{"{ANSWERS[parameter]}"}} {SIGNED}')
    os.chmod(conf, 0o600)
    return conf


def part_j(_syslog):
    """What is pure, with no profile and with all of them; without dictionary and leak list, which are not."""
    folder = os.path.join(STORES, "j")
    shutil.copytree(os.path.join(os.environ["WARIFU_SOURCE"], "profiles"), os.path.join(folder, "profiles"),
                    copy_function=shutil.copyfile)
    for below, _, names in os.walk(folder):
        os.chmod(below, 0o755)
        for name in names:
            os.chmod(os.path.join(below, name), 0o644)
    first = None
    for names in COMPLIED:
        out = subprocess.run([program("bench_policy"), comply_conf(folder, names), str(seconds(2, 0.2))],
                             stdout=subprocess.PIPE, text=True, check=True).stdout
        figures = [float(word) for word in out.split()]
        first = first or figures
        for decision, figure in zip(DECISIONS, figures):
            report("j", f"{decision}, profiles: {len(names)}", figure, "us", "" if decision == "a new password" else "10")
    for decision, before, after in zip(DECISIONS, first, figures):
        report("j", f"{decision}, 0 to 7 profiles", after / before, "x", "2")
    shutil.rmtree(folder)


def part_l(_syslog):
    """Detection: what a row costs, and what it holds in memory, after few rows and after three years."""
    for rows in (150000, seconds(15000000, 300000)):
        out = subprocess.run([program("bench_detect"), str(rows)], stdout=subprocess.PIPE, text=True, check=True).stdout
        cost, _incidents, _changes, kib = (float(word) for word in out.split())
        report("l", f"detection, a row of {rows:,}", cost, "us", "10")
        report("l", f"detection, memory after {rows:,} rows", kib / 1024, "MiB", "32")


def main():
    """Runs the parts that were named."""
    lib.loopback_up()
    syslog = lib.Syslog()
    syslog.start()
    parts = {**radius_parts.PARTS, "a": part_a, "b": one_login.part_b, "c": part_c, "d": part_d, "e": part_e, "f": part_f,
             "g": part_g, "i": part_i, "j": part_j, "k": log_parts.part_k, "l": part_l}
    for name in sys.argv[1:]:
        if name in parts:
            parts[name](syslog)


if __name__ == "__main__":
    main()
