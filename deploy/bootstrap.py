"""Make .venv and install the locked requirements into it; needs nothing but Python.

    bootstrap.py run     what the portal runs on
    bootstrap.py test    what its tests and linters need as well
    bootstrap.py next    the same, with the next release of Wagtail

Nothing is done again until a lock file or the Python changes. Operators read what it says: that is
written here in Vietnamese, because the catalogues need Django, which is still to be installed.
"""

# ruff: noqa: S603, S606  (starting other programs is all that this file does)

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / (os.environ.get("VENV") or ".venv")
PYTHON = VENV / "bin" / "python"
LOCKS = {
    "run": ("requirements.txt",),
    "test": ("requirements.txt", "tests/requirements.txt"),
    "next": ("requirements.txt", "tests/requirements.txt"),
}
# Installed after the locked ones, and over them.
UNLOCKED = {"next": ("wagtail>=8.0,<8.1",)}
OLDEST = (3, 11)


def say(text):
    sys.stdout.write(f"setup  | {text}\n")
    sys.stdout.flush()


def works(*command):
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False


def use_a_new_enough_python():
    if sys.version_info >= OLDEST:
        return
    for minor in (14, 13, 12, 11):
        found = shutil.which(f"python3.{minor}")
        # pyenv puts a command into PATH even for a version that isn't there.
        if found and works(found, "--version"):
            os.execv(found, [found, *sys.argv])
    sys.exit("Cần Python 3.11 trở lên. Cài Python mới hơn, hoặc chỉ rõ: make PYTHON=… run")


def venv_python():
    """What .venv's own Python is; empty when there is none that starts."""
    ask = [str(PYTHON), "-c", "import sys; print(sys.prefix, sys.version)"]
    try:
        return subprocess.run(ask, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def fingerprint(kind):
    parts = [venv_python(), *UNLOCKED.get(kind, ())]
    parts += [(ROOT / lock).read_text(encoding="utf-8") for lock in LOCKS[kind]]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def make_venv(uv):
    if sys.version in venv_python():
        return
    if not uv and importlib.util.find_spec("ensurepip") is None:
        sys.exit("Python này thiếu ensurepip: cài gói python3-venv rồi chạy lại.")
    say(f"Tạo {VENV.name} (Python {sys.version.split()[0]})…")
    without_pip = ["--without-pip"] if uv else []
    subprocess.run([sys.executable, "-m", "venv", "--clear", *without_pip, str(VENV)], check=True)


def find_uv():
    """uv's path, or None; it installs ten times as fast as pip."""
    candidates = (str(VENV / "bin" / "uv"), shutil.which("uv"))
    return next((uv for uv in candidates if uv and works(uv, "--version")), None)


def fetch_uv():
    lock = ROOT / "deploy" / "uv.txt"
    options = ("--require-hashes", "--only-binary", ":all:", "--disable-pip-version-check")
    works(str(PYTHON), "-m", "pip", "install", *options, "-r", str(lock))
    return find_uv()


def install(uv, *what):
    if uv:
        # pip compiles as well: three processes that compile at once make a slow first start.
        command = [uv, "pip", "install", "--python", str(PYTHON), "--compile-bytecode"]
        if not sys.stderr.isatty():
            command.append("--quiet")
        if subprocess.run([*command, *what], cwd=ROOT).returncode == 0:
            return
        # uv doesn't read pip's configuration, where an office may name its own mirror.
        say("uv không cài được; thử lại bằng pip…")
    if not works(str(PYTHON), "-m", "pip", "--version"):
        subprocess.run([str(PYTHON), "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check"]
    subprocess.run([*command, *what], cwd=ROOT, check=True)


def bootstrap(kind):
    stamp = VENV / f"installed-{kind}"
    if stamp.exists() and stamp.read_text() == fingerprint(kind):
        return
    begun = time.monotonic()
    uv = find_uv()
    make_venv(uv)
    uv = uv or fetch_uv()
    stamp.unlink(missing_ok=True)
    locks = [part for lock in LOCKS[kind] for part in ("-r", lock)]
    say(f"Cài các thư viện trong {', '.join(LOCKS[kind])} bằng {'uv' if uv else 'pip'}…")
    install(uv, "--require-hashes", *locks)
    if kind in UNLOCKED:
        install(uv, *UNLOCKED[kind])
    stamp.write_text(fingerprint(kind))
    say(f"Đã cài xong sau {time.monotonic() - begun:.0f} giây.")


if __name__ == "__main__":
    use_a_new_enough_python()
    # Two that start at once in a fresh clone take turns.
    folder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        bootstrap(sys.argv[1] if len(sys.argv) > 1 else "run")
    except subprocess.CalledProcessError as error:
        sys.exit(f"Không cài được ({error.cmd[0]} trả mã {error.returncode}); xem các dòng trên.")
    except KeyboardInterrupt:
        sys.exit("Đã dừng.")
