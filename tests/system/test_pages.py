"""The monthly review as a page: read by html5lib, printed by Chromium, in Japanese and English, with texts that would be
markup."""

import os
import time

import lib
import pages
import wire

NASTY = "</td></title><script>alert(1)</script>\"' onclick=x &lt;b&gt; ]]><!-- \u202eevil 花子\u2028"
# On the page, and in the log, which has no marks of direction and no separators of lines.
SHOWN = NASTY.replace("\u202e", r"\xe2\x80\xae").replace("\u2028", r"\xe2\x80\xa8")
LOGGED = NASTY.replace("\u202e", "?").replace("\u2028", "?")
# Language: the heading, a heading of the table, what stands in the signature's boxes, and what its text may not have.
WORDS = {
    "ja": ("ログの月次点検", "接続元別のログイン", ("作成者", "確認者", "承認者"), "Logins by"),
    "en": ("Monthly review of the log", "Logins by source", ("Made by", "Checked by", "Approved by"), "ログイン"),
}


def busy(lab):
    """Logins of two people in this month, a finding that is closed, and an account that nobody uses."""
    lab.up(lib.NO_BACKOFF, lib.UNLIMITED_SOURCE, "detect account-failures { tries = 3 }")
    alice, bob = lab.person("alice"), lab.person("bob")
    for _ in range(3):
        lib.equal(wire.login(alice.name, alice.password, alice.code(), source="192.0.2.7"), wire.ACCEPT, "a login")
    for _ in range(4):
        lib.equal(wire.login(bob.name, "not it", bob.wrong(), source="198.51.100.9"), wire.REJECT, "a wrong password")
    found = lib.wait_for("a finding", lambda: lab.ask("finding", "list"))[0]
    lab.cli("finding", "close", str(found["id"]), "--level", "1", "--reason", NASTY)
    lab.person("carol", token=None, options=("--display", NASTY))


def write(lab, language):
    """The page of this month in that language; gives where it is."""
    path = os.path.join(lab.logs, f"review-{language}.html")
    lab.cli("review", "--month", time.strftime("%Y-%m"), "--html", path, "--lang", language)
    lib.equal(os.stat(path).st_mode & 0o7777, 0o600, "mode of the page")
    return path


def figures(tree, label):
    """The figures beside a label: failures, undecided, refused, successes, their sum."""
    rows = [[cell.text for cell in row.findall("td")] for row in tree.iter("tr")]
    return next(cells[2:] for cells in rows if cells[:1] == [label])


def test_a_review_that_others_read(lab):
    """Both languages: a sound tree without anything that acts, all figures, numbered sheets of A4 with words on them."""
    busy(lab)
    for language, (heading, part, roles, foreign) in WORDS.items():
        path = write(lab, language)
        tree = pages.read(path)
        pages.harmless(tree)
        text = pages.text_of(tree)
        lib.equal(tree.get("lang"), language, "language of the page")
        for words in (heading, part, "bob", "carol", *roles):
            lib.contains(text, words, "the page")
        lib.equal((text.count(SHOWN), text.count(LOGGED)), (2, 1), "a reason and a name, and the row of the reason")
        if foreign in text:
            raise AssertionError(f"{foreign!r} in the page of {language}")
        lib.equal(figures(tree, "192.0.2.7"), ["0", "0", "0", "3", "3"], "figures of a source")
        lib.equal(figures(tree, "198.51.100.9"), ["4", "0", "0", "0", "4"], "of another")
        sheets = pages.printed(path)
        for words in (heading, *roles):
            lib.contains(sheets[0], words, "the first sheet")


def test_a_page_that_is_there_stays(lab):
    """No file is written over."""
    lab.up(lib.NO_BACKOFF)
    path = write(lab, "en")
    before = os.stat(path)
    lab.cli("review", "--month", time.strftime("%Y-%m"), "--html", path, code=1)
    lib.equal(os.stat(path).st_mtime_ns, before.st_mtime_ns, "the page is as it was")


if __name__ == "__main__":
    lib.main()
