"""What the lints share: which files the tree has, C text without comments and strings, and the report.

A lint reads the tree named by $top_srcdir (or the one it lies in), prints one line for each finding as
path:line: message, and exits with 1 if there was any, 77 if its tool is missing.
"""

import os
import re
import shutil
import subprocess
import sys

TOP = os.environ.get(
    "top_srcdir", os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.environ.get("top_builddir", TOP)
# Folders whose code is installed, and those that only test it.
PRODUCT = ("common", "authd", "pam_module", "ctl", "radius")
CODE = PRODUCT + ("tests",)
# Made by autoreconf or by a build; a tarball has them between the sources.
GENERATED_DIRS = {"build-aux", "autom4te.cache", "__pycache__", ".libs", ".deps", ".git"}
GENERATED = re.compile(
    r"(^|/)(configure|aclocal\.m4|config\.h\.in|Makefile\.in|ABOUT-NLS|[^/]*~|[^/]*\.(gmo|pot))$"
    r"|^m4/(?!wf_)|^po/(?!ja\.po|LINGUAS|POTFILES\.in|Makevars$)"
    r"|\.(o|lo|la|so|log|trs|a|gcno|gcda)$")


def from_git():
    """The files git knows or would add, or None where there is no usable repository."""
    if not os.path.exists(os.path.join(TOP, ".git")) or not shutil.which("git"):
        return None
    run = subprocess.run(
        ["git", "-C", TOP, "ls-files", "-co", "--exclude-standard", "-z"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if run.returncode != 0:
        return None
    return [name for name in run.stdout.decode().split("\0") if name]


def from_walk():
    """The files below TOP, without build trees and without what autoreconf makes."""
    found = []
    for folder, dirs, names in os.walk(TOP):
        dirs[:] = [d for d in dirs if d not in GENERATED_DIRS
                   and not os.path.exists(os.path.join(folder, d, "config.status"))
                   and not os.path.exists(os.path.join(folder, d, "sub", "config.status"))]
        for name in names:
            found.append(os.path.relpath(os.path.join(folder, name), TOP))
    return found


def files(folders=None, suffixes=None):
    """Sorted paths from the top; only below these folders and with these suffixes, where given."""
    names = from_git()
    if names is None:
        names = [n for n in from_walk() if not GENERATED.search(n)]
    picked = []
    for name in names:
        if folders and not name.startswith(tuple(f + "/" for f in folders)):
            continue
        if suffixes and not name.endswith(tuple(suffixes)):
            continue
        if os.path.isfile(os.path.join(TOP, name)):
            picked.append(name)
    return sorted(picked)


def read(name):
    """The text of a file of the tree."""
    with open(os.path.join(TOP, name), encoding="utf-8", errors="replace") as stream:
        return stream.read()


BLANKED = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def bare(text):
    """C text with comments gone and strings emptied; lines keep their numbers."""
    def blank(match):
        kept = "\n" * match.group().count("\n")
        return '""' if match.group()[0] == '"' else "0" if match.group()[0] == "'" else " " + kept
    return BLANKED.sub(blank, text)


class Report:
    """Collects findings; finish() prints them and ends the program."""

    def __init__(self):
        self.found = []

    def add(self, name, line, message):
        """One finding; line 0 means the whole file."""
        self.found.append((name, line, message))

    def finish(self):
        """Prints the findings in order; exits with 1 if there are any."""
        for name, line, message in sorted(self.found):
            print(f"{name}:{line}: {message}" if line else f"{name}: {message}")
        sys.exit(1 if self.found else 0)


def skip(reason):
    """Ends the lint as skipped."""
    print(f"skipped: {reason}")
    sys.exit(77)
