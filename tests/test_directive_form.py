"""The editor's form of a directive: what it fills, what it refuses and where it says so."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import PageViewRestriction
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from articles.models import (
    DirectiveAttachment,
    DirectiveIndexPage,
    DirectivePage,
    DirectiveRelation,
    DirectiveSuspension,
    DirectiveType,
    Edition,
    Issuer,
)
from home.offices import BOARD, EDITORS
from tests.factories import (
    make_directive,
    make_document,
    make_home,
    make_section,
    make_user,
    tomorrow,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SUBMIT = {"action-submit": "1"}


@pytest.fixture
def editor(client):
    make_home()
    user = make_user("lan", EDITORS)
    client.force_login(user)
    return user


@pytest.fixture
def province(editor):
    return Issuer.objects.create(
        name="UBND tỉnh Quảng Trị", short_name="UBND tỉnh", abbreviation="UBND"
    )


def kind(name):
    return DirectiveType.objects.get(name=name)


def typed(relations=(), suspensions=(), **changes):
    """What an editor's form sends: a whole directive, with these changes."""
    return nested_form_data(
        {
            "title": "Dùng văn bản điện tử",
            "slug": "dung-van-ban-dien-tu",
            "number": "07",
            "symbol": "CT-UBND",
            "type": kind("Chỉ thị").pk,
            "issuer": Issuer.objects.values_list("pk", flat=True).first() or "",
            "subject": "Về việc tăng cường dùng văn bản điện tử",
            "signer": "Nguyễn Văn Bình",
            "signer_position": "Chủ tịch",
            "signed_on": "16/6/2014",
            "effective_on": "20/6/2014",
            "expires_on": "",
            "summary": "",
            "lead_image": "",
            "lead_image_alt": "",
            "recipients": "Như Điều 3",
            "body": streamfield([]),
            "withdrawn_on": "",
            "withdrawal_reason": "",
            "change_note": "",
            "attachments": inline_formset([]),
            "relations": inline_formset(list(relations)),
            "suspensions": inline_formset(list(suspensions)),
            "comments": inline_formset([]),
        }
        | changes
    )


def add(client, **changes):
    parent = DirectiveIndexPage.objects.first()
    address = reverse("wagtailadmin_pages:add", args=["articles", "directivepage", parent.pk])
    return client.post(address, typed(**changes))


def edit(client, page, **changes):
    return client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), typed(**changes))


def errors_at(response, name):
    """What stands beside a field of the form that came back."""
    assert response.status_code == 200
    field = BeautifulSoup(response.content, "html.parser").find(attrs={"name": name})
    return field.find_parent(class_="w-field").find(class_="w-field__errors").get_text(" ").strip()


def shown(response, name):
    """What stands in a field of the form that came back."""
    field = BeautifulSoup(response.content, "html.parser").find(attrs={"name": name})
    if field.name == "select":
        return field.find("option", selected=True)["value"]
    return field["value"] if field.name == "input" else field.get_text().strip()


def assert_nothing_lost(response, data):
    # A slug is folded; the others are no fields that a person fills.
    others = ("slug", "body", "comments", "action")
    for name, value in data.items():
        if value and not name.startswith(others) and not name.endswith(("_FORMS", "-ORDER")):
            assert shown(response, name) == str(value), name


def later(days):
    return f"{timezone.localdate() + timedelta(days=days):%-d/%-m/%Y}"


# Filling from the number


@pytest.mark.parametrize("number", ["07/CT-UBND", "7 ct ubnd", "Số: 07/CT – UBND"])
def test_the_whole_number_fills_symbol_type_and_issuer(client, province, number):
    add(client, number=number, symbol="", type="", issuer="")
    page = DirectivePage.objects.get()
    assert (page.number, page.symbol) == ("07", "CT-UBND")
    assert page.type == kind("Chỉ thị")
    assert page.issuer == province
    assert (page.reference_key, page.year) == ("7/ct-ubnd", 2014)


