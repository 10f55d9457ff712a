"""vpn.py SECRET PORT USER: one login as a VPN gateway asks for it, over RADIUS with radclient, with the password and
the code that two lines of standard input give; SECRET is the file of the shared secret. Prints what goes to and fro
with the password hidden. Exit code 0: let in; 1: challenged, then refused; 2: anything else.
"""

import re
import subprocess
import sys

# What radclient prints of a reply that is worth showing.
WORTH = re.compile(r"\t((?:Reply-Message|State|Prompt) = .*)")


def ask(secret, port, shown, hidden=""):
    """One request; gives the kind of the reply, and its State."""
    print(f"$ radclient -S {secret} 127.0.0.1:{port} auth", flush=True)
    print(f"    {shown}", flush=True)
    line = shown.replace("********", hidden) + ', NAS-Identifier = "gateway", Message-Authenticator = 0x00\n'
    done = subprocess.run(["radclient", "-x", "-r", "1", "-t", "10", "-S", secret, f"127.0.0.1:{port}", "auth"],
                          input=line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    reply = done.stdout.partition("\nReceived ")[2]
    kind = reply.partition(" ")[0]
    print(kind or "no reply", flush=True)
    found = WORTH.findall(reply)
    for text in found:
        print(f"    {text}", flush=True)
    return kind, next((text for text in found if text.startswith("State")), None)


def main():
    """Password, challenge, code."""
    secret, port, user = sys.argv[1:4]
    password, code = sys.stdin.readline().rstrip("\n"), sys.stdin.readline().rstrip("\n")
    kind, state = ask(secret, port, f'User-Name = "{user}", User-Password = "********"', password)
    if kind != "Access-Challenge" or not state:
        return 2
    kind, _ = ask(secret, port, f'User-Name = "{user}", User-Password = "{code}", {state}')
    return {"Access-Accept": 0, "Access-Reject": 1}.get(kind, 2)


sys.exit(main())
