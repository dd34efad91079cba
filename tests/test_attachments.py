"""Files of directives: read by a worker, searched, shown page by page, kept back when withdrawn."""

import errno
import io
import re
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from wagtail.documents import get_document_model
from wagtail.models import Collection, PageViewRestriction

from articles import reading
from articles.models import DirectiveAttachment, DirectivePage, DocumentContent
from articles.models.attachments import CLAIM_LASTS, picture_name
from articles.tasks import read_documents
from home.offices import EDITORS
from tests.factories import make_directive, make_home, make_user, searched, tomorrow

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SAMPLE = Path(__file__).resolve().parent / "samples" / "directive.pdf"
State = DocumentContent.State
# Stands on the sample's second page, and nowhere else.
WORDS = "phi lao"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    """Files lie on a disk, as they do in a portal."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }
    return settings.MEDIA_ROOT


@pytest.fixture
def home():
    return make_home()


def store(content, name="chi-thi.pdf", title="Toàn văn"):
    return get_document_model().objects.create(
        title=title, file=ContentFile(content, name=name), file_size=len(content)
    )


def sample():
    return store(SAMPLE.read_bytes())


def scan(pages=1):
    pictures = [Image.effect_noise((62, 88), 60).resize((620, 877)) for _page in range(pages)]
    file = io.BytesIO()
    pictures[0].save(file, "PDF", save_all=True, append_images=pictures[1:], resolution=75)
    return store(file.getvalue(), "ban-quet.pdf", "Bản quét")


def attach(document, **facts):
    page = make_directive(**facts)
    page.attachments.add(DirectiveAttachment(document=document))
    page.save()
    return page


def withdraw(page, on=None):
    page.withdrawn_on = on or timezone.localdate()
    page.withdrawal_reason = "Ban hành sai thẩm quyền."
    page.save()
    return page


def address(document, number=1, picture=False):
    name = "articles:document_picture" if picture else "articles:document_page"
    return reverse(name, args=[document.pk, number])


def found(client, words):
    shown = searched(client, words).content.decode()
    return re.findall(r'<h2><a href="([^"]+)">', shown)


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def body(response):
    """All that is sent; reading to its end closes a stream as a server would, and not the database
    that this test still needs."""
    return b"".join(response)


def pictures(content):
    """The names of those that are stored of a file's pages."""
    folder = Path(default_storage.path(picture_name(content.sha256, 1))).parent
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else None


# Reading


def test_a_worker_reads_a_pdf_once(home):
    document = sample()
    assert document.content.state == State.WAITING
    read_documents()
    content = DocumentContent.objects.get(document=document)
    assert (content.state, content.page_count, content.drawn_pages) == (State.TEXT, 2, 2)
    assert WORDS in content.pages[1]
    assert pictures(content) == ["1.webp", "2.webp"]
    read_documents()
    assert DocumentContent.objects.get(document=document).read_at == content.read_at


def test_a_scan_is_said_to_be_one(home):
    document = scan(pages=3)
    read_documents()
    content = DocumentContent.objects.get(document=document)
    assert content.is_scan
    assert (content.text.strip(), content.page_count) == ("", 3)
    assert content.has_page_view


@pytest.mark.parametrize(
    ("file", "state"),
    [(b"PK\x03\x04 broken", State.FAILED), (b"a table", State.UNSUPPORTED), (b"", State.EMPTY)],
)
def test_a_file_that_gives_no_text_is_not_tried_again(home, file, state):
    document = store(file, "bang.xlsx")
    read_documents()
    content = DocumentContent.objects.get(document=document)
    assert content.state == state
    assert not content.has_page_view
    assert DocumentContent.objects.claim() is None


def test_files_that_no_disk_here_holds_are_read_from_a_copy(home, settings):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }
    document = sample()
    read_documents()
    assert DocumentContent.objects.get(document=document).state == State.TEXT


def test_documents_from_before_the_upgrade_are_read_too(home):
    document, lost = sample(), store(b"lost")
    DocumentContent.objects.all().delete()
    Path(lost.file.path).unlink()
    read_documents()
    assert DocumentContent.objects.get(document=document).state == State.TEXT
    content = DocumentContent.objects.get(document=lost)
    assert (content.state, content.sha256) == (State.FAILED, "")


def test_a_file_that_was_lost_since_it_was_stored_has_failed(home):
    document = sample()
    Path(document.file.path).unlink()
    read_documents()
    content = DocumentContent.objects.get(document=document)
    assert (content.state, len(content.sha256)) == (State.FAILED, 64)