def test_a_whole_number_may_be_typed_over_the_old_one(client, province):
    page = make_directive(issuer=province, live=False)
    edit(client, page, number="09/CT-UBND")
    assert DirectivePage.objects.get().reference == "09/CT-UBND"


def test_a_whole_number_and_another_symbol_are_not_guessed_at(client, province):
    response = add(client, number="07/CT-UBND", symbol="QĐ-UBND")
    assert "CT-UBND" in errors_at(response, "symbol")


def test_a_body_that_several_share_the_symbol_with_has_to_be_chosen(client, province):
    Issuer.objects.create(name="UBND huyện Hải Lăng", short_name="Hải Lăng", abbreviation="UBND")
    response = add(client, number="07/CT-UBND", symbol="", type="", issuer="")
    assert "chọn cơ quan" in errors_at(response, "issuer")


def test_a_body_of_another_time_is_not_taken_from_the_symbol(client, province):
    Issuer.objects.create(
        name="UBND tỉnh Quảng Trị (cũ)",
        short_name="cũ",
        abbreviation="UBND",
        dissolved_on=date(2013, 1, 1),
    )
    add(client, issuer="")
    assert DirectivePage.objects.get().issuer == province


def test_an_official_letter_needs_its_type_chosen(client, province):
    response = add(client, number="123", symbol="UBND-TH", type="")
    assert "UBND" in errors_at(response, "type")
    add(client, number="123", symbol="UBND-TH", type=kind("Công văn").pk)
    assert DirectivePage.objects.get().reference == "123/UBND-TH"


# Errors at their fields

