# SPDX-License-Identifier: MIT
"""A relay between a client and its server that counts round trips and makes them longer."""
import contextlib
import os
import subprocess


@contextlib.contextmanager
def relayed(bench, server, milliseconds, counts):
    """The port of a relay that adds this much to every round trip. Behind the block, `counts`
    holds its connections and its round trips."""
    program = bench.compiled("delay")
    report = os.path.join(bench.scratch, "delay-report")
    half = str(int(milliseconds * 1000 / 2))
    process = subprocess.Popen([program, report, str(server.address.port), half],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield int(process.stdout.readline())
    finally:
        process.communicate()
        with open(report, encoding="ascii") as file:
            counts.extend(map(int, file.read().split()))
