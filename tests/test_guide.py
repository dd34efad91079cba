"""The editors' guide: it can be read in the admin, and says what the screens say."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.templatetags import static as static_tags
from django.urls import reverse

from office import guide
from office.roles import EDITORS, OPERATORS, REPORTERS
from tests import installed_strings
from tests.factories import make_home, make_user

IMAGE = re.compile(r"<img ([^>]+)>")
BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)
# Keys of the keyboard.
NOT_OURS = {"ctrl+c", "ctrl+v", "enter"}
# What the office's set-up makes: the way of a text and its steps, the folder that all share.
NAMES = {"duyệt hai bước", "kiểm duyệt", "ban biên tập", "dùng chung"}
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|\{\w*\}")


@pytest.fixture
def lan(client):
    make_home()
    user = make_user("lan", EDITORS)
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_every_page_of_the_contents_opens_and_leads_to_the_next(lan):
    slugs = list(guide.contents())
    assert len(slugs) == 16
    for slug, following in zip(slugs, [*slugs[1:], None], strict=True):
        html = lan.get(f"/admin/huong-dan/{slug}/").content.decode()
        places = [html.index(f'href="/admin/huong-dan/{other}/"') for other in slugs]
        assert places == sorted(places)
        assert ("office-next" in html) == (following is not None)
        if following:
            assert f'href="/admin/huong-dan/{following}/"' in html.partition("office-next")[2]


@pytest.mark.django_db
def test_the_guide_begins_with_its_first_page(lan):
    first, *_others = guide.contents()
    title = guide.contents()[first]
    assert f'<h2 id="guide-title">{title}</h2>' in lan.get("/admin/huong-dan/").content.decode()


def test_every_file_stands_in_the_contents_under_its_own_title():
    files = {file.stem: file.read_text(encoding="utf-8") for file in guide.FOLDER.glob("*.md")}
    assert guide.contents() == {
        slug: files[slug].partition("\n")[0].removeprefix("# ") for slug in guide.contents()
    }
    assert set(files) == set(guide.contents())


@pytest.mark.parametrize("slug", guide.contents())
def test_pictures_have_addresses_words_and_files(slug):
    _title, html = guide.rendered_page(slug)
    for attributes in IMAGE.findall(html):
        assert re.search(r'alt="[^"]{5,}"', attributes)
        address = re.search(r'src="/static/(huong-dan/[a-z-]+\.webp)"', attributes)
        assert finders.find(address[1]), address[1]
    assert html.count("<img") == guide.text_of(slug).count("![")


@pytest.mark.parametrize("slug", guide.contents())
def test_links_between_pages_lead_to_pages(slug):
    _title, html = guide.rendered_page(slug)
    assert ".md" not in html
    for target in re.findall(r'href="/admin/huong-dan/([^"]*)/"', html):
        assert target in guide.contents()


def test_no_picture_lies_about_unused():
    assert {file.stem for file in guide.PICTURES.iterdir()} == set(guide.pictures_of_pages())


def test_a_picture_that_was_not_collected_leaves_its_words(monkeypatch, settings, tmp_path):
    """As after an upgrade whose static files nobody has collected: the storage raises."""
    storage = ManifestStaticFilesStorage(location=tmp_path)
    settings.DEBUG = False
    monkeypatch.setattr(static_tags.StaticNode, "handle_simple", storage.url)
    _title, html = guide.rendered_page("viec-cua-toi")
    assert "<img" not in html
    assert "<em>Trang đăng nhập</em>" in html


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["khong-co", "../van-hanh", "viec-cua-toi.md"])
def test_what_is_no_page_of_the_guide_is_not_found(lan, address):
    assert lan.get(f"/admin/huong-dan/{address}/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("group", [REPORTERS, OPERATORS])
def test_whoever_may_enter_the_admin_may_read_it_and_nobody_else(client, group):
    make_home()
    address = reverse("office_guide")
    assert client.get(address).status_code == 302
    client.force_login(make_user("khach"))
    assert client.get(address).status_code == 302
    client.force_login(make_user("lan", group))
    assert client.get(address).status_code == 200


@pytest.mark.django_db
def test_help_leads_to_the_guide_and_to_no_other_site(lan):
    html = lan.get("/admin/").content.decode()
    assert f'"url": "{reverse("office_guide")}"' in html
    assert "guide.wagtail.org" not in html
    assert "editor-guide" not in html
    assert "whats-new" not in html
    # The shortcuts stay.
    assert "Phím tắt" in html


def labels():
    """(page, bold words): what the guide says stands on a screen. “**Rút lại.**”, with its full
    stop, begins a paragraph."""
    texts = {slug: guide.text_of(slug) for slug in guide.contents()}
    texts[guide.FIRST_PAGE.stem] = guide.FIRST_PAGE.read_text(encoding="utf-8")
    return [
        (slug, step)
        for slug, text in texts.items()
        for found in BOLD.findall(text)
        for step in re.sub(r"\s+", " ", found).split(" → ")
        if not step.endswith(".")
    ]


@pytest.fixture(scope="module")
def said_on_screens():
    """What the catalogues say, without case: Wagtail writes labels with a capital."""
    texts = [
        *installed_strings.django_catalogue().values(),
        *installed_strings.script_catalogue().values(),
    ]
    return {text.strip().casefold() for text in texts if isinstance(text, str) and text.strip()}


def is_said(label, texts):
    """By a text, or by one with a gap (“Thêm %(name)s”) that another text fills."""
    texts = texts | NAMES
    label = label.casefold()
    if label in texts:
        return True
    for text in texts:
        before, *after = PLACEHOLDER.split(text)
        if len(after) != 1 or len(before + after[0]) < 4:
            continue
        filling = re.fullmatch(re.escape(before) + "(.+)" + re.escape(after[0]), label)
        if filling and filling[1] in texts:
            return True
    return False


@pytest.mark.once
def test_what_the_guide_prints_in_bold_is_what_the_screens_say(said_on_screens):
    astray = [
        (slug, label)
        for slug, label in labels()
        if label.casefold() not in NOT_OURS and not is_said(label, said_on_screens)
    ]
    assert astray == []


@pytest.mark.once
def test_words_that_no_screen_says_would_be_found(said_on_screens):
    assert is_said("Gửi duyệt theo Duyệt hai bước", said_on_screens)
    assert not is_said("Gửi duyệt theo Mặt trăng", said_on_screens)
    assert not is_said("Toàn cổng", said_on_screens)


@pytest.mark.once
@pytest.mark.parametrize("word", ["anh/chị", "vui lòng", "click", "email"])
def test_the_guide_speaks_as_the_glossary_asks(word):
    texts = [guide.text_of(slug) for slug in guide.contents()]
    assert not [text for text in texts if re.search(rf"\b{word}\b", text, re.IGNORECASE)]