BAD = {
    "effective before signed": ({"effective_on": "15/6/2014"}, "effective_on", "trước ngày ký"),
    "expired before effective": ({"expires_on": "19/6/2014"}, "expires_on", "Ngày cuối"),
    "expired before signed": (
        {"effective_on": "", "expires_on": "15/6/2014"},
        "expires_on",
        "Ngày cuối",
    ),
    "no day": ({"signed_on": "32/6/2014"}, "signed_on", "ngày"),
    "withdrawn before signed": (
        {"withdrawn_on": "1/6/2014", "withdrawal_reason": "Sai"},
        "withdrawn_on",
        "trước khi ký",
    ),
    "withdrawn without a reason": (
        {"withdrawn_on": "1/7/2014"},
        "withdrawal_reason",
        "vì sao",
    ),
    "withdrawn without a day": ({"withdrawal_reason": "Sai"}, "withdrawn_on", "từ ngày nào"),
    "unknown type": ({"number": "07/XX-UBND", "symbol": "", "type": ""}, "type", "XX"),
    "unreadable number": ({"number": "bảy", "symbol": ""}, "number", "07/CT-UBND"),
    "unreadable symbol": ({"symbol": "CT*UBND"}, "symbol", "CT-UBND"),
    "endless symbol": ({"number": f"07/CT-{'X' * 50}", "symbol": ""}, "number", "07/CT-UBND"),
    "no symbol": ({"symbol": ""}, "symbol", "CT-UBND"),
    "no number": ({"number": ""}, "number", "bắt buộc"),
    "only blanks": ({"number": "  ", "type": ""}, "number", "bắt buộc"),
    "suspension ends before it begins": (
        {"suspensions": [{"starts_on": "1/8/2014", "ends_on": "1/7/2014", "reason": "Xét lại"}]},
        "suspensions-0-ends_on",
        "Ngày cuối",
    ),
    "suspended before signed": (
        {"suspensions": [{"starts_on": "1/6/2014", "ends_on": "", "reason": "Xét lại"}]},
        "suspensions-0-starts_on",
        "trước khi ký",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost(client, province, case):
    changes, field, words = BAD[case]
    response = add(client, **changes, **SUBMIT)
    assert words in errors_at(response, field)
    assert_nothing_lost(response, typed(**changes))
    assert not DirectivePage.objects.exists()


def test_a_day_of_signing_that_is_still_to_come_is_refused(client, province):
    response = add(client, signed_on=later(1), effective_on="")
    assert errors_at(response, "signed_on")
    assert add(client, signed_on=later(0), effective_on="").status_code == 302


def test_a_type_and_a_number_that_disagree_are_not_saved(client, province):
    response = add(client, type=kind("Quyết định").pk)
    said = errors_at(response, "type")
    assert "QĐ" in said
    assert "CT-UBND" in said


def test_two_types_that_differ_by_a_mark_only_are_told_apart(client, province):
    assert errors_at(add(client, symbol="HD-UBND", type=kind("Hợp đồng").pk), "type")
    assert add(client, symbol="hđ-ubnd", type=kind("Hợp đồng").pk).status_code == 302


def test_the_bodies_that_took_over_are_named_where_the_old_one_was_chosen(client, province):
    province.dissolved_on = date(2010, 1, 1)
    province.save()
    middle = Issuer.objects.create(
        name="UBND tỉnh Trung Gian", short_name="TG", dissolved_on=date(2012, 1, 1)
    )
    middle.predecessors.add(province)
    new = Issuer.objects.create(name="UBND tỉnh Mới", short_name="Mới")
    new.predecessors.add(middle)
    said = errors_at(add(client, issuer=province.pk), "issuer")
    assert "16/6/2014" in said
    assert "UBND tỉnh Mới" in said
    assert "Trung Gian" not in said


def test_the_bodies_that_were_before_are_named_where_a_later_one_was_chosen(client, province):
    province.dissolved_on = date(2025, 6, 30)
    province.save()
    new = Issuer.objects.create(
        name="UBND tỉnh Quảng Trị", short_name="UBND tỉnh", established_on=date(2025, 7, 1)
    )
    new.predecessors.add(province)
    said = errors_at(add(client, issuer=new.pk), "issuer")
    assert "UBND tỉnh Quảng Trị (đến 30/6/2025)" in said


# Relations


def relation(target=None, kind="replaces", **more):
    return {
        "kind": kind,
        "target": target.pk if target else "",
        "other_document": "",
        "provisions": "",
        "starts_on": "",
    } | more


@pytest.fixture
def old(province):
    return make_directive(number="03", title="Cũ", signed_on=date(2011, 1, 12), issuer=province)


BAD_RELATIONS = {
    "to nothing": (lambda old: [relation()], 0, "target", "chọn văn bản"),
    "to both": (
        lambda old: [relation(old, other_document="Luật Lưu trữ")],
        0,
        "other_document",
        "để trống",
    ),
    "twice": (lambda old: [relation(old), relation(old)], 1, "target", "đã có"),
    "twice in words": (
        lambda old: [
            relation(kind="cites", other_document="Luật Lưu trữ 2011"),
            relation(kind="cites", other_document="luật lưu trữ  2011"),
        ],
        1,
        "other_document",
        "đã có",
    ),
    "begins too early": (
        lambda old: [relation(old, starts_on="19/6/2014")],
        0,
        "starts_on",
        "sớm hơn",
    ),
}


@pytest.mark.parametrize("case", BAD_RELATIONS)
def test_a_wrong_relation_is_told_in_its_row(client, old, case):
    make_rows, number, field, words = BAD_RELATIONS[case]
    rows = make_rows(old)
    response = add(client, relations=rows, **SUBMIT)
    assert words in errors_at(response, f"relations-{number}-{field}")
    assert_nothing_lost(response, typed(relations=rows))


def test_the_same_document_may_be_changed_in_two_places(client, old):
    rows = [
        relation(old, kind="amends", provisions="Điều 3"),
        relation(old, kind="amends", provisions="Điều 5"),
    ]
    assert add(client, relations=rows).status_code == 302


def test_a_row_that_is_taken_out_is_no_double(client, old):
    rows = [relation(old), relation(old) | {"DELETE": "1"}]
    assert add(client, relations=rows).status_code == 302
    assert DirectiveRelation.objects.count() == 1


def test_a_document_has_no_relation_to_itself(client, old):
    response = edit(client, old, number="03", relations=[relation(old)], change_note="Sửa")
    assert "chính nó" in errors_at(response, "relations-0-target")


def test_a_document_cannot_replace_one_that_was_signed_later(client, old):
    new = make_directive(number="09", signed_on=date(2020, 1, 1), issuer=old.issuer)
    response = add(client, relations=[relation(new)])
    said = errors_at(response, "relations-0-target")
    assert "09/CT-UBND" in said
    assert "1/1/2020" in said


@pytest.fixture
def chain(province):
    """Three of one day: the second replaces the first, the third amends the second."""
    pages = [
        make_directive(number=str(number), title=f"Số {number}", issuer=province)
        for number in (1, 2, 3)
    ]
    for kind, source, target in [("replaces", 1, 0), ("amends", 2, 1)]:
        pages[source].relations.add(DirectiveRelation(kind=kind, target=pages[target]))
        pages[source].save_revision().publish()
    return pages


@pytest.mark.parametrize(("target", "is_circle"), [(1, True), (2, True)])
def test_a_circle_is_refused_direct_or_through_others(client, chain, target, is_circle):
    response = edit(
        client, chain[0], number="01", relations=[relation(chain[target])], change_note="Sửa"
    )
    assert "vòng" in errors_at(response, "relations-0-target")


def test_only_what_is_public_and_of_one_kind_makes_a_circle(client, chain):
    rows = [relation(chain[1], kind="cites")]
    assert edit(client, chain[0], number="01", relations=rows).status_code == 302
    chain[1].unpublish()
    rows = [relation(chain[2])]
    assert edit(client, chain[0], number="01", relations=rows).status_code == 302


def test_the_older_document_cannot_become_younger_than_what_refers_to_it(client, chain):
    response = edit(client, chain[0], number="01", signed_on="17/6/2014", change_note="Sửa")
    assert "02/CT-UBND" in errors_at(response, "signed_on")


# Drafts


def test_a_draft_may_be_incomplete(client, old):
    rows = [relation()]
    response = add(
        client,
        number="07",
        symbol="",
        subject="",
        signer="",
        signer_position="",
        withdrawn_on="1/7/2014",
        relations=rows,
    )
    assert response.status_code == 302
    page = DirectivePage.objects.get(title="Dùng văn bản điện tử")
    assert (page.number, page.symbol, page.reference_key) == ("07", "", "")
    assert page.relations.get().target is None
    # It is all asked for when it is sent.
    response = edit(
        client,
        page,
        symbol="",
        withdrawn_on="1/7/2014",
        relations=[relation(id=page.relations.get().pk)],
        **SUBMIT,
        **{"relations-INITIAL_FORMS": "1"},
    )
    for name in ("symbol", "withdrawal_reason", "relations-0-target"):
        assert errors_at(response, name), name


def test_a_draft_without_number_and_type_says_what_it_needs(client, province):
    response = add(client, number="", symbol="", type="", issuer="")
    assert errors_at(response, "type")
    assert errors_at(response, "issuer")
    assert add(client, number="", symbol="").status_code == 302
    assert DirectivePage.objects.get().year == 2014


@pytest.mark.parametrize("case", ["effective before signed", "unreadable number"])
def test_a_draft_is_no_place_for_what_is_wrong(client, province, case):
    changes, field, words = BAD[case]
    assert words in errors_at(add(client, **changes), field)


def test_autosave_keeps_a_half_typed_row(client, province):
    page = make_directive(live=False, issuer=province)
    response = client.post(
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
        typed(symbol="", relations=[relation()]),
        headers={"Accept": "application/json"},
    )
    assert response.json()["success"]


# The public note of a change


def published(page, user):
    page.save_revision(user=user).publish(skip_permission_checks=True)
    return DirectivePage.objects.get(pk=page.pk)


def test_the_first_edition_needs_no_note(client, province):
    assert add(client, **SUBMIT).status_code == 302


def test_an_edition_of_what_is_public_needs_a_note(client, editor, province):
    page = published(make_directive(issuer=province), editor)
    response = edit(client, page, subject="Sửa lời", **SUBMIT)
    assert "bắt buộc" in errors_at(response, "change_note")
    assert shown(response, "subject") == "Sửa lời"
    # A draft may wait for it.
    assert edit(client, page, subject="Sửa lời").status_code == 302
    assert edit(client, page, change_note="Sửa lời văn", **SUBMIT).status_code == 302


def test_the_note_of_the_last_edition_is_not_offered_again(client, editor, province):
    page = published(make_directive(issuer=province), editor)
    page.subject, page.change_note = "Lời mới", "Sửa lời văn"
    page = published(page, editor)
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert shown(client.get(address), "change_note") == ""
    edit(client, page, change_note="Bổ sung nơi nhận")
    assert shown(client.get(address), "change_note") == "Bổ sung nơi nhận"
    assert Edition.objects.last().note == "Sửa lời văn"


def test_taken_offline_it_does_not_offer_the_old_note_either(client, editor, province):
    page = published(make_directive(issuer=province), editor)
    page.subject, page.change_note = "Lời mới", "Sửa lời văn"
    published(page, editor).unpublish()
    response = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert shown(response, "change_note") == ""
    assert errors_at(edit(client, page, **SUBMIT), "change_note")


# Programs


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"effective_on": date(2014, 6, 15)}, "effective_on"),
        ({"expires_on": date(2014, 6, 15)}, "expires_on"),
        ({"signed_on": tomorrow()}, "signed_on"),
        ({"withdrawn_on": date(2015, 1, 1)}, "withdrawal_reason"),
        ({"withdrawal_reason": "Sai"}, "withdrawn_on"),
        ({"number": "bảy"}, "number"),
        ({"number": ""}, "number"),
        ({"symbol": ""}, "symbol"),
        ({"symbol": "XX-UBND", "type": None}, "type"),
    ],
)
def test_a_program_meets_the_same_rules(province, facts, field):
    with pytest.raises(ValidationError) as error:
        make_directive(issuer=province, **facts)
    assert set(error.value.message_dict) == {field}


