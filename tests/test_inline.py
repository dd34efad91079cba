"""The script that stands in every page itself: small, and known to a policy by its hash."""

import base64
import hashlib
import re

import pytest

from home.inline import READER_SCRIPT, csp_source
from tests.factories import make_home

pytestmark = pytest.mark.django_db

# Of a page; data for search engines run nothing.
SCRIPT = re.compile(r"<script(?! src| type=\"application/ld\+json\")[^>]*>(.*?)</script>", re.S)


def test_it_is_the_only_script_in_a_page_and_is_sent_as_its_hash_says(client):
    make_home()
    scripts = SCRIPT.findall(client.get("/").content.decode())
    assert scripts == [READER_SCRIPT]
    assert len(READER_SCRIPT) < 300
    digest = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
    assert csp_source(READER_SCRIPT) == f"'sha256-{digest}'"


def test_it_needs_no_escaping(client):
    assert not set(READER_SCRIPT) & set("<>&\"'")