def test_no_two_workers_read_one_document(home):
    first, second = sample(), scan()
    assert DocumentContent.objects.claim().document == first
    assert DocumentContent.objects.claim().document == second
    assert DocumentContent.objects.claim() is None


def test_of_two_workers_that_saw_the_same_document_one_gets_it(home, monkeypatch):
    sample()
    claims = DocumentContent.objects
    plain, others = type(claims.all()).first, []

    def first(queryset):
        seen = plain(queryset)
        if not others:
            # While this worker looks, another is faster.
            others.append(None)
            others.append(claims.claim())
        return seen

    monkeypatch.setattr(type(claims.all()), "first", first)
    assert claims.claim() is None
    assert others[1] is not None


def test_a_worker_reads_one_document_at_a_time(home):
    document = sample()
    with reading.only_reader:
        read_documents()
    assert DocumentContent.objects.get(document=document).read_at is None


def test_a_dead_workers_claim_is_void_after_a_while(home):
    document = sample()
    assert DocumentContent.objects.claim()
    DocumentContent.objects.update(read_at=timezone.now() - CLAIM_LASTS + timedelta(seconds=5))
    assert DocumentContent.objects.claim() is None
    DocumentContent.objects.update(read_at=timezone.now() - CLAIM_LASTS)
    assert DocumentContent.objects.claim().document == document


def test_what_a_late_worker_read_is_not_kept(home):
    document = sample()
    late = DocumentContent.objects.claim()
    DocumentContent.objects.update(read_at=timezone.now() - CLAIM_LASTS)
    in_time = DocumentContent.objects.claim()
    reading.read(late)
    assert DocumentContent.objects.get(document=document).state == State.WAITING
    reading.read(in_time)
    assert DocumentContent.objects.get(document=document).state == State.TEXT


def test_without_room_a_document_is_tried_again_later_and_holds_up_no_other(
    home, monkeypatch, caplog
):
    document, other = sample(), scan()
    extract = reading.extract

    def full(path, **options):
        if path.name == Path(document.file.name).name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return extract(path, **options)

    monkeypatch.setattr(reading, "extract", full)
    read_documents()
    assert "No space left" in caplog.text
    assert DocumentContent.objects.get(document=document).state == State.WAITING
    assert DocumentContent.objects.get(document=other).state == State.SCAN
    monkeypatch.undo()
    DocumentContent.objects.filter(document=document).update(read_at=timezone.now() - CLAIM_LASTS)
    read_documents()
    assert DocumentContent.objects.get(document=document).state == State.TEXT


def test_a_new_file_is_read_anew_and_the_old_pictures_go(home, django_capture_on_commit_callbacks):
    document = sample()
    read_documents()
    old = DocumentContent.objects.get(document=document)
    with django_capture_on_commit_callbacks(execute=True):
        document.file = ContentFile(b"a table", name="bang.xlsx")
        document.save()
    assert DocumentContent.objects.get(document=document).state == State.WAITING
    assert pictures(old) is None


def test_a_title_that_is_mended_leaves_what_was_read(home):
    document = sample()
    read_documents()
    before = DocumentContent.objects.values().get()
    document.title = "Chỉ thị"
    document.save()
    assert DocumentContent.objects.values().get() == before


def test_pictures_go_with_the_last_document_of_their_file(home, django_capture_on_commit_callbacks):
    first, second = sample(), sample()
    read_documents()
    content = DocumentContent.objects.first()
    with django_capture_on_commit_callbacks(execute=True):
        first.delete()
    assert pictures(content)
    with django_capture_on_commit_callbacks(execute=True):
        second.delete()
    assert pictures(content) is None


def test_what_was_deleted_while_it_was_read_leaves_no_pictures(home):
    document = sample()
    content = DocumentContent.objects.claim()
    path = Path(document.file.path)
    document.delete()
    path.write_bytes(SAMPLE.read_bytes())
    reading.read(content)
    assert pictures(content) is None


# Searching


def test_words_of_a_file_find_its_directive_once_it_is_read(client, home):
    page = attach(sample())
    assert found(client, WORDS) == []
    read_documents()
    assert found(client, WORDS) == [page.url]


def test_a_directive_that_is_published_later_is_found_by_its_file(client, home):
    document = sample()
    read_documents()
    page = attach(document)
    assert found(client, WORDS) == [page.url]


def test_a_file_that_is_taken_out_of_its_directive_finds_it_no_more(client, home):
    document = sample()
    read_documents()
    page = attach(document)
    page.attachments.set([])
    page.save()
    assert found(client, WORDS) == []


