"""Runs one program and ends everything that it started, even if the process that requested it is killed.

Started by `ingest.external_programs` as a program of its own, in its own process group: `supervisor.py CPU_SECONDS
FILE_BYTES PROGRAM ARGUMENT...`. Its standard input is a pipe that nobody writes to: its end shows that the requesting
process has ended. It exits with the program's status, or with 128 and the number of the signal that ended it.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import subprocess
import sys

_STEP = 0.05


def main() -> None:
    """Runs the program of the command line."""
    cpu, size = int(sys.argv[1]), int(sys.argv[2])
    # The worker has a soft memory limit of its own; the program gets what the system allows.
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (hard, hard))
    for kind, bound in ((resource.RLIMIT_CPU, cpu), (resource.RLIMIT_FSIZE, size), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(kind, (bound, bound))
    child = subprocess.Popen(sys.argv[3:], stdin=subprocess.DEVNULL)  # noqa: S603
    while child.poll() is None:
        if select.select([0], [], [], _STEP)[0]:
            os.killpg(0, signal.SIGKILL)
    sys.exit(128 - child.returncode if child.returncode < 0 else child.returncode)


if __name__ == "__main__":
    main()
