"""The little script and style that stand in a page itself, and their hashes for a strict
Content-Security-Policy. A file of their own would cost every reader a request before the first
line is drawn."""

from base64 import b64encode
from hashlib import sha256

# What a reader chose (text size, contrast) is kept by portal.js in this browser alone, and holds
# before anything is drawn. Nothing in it needs escaping, so that its hash is that of what is sent.
READER_SCRIPT = (
    "try{Object.assign(document.documentElement.dataset,JSON.parse(localStorage.reader))}catch{}"
)


def csp_source(text):
    """As a policy's script-src or style-src names it."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
