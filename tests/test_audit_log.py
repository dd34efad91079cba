"""Who did what: it is all written down, stays as it was written, and is read by those who may."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.log_actions import LogContext
from wagtail.log_actions import log as say
from wagtail.models import Collection, Comment, Page

from home.models import UrgentNotice
from home.offices import BOARD, EDITORS, REVIEWERS
from office import append_only, audit
from office.models import AuditCut, AuditEntry
from tests.factories import make_document, make_home, make_image, make_news, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief(client):
    """An administrator who is signed in."""
    make_home()
    user = make_user("quan", is_superuser=True, is_staff=True, first_name="Hồ", last_name="Quân")
    client.force_login(user)
    return user


def log(action):
    return list(AuditEntry.objects.filter(action=action).order_by("pk"))


def last(action):
    return log(action)[-1]


def refused(statement, *values):
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_the_database_refuses_to_change_an_entry(db):
    entry = audit.record("office.test", None, title="Cũ")
    refused("UPDATE office_auditentry SET title = 'Mới' WHERE id = %s", entry.pk)
    refused("UPDATE office_auditentry SET at = at")
    entry.refresh_from_db()
    assert entry.title == "Cũ"


def test_the_database_refuses_to_delete_an_entry(db):
    entry = audit.record("office.test", None)
    refused("DELETE FROM office_auditentry WHERE id = %s", entry.pk)
    refused("DELETE FROM office_auditentry")
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditEntry.objects.all().delete()
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_the_database_refuses_to_put_another_in_its_place(db):
    entry = audit.record("office.test", None, title="Cũ")
    columns = "(id, at, user_name, action, kind, object_pk, title, detail)"
    values = f"({entry.pk}, CURRENT_TIMESTAMP, '', 'x', '', '', 'Mới', '')"
    if connection.vendor == "sqlite":
        refused(f"INSERT OR REPLACE INTO office_auditentry {columns} VALUES {values}")
    else:
        refused(
            f"INSERT INTO office_auditentry {columns} VALUES {values}"
            " ON CONFLICT (id) DO UPDATE SET title = excluded.title"
        )
        refused("TRUNCATE office_auditentry")
    entry.refresh_from_db()
    assert entry.title == "Cũ"


def test_a_cut_itself_stays_for_good(db):
    old = timezone.now() - timedelta(days=731)
    AuditCut.objects.create(before=old, reason="Hết hạn lưu", made_by="Quân")
    refused("DELETE FROM office_auditcut")
    refused("UPDATE office_auditcut SET reason = ''")


@pytest.mark.parametrize("days", [-1, 0, 729])
def test_the_database_refuses_a_cut_of_the_last_two_years(db, days):
    before = timezone.now() - timedelta(days=days)
    columns, values = "before, reason, made_by, made_at", "%s, '', '', CURRENT_TIMESTAMP"
    refused(f"INSERT INTO office_auditcut ({columns}) VALUES ({values})", before)
    assert not AuditCut.objects.exists()


def test_the_guard_is_put_up_again_after_every_migration(db):
    append_only.unguard(connection)
    call_command("migrate", verbosity=0)
    audit.record("office.test", None)
    refused("DELETE FROM office_auditentry")
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditCut.objects.create(before=timezone.now(), reason="", made_by="")


def old_entry(**ago):
    return AuditEntry.objects.create(action="office.test", at=timezone.now() - timedelta(**ago))


def cut(before, **more):
    facts = {"before": before, "reason": "Hết thời hạn lưu trữ", "by": "Hồ Quân"} | more
    output = StringIO()
    call_command("cut_audit_log", stdout=output, **facts)
    return output.getvalue()


def test_operators_cut_what_is_older_than_two_years_and_the_cut_is_an_entry(db):
    old, young = old_entry(days=1000), old_entry(days=700)
    day = timezone.localdate() - timedelta(days=800)
    assert "1" in cut(day)
    assert not AuditEntry.objects.filter(pk=old.pk).exists()
    assert AuditEntry.objects.filter(pk=young.pk).exists()
    assert "Hồ Quân" in last(audit.CUT).detail
    assert "Hết thời hạn lưu trữ" in last(audit.CUT).detail
    refused("DELETE FROM office_auditentry WHERE id = %s", young.pk)


@pytest.mark.parametrize(
    "facts", [{"days": 729}, {"days": 800, "reason": " "}, {"days": 800, "by": " "}]
)
def test_nothing_younger_and_nothing_without_a_ground_is_cut(db, facts):
    entry = old_entry(days=1000)
    with pytest.raises(CommandError):
        cut(timezone.localdate() - timedelta(days=facts.pop("days")), **facts)
    assert AuditEntry.objects.filter(pk=entry.pk).exists()
    assert not AuditCut.objects.exists()


def test_signing_in_and_out_is_written_down(client):
    make_home()
    make_user("lan", EDITORS, first_name="Trần", last_name="Lan")
    client.post(reverse("wagtailadmin_login"), {"username": "lan", "password": "mat-khau"})
    assert last(audit.SIGN_IN).user_name.endswith("(lan)")
    client.post(reverse("wagtailadmin_logout"))
    assert last(audit.SIGN_OUT).user_name.endswith("(lan)")


def test_a_failed_attempt_names_the_account_and_nothing_else_that_was_typed(client):
    make_home()
    make_user("lan", EDITORS)
    for typed in ("lan", "mat-khau-go-nham"):
        client.post(reverse("wagtailadmin_login"), {"username": typed, "password": "sai"})
    first, second = log(audit.SIGN_IN_FAILED)
    assert (first.title, first.user_pk) == ("lan", None)
    assert second.title == "tên không có tài khoản"
    assert not AuditEntry.objects.filter(title__contains="go-nham").exists()
    assert not AuditEntry.objects.filter(detail__contains="sai").exists()


def test_guessing_passwords_does_not_fill_the_disk(client, clock):
    make_home()
    for number in range(30):
        audit.failed_to_sign_in(None, {"username": f"doan-{number}"})
    assert len(log(audit.SIGN_IN_FAILED)) == audit.FAILURES_KEPT
    clock.tick(hours=2)
    audit.failed_to_sign_in(None, {"username": "doan"})
    assert len(log(audit.SIGN_IN_FAILED)) == audit.FAILURES_KEPT + 1


def test_a_new_password_is_an_entry_and_a_better_hash_of_the_old_one_is_none(client, settings):
    user = make_user("lan", EDITORS)
    assert not log(audit.PASSWORD)
    user.set_password("khác")
    user.save()
    assert last(audit.PASSWORD).title == "lan"
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    assert user.check_password("khác")
    assert len(log(audit.PASSWORD)) == 1
    assert not AuditEntry.objects.filter(detail__contains="khác").exists()


def test_who_gave_whom_which_group_is_written_down(client, chief):
    lan = make_user("lan", EDITORS)
    address = reverse("wagtailusers_users:edit", args=[lan.pk])
    form = {
        "username": "lan",
        "email": "lan@example.test",
        "first_name": "Lan",
        "last_name": "Trần",
        "is_active": "on",
        "groups": [Group.objects.get(name=REVIEWERS).pk],
    }
    assert client.post(address, form).status_code == 302
    added, removed = [
        next(
            entry
            for entry in log(audit.GROUPS)
            if entry.user_pk == chief.pk and word in entry.detail
        )
        for word in (REVIEWERS, EDITORS)
    ]
    assert (added.title, removed.title) == ("lan", "lan")
    assert added.user_name == audit.name_of(chief)


def test_a_change_of_powers_is_written_down(client, chief):
    lan = make_user("lan", EDITORS)
    lan.is_superuser = True
    lan.save()
    assert last(audit.ACCOUNT).title == "lan"
    lan.is_active = False
    lan.save()
    assert len(log(audit.ACCOUNT)) == 2
    lan.last_login = timezone.now()
    lan.save()
    assert len(log(audit.ACCOUNT)) == 2


def test_a_permission_of_a_group_is_written_down(db):
    make_user("lan", EDITORS)
    group = Group.objects.get(name=EDITORS)
    before = len(log(audit.PERMISSIONS))
    row = group.page_permissions.first()
    name = row.permission.codename
    row.delete()
    entry = last(audit.PERMISSIONS)
    assert len(log(audit.PERMISSIONS)) == before + 1
    assert entry.title == EDITORS
    assert name in entry.detail
    group.permissions.clear()
    assert "access_admin" in last(audit.PERMISSIONS).detail


def rights(pages=(), images=()):
    """The form of a group that has these: (place, codenames)."""
    form = {"name": "Nhóm thử"}
    given = {"page": pages, "image": images, "document": (), "collection": ()}
    for kind, places in given.items():
        prefix = f"{kind}_permissions"
        form |= {f"{prefix}-TOTAL_FORMS": len(places), f"{prefix}-INITIAL_FORMS": 0}
        for number, (place, codenames) in enumerate(places):
            field = "page" if kind == "page" else "collection"
            form |= {
                f"{prefix}-{number}-{field}": place.pk,
                f"{prefix}-{number}-permissions": codenames,
            }
    return form


def test_rights_that_the_form_of_a_group_gives_and_takes_are_written_down(client, chief):
    root, files = Page.get_first_root_node(), Collection.get_first_root_node()
    add_image = Permission.objects.get(codename="add_image").pk
    entries = len(log(audit.PERMISSIONS))
    form = rights([(root, ["add_page"])], [(files, [add_image])])
    assert client.post(reverse("wagtailusers_groups:add"), form).status_code == 302
    group = Group.objects.get(name="Nhóm thử")
    address = reverse("wagtailusers_groups:edit", args=[group.pk])
    form = rights([(root, ["add_page", "publish_page"])])
    assert client.post(address, form).status_code == 302
    new = log(audit.PERMISSIONS)[entries:]
    assert [entry.detail for entry in new] == [
        f"thêm: add_page – {root}",
        f"thêm: add_image – {files}",
        f"bỏ: add_image – {files}",
        f"thêm: publish_page – {root}",
    ]
    assert {(entry.title, entry.user_pk) for entry in new} == {("Nhóm thử", chief.pk)}


def in_bulk(client, model, act, *rows, **chosen):
    address = reverse("wagtail_bulk_action", args=[*model._meta.label_lower.split("."), act])
    query = "&".join(f"id={row.pk}" for row in rows)
    assert client.post(f"{address}?{query}", chosen).status_code == 302


def test_accounts_that_are_closed_together_are_each_written_down(client, chief):
    mai, lan = make_user("mai", EDITORS), make_user("lan", EDITORS, is_active=False)
    in_bulk(client, type(mai), "set_active_state", mai, lan, mark_as_active="False")
    (entry,) = log(audit.ACCOUNT)
    assert (entry.title, entry.object_pk, entry.user_pk) == ("mai", str(mai.pk), chief.pk)
    in_bulk(client, type(mai), "set_active_state", mai, lan, mark_as_active="True")
    assert [entry.title for entry in log(audit.ACCOUNT)[1:]] == ["mai", "lan"]
    assert last(audit.ACCOUNT).detail != entry.detail


def test_accounts_that_are_deleted_together_are_each_written_down(client, chief):
    mai, lan = make_user("mai", EDITORS), make_user("lan", EDITORS)
    in_bulk(client, type(mai), "delete", mai, lan)
    assert {
        (entry.kind, entry.title, entry.object_pk, entry.user_pk) for entry in log("wagtail.delete")
    } == {("auth.user", one.username, str(one.pk), chief.pk) for one in (mai, lan)}


def test_a_group_that_is_given_to_many_is_written_down_once_for_each(client, chief):
    mai, lan = make_user("mai", EDITORS), make_user("lan", EDITORS)
    entries = AuditEntry.objects.count()
    board = Group.objects.get(name=BOARD)
    in_bulk(client, type(mai), "assign_role", mai, lan, role=board.pk)
    new = AuditEntry.objects.order_by("pk")[entries:]
    assert sorted((entry.action, entry.title) for entry in new) == [
        (audit.GROUPS, "lan"),
        (audit.GROUPS, "mai"),
    ]


def test_snippets_that_are_deleted_together_are_each_written_down(client, chief):
    binh = make_user("binh", BOARD)
    client.force_login(binh)
    notices = [
        UrgentNotice.objects.create(
            text=text, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(days=1)
        )
        for text in ("Bão số 5", "Lũ về")
    ]
    in_bulk(client, UrgentNotice, "delete", *notices)
    assert not UrgentNotice.objects.exists()
    assert {(entry.kind, entry.title, entry.user_pk) for entry in log("wagtail.delete")} == {
        ("home.urgentnotice", str(notice), binh.pk) for notice in notices
    }


def test_what_becomes_of_many_files_is_written_down_in_words(client, chief):
    picture, document = make_image("Cầu"), make_document("Bản ký")
    shared = Collection.objects.get(name="Dùng chung")
    in_bulk(client, type(picture), "add_to_collection", picture, collection=shared.pk)
    entry = last("wagtail.edit")
    assert (entry.kind, entry.title) == ("wagtailimages.image", "Cầu")
    assert entry.detail.endswith(": Dùng chung")
    in_bulk(client, type(document), "delete", document)
    assert last("wagtail.delete").title == "Bản ký"


def test_pages_that_are_deleted_together_have_one_entry_each(client, chief):
    pages = [Page.objects.get(pk=make_news(title).pk) for title in ("Một", "Hai")]
    in_bulk(client, Page, "delete", *pages)
    assert sorted(entry.title for entry in log("wagtail.delete")) == ["Hai", "Một"]


def test_comments_of_one_request_are_an_entry_each_and_its_edits_are_one(chief):
    page = make_news()
    before = AuditEntry.objects.count()
    with LogContext(user=chief):
        for text in ("Ghi rõ nguồn", "Sai ngày"):
            comment = Comment.objects.create(page=page, user=chief, text=text, contentpath="title")
            comment.log_create(user=chief)
        say(page, "wagtail.edit")
        say(page, "wagtail.edit")
    new = AuditEntry.objects.order_by("pk")[before:]
    assert [entry.action for entry in new] == [
        "wagtail.comments.create",
        "wagtail.comments.create",
        "wagtail.edit",
    ]


def test_a_deleted_account_keeps_its_name_in_the_log(client, chief):
    lan = make_user("lan", EDITORS, first_name="Trần", last_name="Lan")
    client.force_login(lan)
    page = make_news()
    say(page, "wagtail.edit", user=lan)
    lan.delete()
    client.force_login(chief)
    shown = client.get(reverse("audit_log"), {"action": "wagtail.edit"}).text
    assert "(lan)" in shown


def test_what_editors_do_is_copied_with_its_page(client, chief):
    page = make_news("Cầu mới")
    client.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
    entry = last("wagtail.unpublish")
    assert (entry.page_pk, entry.title, entry.user_pk) == (page.pk, "Cầu mới", chief.pk)
    client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    assert last("wagtail.delete").title == "Cầu mới"
    assert last("wagtail.unpublish").title == "Cầu mới"


def test_saved_settings_are_in_the_log(client, chief):
    from home.models import OfficeSettings

    settings = OfficeSettings.objects.get()
    address = reverse("wagtailsettings:edit", args=["home", "officesettings", settings.site_id])
    form = {"portal_label": "Cổng", "name": "Tỉnh Quảng Trị", "agency": "", "address": ""}
    assert client.post(address, form | {"phone": "0233", "email": ""}).status_code == 302
    assert "home.officesettings" in {entry.kind for entry in AuditEntry.objects.all()}


def test_whoever_takes_data_out_of_the_admin_is_in_the_log(client, chief):
    client.get(reverse("timed_pages"), {"export": "csv"})
    entry = last(audit.EXPORT)
    assert entry.title.startswith("trang-hen-gio")
    assert entry.user_pk == chief.pk
    client.get(reverse("audit_log"), {"export": "xlsx"})
    assert last(audit.EXPORT).title.startswith("nhat-ky")


def test_the_report_is_narrowed_by_person_action_and_day(client, chief):
    make_user("lan", EDITORS)
    client.get(reverse("timed_pages"), {"export": "csv"})
    address = reverse("audit_log")

    def found(**query):
        return {entry.action for entry in client.get(address, query).context["object_list"]}

    assert found(action=audit.EXPORT) == {audit.EXPORT}
    assert audit.SIGN_IN in found(who=audit.name_of(chief))
    assert audit.PERMISSIONS not in found(who=audit.name_of(chief))
    today = f"{timezone.localdate():%d/%m/%Y}"
    assert audit.EXPORT in found(at_from=today, at_to=today)
    yesterday = f"{timezone.localdate() - timedelta(days=1):%d/%m/%Y}"
    assert found(at_from=yesterday, at_to=yesterday) == set()
    assert found(q="trang-hen-gio") == {audit.EXPORT}


def test_a_day_is_one_of_vietnam(client, chief):
    from datetime import datetime

    entries = {
        name: AuditEntry.objects.create(
            action="office.test", title=name, at=timezone.make_aware(datetime(2026, 11, day, *hour))
        )
        for name, day, hour in [
            ("đầu", 20, (0, 0)),
            ("cuối", 20, (23, 59, 59)),
            ("sau", 21, (0, 0)),
        ]
    }
    query = {"at_from": "20/11/2026", "at_to": "20/11/2026"}
    shown = client.get(reverse("audit_log"), query).context["object_list"]
    assert {entry.title for entry in shown} == entries.keys() - {"sau"}


def test_files_hold_no_formula_that_somebody_typed(client, chief):
    audit.record("office.test", None, title='=HYPERLINK("http://x")')
    body = client.get(reverse("audit_log"), {"export": "csv"}).content.decode("utf-8-sig")
    assert "'=HYPERLINK" in body


def test_every_action_that_is_known_has_a_name_of_its_own(db):
    from wagtail.log_actions import registry

    for action, _label in registry.get_choices():
        assert str(audit.label(action)) != action


@pytest.mark.parametrize(
    ("groups", "status"), [([], 302), ([EDITORS], 302), ([REVIEWERS], 302), ([BOARD], 200)]
)
def test_who_may_not_read_the_log_does_not_by_its_address_either(client, groups, status):
    make_home()
    client.force_login(make_user("lan", *groups))
    for name in ("audit_log", "audit_log_results"):
        assert client.get(reverse(name)).status_code == status


def test_the_list_costs_no_query_for_an_entry(client, chief, django_assert_max_num_queries):
    page = Page.objects.get(pk=make_news().pk)
    address = reverse("audit_log")
    client.get(address)
    for _number in range(45):
        AuditEntry.objects.create(action="wagtail.edit", page_pk=page.pk, title="Tin")
    with django_assert_max_num_queries(25):
        assert len(client.get(address).context["object_list"]) == 50
