"""Whoever is refused learns nothing from the time (I5): unknown, disabled, locked, expired... users and each kind
of wrong answer, timed from the peer's side in random order, and compared by statistics.

WARIFU_STRANGERS is the number of attempts of each class; tests/strangers/run takes 3000. See doc/TESTING.md.
"""

import json
import math
import os
import random
import subprocess
import sys

import fault
import lib
import wire

sys.path.insert(0, os.path.join(lib.SOURCE, "tests", "strangers"))
import samples  # pylint: disable=wrong-import-position,import-error

RUNS = int(os.environ.get("WARIFU_STRANGERS", "0"))
# A false alarm in a run of CI is as likely as this; in the full run, where somebody looks, a thousand times likelier.
FALSE_ALARM = 1e-3 if RUNS else 1e-6
CROWD = "lock {\n\tbackoff_cap = 0\n\tthreshold = 1000\n}\npossession {\n\tthreshold = 1000\n}\n"
SOON = "lock {\n\tbackoff_cap = 0\n\tthreshold = 3\n}\n"
CHEAP = "password {\n\tmemory_kib = 1024\n\tpasses = 1\n}\n"
CRYPT = ("sha512", "yescrypt")  # of imported accounts, as chpasswd calls them
EACH = 4  # names of a class
REFERENCE = "unknown"
PAM, GATEWAY = ("pam", wire.PAM_SOCKET), ("gateway", wire.RADIUS_SOCKET)  # the probe's ways


def probe():
    """The program that measures; built where it is not there yet."""
    build = os.environ["WARIFU_BUILD"]
    path = os.path.join(build, "tests", "strangers", "probe")
    if not os.path.exists(path):
        subprocess.run(["make", "-C", build, "tests/strangers/probe"], check=True, stdout=subprocess.DEVNULL)
    return path


class People:
    """Accounts of every standing, and what each class of attempts says.

    Each class has names of its own, equally many: attempts at one name wait for one another.
    """

    def __init__(self, lab, *always):
        """Before CROWD and CHEAP hold, hashes are dearer, and three wrong answers lock."""
        lab.up(SOON, lib.UNLIMITED_SOURCE, *always)
        self.people = {"dear": lab.people(EACH, "dear"), "locked": lab.people(EACH, "locked")}
        for person in self.people["locked"] * 3:
            wire.login(person.name, "not the password", "000000")
        lib.equal(lab.ask("user", "show", "locked00")["locked"], True, "locked")
        lab.configure(CROWD, CHEAP, lib.UNLIMITED_SOURCE, *always)
        lab.cli("reload")
        for kind in ("both", "code", "password", "empty", "long", "disabled", "expired", "many"):
            self.people[kind] = lab.people(EACH, kind)
        self.people["bare"] = lab.people(EACH, "bare", token=None)
        for number in range(EACH):
            lab.cli("user", "disable", f"disabled{number:02d}", "--reason", "test")
            lab.cli("user", "set", f"expired{number:02d}", "--valid-until", "2001-01-01")
            lab.cli("user", "add", f"service{number:02d}", "--kind", "service", "--sources", "10.0.0.0/8")
            lab.cli("user", "refuse", f"refused{number:02d}", "--uid", str(4900 + number), "--reason", "test")
            for kind in ("hotp", "totp", "totp", "hotp"):
                lab.give_token(self.people["many"][number], kind)
        for method in CRYPT:
            self.people[method] = self.imported(lab, method)
        lab.cli("user", "import", "--shadow")
        for person in [person for method in CRYPT for person in self.people[method]]:
            lib.equal(lab.ask("user", "show", person.name)["uid"], person.uid, "imported")
            lab.give_token(person, "hotp")

    @staticmethod
    def imported(lab, method):
        """Unix users with this kind of hash; they are answered with wrong passwords alone, which renew nothing."""
        users = []
        for number in range(EACH):
            person = lib.Person(f"{method}{number:02d}", "plum trees")
            person.uid = lab.unix_user(person.name)
            lab.run("chpasswd", "-c", method.upper(), text=f"{person.name}:{person.password}\n")
            users.append(person)
        return users

    def known(self, kind, password=None, code="000000"):
        """Attempts at accounts; with the right password if none is given."""
        def attempt(number):
            person = self.people[kind][number % EACH]
            return person.name, person.password if password is None else password, code
        return attempt

    def next_code(self, number):
        """A wrong password beside the right code of a counter, which stays unused."""
        person = self.people["password"][number % EACH]
        return person.name, "not the password", lib.otp(person.secret, person.counter)

    @staticmethod
    def named(prefix, password="not the password", code="000000"):
        """Attempts at other names."""
        return lambda number: (f"{prefix}{number % EACH:02d}", password, code)

    def classes(self):
        """{class: function of a number that gives user, password, code}."""
        long = "x" * 250
        return {
            REFERENCE: self.named("nobody"),
            "unknown-2": self.named("ghost"),
            "unknown-empty": self.named("phantom", "", ""),
            "unknown-long": self.named("spectre", long, long),
            "wrong-both": self.known("both", "not the password"),
            "wrong-code": self.known("code"),
            "wrong-password": self.next_code,
            "empty": self.known("empty", "", ""),
            "long": self.known("long", long, long),
            "no-token": self.known("bare"),
            "many-tokens": self.known("many"),
            "locked": self.known("locked"),
            "dear-hash": self.known("dear"),
            **{method: self.known(method, "not the password") for method in CRYPT},
            "disabled": self.known("disabled"),
            "expired": self.known("expired"),
            "service": self.named("service"),
            "refused": self.named("refused"),
        }


