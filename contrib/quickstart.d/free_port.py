"""free_port.py FIRST [udp]: prints the first port from FIRST on that nobody has, TCP unless udp is said, on the loopback
interface.
"""

import socket
import sys

KIND = socket.SOCK_DGRAM if sys.argv[2:] == ["udp"] else socket.SOCK_STREAM
for port in range(int(sys.argv[1]), int(sys.argv[1]) + 200):
    with socket.socket(type=KIND) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(port)
        sys.exit(0)
sys.exit(1)
