# SPDX-License-Identifier: MIT
"""A TCP proxy in front of a server that does harm once.

What it waits for is a marker in what the client sends (the n-th time it comes by) or a number of
bytes from the client; what it then does:

  before   resets the connection, and what the marker stands in never reaches the server
  after    lets it through, waits until the server has answered, and resets instead of handing the
           answer on
  hang     lets nothing through any more and keeps all connections open, until release()
  delay    from the first byte on: everything comes that many seconds late

Later connections are served in peace. Bytes from the client are counted over all connections.
"""
import select
import socket
import struct
import threading
import time

CHUNK = 65536
ANSWER_S = 10


def reset(connection):
    """Closes with RST: nothing that lies in the buffers is delivered in good order."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Proxy:
    def __init__(self, port, harm=None, marker=None, occurrence=1, bytes_sent=None, delay=0):
        self.server = ("127.0.0.1", port)
        self.harm = harm
        self.marker = marker
        self.occurrence = occurrence
        self.bytes_sent = bytes_sent
        self.delay = delay
        self.counted = 0
        self.total = 0
        self.done = threading.Event()
        self.released = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.closing = False
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.closing = True
        self.released.set()
        self.listener.close()

    def release(self):
        self.released.set()

    def accept(self):
        while not self.closing:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        server = None
        try:
            server = socket.create_connection(self.server)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.relay(client, server)
        except OSError:
            pass
        finally:
            client.close()
            if server:
                server.close()

    def relay(self, client, server):
        while True:
            ready, _, _ = select.select([client, server], [], [], 1)
            if self.closing:
                return
            if self.harm == "hang" and self.done.is_set() and not self.released.is_set():
                self.released.wait()
                return
            if server in ready:
                data = server.recv(CHUNK)
                if not data:
                    return
                time.sleep(self.delay)
                client.sendall(data)
            if client in ready:
                data = client.recv(CHUNK)
                if not data:
                    return
                time.sleep(self.delay)
                if not self.done.is_set() and self.strikes(data):
                    self.strike(client, server, data)
                    return
                server.sendall(data)

    def strikes(self, data):
        """Is this the moment? Leaves in self.cut how much of `data` may pass before it."""
        begun = self.total
        self.total += len(data)
        if self.bytes_sent is not None:
            self.cut = self.bytes_sent - begun
            return self.total > self.bytes_sent
        if self.marker is None:
            return False
        at = data.find(self.marker)
        while at >= 0:
            self.counted += 1
            if self.counted == self.occurrence:
                self.cut = at
                return True
            at = data.find(self.marker, at + 1)
        return False

    def strike(self, client, server, data):
        if self.harm == "after":
            server.sendall(data)
            # The server is ready again when it has answered and has nothing more to say.
            end = time.monotonic() + ANSWER_S
            while select.select([server], [], [], 0.1)[0] and time.monotonic() < end:
                if not server.recv(CHUNK):
                    break
            self.done.set()
            reset(client)
            return
        server.sendall(data[:self.cut])
        self.done.set()
        if self.harm == "hang":
            self.released.wait()
            return
        reset(client)
        reset(server)