def test_files_of_directives_that_are_not_public_find_nothing(client, home):
    document = sample()
    attach(document, live=False)
    private = attach(document, number="08")
    private.view_restrictions.create(restriction_type="login")
    read_documents()
    assert found(client, WORDS) == []


def test_words_of_a_private_file_find_nothing(client, home):
    secret = Collection.get_first_root_node().add_child(name="Mật")
    secret.view_restrictions.create(restriction_type="login")
    document = sample()
    document.collection = secret
    document.save()
    attach(document)
    read_documents()
    assert found(client, WORDS) == []


def test_indexing_asks_as_often_for_ten_files_as_for_one(home, django_assert_num_queries):
    def searched(page):
        page = DirectivePage.objects.get(pk=page.pk)
        return " ".join(text for _name, text in page.files_to_search())

    one, many = attach(sample()), make_directive(number="08")
    many.attachments.add(*(DirectiveAttachment(document=sample()) for _file in range(10)))
    many.save()
    read_documents()
    with CaptureQueriesContext(connection) as asked:
        searched(one)
    with django_assert_num_queries(len(asked)):
        text = searched(many)
    assert text.count(WORDS) == 10


def test_a_page_takes_so_much_text_of_its_files_and_no_more(home, monkeypatch):
    document = sample()
    read_documents()
    page = attach(document)
    assert WORDS in page.files_to_search()[0][1]
    monkeypatch.setattr("articles.models.directives.ATTACHED_TEXT", 100)
    assert WORDS not in page.files_to_search()[0][1]
    assert "ỦY BAN NHÂN DÂN" in page.files_to_search()[0][1]


# The page view


def test_pictures_from_before_the_upgrade_are_measured(home):
    document = sample()
    read_documents()
    content = DocumentContent.objects.get(document=document)
    sizes = content.picture_sizes
    assert set(sizes) == {"1", "2"}
    DocumentContent.objects.update(picture_sizes={})
    default_storage.save(picture_name(content.sha256, 3), ContentFile(b"half of one"))
    import_module("articles.migrations.0018_picture_sizes").measure(apps, None)
    content.refresh_from_db()
    assert content.picture_sizes == sizes


def test_a_reader_leafs_through_a_pdf(client, home):
    document = sample()
    page = attach(document)
    read_documents()
    shown = soup(client.get(page.url))
    assert shown.find("a", href=address(document))
    response = client.get(address(document))
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert not response.cookies
    first = soup(response)
    assert [said.get_text() for said in first.select(".document-pager span")] == [
        "Trang 1 trên 2"
    ] * 2
    assert not first.find("a", rel="prev")
    assert first.find("a", href=page.url)
    assert first.find("a", href=document.url)
    second = soup(client.get(first.find("a", rel="next")["href"]))
    assert not second.find("a", rel="next")
    assert second.find("a", rel="prev")["href"] == address(document)
    assert WORDS in second.select_one(".document-text div").get_text()


def test_the_picture_is_our_own_and_keeps_its_size(client, home):
    document = sample()
    attach(document)
    read_documents()
    picture = soup(client.get(address(document))).select_one("main img")
    assert picture["src"].startswith(address(document, picture=True))
    response = client.get(picture["src"])
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["X-Robots-Tag"] == "noindex"
    kept = set(response.headers["Cache-Control"].split(", "))
    assert kept == {"private", "max-age=31536000", "immutable"}
    with Image.open(io.BytesIO(body(response))) as drawn:
        assert drawn.size == (int(picture["width"]), int(picture["height"]))


def test_a_picture_that_is_asked_for_without_its_hash_is_asked_for_again(client, home):
    document = sample()
    attach(document)
    read_documents()
    response = client.get(address(document, picture=True))
    assert response.headers["Cache-Control"] == "no-cache"
    body(response)


def test_the_page_of_a_scan_says_that_it_has_no_text(client, home):
    document = scan()
    page = attach(document)
    read_documents()
    shown = soup(client.get(address(document)))
    assert shown.select_one("main .notice")
    assert not shown.select_one(".document-text")
    assert not shown.find("a", rel="next")
    assert soup(client.get(page.url)).select_one(".attachments").get_text().count("quét") >= 1


def test_a_page_without_a_picture_still_has_its_text(client, home):
    document = sample()
    attach(document)
    read_documents()
    content = DocumentContent.objects.get(document=document)
    default_storage.delete(picture_name(content.sha256, 2))
    del content.picture_sizes["2"]
    content.save()
    shown = soup(client.get(address(document, 2)))
    assert not shown.select_one("main img")
    assert WORDS in shown.select_one(".document-text[open]").get_text()
    assert client.get(address(document, 2, picture=True)).status_code == 404


