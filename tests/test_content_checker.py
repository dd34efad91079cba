"""Wagtail's accessibility checker speaks Vietnamese, in the user bar and in the editor."""

import json
import re
from pathlib import Path

import pytest
import wagtail
from django.urls import reverse
from django.utils.translation import override
from wagtail.admin.userbar import ContentCheckerItem

from articles.readiness.content_checker import RULES
from home.offices import EDITORS
from tests.factories import make_home, make_news, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SCRIPTS = Path(wagtail.__file__).parent / "admin" / "static" / "wagtailadmin" / "js"
VIETNAMESE = re.compile(
    "[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.I
)


@pytest.fixture
def page(client):
    make_home()
    client.force_login(make_user("lan", EDITORS))
    return make_news()


def configuration(response):
    # Not by a parser: in the user bar it stands in a template, which has a document of its own.
    found = re.findall(r'"checker-axe-configuration"[^>]*>(.*?)</script>', response.text, re.DOTALL)
    return [json.loads(text) for text in found]


def test_every_rule_that_is_on_has_words_and_they_are_vietnamese():
    with override("vi"):
        for rule, words in RULES.items():
            assert set(words) == {"error_name", "help_text"}, rule
            for text in map(str, words.values()):
                assert VIETNAMESE.search(text), f"{rule}: {text}"


def test_every_rule_is_one_that_the_checker_knows():
    own = {rule["id"] for rule in ContentCheckerItem.axe_custom_rules}
    scripts = "".join(path.read_text() for path in SCRIPTS.glob("*.js"))
    for rule in RULES.keys() - own:
        assert f'id:"{rule}"' in scripts or f'"{rule}"' in scripts, rule


def test_what_wagtail_checks_is_still_checked():
    assert set(ContentCheckerItem.axe_run_only) <= set(RULES)


def test_the_editors_panel_has_the_rules_with_their_words(client, page):
    edit = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    (found,) = configuration(edit)
    assert set(found["options"]["runOnly"]) == set(RULES)
    assert found["messages"]["link-name"]["error_name"] == "Liên kết không có chữ"


def test_the_user_bar_has_them_too(client, page):
    (found,) = configuration(client.get(page.get_url()))
    assert found["messages"]["heading-order"]["error_name"] == "Tiêu đề nhảy cấp"


def test_readers_get_nothing_of_it(client, page):
    client.logout()
    assert configuration(client.get(page.get_url())) == []
