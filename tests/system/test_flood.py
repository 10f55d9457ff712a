"""Ten times more answers than the processors can check: who logs in honestly still does, what needs no slow
hash is not held up, nothing is evaluated beyond the limits, and afterwards the daemon is idle and small again.

A flood is one process with a connection for each attempt under way, as fast as it was told to be, whatever the
daemon says. Honest people are threads that log in one time after the other.
"""

import multiprocessing
import os
import random
import selectors
import struct
import threading
import time

import lib
import wire

SECONDS = float(os.environ.get("WARIFU_FLOOD_S", "8"))
TIMES = 10
UNDER_WAY = 900
# Dear hashes, so that ten times the capacity is not more than a test can send beside the daemon.
CONFIG = ("password {\n\tmemory_kib = 65536\n}\ndeadline {\n\tqueue = 4\n}\n"
          "service \"vpn\" {\n\task = {\"code\"}\n}\n" + lib.UNLIMITED_SOURCE)


class Attempt:
    """One of the flood's, on a connection that does not block."""

    def __init__(self, user, source):
        self.client = wire.Client(timeout=0)
        self.client.send(wire.BEGIN, wire.begin_fields(user, source=source))
        self.raw = b""

    def readable(self):
        """The verdict, once there is one; None before."""
        try:
            part = self.client.socket.recv(4096)
        except BlockingIOError:
            return None
        if not part:
            return "gone"
        self.raw += part
        return self.message()

    def message(self):
        """Takes the next whole message, if there is one."""
        if len(self.raw) < 4:
            return None
        length = struct.unpack(">I", self.raw[:4])[0]
        if len(self.raw) < 4 + length:
            return None
        _version, kind, fields = wire.parse(self.raw[4:4 + length])
        self.raw = self.raw[4 + length:]
        if kind == wire.RESULT:
            return fields[wire.VERDICT][0][0]
        answers = [(wire.ANSWERS, raw[:1] + (b"guess" if raw[3] == wire.TEXT_PASSWORD else b"000000"))
                   for raw in fields[wire.PROMPT]]
        self.client.send(wire.ANSWER, [(wire.TXN, fields[wire.TXN][0])] + answers)
        return None


class Flood:
    """Starts attempts at a rate and counts how they end."""

    def __init__(self, rate, users, sources):
        self.rate, self.users, self.sources = rate, users, sources
        self.selector = selectors.DefaultSelector()
        self.tally = {"sent": 0, "skipped": 0}
        self.random = random.Random(1)

    def begin(self):
        """One more, unless too many are under way."""
        if len(self.selector.get_map()) >= UNDER_WAY:
            self.tally["skipped"] += 1
            return
        attempt = Attempt(self.random.choice(self.users), self.random.choice(self.sources))
        self.selector.register(attempt.client.socket, selectors.EVENT_READ, attempt)
        self.tally["sent"] += 1

    def collect(self, seconds):
        """Takes what has come."""
        for key, _events in self.selector.select(seconds):
            end = key.data.readable()
            if end is None:
                continue
            self.tally[end] = self.tally.get(end, 0) + 1
            self.selector.unregister(key.fileobj)
            key.data.client.socket.close()

    def run(self, seconds):
        """Sends for so long, then hangs up."""
        start = time.monotonic()
        begun = 0
        while (now := time.monotonic() - start) < seconds:
            while begun < now * self.rate:
                begun += 1
                self.begin()
            self.collect(0.002)
        self.tally["hung up"] = len(self.selector.get_map())
        return self.tally


def flood(rate, users, sources, seconds, queue):
    """In a process of its own."""
    queue.put(Flood(rate, users, sources).run(seconds))


class Honest(threading.Thread):
    """Somebody who logs in again and again until told to stop."""

    def __init__(self, person, source, service="sshd", pause=0.2):
        super().__init__(daemon=True)
        self.person, self.source, self.service, self.pause = person, source, service, pause
        self.verdicts, self.times = [], []
        self.stopped = False

    def once(self):
        """One login; a failure other than a wrong verdict shows in the verdicts, too."""
        start = time.monotonic()
        try:
            self.verdicts.append(wire.login(self.person.name, self.person.password, self.person.code(),
                                            source=self.source, service=self.service, timeout=30))
        except wire.Gone as error:
            self.verdicts.append(str(error))
        self.times.append(time.monotonic() - start)

    def run(self):
        while not self.stopped:
            self.once()
            time.sleep(self.pause)

    def share(self):
        """Of its logins that were accepted."""
        return self.verdicts.count(wire.ACCEPT) / len(self.verdicts)

    def worst(self, share=0.95):
        """Seconds within which that share of the logins was over."""
        return sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * share))]


def capacity(person):
    """Password checks a second: as fast as one person at a time gets through on each processor."""
    start = time.monotonic()
    for _ in range(5):
        lib.equal(wire.login(person.name, person.password, person.code(), source="198.51.100.1"), wire.ACCEPT, "a login")
    return 5 * os.cpu_count() / (time.monotonic() - start)


