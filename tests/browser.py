"""The browser that tests and the guide's pictures are made with."""

import os
from contextlib import contextmanager
from pathlib import Path
from shutil import which

MISSING = "needs a browser: apt-get install chromium, or CHROMIUM=/path/to/it"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    # Whatever else a page or the browser asks for isn't there.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


def installed():
    """Its path, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or "~/.cache/ms-playwright")
    found = [
        os.environ.get("CHROMIUM"),
        *(which(name) for name in names),
        *map(str, folder.expanduser().glob("chromium-*/chrome-linux*/chrome")),
    ]
    return next((path for path in found if path), None)


@contextmanager
def launched(path):
    # Only a run that uses a browser should pay for the import.
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
