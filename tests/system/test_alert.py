"""Alerts: findings told by mail, by a command and by the log, once for each class of people, whatever goes away meanwhile."""

import json
import os
import shutil
import signal
import subprocess
import time

import lib
import mailer
import relays
import upstream
import wire

OPERATORS, OFFICERS = "ops@example.jp", "ciso@example.jp"
HOOK = "/usr/local/sbin/warifu-page"


class Post:
    """Mail servers, warifu-egress, and the daemon that tells."""

    def __init__(self, lab, *lines, servers=1, alert=""):
        upstream.make_user()
        self.lab, self.lines = lab, lines
        self.authority = relays.Authority(lab)
        self.authority.make("centre", "mail", "127.0.0.1", "localhost")
        self.ports = [mailer.PORT + i for i in range(servers)]
        self.servers = [mailer.Server(lab, self.authority, port).start() for port in self.ports]
        self.server = self.servers[0]
        lab.up(*self.parts(alert))
        self.egress = upstream.Egress(lab).start()
        self.people = [lab.person(f"user{i}") for i in range(5)]

    def parts(self, alert="", operators=(OPERATORS,), authority=None):
        """The configuration."""
        who = ", ".join(f'"{name}"' for name in operators)
        return (lib.NO_BACKOFF, mailer.section(authority or self.authority, *self.ports),
                f'alert {{\n\toperators = {{{who}}}\n\tofficers = {{"{OFFICERS}"}}\n{alert}}}\n', *self.lines)

    def change(self, **options):
        """Another configuration, for both programs."""
        self.lab.configure(*self.parts(**options))
        self.reload()

    def reload(self):
        """Both read what they have read anew."""
        mark = self.egress.mark()
        self.egress.process.send_signal(signal.SIGHUP)
        lib.wait_for("warifu-egress has reloaded", lambda: "configuration reloaded" in self.egress.said(mark))
        self.lab.cli("reload")

    def spray(self, source="192.0.2.66"):
        """Something of level 2."""
        for person in self.people:
            lib.equal(wire.login(person.name, "not it", person.wrong(), source=source), wire.REJECT, "a wrong password")

    def ways(self):
        """How it stands with the ways, by name."""
        return {row["way"]: row for row in self.lab.ask("alert", "list")}

    def wait_told(self, seconds=60):
        """Until nobody waits for anything."""
        lib.wait_for("all are told", lambda: self.lab.ask("status")["alerts-waiting"] == 0, seconds)


def write_hook(lab, text):
    """The command, which keeps what it is told."""
    path = os.path.join(lab.logs, "told")
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    os.chmod(path, 0o777)
    os.makedirs(os.path.dirname(HOOK), exist_ok=True)
    with open(HOOK, "w", encoding="utf-8") as stream:
        stream.write(f"#!/bin/sh\numask 022\ncat >{path}/$$.json\nenv >{path}/env\n{text}\n")
    os.chmod(HOOK, 0o755)

    def told():
        read = []
        for name in sorted(os.listdir(path)):
            if name.endswith(".json"):
                with open(os.path.join(path, name), encoding="utf-8") as stream:
                    read.append(stream.read())
        return [json.loads(text) for text in read if text.endswith("\n")]
    return told


def to_of(letters):
    """Who got them, sorted."""
    return sorted(letter.to[0] for letter in letters)


def test_each_class_is_told_once(lab):
    """A finding of level 2 reaches both classes within a minute, over STARTTLS with a password, in both languages; it is told
    once, also over deaths of daemon and warifu-egress; one of level 1 is for operators alone."""
    post = Post(lab, 'detect account-failures { tries = 3 }')
    started = time.monotonic()
    post.spray()
    letters = post.server.wait(2)
    lib.equal(time.monotonic() - started < 60, True, "within a minute")
    lib.equal(to_of(letters), [OFFICERS, OPERATORS], "who is told")
    one = lab.ask("finding", "list")[0]
    for letter in letters:
        lib.equal((letter.who, letter.tls), (mailer.NAME, True), "password and TLS")
        for words in ("[Warifu ", f"{one['id']}", "level 2: One source tried many accounts"):
            lib.equal(words in letter.subject, True, f"{words} in {letter.subject}")
        for words in ("192.0.2.66", f"warifu finding show {one['id']}", "----", "One source tried many accounts"):
            lib.equal(words in letter.text, True, f"{words} in {letter.text}")
    post.wait_told()
    lib.equal(f"alert: finding {one['id']}, level 2" in lab.said(), True, "the log of the machine")
    lab.kill()
    post.egress.kill()
    post.egress.start()
    lab.start()
    wire.login(post.people[0].name, "not it", post.people[0].wrong(), source="192.0.2.66")
    time.sleep(5)
    lib.equal(len(post.server.letters()), 2, "letters after a restart")
    for _ in range(3):
        wire.login(post.people[1].name, "not it", post.people[1].wrong(), source="198.51.100.7")
    letters = post.server.wait(3)
    post.wait_told()
    lib.equal(to_of(letters), [OFFICERS, OPERATORS, OPERATORS], "level 1")
    lab.verify()


