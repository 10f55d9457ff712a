"""login.py DIR PORT USER: one login over SSH with the password and the code that two lines of standard
input give. Prints the dialogue with the password hidden. Exit code 0: logged in; 1: refused; 2: neither.
"""

import sys

import pexpect


def show(text):
    """What ssh printed, line by line."""
    for line in text.replace("\r", "").split("\n"):
        if line.strip():
            print(line.rstrip(), flush=True)


def main():
    """Answers what is asked until ssh ends."""
    folder, port, user = sys.argv[1:4]
    password, code = sys.stdin.readline().rstrip("\n"), sys.stdin.readline().rstrip("\n")
    print(f"$ ssh -p {port} {user}@127.0.0.1 id", flush=True)
    child = pexpect.spawn("ssh", [
        "-F", "none", "-p", port, "-o", f"UserKnownHostsFile={folder}/ssh/known_hosts", "-o", "LogLevel=ERROR",
        "-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1", f"{user}@127.0.0.1", "id"],
        encoding="utf-8", timeout=30)
    prompts = [r"([^\r\n]*[Pp]assword: ?)$", r"([^\r\n]*code: ?)$", pexpect.EOF, pexpect.TIMEOUT]
    while True:
        seen = child.expect(prompts)
        if seen in (2, 3):
            break
        show(child.before)
        print(child.match.group(1) + ("********" if seen == 0 else code), flush=True)
        child.sendline(password if seen == 0 else code)
    show(child.before)
    child.close()
    if seen == 3:
        return 2
    return 0 if child.exitstatus == 0 else 1 if child.exitstatus == 255 else 2


sys.exit(main())
