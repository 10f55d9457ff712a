"""The log as others see it: lists, exports read by jq, Python's csv, iconv and a spreadsheet (Gnumeric), names that would
forge something, and who may read."""

import csv
import datetime
import io
import json
import multiprocessing
import os
import re
import signal
import subprocess
import time
import xml.etree.ElementTree

import lib
import wire

# Whatever somebody may give as a name (but a newline, with which a message is none); what of it is no text stands in the
# log as '?'.
NASTY = {
    "alice\r2026-01-01 login success root": "alice?2026-01-01 login success root",
    "a\x0b\x0c\u0085b": "a???b",
    "\x1b[2J\x1b[31mred": "?[2J?[31mred",
    "\u202egro.elpmaxe": "?gro.elpmaxe",
    "\u2066isolated\u2069": "?isolated?",
    "\u200bzero": "?zero",
    "bell\x07": "bell?",
    "csi\u009b31m": "csi?31m",
    "line\u2028line": "line?line",
    "\ufeffmark": "?mark",
    'quo"te","success': None,
    "comma,semi;colon\\back": None,
    "{\"seq\":1}": None,
    "=1+1": None,
    "+1+1": None,
    "-1+1": None,
    "@SUM(A1)": None,
    "=cmd|'/c calc'!A1": None,
    "\uff1d1+1": None,
    "\t=1+1": "?=1+1",
    "\u82b1\u5b50\u2460\u9ad9": None,
    "\U0001f600 \u00a5": None,
}
CLEAN = {name: clean or name for name, clean in NASTY.items()}
FORMULA = "=+-@\t\r\uff1d\uff0b\uff0d\uff20\u2212"
JAPANESE = ["日時", "ユーザーID", "接続元IPアドレス", "成功/失敗"]
BOM = b"\xef\xbb\xbf"
GETA = "\u3013"
TABLE = ("--format", "csv")


def nasty_log(lab, *parts):
    """A daemon at which people of all these names tried to log in."""
    lab.up(lib.NO_BACKOFF, lib.UNLIMITED_SOURCE, *parts)
    for name in NASTY:
        lib.equal(wire.login(name, "x"), wire.REJECT, f"a login as {name!r}")


def export(lab, *options, code=0):
    """An export into a file; gives its bytes and what was said on stderr."""
    path = os.path.join(lab.logs, f"export{len(os.listdir(lab.logs))}")
    done = lab.run(lib.CLI, "log", "export", *options, "--output", path, code=code)
    with open(path, "rb") as stream:
        return stream.read(), done.stderr


def until(lab):
    """Rows up to here alone: the exports' own would differ."""
    time.sleep(0.01)
    return ("--until", datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="microseconds"))


def neutral(text):
    """A cell as it stands in CSV."""
    return "'" + text if text[:1] and text[0] in FORMULA else text


def table(text):
    """CSV as Python reads it: headings, rows."""
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    return rows[0], rows[1:]


def test_names_forge_nothing_in_any_view(lab):
    """Each name is one row in each view, and nothing but its cell."""
    nasty_log(lab)
    rows = lab.log("--class", "auth")
    lib.equal([row["user"] for row in rows], list(CLEAN.values()), "users of --json")
    shown = lab.cli("log", "--class", "auth", "--since", "2000-01-01")
    lib.equal(len(shown.splitlines()), 1 + len(NASTY), "lines of the list")
    one = lab.cli("log", "show", str(rows[0]["seq"]))
    lib.equal(len(one.splitlines()), 26, "lines of one row")
    lib.contains(one, "unknown-user", "the reason of one row")
    lines, _said = export(lab, "--class", "auth")
    lib.equal([json.loads(line)["user"] for line in lines.decode().splitlines()], list(CLEAN.values()), "users of the lines")
    text, _said = export(lab, "--class", "auth", *TABLE)
    _headings, cells = table(text.decode())
    lib.equal([row[1] for row in cells], [neutral(name) for name in CLEAN.values()], "users of the table")
    for what, seen in (("list", shown), ("row", one), ("lines", lines.decode()), ("table", text.decode().replace("\r\n", "\n"))):
        odd = re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]", seen)
        lib.equal(odd, None, f"characters that are no text in the {what}")


