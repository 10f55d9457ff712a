"""kill -9 at random points under load, 20 rounds, with the same store.

Each process of the load keeps its own account of what it was told. Afterwards the log and that account
must agree: no verdict without its row, no code accepted twice, no wrong answer forgotten.
"""

import collections
import os
import random
import time

import lib
import wire

ROUNDS = 20
PEOPLE = 8
GUESSED = 6
# Far above what the load can reach, so that no lock ends the counting.
CONFIG = "lock {\n\tthreshold = 1000\n\tbackoff_cap = 0\n}\n"
THRESHOLDS = "possession {\n\tthreshold = 1000\n}\n"
# Each login that a kill cuts off has spent a code: on a busy machine that may be all of one person's in a row.
LOOKAHEAD = "hotp {\n\tlookahead = 100\n}\n"


def honest(person, journal):
    """Logs in for ever, each time with the next code; writes down what was sent and what came back."""
    while True:
        code = person.code()
        os.write(journal, f"sent {code}\n".encode())
        verdict = wire.login(person.name, person.password, code, timeout=10)
        os.write(journal, f"got {code} {verdict}\n".encode())


def guesser(person, journal):
    """Guesses for ever."""
    wrong = person.wrong()
    while True:
        os.write(journal, b"sent wrong\n")
        verdict = wire.login(person.name, person.password, wrong, timeout=10)
        os.write(journal, f"got wrong {verdict}\n".encode())


def replayer(person, used, journal):
    """Sends codes again that were accepted before."""
    while True:
        code = random.choice(used)
        os.write(journal, f"sent {code}\n".encode())
        verdict = wire.login(person.name, person.password, code, timeout=10)
        os.write(journal, f"got {code} {verdict}\n".encode())


def start(lab, name, work, *arguments):
    """A process of the load; it ends when the daemon is gone."""
    path = os.path.join(lab.logs, "journal-" + name)
    pid = os.fork()
    if pid:
        return pid, path
    journal = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        work(*arguments, journal)
    except wire.Gone:
        os._exit(0)
    except BaseException as error:  # pylint: disable=broad-except
        os.write(journal, f"broken {error!r}\n".encode())
        os._exit(1)


def read_journal(path):
    """[(code, verdict)] of one process, the verdict None where none came; a further attempt is no surprise."""
    told = []
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            words = line.split()
            if words[0] == "sent":
                told.append([words[1], None])
            elif words[0] == "got":
                told[-1][1] = int(words[2])
            else:
                raise AssertionError(f"{path}: {line}")
    return told


def one_round(lab, number, people, victims, used, book):
    """Load, a kill at a random moment, restart; what was told goes into the book."""
    load = []
    for person in people:
        load.append((person, start(lab, f"{number}-{person.name}", honest, person)))
    for person in victims:
        load.append((person, start(lab, f"{number}-{person.name}", guesser, person)))
    if used:
        load.append((people[0], start(lab, f"{number}-again", replayer, people[0], used)))
    time.sleep(random.uniform(0.05, 0.8))
    lab.kill()
    for person, (pid, path) in load:
        _pid, status = os.waitpid(pid, 0)
        lib.equal(status, 0, f"exit of {path}")
        told = read_journal(path)
        book[person.name] += told
        if person in people and "again" not in path:
            person.counter += len(told)
        if person is people[0]:
            used += [code for code, verdict in told if verdict == wire.ACCEPT]
    lab.start()


def check_person(lab, person, told):
    """No code accepted twice, none without its row, no row of success without an attempt."""
    accepted = collections.Counter(code for code, verdict in told if verdict == wire.ACCEPT)
    twice = [code for code, count in accepted.items() if count > 1]
    # Six digits may meet by chance among a few hundred codes: then the counter allows as many.
    by_chance = collections.Counter(lib.otp(person.secret, number) for number in range(person.counter + 1))
    lib.equal([code for code in twice if accepted[code] > by_chance[code]], [], f"{person.name}: accepted twice")
    successes = len(lab.evaluated(person.name, result="success"))
    open_ends = sum(1 for _code, verdict in told if verdict is None)
    if not sum(accepted.values()) <= successes <= sum(accepted.values()) + open_ends:
        raise AssertionError(f"{person.name}: {sum(accepted.values())} accepted, {open_ends} without a reply, "
                             f"{successes} successes in the log")


def check_victim(lab, person, told):
    """Every refusal that was told is counted; what got no reply may be counted, but nothing else is."""
    refused = sum(1 for _code, verdict in told if verdict == wire.REJECT)
    open_ends = sum(1 for _code, verdict in told if verdict is None)
    failures = lab.failures(person.name)
    rows = len(lab.evaluated(person.name, result="failure"))
    if not refused <= failures <= refused + open_ends:
        raise AssertionError(f"{person.name}: {refused} refused, {open_ends} without a reply, {failures} counted")
    lib.equal(rows, failures, f"{person.name}: rows and counted failures")
    lib.equal([verdict for _code, verdict in told if verdict == wire.ACCEPT], [], f"{person.name}: accepted")


def test_kill_at_random_points(lab):
    """20 rounds; then everything that was told is in the store, and the chain verifies."""
    lab.up(CONFIG, THRESHOLDS, LOOKAHEAD, lib.UNLIMITED_SOURCE)
    people = lab.people(PEOPLE, "honest")
    victims = lab.people(GUESSED, "victim")
    book = collections.defaultdict(list)
    used = []
    random.seed(20)
    for number in range(ROUNDS):
        one_round(lab, number, people, victims, used, book)
        lab.verify()
    # Leases of attempts that the last kill cut off are settled at the start: nothing stays pending.
    for person in people:
        check_person(lab, person, book[person.name])
        person.counter += 1
        lib.equal(wire.login(person.name, person.password, person.code()), wire.ACCEPT, f"{person.name} afterwards")
    for person in victims:
        check_victim(lab, person, book[person.name])
    interrupted = len(lab.log("--class", "auth", reason="interrupted"))
    lib.equal(interrupted > 0, True, f"attempts that a kill cut off between admission and commit: {interrupted}")
    attempts = sum(len(told) for told in book.values())
    print(f"        {ROUNDS} kills, {attempts} attempts, {sum(1 for t in book.values() for _c, v in t if v is None)} without a reply, "
          f"{interrupted} interrupted")
    lab.verify()


if __name__ == "__main__":
    lib.main()
