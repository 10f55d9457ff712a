"""The report of a running daemon: what its log shows of each criterion, and what a setting that is switched off turns."""

import lib
import test_policy
import wire

# A lock after 20 makes up for nothing: eight characters are too few where nobody has a second factor (SCS-4-1-5-3).
OFF = {
    "lock { threshold = 20 }\n": {"SCS-4-1-4-1", "SCS-4-1-5-3"},
    "log { retention_days = 30 }\n": {"SCS-4-4-3-1"},
}


def lines(lab, *options):
    """All lines of a report, by part."""
    parts = {}
    for line in lab.ask("report", *options):
        parts.setdefault(line["part"], []).append(line)
    return parts


def states(report):
    """The state of each criterion."""
    return {line["criterion"]: line["state"] for line in report["criterion"]}


def proof(report, criterion, name):
    """What one proof says of a criterion."""
    return next(line for line in report["proof"] if (line["criterion"], line["name"]) == (criterion, name))


def test_logins_are_counted(lab):
    """Each login from the internet is in the share, each wrong answer in its count; the report is the log's last row."""
    test_policy.lay_out()
    lab.up(test_policy.comply("scs4"), lib.NO_BACKOFF)
    alice = lab.person("alice")
    for _ in range(3):
        lib.equal(wire.login("alice", alice.password, alice.code(), source="192.0.2.7"), wire.ACCEPT, "a login")
    for _ in range(2):
        lib.equal(wire.login("alice", "not it", alice.wrong(), source="192.0.2.7"), wire.REJECT, "a wrong password")
    report = lines(lab)
    share = proof(report, "SCS-4-1-3-5", "logins.internet")
    successes = len(lab.log(event="login", result="success"))
    lib.equal((share["state"], share["count"], share["total"]), ("supports", 3, 3), "logins with two kinds")
    lib.equal(share["total"], successes, "logins of the log")
    lib.equal(proof(report, "SCS-4-1-4-1", "lock.wrong")["count"], 2, "wrong answers")
    lib.equal(proof(report, "SCS-4-4-3-1", "log.chain")["state"], "supports", "the chain")
    facts = {line["name"]: line for line in report["report"]}
    row = lab.log(event="report")[-1]
    lib.equal(facts["hash"]["value"] in row["detail"], True, "the hash in the log")
    lib.equal(facts["head"]["value"] is not None and len(facts["head"]["value"]), 64, "the chain's hash")
    lab.verify()


def test_a_setting_turns_its_criteria(lab):
    """A value that is weaker by the configuration turns its criteria to not met, and no other."""
    test_policy.lay_out()
    local = f'profiles_dir = "{test_policy.PROFILES}"\n'
    lab.up(local, "backup { every = 1d }")
    lines(lab, "--profile", "scs4")  # a report is an act itself, and the next one shows it
    before = states(lines(lab, "--profile", "scs4"))
    for setting, turned in OFF.items():
        lab.configure(local, "backup { every = 1d }", setting)
        lab.cli("reload")
        after = states(lines(lab, "--profile", "scs4"))
        lib.equal({one for one in before if before[one] != after[one]}, turned, setting)
        lib.equal({after[one] for one in turned}, {"not met"}, setting)


if __name__ == "__main__":
    lib.main()