def resident_kib(lab):
    """Of the daemon."""
    with open(f"/proc/{lab.process.pid}/status", encoding="ascii") as stream:
        return next(int(line.split()[1]) for line in stream if line.startswith("VmRSS"))


def under_flood(lab, users, sources, honest):
    """Lets the honest log in while the flood runs; gives its tally."""
    rate = TIMES * capacity(honest[0].person)
    for person in honest:
        if person.service == "sshd" and person.source.startswith("192.0.2."):
            person.once()  # from where they always log in
    queue = multiprocessing.Queue()
    sender = multiprocessing.Process(target=flood, args=(rate, users, sources, SECONDS, queue), daemon=True)
    sender.start()
    time.sleep(1)
    for person in honest:
        person.start()
    tally = queue.get(timeout=SECONDS + 60)
    for person in honest:
        person.stopped = True
    for person in honest:
        person.join(30)
    sender.join(10)
    words = "; ".join(f"{p.person.name} {p.service} {p.source}: {p.share():.0%} of {len(p.verdicts)}, "
                      f"median {p.worst(0.5):.2f} s, 95 % {p.worst():.2f} s" for p in honest)
    print(f"flood of {rate:.0f}/s: {tally}; {words}", flush=True)
    with open(os.path.join(lab.logs, "flood.log"), "a", encoding="utf-8") as log:
        log.write(f"{rate:.0f}/s {tally} {words}\n")
    if tally["sent"] < 0.5 * rate * SECONDS:
        print("the flood was smaller than meant: the machine is busy", flush=True)
    return tally


def check_idle(lab):
    """Nothing is left waiting or open."""
    def idle():
        status = lab.ask("status")
        return status["queue"] == 0 and status["open"] == 0
    lib.wait_for("the daemon is idle", idle, 30)


def check_honest(honest):
    """Those who had logged in from there before, and those who need no hash, got in."""
    for person in honest:
        if person.service == "vpn":
            lib.equal(person.share(), 1.0, f"{person.person.name}'s share of logins by code alone: {person.verdicts}")
            if person.worst() > 0.5:
                raise AssertionError(f"logins that need no hash took {person.worst():.2f} s")
        elif person.share() < 0.95:
            raise AssertionError(f"{person.person.name} from {person.source}: {person.share():.0%} of "
                                 f"{len(person.verdicts)} logins: {person.verdicts}")


def test_many_sources(lab):
    """Names and addresses without number."""
    lab.up(CONFIG)
    people = lab.people(3)
    victim = lab.person("victim")
    honest = [Honest(people[0], "192.0.2.1"), Honest(people[1], "192.0.2.2"),
              Honest(people[2], "203.0.113.9", service="vpn", pause=0.05)]
    users = [f"guess{number}" for number in range(5000)] + ["victim"] * 500
    sources = [f"100.{64 + number // 250}.{number % 250}.7" for number in range(4000)]
    tally = under_flood(lab, users, sources, honest)
    check_honest(honest)
    if tally.get(wire.ACCEPT):
        raise AssertionError(f"the flood got in: {tally}")
    wrong = [row for row in lab.evaluated(victim.name) if row["result"] == "failure" and row["reason"] != "abandoned"]
    if len(wrong) > 10:
        raise AssertionError(f"{len(wrong)} wrong answers were evaluated for one account")
    check_idle(lab)
    lab.verify()
    # Each evaluated attempt has two commits; the rest is gathered: a first row and a count for 1,024 pairs a minute.
    rows = lab.ask("status")["audit-rows"]
    if rows > tally["sent"] + 2 * 2048:
        raise AssertionError(f"{rows} rows for {tally}")


def test_one_source(lab):
    """All of it from one address: a stranger from another one has the next turn."""
    lab.up(CONFIG)
    people = lab.people(2)
    honest = [Honest(people[0], "198.51.100.77"), Honest(people[1], "203.0.113.9", service="vpn", pause=0.05)]
    under_flood(lab, [f"guess{number}" for number in range(5000)], ["100.64.0.1"], honest)
    check_honest(honest)
    check_idle(lab)


def test_memory(lab):
    """Small before the first login, and again half a minute after the last one."""
    lab.up()
    person = lab.person("mary")
    lab.stop()
    lab.start()
    before = resident_kib(lab)
    lib.equal(wire.login(person.name, person.password, person.code()), wire.ACCEPT, "a login")
    busy = resident_kib(lab)
    lib.wait_for("the memory of the hashes is given back", lambda: resident_kib(lab) < busy - 12 * 1024, 45)
    after = resident_kib(lab)
    print(f"resident: {before} KiB before, {busy} KiB after a login, {after} KiB after a rest", flush=True)
    limit = 15 * 1024 if os.environ.get("WARIFU_SANITIZED") is None else 1 << 30
    if max(before, after) > limit:
        raise AssertionError(f"resident: {before} KiB before, {after} KiB after a rest")


if __name__ == "__main__":
    lib.main()