def test_a_server_that_fails(lab):
    """A server that puts off, dies amid a letter, dies after it, hangs, or is away: the next one has the letter, or it comes
    later; a second letter has the id of the first. A final refusal is told and not tried again at once."""
    post = Post(lab, servers=2)
    first, second = post.servers
    first.mode("later")
    post.spray()
    lib.equal(to_of(second.wait(2)), [OFFICERS, OPERATORS], "the second server")
    post.wait_told()
    first.mode("hang")
    post.spray("192.0.2.67")
    second.wait(4)
    post.wait_told()
    second.kill()
    first.mode("deaf")
    post.spray("192.0.2.68")
    lib.wait_for("it dies with a letter", lambda: first.process.poll() is not None)
    lib.wait_for("it is said", lambda: any(row["error"] for row in post.ways().values()))
    first.mode("take")
    first.start()
    post.wait_told(90)
    ids = [letter.id for letter in first.letters() if "192.0.2.68" in letter.text]
    lib.equal(len(ids) >= 3 and len(set(ids)) == 2, True, f"twice under one id: {ids}")
    first.mode("refuse")
    count = len(first.letters())
    post.spray("192.0.2.69")
    lib.wait_for("the refusal is said", lambda: "not here" in (post.ways()["mail.operators"]["error"] or ""))
    lib.equal(post.ways()["mail.operators"]["waiting"], 1, "it stays untold")
    doctor = {row["name"]: row for row in lab.ask("doctor", code=None)}
    lib.equal("not here" in doctor["alerts"]["text"], True, doctor["alerts"]["text"])
    first.mode("take")
    time.sleep(12)
    lib.equal(len(first.letters()), count, "letters while it is refused")
    post.reload()
    first.wait(count + 2)
    post.wait_told()
    lib.equal([row["error"] for row in post.ways().values()], [None] * 3, "errors")


def test_one_of_several_is_refused(lab):
    """Who of a class is refused does not keep the others from being told, and is named."""
    post = Post(lab)
    post.change(alert="\tlanguages = {en}\n", operators=("nobody@example.jp", OPERATORS))
    post.server.mode("refuse:nobody")
    post.spray()
    letters = post.server.wait(2)
    post.wait_told()
    lib.equal(to_of(letters), [OFFICERS, OPERATORS], "who got it")
    lib.equal("nobody of that name: nobody@" in post.ways()["mail.operators"]["error"], True, "who did not")


def test_what_a_filter_refuses(lab):
    """A mail that is refused for a name in it comes without names, at once; the next finding passes by the ordinary way."""
    post = Post(lab)
    post.server.mode("filter:192.0.2.66")
    post.spray()
    letters = post.server.wait(2)
    post.wait_told()
    one = lab.ask("finding", "list")[0]
    for letter in letters:
        lib.equal("192.0.2.66" in letter.text, False, "no names")
        lib.equal(f"warifu finding show {one['id']}" in letter.text, True, letter.text)
        lib.equal(f"{one['id']}, level 2" in letter.subject, True, letter.subject)
    post.spray("192.0.2.67")
    letters = post.server.wait(4)
    lib.equal(all("192.0.2.67" in letter.text for letter in letters[2:]), True, "the next one")


def test_a_refused_one_is_passed(lab):
    """A finding that is refused however it is said waits alone; the next one does not wait for it."""
    post = Post(lab)
    post.change(alert="\tlanguages = {en}\n")
    post.server.mode("refuse")
    post.spray()
    lib.wait_for("the refusal is said", lambda: "not here" in (post.ways()["mail.operators"]["error"] or ""))
    post.server.mode("take")
    post.spray("192.0.2.67")
    letters = post.server.wait(2, 90)
    lib.equal(all("192.0.2.67" in letter.text for letter in letters), True, "the next one")
    lib.equal(post.ways()["mail.operators"]["waiting"], 1, "the refused one waits")
    lib.equal("not here" in post.ways()["mail.operators"]["error"], True, "and that is said")
    post.reload()
    post.server.wait(4)
    post.wait_told()


