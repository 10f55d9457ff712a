"""Documents that are complied with, in the caged daemon: their profiles read at start and reload, their numbers enforced."""

import os
import shutil

import hosts
import lib
import pam
import radius
import wire

PROFILES = "/etc/warifu/profiles"
RESOLVE = 'resolve "password.classes" { is = {"none"} by = "Sato" on = "2026-11-21" reason = "test" }'


def comply(*names):
    """The lines of warifu.conf."""
    listed = ", ".join(f'"{name}"' for name in names)
    return f'profiles_dir = "{PROFILES}"\ncomply = {{{listed}}}\n'


def lay_out():
    """Copies of the shipped profiles that nobody else can write."""
    top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    shutil.copytree(os.path.join(top, "profiles"), PROFILES, copy_function=shutil.copyfile)
    for folder, _, files in os.walk(PROFILES):
        os.chmod(folder, 0o755)
        for name in files:
            os.chmod(os.path.join(folder, name), 0o644)


def shown(lab, parameter):
    """The row of `policy show` about a number."""
    return next(row for row in lab.ask("policy", "show") if row["parameter"] == parameter)


def test_documents(lab):
    """A contradiction is no policy: the old one stays; once it is resolved, the fifth wrong answer locks (ISAC-6.2.3)."""
    lay_out()
    lab.up(comply("scs3"), lib.NO_BACKOFF)
    bob = lab.person("bob")
    hosts.write_service("plain", "auth required pam_warifu.so", "account required pam_warifu.so")
    lib.equal(shown(lab, "lock.threshold")["value"], "10", "SCS-4-1-4-1")
    lab.configure(comply("scs3", "isac1"), lib.NO_BACKOFF)
    refused = lab.run(lib.CLI, "reload", code=None)
    lib.contains(refused.stdout + refused.stderr, "'password.classes' cannot be composed: SCS-4-1-5-3", "the reload")
    refused = lab.run(lib.CLI, "--lang", "ja", "reload", code=None)
    lib.contains(refused.stderr, "'password.classes' は合成できません", "the same for a Japanese operator")
    lib.equal(shown(lab, "lock.threshold")["value"], "10", "the policy of before")
    lab.configure(comply("scs3", "isac1"), RESOLVE, lib.NO_BACKOFF)
    lab.cli("reload")
    row = shown(lab, "lock.threshold")
    lib.equal((row["value"], row["criterion"], row["today"]), ("5", "ISAC-6.2.3", "enforced"), "policy show")
    for number in range(5):
        lib.equal(pam.run("plain", "bob", [bob.password, bob.wrong()], ("authenticate",))["code"], pam.AUTH_ERR,
                  f"wrong answer {number + 1}")
    pam.run("plain", "bob", [bob.password, bob.code()], ("authenticate",))
    lib.equal(lab.ask("why", "bob")["reason"], "locked", "why")
    lib.contains(lab.evaluated("bob")[-1]["rule"], "SCS-4-1-3-3", "the rule that decided")
    lab.run(lib.CLI, "policy", "check", code=None)
    lab.verify()


def test_without_documents(lab):
    """Nothing is complied with; what profiles there are can be read and compared from inside the cage."""
    lay_out()
    lab.up(f'profiles_dir = "{PROFILES}"\n', lib.NO_BACKOFF)
    rows = {row["profile"]: row for row in lab.ask("policy", "profiles")}
    lib.equal(len(rows), 9, "profiles")
    lib.equal((rows["scs4"]["criteria"], rows["scs4"]["complied"]), (58, False), "scs4")
    checked = lab.run(lib.CLI, "policy", "check", "--against", "isac1", code=None)
    lib.contains(checked.stderr + checked.stdout, "deviations", "what differs")
    lib.equal(checked.returncode != 0, True, "a deviation is no success")


