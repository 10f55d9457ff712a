"""After the cuts: on each copy of the disk a daemon is started, and everything that had left the machine must be there."""

import collections
import contextlib
import json
import os
import shutil

import lib
import wire

WORK = os.environ["WARIFU_POWERCUT"]
CUTS = int(os.environ["WARIFU_CUTS"])
LOSSY = bool(os.environ["WARIFU_LOSSY"])
REPLAYED = 2  # codes of each person that are sent again after each cut
RESULT = {wire.ACCEPT: "success", wire.REJECT: "failure"}


def journal(number):
    """What had left the machine before one cut; a line that is not whole was not told."""
    lines = []
    with open(os.path.join(WORK, f"journal-{number}"), encoding="utf-8", errors="replace") as stream:
        for line in stream:
            with contextlib.suppress(ValueError):
                lines.append(json.loads(line))
    return lines


def power_returns(lab, number):
    """The daemon on what the disk holds."""
    shutil.rmtree(lib.STATE, ignore_errors=True)
    shutil.copytree(os.path.join(WORK, f"cut-{number}"), lib.STATE)
    shutil.rmtree(os.path.join(lib.STATE, "lost+found"), ignore_errors=True)
    lab.run("chown", "-R", "warifu:warifu", lib.STATE)
    os.chmod(lib.STATE, 0o700)
    lab.start()


def check_rows(told, rows):
    """Each verdict has its row."""
    by_txn = {row["txn"]: row for row in rows if row["action"] == "authenticate"}
    for _kind, name, _number, txn, verdict in told:
        if txn not in by_txn or by_txn[txn]["result"] != RESULT[verdict]:
            raise AssertionError(f"{name}: the verdict {verdict} of {txn} left, its row is {by_txn.get(txn)}")


def check_counters(lab, people, rows):
    """Counted is what the rows say, and no attempt is under way."""
    lib.equal(lib.query(os.path.join(lib.STATE, "warifu.db"), "SELECT count(*) FROM reservation"), 0, "reservations")
    for person in people:
        wrong = [row for row in rows if row["user"] == person["name"] and row["action"] == "authenticate"
                 and row["result"] == "failure" and row["reason"] not in lib.NOT_EVALUATED | {"replayed"}]
        lib.equal(lab.failures(person["name"]), len(wrong), f"{person['name']}: failures and rows")


def check_codes(people, told):
    """What was accepted is not accepted again, and the code behind the last one is."""
    accepted = collections.defaultdict(list)
    for _kind, name, number, _txn, verdict in told:
        if verdict == wire.ACCEPT:
            accepted[name].append(number)
    for person in people:
        numbers = sorted(accepted[person["name"]])
        lib.equal(len(set(numbers)), len(numbers), f"{person['name']}: codes accepted")
        for number in numbers[-REPLAYED:]:
            verdict = wire.login(person["name"], "", lib.otp(person["secret"], number), service="codes")
            lib.equal(verdict, wire.REJECT, f"{person['name']}: code {number} again")
        if numbers:
            # The last one sent may have been accepted without a verdict that left.
            verdicts = [wire.login(person["name"], "", lib.otp(person["secret"], numbers[-1] + ahead), service="codes")
                        for ahead in (1, 2)]
            lib.equal(wire.ACCEPT in verdicts, True, f"{person['name']}: the next code")


def check_cut(lab, number, people, told):
    """One copy of the disk."""
    power_returns(lab, number)
    lab.verify()
    rows = lab.log()
    check_rows(told, rows)
    check_counters(lab, people, rows)
    check_codes(people, told)
    lab.kill()


def test_verdicts(lab):
    """Every verdict that left is on the disk; with an fsync that does nothing that must not be so."""
    with open(os.path.join(WORK, "people.json"), encoding="utf-8") as stream:
        people = json.load(stream)
    shutil.copy(os.path.join(WORK, "warifu.conf"), lib.CONFIG)
    lost = []
    for number in range(1, CUTS + 1):
        lines = journal(number)
        told = [line for line in lines if line[0] == "told"]
        try:
            check_cut(lab, number, people, told)
        except AssertionError as problem:
            lost.append(f"cut {number}: {problem}")
            if lab.process is not None:
                lab.process.kill()
                lab.process.wait()
                lab.process = None
    print(f"        {CUTS} cuts, {len(told)} verdicts had left, {len(lines) - 2 * len(told)} attempts were cut off, "
          f"losses in {len(lost)} cuts")
    for line in lost:
        print(f"        {line[:200]}")
    lib.equal(bool(lost), LOSSY, "verdicts were lost")


if __name__ == "__main__":
    lib.main()