def test_a_programs_relations_and_suspensions_are_checked_with_their_document(old):
    young = make_directive(number="09", signed_on=date(2020, 1, 1), issuer=old.issuer)
    rows = [
        (DirectiveRelation(directive=old, kind="cites", target=old), "target"),
        (DirectiveRelation(directive=old, kind="cites", target=young), "target"),
        (DirectiveRelation(directive=old, kind="cites"), "target"),
        (DirectiveRelation(kind="cites", target=young, other_document="Luật"), "other_document"),
        (
            DirectiveSuspension(directive=old, starts_on=date(2010, 1, 1), reason="Xét"),
            "starts_on",
        ),
    ]
    for row, field in rows:
        with pytest.raises(ValidationError) as error:
            row.full_clean()
        assert field in error.value.message_dict


def test_a_programs_draft_is_found_by_its_number_too(province):
    page = make_directive(number="7", symbol="ct-ubnd", live=False, issuer=province)
    page.refresh_from_db()
    assert (page.reference, page.reference_key) == ("07/CT-UBND", "7/ct-ubnd")


# The same number twice


def warnings_of(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def opened(client, page):
    return client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()


@pytest.mark.parametrize("is_live", [True, False])
def test_a_number_that_is_there_already_is_warned_of_and_saved(client, province, is_live):
    other = make_directive(title="Văn bản kia", issuer=province, live=is_live)
    response = add(client, title="Văn bản này", slug="van-ban-nay")
    page = DirectivePage.objects.get(title="Văn bản này")
    assert response.url == reverse("wagtailadmin_pages:edit", args=[page.pk])
    shown = client.get(response.url).content.decode()
    assert shown.count("07/CT-UBND trong năm 2014") == 1
    assert reverse("wagtailadmin_pages:edit", args=[other.pk]) in shown
    assert "trong năm 2014" in opened(client, other)


def test_whoever_submits_it_is_warned_on_the_page_that_follows(client, province):
    make_directive(title="Văn bản kia", issuer=province)
    response = add(client, title="Văn bản này", slug="van-ban-nay", **SUBMIT)
    assert any("07/CT-UBND" in message for message in warnings_of(response))


def test_the_parts_that_autosave_asks_for_use_up_no_warning(client, province):
    make_directive(title="Văn bản kia", issuer=province)
    page = make_directive(title="Văn bản này", issuer=province)
    client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]), {"_w_hydrate_create_view": "1"})
    assert opened(client, page).count("07/CT-UBND trong năm 2014") == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"number": "08"},
        {"signed_on": date(2015, 6, 16)},
        {"symbol": "QĐ-UBND", "type": "Quyết định"},
        {"issuer": "UBND huyện Hải Lăng"},
        {"number": "07/2014"},
    ],
)
def test_another_series_may_have_the_same_number(client, province, facts):
    facts = dict(facts)
    if "type" in facts:
        facts["type"] = kind(facts["type"])
    if "issuer" in facts:
        facts["issuer"] = Issuer.objects.create(name=facts["issuer"], short_name="x")
    make_directive(title="Văn bản kia", **{"issuer": province} | facts)
    page = make_directive(title="Văn bản này", issuer=province)
    assert "trong năm" not in opened(client, page)