@pytest.mark.parametrize("picture", [False, True])
def test_what_has_no_such_page_is_not_found(client, home, picture):
    document, table = sample(), store(b"a table", "bang.xlsx")
    assert client.get(address(document, 1, picture)).status_code == 404
    read_documents()
    for number in (0, 3, 10**30):
        assert client.get(address(document, number, picture)).status_code == 404
    assert client.get(address(table, 1, picture)).status_code == 404
    for pk in (0, 10**30):
        document.pk = pk
        assert client.get(address(document, 1, picture)).status_code == 404


@pytest.mark.parametrize("picture", [False, True])
def test_pages_of_a_file_that_no_reader_is_shown_are_not_found_by_its_number(client, home, picture):
    on_no_page, of_a_draft, of_a_closed_page = sample(), sample(), sample()
    attach(of_a_draft, number="08", title="Nháp").unpublish()
    closed = attach(of_a_closed_page, number="09", title="Kín")
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    read_documents()
    read_documents()
    for document in (on_no_page, of_a_draft, of_a_closed_page):
        assert client.get(address(document, picture=picture)).status_code == 404
    client.force_login(make_user("lan", EDITORS))
    for document in (on_no_page, of_a_draft, of_a_closed_page):
        response = client.get(address(document, picture=picture))
        assert response.status_code == 200
        body(response)


def test_pages_are_only_read(client, home):
    document = sample()
    attach(document)
    read_documents()
    assert client.post(address(document)).status_code == 405
    response = client.head(address(document))
    assert (response.status_code, response.content) == (200, b"")


def test_no_address_leads_to_the_folder_of_pictures(client, home):
    document = sample()
    read_documents()
    inside = picture_name(document.content.sha256, 1)
    for tried in (inside, f"images/../{inside}", f"images/..%2f{inside}"):
        assert client.get(f"/media/{tried}").status_code in (400, 404)


@pytest.mark.parametrize("picture", [False, True])
@pytest.mark.parametrize("kind", ["login", "groups", "password"])
def test_pages_of_a_private_file_are_for_those_who_may_have_it(client, home, kind, picture):
    secret = Collection.get_first_root_node().add_child(name="Mật")
    restriction = secret.view_restrictions.create(restriction_type=kind, password="mo-ra")
    document = sample()
    document.collection = secret.add_child(name="Bên dưới")
    document.save()
    attach(document)
    read_documents()
    as_wagtail = client.get(document.url)
    answer = client.get(address(document, 1, picture))
    assert answer.status_code == as_wagtail.status_code
    assert b"WEBP" not in answer.content
    assert WORDS not in answer.content.decode()
    assert not soup(answer).select("main img")
    if kind == "password":
        form = {"password": "mo-ra", "return_url": address(document, 1, picture)}
        way_in = reverse("wagtaildocs_authenticate_with_password", args=[restriction.pk])
        assert client.post(way_in, form).url == address(document, 1, picture)
    else:
        user = make_user("lan", EDITORS)
        restriction.groups.set(user.groups.all())
        client.force_login(user)
    opened = client.get(address(document, 1, picture))
    assert opened.status_code == 200
    assert opened.headers.get("X-Robots-Tag") == "noindex"
    body(opened)


def test_a_page_names_no_directive_that_its_reader_may_not_see(client, home):
    document = sample()
    attach(document, live=False, title="Còn viết")
    private = attach(document, title="Nội bộ")
    private.view_restrictions.create(restriction_type="login")
    read_documents()
    shown = client.get(address(document)).content.decode()
    assert "Nội bộ" not in shown
    assert private.url not in shown
    assert "Còn viết" not in shown


# Withdrawn


