"""A link that opens a draft to people without an account, for some days."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import Page, PageLogEntry, PageViewRestriction

from home.offices import BOARD, EDITORS
from office.models import PreviewLink
from sidebar.models import PageViews
from tests.factories import make_directive, make_event, make_home, make_news, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def editor():
    make_home()
    return make_user("bientap", EDITORS)


@pytest.fixture
def page(editor):
    page = make_news(title="Bản đã đăng")
    page.owner = editor
    page.title = "Bản nháp mới"
    page.save_revision(user=editor)
    return page


@pytest.fixture
def link(page, editor):
    return PreviewLink.made(page, editor, days=3, note="Sở Tư pháp")


def test_whoever_has_the_link_reads_the_newest_draft(client, page, link, editor):
    page.title = "Bản nháp mới hơn"
    page.save_revision(user=editor)
    answer = client.get(link.path)
    text = answer.content.decode()
    assert "Bản nháp mới hơn" in text
    assert "Bản xem trước – chưa xuất bản" in text
    assert f"{link.expires_at.astimezone():%Y}" in text


def test_nobody_keeps_indexes_or_counts_it(client, page, link):
    answer = client.get(link.path)
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"].startswith("noindex")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
    text = answer.content.decode()
    assert '<meta name="robots" content="noindex, nofollow">' in text
    assert "data-page" not in text
    assert "data-live=" not in text.partition("<header>")[0]
    assert "anh.gif" not in text
    assert not PageViews.objects.exists()


def test_every_kind_of_page_can_be_shared(client, editor):
    for page in (make_directive(), make_news(), make_event()):
        page.save_revision(user=editor)
        link = PreviewLink.made(page.specific, make_user(f"q{page.pk}", is_superuser=True), days=1)
        assert client.get(link.path).status_code == 200


def test_it_ends_at_its_time(client, link, clock):
    clock.tick(days=2, hours=23, minutes=59)
    assert client.get(link.path).status_code == 200
    clock.tick(minutes=2)
    answer = client.get(link.path)
    assert answer.status_code == 410
    assert "Bản nháp mới" not in answer.content.decode()
    assert answer["X-Robots-Tag"].startswith("noindex")


def test_addresses_that_never_were_open_nothing(client, link):
    right = link.path.strip("/").rpartition("/")[2]
    for words in ("x", right[:-1], right.partition(".")[0], "0" * 32 + ".x", right.swapcase()):
        assert client.get(f"/xem-truoc/{words}/").status_code == 404


def test_it_ends_when_its_maker_may_no_longer_edit_the_page(client, link, editor):
    editor.groups.clear()
    link.page.owner = None
    Page.objects.filter(pk=link.page_id).update(owner=None)
    assert client.get(link.path).status_code == 410


def test_it_ends_with_its_makers_account(client, link, editor):
    editor.is_active = False
    editor.save()
    assert client.get(link.path).status_code == 410


def test_it_ends_with_its_page(client, link, page):
    page.delete()
    assert client.get(link.path).status_code == 404


def test_a_page_of_a_closed_section_is_read_by_the_link_only(client, page, link):
    PageViewRestriction.objects.create(
        page=page.get_parent(), restriction_type=PageViewRestriction.LOGIN
    )
    assert client.get(page.url).status_code == 302
    assert client.get(link.path).status_code == 200


def test_an_editor_makes_one_and_withdraws_it(client, page, editor):
    client.force_login(editor)
    address = reverse("office_share", args=[page.pk])
    client.post(address, {"days": "7", "note": "Sở Tư pháp"})
    link = PreviewLink.objects.get()
    assert (link.expires_at - link.made_at).days in (6, 7)
    shown = client.get(address).content.decode()
    assert link.path in shown
    assert "Sở Tư pháp" in shown
    client.post(reverse("office_withdraw_preview", args=[link.pk]))
    assert client.get(link.path).status_code == 410
    assert link.path not in client.get(address).content.decode()
    actions = PageLogEntry.objects.filter(page=page.pk, user=editor).values_list(
        "action", flat=True
    )
    assert {"office.share_preview", "office.withdraw_preview"} <= set(actions)
    history = client.get(reverse("wagtailadmin_pages:history", args=[page.pk])).content.decode()
    assert "Sở Tư pháp" in history


def test_other_lengths_than_those_offered_are_refused(client, page, editor):
    client.force_login(editor)
    client.post(reverse("office_share", args=[page.pk]), {"days": "3650"})
    assert not PreviewLink.objects.exists()


@pytest.mark.parametrize("groups", [[], ["Không có quyền"]])
def test_whoever_may_not_edit_the_page_neither_makes_nor_withdraws_one(client, page, link, groups):
    for name in groups:
        Group.objects.create(name=name)
    client.force_login(make_user("khach", *groups))
    client.post(reverse("office_share", args=[page.pk]), {"days": "1"})
    client.post(reverse("office_withdraw_preview", args=[link.pk]))
    assert PreviewLink.objects.get().is_open


def test_a_link_is_not_withdrawn_by_looking(client, page, link, editor):
    client.force_login(editor)
    assert client.get(reverse("office_withdraw_preview", args=[link.pk])).status_code == 405


def test_the_board_withdraws_what_an_editor_made(client, page, link):
    client.force_login(make_user("ban", BOARD))
    client.post(reverse("office_withdraw_preview", args=[link.pk]))
    assert not PreviewLink.objects.get().is_open


def test_a_draft_that_lacks_what_every_page_needs_says_so(client, editor):
    page = make_directive()
    page.signed_on = None
    page.save_revision(user=editor, clean=False)
    link = PreviewLink.made(page, make_user("quantri", is_superuser=True), days=1)
    text = client.get(link.path).content.decode()
    assert "Bản nháp này chưa xem được" in text