def test_a_stop_waits_for_no_mail_server(lab):
    """While `warifu alert test` waits for a server that says nothing, the daemon ends in time, with its row."""
    post = Post(lab)
    lab.configure(*(part.replace("timeout = 2", "timeout = 60") for part in post.parts()))
    post.reload()
    post.server.mode("hang")
    with subprocess.Popen([lib.CLI, "alert", "test"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as trial:
        time.sleep(3)
        lib.equal(trial.poll(), None, "it waits")
        started = time.monotonic()
        lab.stop()
        lib.equal(time.monotonic() - started < 15, True, "it ends in time")
        trial.wait(20)
    lab.start()
    lib.equal(len(lab.log(event="stop")), 1, "the row")
    lib.equal([row["result"] for row in lab.log(event="alert.test")], ["failure"], "the trial's row")


def test_a_flood(lab):
    """Three messages an hour: two findings by themselves, then one letter for all that came, then nothing but what is worse."""
    post = Post(lab, "detect account-failures { tries = 3 level = 2 }", "detect source-spray { off = \"a test\" }",
                alert="\thourly = 3\n\tlanguages = {en}\n")
    for i, person in enumerate(post.people):
        for _ in range(3):
            wire.login(person.name, "not it", person.wrong(), source=f"192.0.2.{i + 1}")
        if i in (0, 1):
            post.server.wait(2 * i + 2)
        elif i == 2:
            post.server.wait(6)
    time.sleep(5)
    letters = [letter for letter in post.server.letters() if letter.to == [OPERATORS]]
    lib.equal(len(letters), 3, [letter.subject for letter in letters])
    lib.equal(post.ways()["mail.operators"]["waiting"], 2, "what waits for the next hour")
    lib.equal(lab.ask("status")["alerts-waiting"], 4, "status")


def test_the_command(lab):
    """It is told one line of JSON, in an environment of its own; one that fails is tried again; one that hangs is killed with
    all that it has started; one that prints much holds up nobody; all that is told by mail meanwhile."""
    told = write_hook(lab, "echo paged")
    post = Post(lab, alert=f'\thook = "{HOOK}"\n\thook_timeout = 2\n')
    post.spray()
    post.server.wait(2)
    post.wait_told()
    fact = told()[0]
    one = lab.ask("finding", "list")[0]
    lib.equal((fact["event"], fact["finding"], fact["level"], fact["source"], fact["classes"]),
              ("finding", one["id"], 2, "192.0.2.66", ["operators", "officers"]), "facts")
    with open(os.path.join(lab.logs, "told", "env"), encoding="utf-8") as stream:
        names = {line.partition("=")[0] for line in stream.read().splitlines()}
    lib.equal(names <= {"PATH", "LANG", "PWD", "_", "SHLVL", "OLDPWD"}, True, names)
    lib.equal("it was said: paged" in lab.said(), True, "the last line of its output")
    told = write_hook(lab, "echo no pager; exit 3")
    post.spray("192.0.2.67")
    post.server.wait(4)
    lib.wait_for("it is said", lambda: "code 3: no pager" in (post.ways()["hook"]["error"] or ""))
    told = write_hook(lab, "sleep 4711 & sleep 4711")
    lib.wait_for("it is killed", lambda: "killed after 2 seconds" in (post.ways()["hook"]["error"] or ""), 60)
    lib.equal(lab.run("pgrep", "-f", "^sleep 4711", code=None).stdout, "", "what it has started")
    told = write_hook(lab, "yes | head -c 20000000; echo end of it")
    post.wait_told(60)
    lib.equal(len(told()), 1, "facts told")
    lib.equal("it was said: end of it" in lab.said(), True, "the last line")
    os.chmod(HOOK, 0o777)
    post.spray("192.0.2.68")
    lib.wait_for("it is not run", lambda: "others may write it" in (post.ways()["hook"]["error"] or ""))


def test_trying(lab):
    """`warifu alert test` says of each way what came of it, by its exit code, too; no secret is in what is sent or said."""
    told = write_hook(lab, "exit 0")
    post = Post(lab, alert=f'\thook = "{HOOK}"\n')
    rows = {row["way"]: row for row in lab.ask("alert", "test")}
    lib.equal({way: row["result"] for way, row in rows.items()},
              {"log": "ok", "mail.operators": "ok", "mail.officers": "ok", "hook": "ok"}, "all go")
    lib.equal(to_of(post.server.letters()), [OFFICERS, OPERATORS], "letters")
    lib.equal([fact["event"] for fact in told()], ["test"], "facts")
    lib.equal("a test of the alerts" in post.server.letters()[0].subject, True, "the subject")
    with open(mailer.SECRET, "wb") as stream:
        stream.write(b"a wrong password\n")
    post.reload()
    rows = {row["way"]: row for row in lab.ask("alert", "test", code=None)}
    lib.equal((rows["log"]["result"], rows["mail.operators"]["result"], rows["hook"]["result"]), ("ok", "failed", "ok"), "one fails")
    lib.equal("535" in rows["mail.operators"]["said"] or "denied" in rows["mail.operators"]["said"], True, rows["mail.operators"]["said"])
    post.egress.kill()
    rows = {row["way"]: row for row in lab.ask("alert", "test", code=None)}
    lib.equal((rows["hook"]["result"], rows["hook"]["said"]), ("failed", "warifu-egress is away"), "without warifu-egress")
    for text in (lab.said(), post.egress.said(), json.dumps(rows)):
        lib.equal(mailer.PASSWORD.decode() in text or "wrong password" in text, False, "the password is said")
    lib.equal([row["result"] for row in lab.log(event="alert.test")], ["success", "failure", "failure"], "rows")


def test_the_certificate_is_looked_at(lab):
    """A server whose certificate somebody else has signed, or that is for another name, gets no letter and no password."""
    post = Post(lab)
    post.change(authority=relays.Authority(lab, "other"))
    rows = {row["way"]: row for row in lab.ask("alert", "test", code=None)}
    lib.equal("certificate" in rows["mail.operators"]["said"].lower(), True, rows["mail.operators"]["said"])
    lib.equal(post.server.letters(), [], "letters")


if __name__ == "__main__":
    lib.main()