def requests_for(client, document):
    """Every way to ask for a file's bytes, with the headers that may shorten the answer."""
    etag = f'"{document.get_file_hash()}"'
    for path in (document.url, address(document), address(document, picture=True)):
        yield client.get(path)
        yield client.get(path, headers={"If-None-Match": etag})
        yield client.get(path, headers={"If-None-Match": "*"})
        yield client.get(path, headers={"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})
        yield client.get(path, headers={"Range": "bytes=0-10"})
        yield client.get(path, headers={"Range": "bytes=0-10", "If-Range": etag})


def test_a_withdrawn_file_answers_with_the_notice_and_not_one_byte(client, home):
    document = sample()
    page = attach(document)
    read_documents()
    plain = client.get(document.url)
    etag = plain.headers["ETag"]
    assert body(plain) == SAMPLE.read_bytes()
    again = client.get(document.url, headers={"If-None-Match": etag})
    assert again.status_code == 304
    withdraw(page)
    for response in requests_for(client, document):
        assert response.status_code == 410
        assert response.headers["X-Robots-Tag"] == "noindex"
        assert response.headers["Content-Type"] == "text/html; charset=utf-8"
        assert "ETag" not in response.headers
        assert "Last-Modified" not in response.headers
        assert not response.cookies
        main = soup(response).main
        assert "Ban hành sai thẩm quyền." in main.get_text()
        assert timezone.localdate().strftime("%-d/%-m/%Y") in main.get_text()
        assert main.find("a", href=page.url)
        assert b"%PDF" not in response.content
    assert client.get(document.url, headers={"If-None-Match": etag}).status_code == 410
    for path in (document.url, address(document), address(document, picture=True)):
        response = client.head(path)
        assert (response.status_code, response.content) == (410, b"")


def test_a_file_is_given_until_the_day_of_its_withdrawal(client, home):
    document = sample()
    page = withdraw(attach(document), on=tomorrow())
    read_documents()
    assert body(client.get(document.url)) == SAMPLE.read_bytes()
    assert client.get(address(document)).status_code == 200
    withdraw(page, on=timezone.localdate())
    assert client.get(document.url).status_code == 410


def test_a_file_that_another_directive_still_shows_is_given(client, home):
    document = sample()
    withdraw(attach(document))
    draft = attach(document, number="08", live=False)
    assert client.get(document.url).status_code == 410
    draft.live = True
    draft.save()
    response = client.get(document.url)
    assert response.status_code == 200
    body(response)
    withdraw(draft)
    assert client.get(document.url).status_code == 410


def test_a_file_of_drafts_alone_is_given_as_wagtail_gives_it(client, home):
    document = sample()
    withdraw(attach(document, live=False))
    response = client.get(document.url)
    assert response.status_code == 200
    body(response)


def test_taking_a_withdrawn_directive_offline_does_not_give_its_file_out_again(client, home):
    document = sample()
    page = withdraw(attach(document, title="Chỉ thị về chợ"))
    page.save_revision().publish()
    page.refresh_from_db()
    page.unpublish()
    response = client.get(document.url)
    assert response.status_code == 410
    shown = response.content.decode()
    assert "Chỉ thị về chợ" not in shown
    assert "thẩm quyền" not in shown


def test_the_notice_tells_nothing_of_a_directive_that_is_private(client, home):
    document = sample()
    page = withdraw(attach(document, title="Nội bộ"))
    page.view_restrictions.create(restriction_type="login")
    response = client.get(document.url)
    assert response.status_code == 410
    shown = response.content.decode()
    assert "Nội bộ" not in shown
    assert "thẩm quyền" not in shown


def test_who_may_read_a_private_file_is_asked_before_its_withdrawal_is_told(client, home):
    secret = Collection.get_first_root_node().add_child(name="Mật")
    secret.view_restrictions.create(restriction_type="login")
    document = sample()
    document.collection = secret
    document.save()
    withdraw(attach(document))
    assert client.get(document.url).status_code == 302


def test_whoever_may_edit_a_withdrawn_directive_still_gets_its_file(client, home):
    document = sample()
    withdraw(attach(document))
    read_documents()
    client.force_login(make_user("lan", EDITORS))
    response = client.get(document.url)
    assert body(response) == SAMPLE.read_bytes()
    assert "Cookie" in response.headers["Vary"]
    assert client.get(address(document)).status_code == 200
    client.force_login(make_user("khach"))
    assert client.get(document.url).status_code == 410


def test_a_download_pays_one_query_for_it(client, home, django_assert_num_queries):
    document = sample()
    attach(document)
    # The document, its collection, the restrictions of collections, and the directives.
    with django_assert_num_queries(4):
        body(client.get(document.url))


# Editors


def test_an_editor_is_told_of_a_scan(client, home):
    page = attach(scan())
    page.attachments.add(DirectiveAttachment(document=sample()))
    page.save()
    read_documents()
    page.save_revision()
    client.force_login(make_user("lan", EDITORS))
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    said = soup(client.get(edit)).select_one("[data-side-panel=readiness]").get_text()
    assert "bản quét" in said
    assert "Toàn văn" not in said