def measure(lab, classes, runs, flight=24, delay=0, seed=1, way=PAM):
    """Attempts in random order; {class: ([begin], [answer])} in microseconds. `delay` makes a class "delayed"."""
    chosen = random.Random(seed)
    lines = []
    for name, attempt in classes.items():
        for number in range(runs):
            user, password, code = attempt(number)
            lines.append((name, user, password, code, 0))
    if delay:
        for number in range(runs):
            lines.append(("delayed", f"late{number % EACH:02d}", "not the password", "000000", delay))
    chosen.shuffle(lines)
    text = "".join(f"{name}\t{user}\t198.51.{chosen.randrange(256)}.{chosen.randrange(256)}\t{password}\t{code}\t{late}\n"
                   for name, user, password, code, late in lines)
    done = lab.run(probe(), *way, str(flight), text=text, timeout=3600)
    times = {}
    for line in done.stdout.splitlines():
        name, begin, answer, verdict = line.split("\t")
        lib.equal(int(verdict), wire.REJECT, f"verdict of {name}")
        found = times.setdefault(name, ([], []))
        found[0].append(int(begin))
        found[1].append(int(answer))
    lib.equal({name: len(found[1]) for name, found in times.items()},
              {name: runs for name in list(classes) + (["delayed"] if delay else [])}, "attempts that were answered")
    return times


def compare(lab, title, times):
    """Each class beside the reference, in both phases; gives the names of those that can be told apart."""
    table = []
    limit = math.log10(FALSE_ALARM / (2 * (len(times) - 1) * len(samples.TESTS)))
    for name in times:
        for phase, what in ((0, "begin"), (1, "answer")):
            if name == REFERENCE:
                continue
            found = samples.told_apart(times[name][phase], times[REFERENCE][phase])
            by, error = samples.effect(times[name][phase], times[REFERENCE][phase])
            table.append({"class": name, "phase": what, "us": by, "error": error, "apart": min(found.values()) < limit,
                          **{test: round(value, 2) for test, value in found.items()}})
    with open(os.path.join(lab.logs, f"{title}.json"), "w", encoding="utf-8") as stream:
        json.dump({"limit": limit, "runs": len(times[REFERENCE][0]), "table": table}, stream, indent=1)
    report(title, table, limit, len(times[REFERENCE][0]))
    return {(row["class"], row["phase"]) for row in table if row["apart"]}


