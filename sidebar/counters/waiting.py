"""Hits that wait for Redis, in a file: so they outlive the process that took them, if it is killed.

Each is a line whose first letter says whether it still waits. It is struck out before it is handed
over, so that nobody ever hands it over twice. A process holds a lock on its file for as long as it
lives; what a dead one left is adopted by the next that starts or sees Redis come back.

A line holds no address: what a visitor is called that day, the page and the moment. Whoever has no
such name yet waits in memory alone."""

import fcntl
import json
import os
import threading
import uuid
from collections import deque
from contextlib import suppress

WAITS, GONE = b" ", b"-"


class Waiting:
    def __init__(self, folder, room):
        self._folder = folder
        self._room = room
        self._lock = threading.Lock()
        # (file's descriptor, place in it, what waits, whom it is from)
        self._hits = deque()
        # Descriptor -> path, of our own file and of adopted ones.
        self._files = {}
        self._own = None

    def __bool__(self):
        return bool(self._hits)

    def add(self, hit, visitor=None):
        """`hit`: what JSON can hold; `visitor` is not written. Lost if there is no room."""
        line = json.dumps(hit).encode()
        with self._lock:
            if len(self._hits) >= self._room:
                return
            file, place = None, 0
            # A full disk is no reason to lose it as long as we live.
            with suppress(OSError):
                file = self._open()
                place = os.lseek(file, 0, os.SEEK_END)
                os.write(file, WAITS + line + b"\n")
            self._hits.append((file, place, hit, visitor))

    def take(self):
        """What has waited longest, struck out, and whom it is from; or None, and the files are
        gone."""
        with self._lock:
            if not self._hits:
                self._clear()
                return None
            self._taken = file, place, hit, visitor = self._hits.popleft()
            if file is not None:
                os.pwrite(file, GONE, place)
            return hit, visitor

    def put_back(self):
        """What was taken last surely was not counted."""
        with self._lock:
            file, place, *_what = self._taken
            if file is not None:
                os.pwrite(file, WAITS, place)
            self._hits.appendleft(self._taken)

    def adopt(self):
        """Takes over what dead processes have left."""
        with self._lock:
            for path in sorted(self._folder.glob("*.hits")):
                if path in self._files.values():
                    continue
                with suppress(OSError):
                    file = os.open(path, os.O_RDWR)
                    if not _locks(file):
                        # Its owner lives.
                        os.close(file)
                        continue
                    self._files[file] = path
                    self._read(file)

    def _read(self, file):
        place = 0
        with os.fdopen(os.dup(file), "rb") as lines:
            for line in lines:
                # The last one may have been cut off by the kill.
                if line.startswith(WAITS) and line.endswith(b"\n"):
                    self._hits.append((file, place, json.loads(line), None))
                place += len(line)

    def _open(self):
        if self._own is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = self._folder / f"{uuid.uuid4().hex}.hits"
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            _locks(file)
            self._files[file] = path
            self._own = file
        return self._own

    def _clear(self):
        for file, path in self._files.items():
            path.unlink(missing_ok=True)
            os.close(file)
        self._files.clear()
        self._own = None


def _locks(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
