#!/usr/bin/python3 -B
"""Writes a small file in MaxMind's format: mmdb.py OUT 4|6 country|registered_country NETWORK=COUNTRY...

The format: a binary tree over the bits of addresses (24 bits a record), data behind it, and metadata
at the end. IPv4 lies under ::/96 of a tree for IPv6.
"""

import ipaddress
import sys

U16, U32, U64 = 5, 6, 9


def control(kind, size):
    """The octets that begin a value of this kind; kinds from 8 on are written in a second one."""
    return bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])


def encode(value):
    """A value: text, (kind, number), list or map."""
    if isinstance(value, str):
        return control(2, len(value)) + value.encode()
    if isinstance(value, tuple):
        octets = value[1].to_bytes((value[1].bit_length() + 7) // 8, "big")
        return control(value[0], len(octets)) + octets
    if isinstance(value, list):
        return control(11, len(value)) + b"".join(encode(one) for one in value)
    return control(7, len(value)) + b"".join(encode(key) + encode(one) for key, one in value.items())


def bits_of(network, version):
    """The bits that lead to a network in the tree."""
    if version == 6 and network.version == 4:
        return [0] * 96 + bits_of(network, 4)
    number, width = int(network.network_address), network.max_prefixlen
    return [number >> (width - 1 - i) & 1 for i in range(network.prefixlen)]


def tree_of(places, version):
    """Nodes of two branches each: None, the number of a node, or ("data", place)."""
    nodes = [[None, None]]
    for place, (network, _) in enumerate(places):
        bits = bits_of(network, version)
        at = 0
        for bit in bits[:-1]:
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        nodes[at][bits[-1]] = ("data", place)
    return nodes


def database(places, version=6, key="country"):
    """The file: [("192.0.2.0/24", "JP"), ...]."""
    places = [(ipaddress.ip_network(network), country) for network, country in places]
    nodes = tree_of(places, version)
    data, offsets = b"", []
    for _, country in places:
        offsets.append(len(data))
        data += encode({key: {"iso_code": country}})
    tree = b""
    for branch in (branch for node in nodes for branch in node):
        number = len(nodes) if branch is None else branch
        if isinstance(branch, tuple):
            number = len(nodes) + 16 + offsets[branch[1]]
        tree += number.to_bytes(3, "big")
    meta = {"binary_format_major_version": (U16, 2), "binary_format_minor_version": (U16, 0),
            "build_epoch": (U64, 1772377200), "database_type": "Test-Country",
            "description": {"en": "a test"}, "ip_version": (U16, version), "languages": ["en"],
            "node_count": (U32, len(nodes)), "record_size": (U16, 24)}
    return tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + encode(meta)


def main():
    """The command line."""
    out, version, key, *places = sys.argv[1:]
    with open(out, "wb") as file:
        file.write(database([tuple(place.split("=")) for place in places], int(version), key))


if __name__ == "__main__":
    main()