# Deleting and taking offline


@pytest.fixture
def boss(client, province):
    user = make_user("quan", is_superuser=True, is_staff=True)
    client.force_login(user)
    return user


@pytest.fixture
def replaced(province):
    """A directive in a section, which one elsewhere replaces: (section, old, new)."""
    index = DirectiveIndexPage.objects.first()
    section = make_section(index, "Năm 2011")
    old = make_directive(section, "Cũ", number="03", signed_on=date(2011, 1, 12), issuer=province)
    new = make_directive(index, "Mới", number="09", signed_on=date(2020, 1, 1), issuer=province)
    new.relations.add(DirectiveRelation(kind="replaces", target=old))
    new.save_revision().publish()
    return section, old, new


@pytest.mark.parametrize("which", ["old", "section"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_others_refer_to_is_not_deleted(client, boss, replaced, which, method):
    section, old, _new = replaced
    page = old if which == "old" else section
    address = reverse("wagtailadmin_pages:delete", args=[page.pk])
    response = getattr(client, method)(address)
    assert response.url == reverse("wagtailadmin_explore", args=[page.get_parent().pk])
    assert "09/CT-UBND thay thế 03/CT-UBND" in warnings_of(response)[0]
    assert DirectivePage.objects.filter(pk=old.pk).exists()


def bulk_delete(client, *pages):
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    query = "&".join(f"id={page.pk}" for page in pages)
    return client.post(f"{address}?next=/admin/&{query}")


@pytest.mark.parametrize("which", ["old", "section"])
def test_nor_is_it_deleted_in_bulk(client, boss, replaced, which):
    section, old, _new = replaced
    response = bulk_delete(client, old if which == "old" else section)
    assert response.url == "/admin/"
    assert "09/CT-UBND thay thế 03/CT-UBND" in warnings_of(response)[0]
    assert DirectivePage.objects.filter(pk=old.pk).exists()


def test_what_refers_to_others_is_deleted(client, boss, replaced):
    _section, old, new = replaced
    client.post(reverse("wagtailadmin_pages:delete", args=[new.pk]))
    client.post(reverse("wagtailadmin_pages:delete", args=[old.pk]))
    assert not DirectivePage.objects.exists()


def test_relations_that_go_with_the_section_keep_nobody(client, boss, replaced):
    section, _old, new = replaced
    new.move(section, pos="last-child")
    client.post(reverse("wagtailadmin_pages:delete", args=[section.pk]))
    assert not DirectivePage.objects.exists()


def test_relations_between_pages_that_go_together_keep_neither(client, boss, replaced):
    _section, old, new = replaced
    bulk_delete(client, old, new)
    assert not DirectivePage.objects.exists()


def test_a_bulk_action_on_other_things_is_left_alone(client, boss):
    document = make_document()
    address = reverse("wagtail_bulk_action", args=["wagtaildocs", "document", "delete"])
    client.post(f"{address}?id={document.pk}")
    assert not type(document).objects.exists()


def test_a_draft_opens_after_what_it_names_was_deleted(client, boss, province):
    page = make_directive(issuer=province)
    other = make_directive(number="03", signed_on=date(2011, 1, 1), issuer=province, live=False)
    rare = DirectiveType.objects.create(name="Lệnh", abbreviation="L")
    document = make_document()
    page.type, page.symbol = rare, "L-UBND"
    page.relations.add(DirectiveRelation(kind="cites", target=other, provisions="Điều 3"))
    page.attachments.add(DirectiveAttachment(document=document))
    page.save_revision()
    for record in (other, rare, document):
        record.delete()
    response = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk]))
    assert response.status_code == 200
    assert shown(response, "relations-0-provisions") == "Điều 3"


