"""Reports of the simulated company of 200 people (tests/company), as other programs read them: html5lib and Chromium the
pages, a spreadsheet (Gnumeric) and a plain reader of XML the workbooks, Python the CSV, jq the JSON; and what becomes of a
report when a setting is turned off."""

import csv
import io
import json
import os
import re
import subprocess
import xml.etree.ElementTree
import zipfile

import lib
import pages

BUILD = os.environ["WARIFU_BUILD"]
FILL = "tests/company/company_fill"
COMPANY = os.path.join(lib.SOURCE, "tests", "company", "company.conf")
PROFILES = ("scs3", "scs4", "isac2", "kubota", "ipa")
NODE = "hq1"
# Whoever approves it wants to see what it does to a page and to a spreadsheet.
REASON = "=1+1 <b>old</b> terminals &amp; 花子"
DEVIATION = ("lock {\n\tthreshold = 20\n}\n"
             f'deviate "lock.threshold" {{ is = {{"20"}} by = "@SATO" on = "2026-01-21" until = "2099-01-21" reason = "{REASON}" }}\n')
# What is turned off, without a document that forbids it, and which criteria of SCS turn by it; no other.
TURNED_OFF = {
    "lock {\n\tthreshold = 20\n}": {"SCS-4-1-4-1", "SCS-4-1-5-3"},
    'service "sshd" {\n\tkinds = 1\n}': {"SCS-4-1-3-3", "SCS-4-1-3-5"},
    "password {\n\tmin = 4\n}": {"SCS-4-1-3-4", "SCS-4-1-5-3"},
    "log {\n\tretention_days = 10\n}": {"SCS-4-4-3-1"},
}
WORDS = {
    "ja": ("評価基準ごとの報告書", "先に確認するもの", ("作成者", "確認者", "承認者"), ["概要", "評価基準", "証跡の明細"]),
    "en": ("Report per criterion", "To be looked at first", ("Made by", "Checked by", "Approved by"),
           ["Summary", "Each criterion", "Evidence"]),
}
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


class Company:
    """The company's daemon, with months behind it."""

    def __init__(self, lab, months, *config):
        subprocess.run(["make", "-C", BUILD, FILL], check=True, stdout=subprocess.DEVNULL)
        self.lab = lab
        self.configure(*config)
        lab.init()
        database = os.path.join(lib.STATE, "warifu.db")
        os.unlink(database)  # it is born months ago
        done = lab.run("setpriv", "--reuid", "warifu", "--regid", "warifu", "--clear-groups", os.path.join(BUILD, FILL), database,
                       os.path.join(lib.STATE, "keys", "warifu.key"), NODE, str(months))
        self.counts = json.loads(done.stdout)
        lab.start()

    def configure(self, *config):
        """The company's services, and what else is wanted."""
        with open(COMPANY, encoding="utf-8") as stream:
            self.lab.configure(f'node = "{NODE}"', stream.read(), *config)

    def again(self, *config):
        """The same store under another configuration."""
        self.lab.stop()
        self.configure(*config)
        self.lab.start()

    def path(self, name):
        """A file that is not there yet."""
        path = os.path.join(self.lab.logs, name)
        if os.path.exists(path):
            os.unlink(path)
        return path

    def forms(self, profile, language):
        """All files of one report, by form."""
        files = {form: self.path(f"{profile}-{language}.{form}") for form in ("html", "csv", "xlsx")}
        options = [word for form, path in files.items() for word in (f"--{form}", path)]
        self.lab.cli("report", "--profile", profile, "--lang", language, "--bom", *options)
        for path in files.values():
            lib.equal(os.stat(path).st_mode & 0o7777, 0o600, f"mode of {path}")
        return files

    def lines(self, profile):
        """All lines of a report."""
        return self.lab.ask("report", "--profile", profile)

    def states(self, profile):
        """How each criterion stands."""
        return {line["criterion"]: line["state"] for line in self.lines(profile) if line["part"] == "criterion"}


def proof(lines, name):
    """The first proof of this name."""
    return next(line for line in lines if line["part"] == "proof" and line["name"] == name)


def explained(lines):
    """No proof is empty, and what is not met or not shown says why."""
    for number, line in enumerate(lines):
        if line["part"] == "proof" and not line["text"]:
            raise AssertionError(f"a proof that says nothing: {line}")
        if line["part"] != "criterion" or line["state"] not in ("not shown", "outside", "not met"):
            continue
        below = [each for each in lines[number + 1:] if each["criterion"] == line["criterion"]]
        if not line["reason"] and not any(each["text"] for each in below):
            raise AssertionError(f"nobody knows why: {line}")


def check_page(path, lines, language):
    """A sound page that does nothing: a sheet for each group, a heading for each criterion, boxes to sign in."""
    tree = pages.read(path)
    pages.harmless(tree)
    text = pages.text_of(tree)
    criteria = [line for line in lines if line["part"] == "criterion"]
    groups = list(dict.fromkeys(line["group"] for line in criteria))
    sheets = [section for section in tree.iter("section") if section.get("class") == "sheet"]
    lib.equal([sheet.find("h2").text for sheet in sheets[2:]], groups, "sheets behind the first two")
    lib.equal([heading.text.split()[0] for heading in tree.iter("h3")], [line["criterion"] for line in criteria], "headings")
    heading, part, roles, _names = WORDS[language]
    for words in (heading, part, *roles):
        lib.contains(text, words, "the page")
    lib.equal(tree.get("lang"), language, "language of the page")