def test_gateways(lab):
    """C-21, C-26: an Accept says how long one may be idle, also after a reload; who is outside comes over TLS or not at all."""
    lay_out()
    radius.make_user()
    lab.up(comply("isac2"), radius.client(), lib.NO_BACKOFF)
    person = lab.person("alice")
    server = radius.Server(lab).start().connected()
    with radius.Nas() as nas:
        for said in (None, "configuration reloaded"):
            if said is not None:
                lib.contains(server.reload(), said, "the log")
            first = nas.ask(radius.access("alice", person.password))
            reply = nas.ask(radius.access("alice", person.code(), state=first.one(radius.STATE_ATTR)))
            lib.equal((reply.code, reply.one(28)), (radius.ACCEPT, (900).to_bytes(4, "big")), "Idle-Timeout")
    lab.configure(comply("isac2"), radius.client(network='"198.51.100.7"'), lib.NO_BACKOFF)
    for program in (lib.DAEMON, radius.SERVER):
        lib.contains(lab.run(program, "--check", code=1).stderr, "would send passwords in the clear from 198.51.100.7", program)
    lib.contains(server.reload(), "not reloaded", "the log")


def grants_of(lab, name):
    """The grants of an account itself."""
    return lab.ask("grant", "list", "--user", name)


TRUSTED = 'source { trusted = {"192.0.2.0/24"} }'
AT_HOME, ELSEWHERE = "192.0.2.7", "198.51.100.7"


def asked_from(lab, person, source, code):
    """A right login as sshd brings it: how many prompts it had, and its row."""
    with wire.Login(person.name, "sshd", source) as attempt:
        lib.equal(attempt.run(person.password, code), wire.ACCEPT, f"a login from {source}")
        prompts = len(attempt.prompts)
    return prompts, lab.evaluated(person.name)[-1]


def test_trusted_address(lab):
    """C-05: an address is a factor where every document lets it be one (SCS-4-1-3-3), and none where one does not (ISAC-4.4.2)."""
    lay_out()
    lab.up(comply("scs3"), TRUSTED, lib.NO_BACKOFF)
    bob = lab.person("bob")
    lib.equal(wire.login("bob", "not this", source=AT_HOME), wire.REJECT, "another password from there")
    prompts, row = asked_from(lab, bob, AT_HOME, "000000")
    lib.equal((prompts, row["factors"], row["kinds"], row["source"]), (1, "password+address", "knowledge+other", AT_HOME), "the row")
    lib.equal(row["rule"], "mfa.kinds SCS-4-1-3-3", "the criterion in it")
    lib.equal(lab.failures("bob"), 1, "wrong answers, which a lesser success does not forget (I1)")
    lib.contains(lab.ask("why", "bob", "--service", "sshd", "--from", AT_HOME)["explanation"], "the address counts", "why")
    lib.equal(wire.login("bob", bob.password, bob.wrong(), source=ELSEWHERE), wire.REJECT, "the password alone from elsewhere")
    prompts, row = asked_from(lab, bob, ELSEWHERE, bob.code())
    lib.equal((prompts, row["kinds"]), (2, "knowledge+possession"), "from elsewhere")
    both = comply("scs3", "isac1")
    lab.configure(both, RESOLVE, TRUSTED, lib.NO_BACKOFF)
    refused = lab.run(lib.CLI, "reload", code=None)
    lib.contains(refused.stdout + refused.stderr, "'source.trusted' has no meaning here", "a list that nothing may count by")
    lab.configure(both, RESOLVE, lib.NO_BACKOFF)
    lab.cli("reload")
    lib.equal(wire.login("bob", bob.password, bob.wrong(), source=AT_HOME), wire.REJECT, "the password alone from there")
    prompts, row = asked_from(lab, bob, AT_HOME, bob.code())
    lib.equal((prompts, row["kinds"], row["factors"]), (2, "knowledge+possession", "password+hotp"), "from there")
    lib.equal(row["rule"], "mfa.kinds SCS-4-1-3-3", "the criterion in it")
    lab.verify()


