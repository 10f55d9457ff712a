"""What detection finds in a running daemon: told once, shown, over a death, closed with a level and a reason."""

import os
import re

import lib
import mmdb
import wire

COUNTRIES = "/etc/warifu/countries.mmdb"


def guess(person, source, times):
    """Wrong passwords from a source."""
    for _ in range(times):
        lib.equal(wire.login(person.name, "not it", person.wrong(), source=source), wire.REJECT, "a wrong password")


def findings(lab, *options):
    """The findings that are listed."""
    return lab.ask("finding", "list", *options)


def found(lab, rule):
    """The finding of this rule, once there is one."""
    return lib.wait_for(rule, lambda: next((one for one in findings(lab) if one["rule"] == rule), None))


def test_guessing_is_found_and_closed(lab):
    """Five accounts from one source: a finding with its rows, still the same after a death, then closed."""
    lab.up(lib.NO_BACKOFF)
    people = [lab.person(f"user{i}") for i in range(5)]
    for person in people:
        guess(person, "192.0.2.66", 1)
    one = found(lab, "source-spray")
    lib.equal((one["level"], one["state"], one["source"], one["user"]), (2, "open", "192.0.2.66", None), "the finding")
    lab.kill()
    lab.start()
    guess(people[0], "192.0.2.66", 1)
    lib.wait_for("its next row", lambda: findings(lab)[0]["rows"] == one["rows"] + 1)
    lib.equal(len(lab.log(event="incident")), 1, "rows of the finding")
    rows = lab.ask("finding", "show", str(one["id"]))
    lib.equal({row["source"] for row in rows[:-1]}, {"192.0.2.66"}, "sources of the rows")
    lib.equal((rows[-1]["seq"], rows[-1]["event"]), (one["id"], "incident"), "the finding's own row")
    status = lab.ask("status")
    lib.equal((status["findings"], status["findings-level"], status["level"] != "ok"), (1, 2, True), "status")
    lab.cli("finding", "close", str(one["id"]), "--level", "1", "--reason", "a penetration test")
    lib.equal(findings(lab), [], "what is open")
    closed = findings(lab, "--all")[0]
    lib.equal((closed["state"], closed["decided"], closed["reason"]), ("closed", 1, "a penetration test"), "closed")
    lib.equal(len(lab.log(event="finding.close")), 1, "row of the decision")
    lab.cli("finding", "close", str(one["id"]), "--level", "0", "--reason", "again", code=1)
    lab.verify()


def test_a_rule_that_is_off_is_told(lab):
    """A rule is switched off with a reason, which status shows; the others go on."""
    lab.up(lib.NO_BACKOFF, 'detect source-spray { off = "a test" }', "detect account-failures { tries = 3 }")
    people = [lab.person(f"user{i}") for i in range(5)]
    for person in people:
        guess(person, "192.0.2.66", 1)
    guess(people[0], "192.0.2.66", 2)
    one = found(lab, "account-failures")
    lib.equal((one["user"], one["level"]), ("user0", 1), "the finding")
    lib.equal(len(findings(lab)), 1, "findings")
    lib.equal(lab.ask("status")["rules-off"], "source-spray: a test", "status")


def put_countries(content):
    """The file, overwritten where it lies, as `cp` does it."""
    with open(COUNTRIES, "wb") as file:
        file.write(content)


def log_in(person, source):
    """A login that goes well."""
    lib.equal(wire.login(person.name, person.password, person.code(), source=source), wire.ACCEPT, f"from {source}")


def test_a_login_from_another_country(lab):
    """In its cage the daemon reads the file, by IPv4 and IPv6; one that is cut short or broken is told and ends nothing."""
    os.makedirs(os.path.dirname(COUNTRIES), exist_ok=True)
    put_countries(mmdb.database([("192.0.2.0/24", "JP"), ("2001:db8:1::/48", "FR")]))
    lab.up(lib.NO_BACKOFF, f'findings {{ countries = "{COUNTRIES}" }}', "detect new-country { learn = 1 }")
    person = lab.person("alice")
    log_in(person, "192.0.2.7")
    lib.wait_for("the file to be read", lambda: re.search(r"up to row [1-9]", lab.cli("doctor", code=None)))
    put_countries(b"")
    log_in(person, "2001:db8:1::9")
    lib.equal(found(lab, "new-country")["source"], "2001:db8:1::9", "the finding")
    lab.cli("reload")
    lib.wait_for("what is wrong", lambda: "logins from new countries are not found by the new file" in lab.said())
    lib.contains(lab.cli("doctor", code=None), "Logins from new countries are not found", "doctor")
    log_in(person, "192.0.2.7")


if __name__ == "__main__":
    lib.main()
