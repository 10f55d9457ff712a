"""free_port.py FIRST: prints the first port from FIRST on that nobody listens on, on the loopback interface."""

import socket
import sys

for port in range(int(sys.argv[1]), int(sys.argv[1]) + 200):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(port)
        sys.exit(0)
sys.exit(1)
