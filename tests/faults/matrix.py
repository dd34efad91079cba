"""Every fault of a feed against every promise: 43 × 5 cells, on a real wire and in real time.

make fault-matrix                                   all of them
make fault-matrix FAULT="gzip bomb"                 one
python -m tests.faults.matrix --cases               each case in a line of its own
"""

import argparse
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from .faults import FAULTS

ROOT = Path(__file__).resolve().parents[2]
# Most of them wait for a clock.
PROCESSES = 8


def main():
    parser = argparse.ArgumentParser(prog="tests.faults.matrix", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--fault", metavar="NAME", help="this one only (a part of its name will do)"
    )
    parser.add_argument("--cases", action="store_true", help="a line for each case as well")
    parser.add_argument("--list", action="store_true", help="the names of all faults and cases")
    parser.add_argument("--processes", type=int, default=PROCESSES, metavar="N")
    options = parser.parse_args()
    chosen = [fault for fault in FAULTS if (options.fault or "").lower() in fault.name.lower()]
    if not chosen:
        parser.error(f"no such fault; there are: {', '.join(fault.name for fault in FAULTS)}")
    if options.list:
        for fault in chosen:
            titles = ", ".join(case.title for case in fault.cases)
            sys.stdout.write(f"{fault.name}: {titles}\n")
        return 0
    begun = time.monotonic()
    verdicts = try_all(chosen, options.processes)
    failed = table(chosen, verdicts, options.cases)
    sys.stdout.write(f"{len(verdicts)} trials in {time.monotonic() - begun:.0f} s\n")
    return 1 if failed else 0


def try_all(chosen, processes):
    with tempfile.TemporaryDirectory() as folder:
        env = {name: text for name, text in os.environ.items() if name != "REDIS_URL"}
        env.pop("DATABASE_URL", None)
        env |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "portal.settings.dev"}
        for command in (["migrate", "--verbosity", "0"], ["createcachetable"]):
            subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True)
        found = []
        with ProcessPoolExecutor(
            processes,
            # No locks and threads of this process in the others.
            multiprocessing.get_context("spawn"),
            begin,
            (folder,),
        ) as pool:
            # Those first that wait longest.
            waiting = sorted(numbers(chosen), key=lambda place: not is_slow(*place))
            for done in as_completed([pool.submit(try_one, *place) for place in waiting]):
                found += done.result()
        return found


def numbers(chosen):
    """Functions don't travel between processes: (fault, case) by their numbers do."""
    return [(FAULTS.index(fault), number) for fault in chosen for number in range(len(fault.cases))]


def is_slow(fault, number):
    return FAULTS[fault].cases[number].is_slow


server = None


def begin(template):
    """A portal of the process's own, and a server."""
    global server
    folder = Path(tempfile.mkdtemp(dir=template))
    shutil.copy(Path(template) / "portal.sqlite3", folder)
    os.environ |= {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "portal.settings.dev"}
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    import django

    django.setup()
    import logging

    from . import judge
    from .fault_server import FaultServer

    # The judge reads the lines; nobody else has to.
    for handler in logging.getLogger().handlers:
        handler.setLevel(logging.CRITICAL)
    server = FaultServer()
    # What is imported and kept at the first time is not a fault's.
    fault = next(fault for fault in FAULTS if fault.name == "500")
    for trial in judge.trials(fault):
        judge.judge(trial, server)


def try_one(fault, number):
    from dataclasses import replace

    from . import judge

    one = replace(FAULTS[fault], cases=(FAULTS[fault].cases[number],))
    return [judge.judge(trial, server) for trial in judge.trials(one)]


def table(chosen, verdicts, with_cases):
    """Prints it; answers with how many cells are not as they should be."""
    heads = ("≤ 10 s", "≤ 20 MB", "last good kept", "nowhere else", "one line")
    line = "{:<28} {:>12} {:>12} {:>15} {:>13} {:>9}\n".format
    sys.stdout.write(line("fault", *heads))
    cells = failed = 0
    for fault in chosen:
        mine = [one for one in verdicts if one.fault == fault.name and one.feed == "rates"]
        if with_cases:
            for one in sorted(mine, key=lambda one: one.trial):
                sys.stdout.write(f"  {one.trial}\n")
        marks = [mark(mine, place) for place in range(5)]
        seconds, megabytes = (
            max(getattr(one, name) for one in mine) for name in ("seconds", "megabytes")
        )
        marks[0] += f" {seconds:5.1f} s"
        marks[1] += f" {megabytes:4.1f} MB"
        sys.stdout.write(line(fault.name, *marks))
        cells += 5
        failed += sum(text.startswith("FAIL") for text in marks)
    sys.stdout.write(f"\n{cells - failed} of {cells} cells\n")
    weather = [one for one in verdicts if one.feed == "weather"]
    if weather:
        bad = sum(bool(text) for one in weather for text in one.wrong)
        failed += bad
        whole = 5 * len(weather)
        sys.stdout.write(
            f"{whole - bad} of {whole} more, of the weather's providers on the same line\n"
        )
    for one in verdicts:
        for head, text in zip(heads, one.wrong, strict=True):
            if text:
                sys.stdout.write(f"FAIL {one.trial}: {head}: {text}\n")
    return failed


def mark(verdicts, place):
    return "FAIL" if any(one.wrong[place] for one in verdicts) else "ok"


if __name__ == "__main__":
    sys.exit(main())
