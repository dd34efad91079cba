"""What was published stays known: editions with their notes, and what changed between two."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from django.utils import translation
from wagtail.models import PageViewRestriction

from articles.models import (
    DirectiveAttachment,
    DirectivePage,
    DirectiveRelation,
    DirectiveSuspension,
    DirectiveType,
    Edition,
    Issuer,
    Topic,
)
from articles.models.directives import two_of
from tests.factories import make_directive, make_document, make_home

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home():
    return make_home()


def shown(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    return BeautifulSoup(response.content.decode(), "html.parser").main


def words(element):
    return " ".join(element.get_text(" ").split())


def rewrite(page, text, note="Sửa lỗi"):
    """Publish a new text the way editors do: through a revision. The page, as it is then."""
    draft = page.get_latest_revision_as_object() if page.latest_revision_id else page
    draft.body, draft.change_note = [("text", f"<p>{text}</p>")], note
    draft.save_revision().publish()
    return DirectivePage.objects.get(pk=page.pk)


def make_editions(count):
    page = make_directive(body=[("text", "<p>Lời văn lần 1.</p>")])
    for number in range(2, count + 1):
        page = rewrite(page, f"Lời văn lần {number}.", f"Ghi chú {number}")
    return page


def numbers(page):
    return list(page.editions.values_list("number", "note"))


def test_each_publication_of_another_text_is_an_edition_with_its_note():
    assert numbers(make_editions(3)) == [(1, ""), (2, "Ghi chú 2"), (3, "Ghi chú 3")]


def test_publishing_the_same_text_again_is_no_edition():
    page = make_editions(2)
    page.save()
    page.unpublish()
    page.save_revision().publish()
    assert len(numbers(page)) == 2


def test_a_draft_is_no_edition_and_nobody_reads_it(client):
    page = make_editions(2)
    page.body, page.change_note = [("text", "<p>Còn bàn.</p>")], "Ghi chú kín"
    page.save_revision()
    assert len(numbers(page)) == 2
    for address in ("", "lich-su/", "so-sanh/"):
        text = words(shown(client, page.url + address))
        assert "Còn bàn" not in text
        assert "Ghi chú kín" not in text


def everything():
    page = make_directive(
        signed_on=date(2014, 6, 16),
        effective_on=date(2014, 7, 1),
        expires_on=date(2029, 12, 31),
        subject="Trích yếu của nó",
        summary="Tóm tắt của nó",
        recipients="- Như trên;\n- Lưu: VT",
        withdrawn_on=date(2020, 3, 4),
        withdrawal_reason="Lý do thu hồi",
        topics=[Topic.objects.create(name="Chuyển đổi số"), Topic.objects.create(name="An ninh")],
        body=[("text", "<p>Lời văn của nó.</p>")],
    )
    page.suspensions.add(
        DirectiveSuspension(starts_on=date(2015, 1, 2), ends_on=date(2015, 1, 3), reason="Chờ")
    )
    page.relations.add(
        DirectiveRelation(
            kind="amends",
            target=make_directive(title="Cũ", number="03", signed_on=date(2011, 1, 12)),
            provisions="Điều 3",
            starts_on=date(2014, 8, 1),
        )
    )
    page.relations.add(DirectiveRelation(kind="cites", other_document="Luật số 20/2023/QH15"))
    page.attachments.add(DirectiveAttachment(document=make_document("Bản ký")))
    page.save()
    return page


FACTS = [
    "Dùng văn bản điện tử",
    "07/CT-UBND",
    "Chỉ thị",
    "UBND tỉnh Quảng Trị",
    "Nguyễn Văn Bình, Chủ tịch",
    "16/6/2014",
    "1/7/2014",
    "31/12/2029",
    "Trích yếu của nó",
    "Tóm tắt của nó",
    "Chuyển đổi số",
    "Như trên;",
    "Lưu: VT",
    "Bản ký",
    "03/CT-UBND (12/1/2011), Điều 3",
    "1/8/2014",
    "Luật số 20/2023/QH15",
    "2/1/2015 – 3/1/2015: Chờ",
    "4/3/2020: Lý do thu hồi",
    "Lời văn của nó.",
]


def test_an_edition_keeps_all_that_a_reader_reads():
    page = everything()
    lines = page.editions.last().lines
    sha256 = page.attachments.get().document.content.sha256
    missing = [fact for fact in [*FACTS, sha256] if not any(fact in line for line in lines)]
    assert missing == []


def test_the_lines_are_the_same_whoever_publishes_and_however_often():
    page = everything()
    fresh = DirectivePage.objects.get(pk=page.pk)
    with translation.override("en"):
        assert fresh.lines == page.editions.last().lines
    revised = fresh.save_revision().as_object()
    assert revised.lines == fresh.lines


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Tên khác"},
        {"signer": "Trần Thị Ba"},
        {"expires_on": None},
        {"recipients": "- Như trên"},
        {"withdrawal_reason": "Lý do khác"},
    ],
)
def test_a_change_to_any_fact_is_an_edition(change):
    page = everything()
    before = len(numbers(page))
    for name, value in change.items():
        setattr(page, name, value)
    page.save()
    assert len(numbers(page)) == before + 1


def test_another_file_is_an_edition():
    page = everything()
    before = len(numbers(page))
    attachment = page.attachments.get()
    attachment.document.file.save("ban-khac.pdf", make_document("Khác", "x.pdf").file)
    DirectivePage.objects.get(pk=page.pk).save()
    # The same bytes under another name are the same file.
    assert len(numbers(page)) == before
    page = DirectivePage.objects.get(pk=page.pk)
    page.attachments.set([DirectiveAttachment(document=make_document("Bản ký lại"))])
    page.save()
    assert len(numbers(page)) == before + 1


def test_an_edition_does_not_tell_of_documents_that_are_not_public():
    page = make_directive()
    draft = make_directive(title="Nháp", number="03", signed_on=date(2011, 1, 12), live=False)
    page.relations.add(DirectiveRelation(kind="cites", target=draft))
    page.save()
    assert not any("03/CT-UBND" in line for line in page.editions.last().lines)


# What readers see


def test_the_page_shows_its_newest_edition_and_leads_to_all(client):
    page = make_editions(3)
    told = shown(client, page.url).select_one(".edition")
    assert "3" in words(told)
    assert "Ghi chú 3" in words(told)
    assert told.a["href"] == f"{page.url}lich-su/"


def test_the_history_has_the_newest_edition_first_and_compares_each_with_the_one_before(client):
    page = make_editions(3)
    rows = shown(client, f"{page.url}lich-su/").select(".editions > li")
    assert ["Ghi chú 3" in words(rows[0]), "Ghi chú 2" in words(rows[1]), len(rows)] == [
        True,
        True,
        3,
    ]
    assert [row.a["href"] for row in rows if row.a] == [
        f"{page.url}so-sanh/?den=3",
        f"{page.url}so-sanh/?den=2",
    ]


def compared(client, page, **query):
    main = shown(client, f"{page.url}so-sanh/", **query)
    chosen = [int(option["value"]) for option in main.select("option[selected]")]
    removed = [words(tag) for tag in main.select(".row del")]
    added = [words(tag) for tag in main.select(".row ins")]
    return chosen, removed, added, bool(main.select(".notice-old"))


def digits(texts):
    return ["".join(letter for letter in text if letter.isdigit()) for text in texts]


@pytest.mark.parametrize(
    ("query", "pair"),
    [
        ({}, [2, 3]),
        ({"tu": "1", "den": "3"}, [1, 3]),
        ({"tu": "3", "den": "1"}, [1, 3]),
        ({"den": "2"}, [1, 2]),
        ({"tu": "1"}, [1, 3]),
        ({"tu": "", "den": ""}, [2, 3]),
    ],
)
def test_any_two_editions_can_be_compared(client, query, pair):
    chosen, removed, added, is_wrong = compared(client, make_editions(3), **query)
    assert chosen == pair
    assert digits(removed) == [str(pair[0])]
    assert digits(added) == [str(pair[1])]
    assert not is_wrong


@pytest.mark.parametrize(
    "number", ["0", "4", "-1", "abc", "1.5", "９", "\0", "9" * 5000, "<script>"]
)
@pytest.mark.parametrize("name", ["tu", "den"])
def test_an_edition_that_does_not_exist_is_said_and_another_chosen(client, name, number):
    chosen, _removed, _added, is_wrong = compared(client, make_editions(3), **{name: number})
    assert chosen == [2, 3]
    assert is_wrong


def test_an_edition_compared_with_itself_has_no_changes(client):
    chosen, removed, added, _is_wrong = compared(client, make_editions(2), tu="1", den="1")
    assert (chosen, removed, added) == ([1, 1], [], [])


def test_one_edition_alone_says_that_there_is_nothing_to_compare(client):
    page = make_editions(1)
    main = shown(client, f"{page.url}so-sanh/")
    assert main.select(".notice")
    assert not main.select("form")
    assert len(shown(client, f"{page.url}lich-su/").select(".editions > li")) == 1


def test_a_page_from_before_there_were_editions_has_an_empty_history(client):
    page = make_directive()
    Edition.objects.all().delete()
    assert not shown(client, page.url).select(".edition")
    assert shown(client, f"{page.url}lich-su/").select(".notice")
    assert client.get(f"{page.url}so-sanh/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "pair"),
    [((None, None), (4, 7, False)), (("2", None), (2, 7, False)), ((None, "2"), (2, 2, False))],
)
def test_editions_need_not_be_numbered_without_gaps(asked, pair):
    assert two_of([2, 4, 7], *asked) == pair


@pytest.mark.parametrize("address", ["", "lich-su/", "so-sanh/", "so-sanh/?tu=1&den=2"])
def test_the_history_of_a_private_page_is_as_private(client, address):
    page = make_editions(2)
    PageViewRestriction.objects.create(
        page=page.get_parent(), restriction_type="password", password="mo-ra"
    )
    response = client.get(page.url + address)
    assert "Lời văn" not in response.content.decode()
    assert "Ghi chú" not in response.content.decode()
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("address", ["lich-su/", "so-sanh/"])
def test_the_history_of_a_page_that_was_taken_offline_is_not_shown(client, address):
    page = make_editions(2)
    page.unpublish()
    response = client.get(page.url + address)
    assert response.status_code in (404, 410)
    assert "Lời văn" not in response.content.decode()


def test_a_note_never_becomes_markup(client):
    page = rewrite(make_directive(), "Khác", "<script>alert(1)</script>")
    assert not shown(client, page.url).select("script")
    assert not shown(client, f"{page.url}lich-su/").select("script")


def test_a_body_with_a_new_name_keeps_its_old_one_in_old_editions():
    page = everything()
    Issuer.objects.filter(pk=page.issuer_id).update(name="UBND tỉnh mới")
    DirectiveType.objects.filter(pk=page.type_id).update(name="Chỉ thị mới")
    first, *_others = page.editions.all()
    assert any("UBND tỉnh Quảng Trị" in line for line in first.lines)


def test_a_change_that_happened_elsewhere_does_not_repeat_the_last_note():
    page = make_directive()
    page.change_note = "Sửa lỗi gõ"
    page.title = "Tên mới"
    page.save_revision().publish()
    page.issuer.name = "Cơ quan tên khác"
    page.issuer.save()
    DirectivePage.objects.get(pk=page.pk).save()
    assert [edition.note for edition in page.editions.all()] == ["", "Sửa lỗi gõ", ""]