def test_lines_are_read_by_jq(lab):
    """jq writes the same lines again, to the byte."""
    nasty_log(lab)
    lines, _said = export(lab)
    done = subprocess.run(["jq", "-c", "."], input=lines, stdout=subprocess.PIPE, check=True)
    lib.equal(done.stdout, lines, "what jq made of it")
    rows = lab.log()
    lib.equal(len(lines.splitlines()), len(rows) - 1, "rows; the export's end came behind it")
    keys = set(rows[0])
    for line, row in zip(lines.decode().splitlines(), rows):
        found = json.loads(line)
        lib.equal(set(found), keys, "fields of a line")
        for key in keys - {"time", "first", "last"}:
            lib.equal(found[key], row[key] if row[key] is not None else "", f"field {key} of row {row['seq']}")


def test_tables_are_read_by_others(lab):
    """Python's csv, iconv and a spreadsheet read what was exported; CP932 says what it can."""
    nasty_log(lab)
    span = until(lab)
    plain, said = export(lab, *TABLE, "--lang", "ja", *span)
    lib.equal(said, "", "nothing to say")
    headings, rows = table(plain.decode())
    lib.equal([headings[0], headings[1], headings[2], headings[3]], JAPANESE, "headings")
    lib.equal({row[3] for row in rows if row[1] in map(neutral, CLEAN.values())}, {"失敗"}, "results")
    lib.equal(plain.count(b"\r\n"), len(rows) + 1, "ends of lines")
    marked, _said = export(lab, *TABLE, "--lang", "ja", "--bom", *span)
    lib.equal(marked, BOM + plain, "with the mark")
    old, said = export(lab, *TABLE, "--lang", "ja", "--encoding", "cp932", *span)
    done = subprocess.run(["iconv", "-f", "CP932", "-t", "UTF-8"], input=old, stdout=subprocess.PIPE, check=True)
    wanted = plain.decode().replace("\U0001f600", GETA).replace("\u00a5", GETA)
    lib.equal(done.stdout.decode(), wanted, "CP932")
    lib.contains(said, "2 個", "how many it cannot say")


def sheet(path, encoding):
    """A file as Gnumeric opens it: {(row, column): (type, content)}."""
    out = path + ".gnumeric"
    subprocess.run(["ssconvert", "-I", "Gnumeric_stf:stf_csvtab", f"--import-encoding={encoding}", "-T", "Gnumeric_XmlIO:sax:0", path, out],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, env={"HOME": "/tmp", "LC_ALL": "C.UTF-8"})
    space = "{http://www.gnumeric.org/v10.dtd}"
    return {(int(cell.get("Row")), int(cell.get("Col"))): (cell.get("ValueType"), cell.text)
            for cell in xml.etree.ElementTree.parse(out).iter(space + "Cell")}


def test_a_spreadsheet_computes_nothing(lab):
    """Gnumeric opens both forms: headings in Japanese, times are times, and no name is a formula."""
    nasty_log(lab)
    for number, (encoding, options) in enumerate((("UTF-8", ("--bom",)), ("CP932", ("--encoding", "cp932")))):
        path = os.path.join(lab.logs, f"sheet{number}.csv")
        lab.run(lib.CLI, "log", "export", *TABLE, "--lang", "ja", "--class", "auth", *options, "--output", path)
        cells = sheet(path, encoding)
        lib.equal([cells[0, column][1].lstrip("\ufeff") for column in range(4)], JAPANESE, "headings")
        types = {kind for kind, _text in cells.values()}
        lib.equal(types <= {"40", "60"}, True, f"numbers and texts alone, no formula: {types}")
        for row, name in enumerate(CLEAN.values()):
            kind, text = cells[row + 1, 1]
            shown = name if encoding == "UTF-8" else name.replace("\U0001f600", GETA).replace("\u00a5", GETA)
            lib.equal((kind, text), ("60", shown), f"the cell of {name!r}")  # the apostrophe says so, and is not shown
            lib.equal(cells[row + 1, 0][0], "40", "a time is a number to a spreadsheet")
    # and it would compute, if it were let
    path = os.path.join(lab.logs, "bare.csv")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write('"a"\r\n"=1+1"\r\n')
    lib.equal(sheet(path, "UTF-8")[1, 0] == ("60", "=1+1"), False, "a bare formula stays a text")