def check_csv(path, lines):
    """Python's csv: a row for each criterion, and no cell that a spreadsheet would compute."""
    with open(path, "rb") as stream:
        text = stream.read().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    criteria = [line for line in lines if line["part"] == "criterion"]
    lib.equal([row[0] for row in rows[1:]], [line["criterion"] for line in criteria], "criteria")
    lib.equal([row[11] for row in rows[1:] if not re.fullmatch("[0-9a-f]{64}", row[11])], [], "hashes that are none")
    lib.equal({len(row) for row in rows}, {12}, "cells of rows")
    bad = [cell for row in rows for cell in row if re.match("[=+@-]", cell)]
    lib.equal(bad, [], "cells that would be computed")


def sheets_of(path):
    """A workbook as an unzipped one: {name: tree} of its sheets, in order."""
    with zipfile.ZipFile(path) as archive:
        names = [sheet.get("name") for sheet in xml.etree.ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(SHEET + "sheet")]
        parts = sorted(name for name in archive.namelist() if name.startswith("xl/worksheets/sheet"))
        lib.equal([name for name in archive.namelist() if "vba" in name or "_rels/sheet" in name or "externalLink" in name], [],
                  "macros and links")
        return dict(zip(names, (xml.etree.ElementTree.fromstring(archive.read(part)) for part in parts)))


def check_book(path, lines, language):
    """Three sheets with heads that stay and filters; texts and numbers alone; Gnumeric reads the same criteria."""
    sheets = sheets_of(path)
    lib.equal(list(sheets), WORDS[language][3], "sheets")
    for name, tree in sheets.items():
        lib.equal([pane.get("state") for pane in tree.iter(SHEET + "pane")], ["frozen"], f"the head of {name}")
        lib.equal(len(list(tree.iter(SHEET + "autoFilter"))), 1, f"the filter of {name}")
        lib.equal(list(tree.iter(SHEET + "f")), [], f"formulas of {name}")
        lib.equal({cell.get("t") for cell in tree.iter(SHEET + "c")} <= {"s", None}, True, f"kinds of cells of {name}")
    out = path + "-%n.csv"
    subprocess.run(["ssconvert", "-S", path, out], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True,
                   env={"HOME": "/tmp", "LC_ALL": "C.UTF-8"})
    with open(path + "-1.csv", newline="", encoding="utf-8") as stream:
        rows = list(csv.reader(stream))
    lib.equal([row[0] for row in rows[1:]], [line["criterion"] for line in lines if line["part"] == "criterion"],
              "criteria as Gnumeric reads them")
    return rows


def test_a_company_gets_its_reports(lab):
    """Five documents, two languages, all forms: each is read by another program, and says the same."""
    company = Company(lab, 2, 'comply = {"scs4"}')
    for profile in PROFILES:
        lines = company.lines(profile)
        explained(lines)
        for language in WORDS:
            files = company.forms(profile, language)
            check_page(files["html"], lines, language)
            check_book(files["xlsx"], lines, language)
    lab.verify()


def test_figures_are_those_of_the_company(lab):
    """What the company has lived through is what the report counts, and its hash stands in the log."""
    company = Company(lab, 2, 'comply = {"scs4"}')
    lines = company.lines("scs4")
    counts = company.counts
    for name, wanted in (("logins.internet", (counts["internet-logins"], counts["internet-logins"])),
                         ("lock.used", (counts["locks"], None)),
                         ("lock.opened", (counts["unlocks"], None)),
                         ("accounts.list", (counts["accounts"] - counts["disabled"], counts["accounts"]))):
        found = proof(lines, name)
        lib.equal((found["count"], found["total"]), wanted, name)
    chain = proof(lines, "log.chain")
    lib.equal(chain["count"] >= counts["rows"], True, "rows whose chain was checked")
    said = next(line["value"] for line in lines if line["name"] == "hash")
    row = lab.log(event="report")[-1]
    lib.contains(row["detail"], said, "the row of the report")
    lib.equal(row["operator"], "root", "who made it")
    counted = subprocess.run(["jq", "[.[] | select(.part == \"criterion\")] | length"], input=json.dumps(lines), text=True,
                             stdout=subprocess.PIPE, check=True)
    lib.equal(int(counted.stdout), len([line for line in lines if line["part"] == "criterion"]), "criteria as jq counts them")


def test_an_exception_is_a_text_in_each_form(lab):
    """A reason that would be a formula in a spreadsheet and markup in a page is a text in both, and is printed on A4."""
    company = Company(lab, 1, 'comply = {"scs4"}', DEVIATION)
    lines = company.lines("scs4")
    lib.equal(company.states("scs4")["SCS-4-1-4-1"], "deviation", "a deviation that somebody has written down")
    files = company.forms("scs4", "ja")
    check_page(files["html"], lines, "ja")
    lib.contains(pages.text_of(pages.read(files["html"])), REASON, "the page")
    check_csv(files["csv"], lines)
    rows = check_book(files["xlsx"], lines, "ja")
    with_reason = [cell for row in rows for cell in row if REASON in cell]
    lib.equal(len(with_reason), 1, "cells with the reason")
    lib.contains(with_reason[0], "承認者: @SATO", "who approved it")
    paper = pages.printed(files["html"])
    lib.contains(paper[0], "評価基準ごとの報告書", "the first sheet of paper")
    lib.contains("".join(paper).replace("\n", ""), "2099-01-21", "until when")


def test_a_setting_turned_off_turns_its_criteria(lab):
    """Without a document to forbid it: its criteria are not met, and all others stand as before."""
    company = Company(lab, 1)
    before = company.states("scs4")
    for setting, criteria in TURNED_OFF.items():
        company.again(setting)
        after = company.states("scs4")
        lib.equal({name for name in before if after[name] != before[name]}, criteria, f"criteria that turn by {setting}")
        lib.equal({after[name] for name in criteria}, {"not met"}, f"how they stand by {setting}")
    company.again()
    lib.equal(company.states("scs4"), before, "all of it as before")


if __name__ == "__main__":
    lib.main()