def test_whoever_takes_a_public_document_offline_is_told_to_withdraw_it(client, boss, province):
    page = make_directive(issuer=province)
    draft = make_directive(number="08", issuer=province, live=False)
    shown = client.get(reverse("wagtailadmin_pages:unpublish", args=[page.pk])).content.decode()
    assert "Nên thu hồi" in shown
    assert reverse("wagtailadmin_pages:edit", args=[page.pk]) in shown
    section = page.get_parent()
    shown = client.get(reverse("wagtailadmin_pages:unpublish", args=[section.pk])).content.decode()
    assert "Nên thu hồi" not in shown
    assert not draft.was_public


@pytest.fixture
def gone(province):
    page = make_directive(title="Tên đã gỡ", issuer=province)
    page.unpublish()
    return DirectivePage.objects.get(pk=page.pk)


def test_what_was_public_and_is_offline_says_so_and_shows_nothing_of_it(client, gone):
    client.logout()
    response = client.get(gone.url)
    assert response.status_code == 410
    shown = response.content.decode()
    assert "Không còn đăng" in shown
    assert 'href="/van-ban/"' in shown
    for words in (gone.title, gone.subject, gone.reference, gone.signer):
        assert words not in shown
    assert not response.cookies


def test_a_draft_that_was_never_public_is_not_there(client, province):
    page = make_directive(issuer=province, live=False)
    assert client.get(page.url).status_code == 404


