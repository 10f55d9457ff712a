"""Pages of HTML as other programs read them: html5lib, which knows no mercy here, and Chromium, which prints them on A4."""

import os
import re
import subprocess
import tempfile

import html5lib

# What loads, runs or leads elsewhere: none of it may be in a page, nor may any attribute that a browser acts upon.
ELEMENTS = {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a", "image", "use", "video", "audio"}
ATTRIBUTES = re.compile(r"on|src|href|action|style|ping|background|data$|xlink")
A4 = "594.96 x 841.92 pts (A4)"


def read(path):
    """The page as a tree; what html5lib has to complain about is raised."""
    with open(path, "rb") as stream:
        return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(stream)


def name_of(element):
    """A tag without its namespace: SVG has one."""
    return element.tag.rsplit("}", 1)[-1] if isinstance(element.tag, str) else "!--"


def text_of(tree):
    """All the words, each blank as one."""
    return " ".join("".join(tree.find("body").itertext()).split())


def harmless(tree):
    """Nothing but elements and attributes that do nothing, a policy that says so, and a sheet that refers to nothing."""
    for element in tree.iter():
        if name_of(element) in ELEMENTS or any(ATTRIBUTES.match(name) for name in element.attrib):
            raise AssertionError(f"<{name_of(element)} {element.attrib}>")
    policy = [meta.get("content") for meta in tree.iter("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    if len(policy) != 1 or not policy[0].startswith("default-src 'none'; style-src 'unsafe-inline';"):
        raise AssertionError(f"the page's policy: {policy}")
    for style in tree.iter("style"):
        if re.search(r"url|import|//|expression", style.text):
            raise AssertionError("the style sheet refers to something")


def browser(*options):
    """Chromium without a window, in a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={home}", *options],
                       env={**os.environ, "HOME": home}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       timeout=60, check=True)


def printed(path):
    """Prints the page; gives its sheets of paper as text, one by one."""
    paper = path + ".pdf"
    browser(f"--print-to-pdf={paper}", "--no-pdf-header-footer", f"file://{path}")
    facts = subprocess.run(["pdfinfo", paper], stdout=subprocess.PIPE, text=True, check=True).stdout
    if A4 not in facts:
        raise AssertionError(f"not A4: {facts}")
    text = subprocess.run(["pdftotext", "-layout", paper, "-"], stdout=subprocess.PIPE, text=True, check=True).stdout
    sheets = text.split("\f")[:-1]
    for number, sheet in enumerate(sheets, 1):
        if not re.search(rf"\b{number} ?/ ?{len(sheets)}\b", sheet):
            raise AssertionError(f"sheet {number} of {len(sheets)} has no number: {sheet[-200:]}")
    return sheets
