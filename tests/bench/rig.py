"""What the parts of the benchmarks share: a daemon with a store on the machine's own disk, its load generator, and
results for the table.
"""

import json
import os
import shutil
import subprocess
import sys

SOURCE = os.environ["WARIFU_SOURCE"]
BUILD = os.environ["WARIFU_BUILD"]
STORES = os.environ["WARIFU_STORES"]
sys.path.insert(0, os.path.join(SOURCE, "tests", "system"))
import fault  # pylint: disable=wrong-import-position
import lib  # pylint: disable=wrong-import-position

QUICK = "--quick" in sys.argv[1:]
PASSWORD = "plum trees in the seventh month"
CODES = "service \"codes\" {\n\task = {\"code\"}\n}\n"
CONFIG = ("node = \"bench\"\n", "connections = 4096\n", lib.NO_BACKOFF, CODES)
PROCESSORS = os.cpu_count()


def report(part, what, value, unit, aim="", note=""):
    """One result, for the table and for whoever looks on."""
    with open(os.environ["WARIFU_RESULTS"], "a", encoding="utf-8") as stream:
        json.dump({"part": part, "what": what, "value": value, "unit": unit, "aim": aim, "note": note}, stream)
        stream.write("\n")
    print(f"{part} {what}: {value:.4g} {unit} {note}", flush=True)


def program(name):
    """One of the bench's own programs."""
    return os.path.join(BUILD, "tests", "bench", name)


def skipped(part, what, why):
    """A result that could not be had, and what it would need."""
    with open(os.environ["WARIFU_RESULTS"], "a", encoding="utf-8") as stream:
        json.dump({"part": part, "what": what, "value": "skipped", "unit": "", "aim": "", "note": why}, stream)
        stream.write("\n")
    print(f"{part} {what}: skipped: {why}", flush=True)


def raw_hash(threads, seconds, *crypt):
    """Verifications a second, milliseconds and milliseconds of processor each, of the product's library alone; of
    Argon2id, or of a hash of crypt(3)."""
    words = subprocess.run([program("bench_hash"), str(threads), str(seconds), *crypt], stdout=subprocess.PIPE, text=True,
                           check=True).stdout.split()
    return float(words[0]), float(words[1]), float(words[2])


def processor_s(pid):
    """Seconds of processor that a process has had: its threads of now, to the microsecond."""
    spent = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii") as stream:
            spent += int(stream.read().split()[0])
    return spent / 1e9


class Rig(lib.Lab):
    """A daemon whose store lies on the machine's own disk, filled with people."""

    def __init__(self, name, syslog, page=False):
        super().__init__(name, syslog)
        self.disk = os.path.join(STORES, name)
        os.makedirs(self.disk)
        os.makedirs(lib.STATE, exist_ok=True)
        self.run("mount", "--bind", self.disk, lib.STATE)
        self.run("chown", "warifu:", lib.STATE)
        os.chmod(lib.STATE, 0o700)
        self.page = fault.Page() if page else None
        self.counters = os.path.join(STORES, name + ".counters")

    def close(self):
        """Ends it and takes its store away."""
        if self.process is not None:
            self.stop(60)
        self.run("umount", lib.STATE)
        shutil.rmtree(self.disk)

    def filled(self, people, rows=0, *parts, crypt=()):
        """Configuration, store with so many accounts and rows, daemon; passwords as a hash of crypt(3) if given."""
        self.configure(*CONFIG, *parts)
        self.init()
        self.run("setpriv", "--reuid", "warifu", "--regid", "warifu", "--clear-groups", program("bench_fill"),
                 os.path.join(lib.STATE, "warifu.db"), os.path.join(lib.STATE, "keys", "warifu.key"), "bench",
                 str(people), str(rows), *crypt, timeout=3600)
        self.people_count = people
        self.start()
        return self

    def load_start(self, clients, seconds, *options, people=None, first=1, counters=None):
        """A load generator under way."""
        return subprocess.Popen([program("bench_load"), "--counters", counters or self.counters, "--clients", str(clients),
                                 "--seconds", str(seconds), "--people", str(people or self.people_count),
                                 "--first", str(first), *options], stdout=subprocess.PIPE, text=True)

    def load(self, *arguments, **options):
        """What came of a load."""
        return load_end(self.load_start(*arguments, **options))

    def metric(self, name):
        """One of the daemon's figures."""
        for line in self.cli("status", "--metrics").splitlines():
            words = line.split()
            if words and words[0] in (name, name + "_total"):
                return float(words[1])
        raise AssertionError(f"no figure {name}")

    def cpu_s(self):
        """Seconds of processor that the daemon has had."""
        return processor_s(self.process.pid)

    def memory_mib(self, what="VmRSS"):
        """Resident memory."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as stream:
            return next(int(line.split()[1]) / 1024 for line in stream if line.startswith(what + ":"))


def load_end(process):
    """Reads what a load generator has to say."""
    out = process.communicate()[0]
    if process.returncode != 0:
        raise AssertionError(f"bench_load ended with {process.returncode}")
    return json.loads(out)


def seconds(full, quick):
    """Shorter with --quick."""
    return quick if QUICK else full