def test_c11_behind_a_firewall(lab):
    """C-11: where firewalls are changed through RADIUS a trusted address may stand in for the code (SCS-4-5-1-7), until one document says no."""
    lay_out()
    radius.make_user()
    firewall = radius.client("fw", trust_calling_station="true", **{"class": '"firewall-admin"'})
    lab.up(comply("scs3"), TRUSTED, firewall, lib.NO_BACKOFF)
    rita = lab.person("rita", options=("--kind", "privileged"))
    server = radius.Server(lab).start().connected()

    def first(nas, person, source):
        station = radius.attribute(radius.CALLING_STATION, source)
        return nas.ask(radius.access(person.name, person.password, extra=station)).code

    with radius.Nas() as nas:
        lib.equal(first(nas, rita, AT_HOME), radius.ACCEPT, "from the trusted address")
        row = lab.evaluated("rita")[-1]
        lib.equal((row["kinds"], row["source"], row["service"]), ("knowledge+other", AT_HOME, "fw"), "row")
        lib.equal(first(nas, rita, ELSEWHERE), radius.CHALLENGE, "from elsewhere")
        lab.configure(comply("scs3", "isac1"), RESOLVE, firewall, lib.NO_BACKOFF)
        lab.cli("reload")
        lib.contains(server.reload(), "configuration reloaded", "the log")
        lib.equal(first(nas, rita, AT_HOME), radius.CHALLENGE, "where ISAC counts no address")
    lab.verify()


def test_grants(lab):
    """In by a grant alone: refused without, let in with one, refused after its end, the use recorded (SCS-4-1-7-3)."""
    lab.up("service plain { grants = required data = important }\n", lib.NO_BACKOFF)
    bob = lab.person("bob")
    hosts.write_service("plain", "auth required pam_warifu.so", "account required pam_warifu.so")
    login = ("authenticate", "acct_mgmt")
    lib.equal(pam.run("plain", "bob", [bob.password, bob.code()], ("authenticate",))["code"], pam.AUTH_ERR, "no grant")
    lib.equal(lab.ask("why", "bob")["reason"], "no-grant", "why")
    lab.cli("grant", "add", "plain", "--user", "bob", "--until", "2h")
    lib.equal(pam.run("plain", "bob", [bob.password, bob.code()], login)["code"], pam.SUCCESS, "with a grant")
    grant, = grants_of(lab, "bob")
    lib.equal(grant["state"], "holds", "the grant")
    if grant["used"] is None:
        raise AssertionError("the use of the grant is not recorded")
    register = {row["service"]: row for row in lab.ask("service", "list")}
    lib.equal((register["plain"]["data"], register["plain"]["held"]), ("3", 1), "the register")
    lab.cli("grant", "end", str(grant["id"]), "--reason", "over")
    lib.equal(pam.run("plain", "bob", [bob.password, bob.code()], ("authenticate",))["code"], pam.AUTH_ERR, "after its end")
    lab.verify()


def test_entry(lab):
    """Important services that anybody may enter are told at the start, by --check and by the doctor (SCS-4-1-7-3)."""
    told = "though SCS-4-1-7-3 asks who may: sshd, login"
    lay_out()
    lab.up(comply("scs4"), lib.NO_BACKOFF)
    lib.contains(lab.said(), told, "the log of the start")
    lib.contains(lab.run(lib.DAEMON, "--check").stderr, told, "warifud --check, which calls it fine")
    lib.contains(lab.run(lib.CLI, "--lang", "en", "doctor", code=None).stdout, told, "the doctor")
    lab.configure(comply("scs4"), 'node = "web1"\nhost "web1" { data = "1" }\n', lib.NO_BACKOFF)
    lib.equal(lab.run(lib.DAEMON, "--check").stderr, "", "where the host says that its data are public")


def test_impact(lab):
    """Another document is tried in the caged daemon: its contradictions are told, and nothing is changed."""
    lay_out()
    lab.up(comply("scs3"), lib.NO_BACKOFF)
    lab.cli("user", "add", "carol", "--no-password")
    rows = lab.ask("policy", "impact", "--comply", "scs4,kubota")
    told = " ".join(row["text"] for row in rows if row["what"] == "start")
    lib.contains(told, "'session.timeout' has no value", "what the start would say")
    lib.contains(told, "'password.max_age' has no value", "the next sentence")
    lib.equal([row["who"] for row in rows if row["what"] == "no-second-factor"], ["carol"], "who is affected")
    lib.equal(shown(lab, "lock.threshold")["criterion"], "SCS-4-1-4-1", "the policy of before")


if __name__ == "__main__":
    lib.main()