@pytest.mark.parametrize("query", ["", "?ngay=2015-01-01"])
def test_what_is_offline_leads_where_editors_say(client, gone, query):
    other = make_directive(number="08")
    Redirect.add_redirect(gone.url, redirect_to=other)
    response = client.get(f"{gone.url}{query}")
    assert (response.status_code, response["Location"]) == (301, other.url)


def test_what_is_offline_with_its_section_is_not_there(client, gone):
    gone.get_parent().unpublish()
    assert client.get(gone.url).status_code == 404


def test_what_is_offline_and_private_is_still_private(client, gone):
    PageViewRestriction.objects.create(page=gone, restriction_type="login")
    client.logout()
    response = client.get(gone.url)
    assert response.status_code == 302
    assert "login" in response.url


def test_it_is_back_when_it_is_published_again(client, gone):
    gone.save_revision().publish()
    assert client.get(gone.url).status_code == 200


def test_an_editor_previews_what_is_offline(client, gone):
    shown = client.get(reverse("wagtailadmin_pages:view_draft", args=[gone.pk]))
    assert shown.status_code == 200
    assert gone.subject in shown.content.decode()


# The vocabularies


@pytest.fixture
def keeper(client, province):
    user = make_user("binh", BOARD)
    client.force_login(user)
    return user


def issuer_form(**changes):
    return {
        "name": "UBND tỉnh Mới",
        "short_name": "Mới",
        "abbreviation": "UBND",
        "place": "Đông Hà",
        "established_on": "1/7/2025",
        "dissolved_on": "",
        "predecessors": [],
    } | changes


