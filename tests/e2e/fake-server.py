#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Greets one client as a server of a given version would, and nothing more.

usage: fake-server.py {postgresql|mysql} VERSION

Prints the port that it listens on.
"""
import socket
import struct
import sys


def pg_message(kind, body):
    return kind + struct.pack("!i", len(body) + 4) + body


def greet_postgresql(client, version):
    while True:
        size, code = struct.unpack("!ii", client.recv(8, socket.MSG_WAITALL))
        if code not in (80877103, 80877104):  # asks for TLS, for GSSAPI
            break
        client.sendall(b"N")
    client.recv(size - 8, socket.MSG_WAITALL)
    status = {"server_version": version, "client_encoding": "UTF8", "server_encoding": "UTF8",
              "standard_conforming_strings": "on"}
    client.sendall(
        pg_message(b"R", struct.pack("!i", 0))
        + b"".join(pg_message(b"S", f"{name}\0{value}\0".encode()) for name, value in status.items())
        + pg_message(b"K", struct.pack("!ii", 1, 1)) + pg_message(b"Z", b"I"))


def greet_mysql(client, version):
    capabilities = 0x008FF7DF
    body = (b"\x0a" + version.encode() + b"\0" + struct.pack("<I", 1) + b"12345678\0"
            + struct.pack("<HBHHB", capabilities & 0xFFFF, 33, 2, capabilities >> 16, 21)
            + bytes(10) + b"123456789012\0" + b"mysql_native_password\0")
    client.sendall(struct.pack("<I", len(body)) + body)
    head = client.recv(4, socket.MSG_WAITALL)
    client.recv(int.from_bytes(head[:3], "little"), socket.MSG_WAITALL)
    client.sendall(b"\x07\0\0" + bytes([head[3] + 1]) + b"\0\0\0\2\0\0\0")


def main():
    greet = {"postgresql": greet_postgresql, "mysql": greet_mysql}[sys.argv[1]]
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)
    print(listener.getsockname()[1], flush=True)
    client, _ = listener.accept()
    with client:
        client.settimeout(10)
        greet(client, sys.argv[2])
        client.recv(1000)


main()