def report(title, table, limit, runs):
    """The table, where somebody asked for the full run."""
    if not RUNS:
        return
    print(f"{title}: {runs} of each class, log10 p below {limit:.1f} is a difference")
    for row in table:
        tests = " ".join(f"{test} {row[test]:7.2f}" for test in samples.TESTS)
        print(f"  {row['class']:16} {row['phase']:6} {row['us']:+8.0f} us +- {row['error']:5.0f}  {tests}"
              f"{'  APART' if row['apart'] else ''}")


def test_statistics(_lab):
    """The tests themselves: equal samples are equal, small shifts and other shapes are found."""
    chosen = random.Random(7)

    def sample(shift=0.0, spread=50.0):
        return [50000 + shift + chosen.gauss(0, spread) + (chosen.random() < 0.02) * 3000 for _ in range(2000)]
    for _ in range(20):
        found = samples.told_apart(sample(), sample())
        lib.equal(min(found.values()) > -5, True, f"equal samples: {found}")
    lib.equal(min(samples.told_apart(sample(20), sample()).values()) < -9, True, "20 us more")
    lib.equal(samples.told_apart(sample(0, 65), sample())["shape"] < -5, True, "another shape")
    lib.equal(samples.log10_normal(40) < -340, True, "beyond floats")


def worth_finding(lab, classes, way):
    """A delay that must be found among so many attempts: some of the spread that the machine makes today, in us."""
    answers = measure(lab, classes, 20, way=way)
    every = sorted(value for _, found in answers.values() for value in found)
    return max(200, (every[len(every) * 3 // 4] - every[len(every) // 4]) * (0.5 if RUNS else 2))


def delays(lab, classes, way):
    """What to try as the small delay: where the machine became busier meanwhile, again by its spread of then."""
    for factor in (1, 1, 2):
        yield round(worth_finding(lab, classes, way) * factor)


def tells_nothing(lab, classes, runs, title, way):
    """No class can be told from unknown names; a small delay is found."""
    for delay in delays(lab, classes, way):
        apart = compare(lab, title, measure(lab, classes, runs, delay=delay, way=way))
        if ("delayed", "answer") in apart:
            break
    lib.equal(("delayed", "answer") in apart, True, f"a delay of {delay} us was found")
    lib.equal(apart - {("delayed", "answer")}, set(), "classes that time tells apart")


def people(lab, *always):
    """The classes, before a daemon whose grid can be switched off."""
    if not fault.built_in():
        raise lib.Skip("without --enable-fault-injection the grid cannot be switched off to see that it matters")
    lab.page = fault.Page()
    return People(lab, *always).classes()


def without_grid(lab, classes, runs, way, phase):
    """Then the dear hashes can be told apart, where the password is looked at; few attempts are enough for that."""
    lab.page.set("grid_off", 1)
    apart = compare(lab, f"without-grid-{way[0]}", measure(lab, classes, min(runs, 400), flight=2, way=way))
    for name in ("dear-hash", "yescrypt"):
        lib.equal((name, phase) in apart, True, f"without the grid {name} can be told apart")


def test_times_tell_nothing(lab):
    """Over PAM: neither when the prompts come nor when the refusal does."""
    classes, runs = people(lab), RUNS or 150
    tells_nothing(lab, classes, runs, "cheap-hash", PAM)
    without_grid(lab, classes, runs, PAM, "answer")


def test_challenges_tell_nothing(lab):
    """Through a gateway: neither when the challenge comes, behind the password, nor when the refusal of the code does."""
    if not RUNS:
        raise lib.Skip("takes minutes: tests/strangers/run has it")
    classes, runs = people(lab, lib.GATEWAY), RUNS
    tells_nothing(lab, classes, runs, "challenges", GATEWAY)
    without_grid(lab, classes, runs, GATEWAY, "begin")


if __name__ == "__main__":
    lib.main()