def test_a_body_is_added_with_those_before_it(client, keeper, province):
    province.dissolved_on = date(2025, 6, 30)
    province.save()
    address = reverse("wagtailsnippets_articles_issuer:add")
    client.post(address, issuer_form(predecessors=[province.pk]))
    new = Issuer.objects.get(name="UBND tỉnh Mới")
    assert list(new.predecessors.all()) == [province]
    assert new.slug == "ubnd-tinh-moi"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dissolved_on": "30/6/2025"}, "dissolved_on"),
        ({"name": "UBND tỉnh Quảng Trị"}, "name"),
        ({"established_on": "ngày mai"}, "established_on"),
        ({"name": ""}, "name"),
    ],
)
def test_a_mistake_about_a_body_is_told_at_its_field(client, keeper, changes, field):
    response = client.post(reverse("wagtailsnippets_articles_issuer:add"), issuer_form(**changes))
    assert errors_at(response, field)
    assert shown(response, "place") == "Đông Hà"
    assert Issuer.objects.count() == 1


def test_a_body_may_have_the_name_of_one_that_is_gone(client, keeper, province):
    province.dissolved_on = date(2025, 6, 30)
    province.save()
    client.post(reverse("wagtailsnippets_articles_issuer:add"), issuer_form(name=province.name))
    assert sorted(Issuer.objects.values_list("slug", flat=True), reverse=True) == [
        "ubnd-tinh-quang-tri-2",
        "ubnd-tinh-quang-tri",
    ]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_body_is_not_among_its_own_predecessors(client, keeper, province, steps):
    last = province
    for number in range(steps):
        following = Issuer.objects.create(name=f"Cơ quan {number}", short_name=str(number))
        following.predecessors.add(last)
        last = following
    response = client.post(
        reverse("wagtailsnippets_articles_issuer:edit", args=[province.pk]),
        issuer_form(predecessors=[last.pk]),
    )
    assert errors_at(response, "predecessors")
    assert not province.predecessors.exists()


def test_the_list_of_bodies_shows_what_tells_them_apart(client, keeper, province):
    Issuer.objects.create(
        name="UBND huyện Hướng Hóa",
        short_name="Hướng Hóa",
        abbreviation="UBND",
        dissolved_on=date(2025, 6, 30),
    )
    address = reverse("wagtailsnippets_articles_issuer:list")
    shown = client.get(address).content.decode()
    assert "– 30/6/2025" in shown
    assert "UBND" in shown
    for state, names in [
        ("exists", {"Quảng Trị"}),
        ("dissolved", {"Hướng Hóa"}),
        ("orphaned", {"Hướng Hóa"}),
    ]:
        rows = client.get(address, {"today": state}).context["page_obj"].object_list
        assert {issuer.name.split(" ", 2)[2] for issuer in rows} == names
    province.predecessors.add(Issuer.objects.get(short_name="Hướng Hóa"))
    assert not client.get(address, {"today": "orphaned"}).context["page_obj"].object_list


@pytest.mark.parametrize("model", ["directivetype", "issuer", "topic", "author"])
def test_every_vocabulary_has_its_place_in_the_admin(client, boss, model):
    assert client.get(reverse(f"wagtailsnippets_articles_{model}:list")).status_code == 200
    assert client.get(reverse(f"wagtailsnippets_articles_{model}:add")).status_code == 200


def test_a_body_that_signed_something_stays(client, boss, province):
    make_directive(issuer=province)
    client.post(reverse("wagtailsnippets_articles_issuer:delete", args=[province.pk]))
    assert Issuer.objects.filter(pk=province.pk).exists()


def test_the_types_of_decree_30_of_2020_are_there(db):
    # Decree 30/2020/NĐ-CP, article 7 and appendix III, part I. Two have no symbol.
    symbols = " ".join(kind.abbreviation or kind.name for kind in DirectiveType.objects.all())
    assert symbols == (
        "NQ QĐ CT QC QyĐ TC TB HD CTr KH PA ĐA DA BC BB TTr HĐ Công văn CĐ BGN BTT GUQ GM GGT GNP "
        "PG PC PB Thư công"
    )
    assert DirectiveType.objects.count() == 29