def test_an_export_is_whole_and_told(lab):
    """A file is there whole or not at all, for its owner alone, and the log says who asked for what."""
    nasty_log(lab)
    path = os.path.join(lab.logs, "kept")
    lab.run(lib.CLI, "log", "export", "--user", "=1+1", "--output", path)
    lib.equal(os.stat(path).st_mode & 0o7777, 0o600, "mode")
    rows = lab.log(event="log.export")
    lib.equal([row["detail"].split(":")[0] for row in rows], ["begun (jsonl)", "ended"], "rows of the export")
    lib.equal(rows[0]["detail"], 'begun (jsonl): user="=1+1"', "what was asked for")
    lib.contains(rows[1]["detail"], "ended: 1 rows", "how many there were")
    lib.equal(rows[0]["operator"], "root", "who asked")
    before = os.stat(path)
    done = lab.run(lib.CLI, "log", "export", "--output", path, code=1)
    lib.contains(done.stderr, "File exists", "what is there")
    lib.equal(os.stat(path).st_mtime_ns, before.st_mtime_ns, "it stays")
    # killed in the middle, by a daemon that stands still: nothing is at the place
    lab.process.send_signal(signal.SIGSTOP)
    half = os.path.join(lab.logs, "half")
    process = subprocess.Popen([lib.CLI, "log", "export", "--output", half], stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    process.kill()
    process.wait()
    lab.process.send_signal(signal.SIGCONT)
    lib.equal(os.path.exists(half), False, "half an export")
    lab.verify()


def as_user(lab, name, *arguments, code=0):
    """warifu as somebody else."""
    return lab.run("runuser", "-u", name, "--", lib.CLI, *arguments, code=code)


def test_roles_say_who_reads(lab):
    """Auditors read, viewers do not, and a refused export is a row."""
    for group in ("warifu-viewer", "warifu-auditor"):
        lab.run("groupadd", "-f", group)
    for name, group in (("vic", "warifu-viewer"), ("audrey", "warifu-auditor"), ("nobodys", "users")):
        lab.unix_user(name)
        lab.run("usermod", "-aG", group, name)
    lab.up()
    for command in (("log",), ("log", "show", "1"), ("log", "export")):
        as_user(lab, "audrey", *command)
        done = as_user(lab, "vic", *command, code=4)
        lib.contains(done.stderr, "ask somebody of the group warifu-auditor", f"{command} as a viewer")
    refused = lab.log(event="log.export", result="failure")
    lib.equal([row["operator"] for row in refused], ["vic"], "the row of a refused export")


def read_in_logins(lab, alice):
    """In a process of its own, which is a login from outside: first one that nobody saw, then one with both kinds."""
    common = [(wire.USER, "alice"), (wire.SERVICE, "sshd"), (wire.RHOST, "192.0.2.1")]

    def session(event, *extra):
        with wire.Client() as client:
            client.ask(wire.SESSION, common + [(wire.EVENT, event), *extra])

    session(b"\1")
    for command in (("log",), ("log", "show", "1"), ("log", "export"), ("why", "alice", "--last")):
        done = lab.run(lib.CLI, *command, code=4)
        lib.contains(done.stderr, "log.store (mfa) SCS-4-4-3-2", f"{command} after no kind")
    lab.ask("status")
    session(b"\2")
    with wire.Login("alice") as attempt:
        lib.equal(attempt.run(alice.password, alice.code()), wire.ACCEPT, "a login with both")
    session(b"\1", (wire.TXN, attempt.txn))
    lab.cli("log")
    lab.cli("log", "export")
    session(b"\2")


def test_reading_from_the_internet_takes_two_kinds(lab):
    """SCS-4-4-3-2: in a login from outside the log is shown to who has proved two kinds, and to nobody else."""
    lab.up('comply = {"scs4"}\n')
    alice = lab.person("alice")
    lab.cli("log")  # in no login
    child = multiprocessing.Process(target=read_in_logins, args=(lab, alice))
    child.start()
    child.join(60)
    lib.equal(child.exitcode, 0, "what a login reads (its failure stands above)")
    refused = lab.log(rule="log.store (mfa) SCS-4-4-3-2")
    lib.equal(sorted(row["event"] for row in refused), ["log", "log.export", "log.show", "why"], "rows of the refusals")


if __name__ == "__main__":
    lib.main()
