from datetime import date, timedelta
from io import StringIO

import pytest
from django.conf import settings as configured
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from lxml.html import fromstring
from taggit.models import Tag
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, Site

from articles.blocks import DirectiveStreamBlock
from articles.extraction import State, extract
from articles.models import (
    Author,
    DirectiveIndexPage,
    DirectivePage,
    DirectiveRelation,
    DirectiveSuspension,
    DirectiveType,
    Effect,
    EventPage,
    Issuer,
    NewsIndexPage,
    NewsPage,
    RelationKind,
    Topic,
)
from home.demo import ACCOUNTS, PASSWORD, demo_accounts, load, retire_accounts
from home.demo.directives import directives
from home.demo.entries import coming_first
from home.demo.events import events
from home.demo.files import FILES, PICTURES, PLEDGE_FORM, SCANNED_PLAN
from home.demo.questions import end_of_next_month
from home.founding import REGIONS
from home.models import FeaturedPage, HomePage, OfficeSettings, StandardPage
from home.offices import set_up
from polls.models import Ballot, Choice, Poll
from sidebar.models import (
    DailyPageViews,
    DailyVisits,
    ExchangeRate,
    InheritedVisits,
    PageViews,
    Sidebar,
    SidebarSettings,
    WeatherReading,
    WeatherRegion,
)
from sidebar.visits import view_count


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """The demo, loaded once for all tests here; each test's own changes are rolled back."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            set_up()
            load(report=lambda line: None)
            yield
            transaction.set_rollback(True)
        # Wagtail keeps the sites' addresses there.
        cache.clear()


@pytest.fixture
def demo(loaded, db):
    cache.clear()


def load_again():
    lines = []
    load(report=lines.append)
    return lines


def directive_of_2014():
    return DirectivePage.objects.get(number="07", signed_on=date(2014, 6, 16))


def named(reference):
    number, symbol = reference.rsplit("/", 1)
    return DirectivePage.objects.get(number=number, symbol=symbol)


MODELS = [
    *(Page, Site, Poll, Choice, Sidebar, WeatherRegion, PageViews, FeaturedPage, OfficeSettings),
    *(get_user_model(), get_image_model(), get_document_model(), SidebarSettings),
    *(DirectiveType, Issuer, Issuer.predecessors.through, Topic, Author, Tag),
]


def counted():
    return {model: model.objects.count() for model in MODELS}


def test_the_old_portals_facts_are_carried_over(demo):
    directive = directive_of_2014()
    assert view_count(directive.pk) == 2427
    assert directive.reference == "07/CT-UBND"
    assert directive.effect == Effect.IN_FORCE
    assert directive.attachments.get().document.file_extension == "pdf"
    assert directive.get_parent().title == "Chỉ thị email"
    assert "quangtri.gov.vn" in directive.searchable_text()

    poll = Poll.objects.get(question__contains="công nghệ thông tin")
    counts = poll.result
    assert [(choice.votes, choice.percent) for choice in counts.choices] == [
        (16, 64),
        (4, 16),
        (1, 4),
        (4, 16),
    ]
    assert (counts.total, counts.inherited) == (25, 25)
    assert poll.is_open
    assert not Ballot.objects.exists()


def test_there_is_enough_of_everything(demo):
    assert DirectivePage.objects.live().count() >= 7
    assert NewsPage.objects.live().filter(locale__language_code="vi").count() == 9
    assert EventPage.objects.live().count() >= 3
    assert StandardPage.objects.live().count() >= 2
    assert Poll.objects.count() == 2
    assert WeatherRegion.objects.count() == len(REGIONS)
    assert {page.effect for page in DirectivePage.objects.live()} == set(Effect)
    assert {event.is_over for event in EventPage.objects.live()} == {True, False}
    assert len(FeaturedPage.objects.shown()) == 4
    with_pictures = NewsPage.objects.live().exclude(lead_image=None)
    assert with_pictures.count() >= 3
    assert not with_pictures.filter(lead_image_alt="").exists()


def test_documents_act_on_each_other_in_every_way(demo):
    relations = DirectiveRelation.objects.public()
    assert {relation.kind for relation in relations} == set(RelationKind.values)
    assert relations.exclude(provisions="").exists()
    assert relations.filter(target=None).get().other_document

    effects = {
        "03/CT-UBND": Effect.SUPERSEDED,
        "91/2017/QĐ-UBND": Effect.PARTLY,
        "95/2019/QĐ-UBND": Effect.SUPERSEDED,
        "88/KH-UBND": Effect.EXPIRED,
        "1406/HD-SYT": Effect.WITHDRAWN,
        "2605/QĐ-UBND": Effect.SUSPENDED,
    }
    assert {reference: named(reference).effect for reference in effects} == effects
    assert DirectiveSuspension.objects.get().reason
    withdrawn = named("1406/HD-SYT")
    assert withdrawn.withdrawal_reason
    assert withdrawn.attachments.exists()


def test_what_does_not_depend_on_the_day_stays_right(demo):
    in_a_year = timezone.localdate() + timedelta(days=365)
    effects = {page.effect_on(in_a_year) for page in DirectivePage.objects.live()}
    assert effects == set(Effect) - {Effect.NOT_YET}


def test_rules_to_come_say_what_they_will_change(demo):
    rules = next(page for page in DirectivePage.objects.live() if page.effect == Effect.NOT_YET)
    changed = [period for period in directive_of_2014().periods if period.effect == Effect.PARTLY]
    assert [period.starts_on for period in changed] == [rules.effective_on]


def test_a_directive_has_three_editions_and_all_others_have_one(demo):
    editions = list(directive_of_2014().editions.all())
    assert [edition.number for edition in editions] == [1, 2, 3]
    assert [edition.published_at.year for edition in editions] == [2014, 2014, 2019]
    assert [bool(edition.note) for edition in editions] == [False, True, True]
    assert "90 ngày" in "".join(editions[0].lines)
    assert "90 ngày" not in "".join(editions[1].lines)
    for page in DirectivePage.objects.live().exclude(pk=directive_of_2014().pk):
        assert page.editions.count() == 1, page


def test_bodies_lead_to_those_that_came_after_them(demo):
    namesakes = Issuer.objects.filter(name="Ủy ban nhân dân tỉnh Quảng Trị")
    old, new = namesakes.get(established_on=None), namesakes.get(dissolved_on=None)
    assert (old.dissolved_on, new.established_on) == (date(2025, 6, 30), date(2025, 7, 1))
    assert new.slug == "uy-ban-nhan-dan-tinh-quang-tri"
    assert {body.short_name for body in new.predecessors.all()} == {
        "UBND tỉnh (cũ)",
        "UBND tỉnh Quảng Bình",
    }
    district = Issuer.objects.get(name__contains="huyện")
    assert {body.short_name for body in district.in_charge_on(date(2026, 1, 1))} == {
        "UBND xã Khe Sanh",
        "UBND xã Lao Bảo",
    }
    for body in Issuer.objects.all():
        assert body.abbreviation
        assert body.place


def test_two_bodies_gave_one_number_in_one_year(demo):
    same = DirectivePage.objects.filter(number="06", symbol="KH-UBND")
    assert same.count() == 2
    assert {page.permalink for page in same} == {"/van-ban/so/06-KH-UBND-2025/"}


def test_topics_authors_and_tags_are_all_used(demo):
    assert 8 <= Topic.objects.count() <= 10
    for topic in Topic.objects.all():
        used = (
            topic.directives.live().count() + NewsPage.objects.live().filter(topics=topic).count()
        )
        assert used, topic
    assert all(page.topics.exists() for page in DirectivePage.objects.live())
    assert all(page.topics.exists() for page in NewsPage.objects.live())
    for author in Author.objects.all():
        assert NewsPage.objects.live().filter(authors=author).exists()
    assert NewsPage.objects.live().filter(tags__name="an toàn thông tin").count() == 2
    assert NewsPage.objects.live().filter(related__isnull=False).exists()
    assert len(NewsIndexPage.objects.get(slug="tin-tuc").featured_news()) == 2


def test_one_file_is_a_scan_and_one_a_text_to_fill_in():
    assert extract(SCANNED_PLAN.path).state == State.SCAN
    form = extract(PLEDGE_FORM.path)
    assert form.state == State.TEXT
    assert "áo phao" in form.text


def test_the_signed_copies_are_marked(demo):
    for reference in ("07/CT-UBND", "88/KH-UBND"):
        assert named(reference).attachments.get().is_signed_copy
    assert not named("97/2025/QĐ-UBND").attachments.get().is_signed_copy


def test_what_machines_bring_is_not_made_up(demo):
    assert not ExchangeRate.objects.exists()
    assert not WeatherReading.objects.exists()


def test_some_weeks_of_visits_are_made_up_that_add_up(demo):
    rows = list(DailyVisits.objects.order_by("day"))
    assert len(rows) == 45
    assert rows[-1].day == timezone.localdate() - timedelta(days=1)
    assert rows[-1].total_visits == sum(row.visits for row in rows)
    month = [row.visits for row in rows if row.day.month == rows[-1].day.month]
    assert rows[-1].month_visits == sum(month)
    assert {row.salt for row in rows} == {""}
    for row in rows:
        views = DailyPageViews.objects.filter(day=row.day).aggregate(all=Sum("views"))["all"]
        assert row.views == views
    for page in PageViews.objects.all():
        recent = DailyPageViews.objects.filter(page=page.pk).aggregate(all=Sum("views"))["all"]
        assert (recent or 0) <= page.views
    inherited = InheritedVisits.objects.get()
    assert inherited.total == 189
    assert inherited.counted_until < rows[0].day
    assert inherited.source.startswith("Số minh họa")


def test_visits_that_were_counted_before_are_left_alone(demo):
    HomePage.objects.all().delete()
    DailyVisits.objects.all().delete()
    DailyVisits.objects.of(timezone.localdate())
    load_again()
    assert DailyVisits.objects.get().day == timezone.localdate()


def test_the_mail_section_has_its_own_sidebar_and_the_others_the_default(demo):
    site = Site.objects.get(is_default_site=True)
    section = DirectiveIndexPage.objects.get(slug="chi-thi-email")
    assert Sidebar.objects.for_site(site).title == "Cột bên chung"
    assert Sidebar.objects.for_page(directive_of_2014(), site).title == "Cột bên mục Chỉ thị email"
    assert Sidebar.objects.for_page(section.get_parent(), site).title == "Cột bên chung"


def test_each_account_is_in_its_group_and_can_log_in(demo):
    for username, _role, group in ACCOUNTS:
        user = authenticate(username=username, password=PASSWORD)
        assert user.is_superuser == (group is None)
        # A unit's own group is named after the role and the unit.
        roles = [found.name.partition(" · ")[0] for found in user.groups.all()]
        assert roles == ([group] if group else [])
        assert user.wagtail_userprofile.preferred_language == "vi"
        assert user.email.endswith("@demo.invalid")
    assert len(demo_accounts()) == len(ACCOUNTS)


def test_every_page_can_be_read_and_sets_no_cookie(demo, client):
    pages = Page.objects.live().filter(depth__gt=1)
    assert pages.count() > 25
    for page in pages:
        response = client.get(page.url)
        assert response.status_code == 200, page.url
        assert not response.cookies, page.url
        assert page.title in response.content.decode(), page.url


def test_all_that_menu_tiles_and_footer_lead_to_can_be_read(demo, client):
    page = fromstring(client.get("/").content.decode())
    links = page.xpath("//nav[@class='menu' or @class='tiles']//a/@href | //footer//a/@href")
    ours = {link for link in links if link.startswith("/") and not link.startswith("/admin/")}
    assert {"/so-do-cong/", "/kenh-tin/", "/lien-he/", "/quyen-rieng-tu/", "/y-kien/"} <= ours
    for address in ours:
        response = client.get(address)
        assert response.status_code == 200, address
        assert not response.cookies, address


def test_files_are_stored_whole(demo):
    for document in get_document_model().objects.all():
        with document.file.open() as stored:
            assert len(stored.read()) == document.file_size
    assert directive_of_2014().attachments.get().document.file.open().read(5) == b"%PDF-"


def test_every_kind_of_block_is_used_and_all_are_as_an_editor_could_save_them(demo):
    used = set()
    for page in Page.objects.filter(depth__gt=1).specific():
        page.full_clean()
        for rows in ("relations", "suspensions", "attachments", "related"):
            for row in getattr(page, rows).all() if hasattr(page, rows) else ():
                row.full_clean()
        if body := getattr(page, "body", None):
            body.stream_block.clean(body)
            used |= {block.block_type for block in body}
    for sidebar in Sidebar.objects.all():
        sidebar.blocks.stream_block.clean(sidebar.blocks)
    for model in (DirectiveType, Issuer, Topic, Author):
        for record in model.objects.all():
            record.full_clean()
    assert used == set(DirectiveStreamBlock().child_blocks)


def test_every_page_has_a_history_and_an_author(demo):
    for page in Page.objects.filter(depth__gt=1):
        assert page.revisions.exclude(user=None).exists(), page
        assert page.owner or isinstance(page.specific, HomePage), page
    assert directive_of_2014().first_published_at.year == 2014


def test_one_draft_waits_for_a_reviewer_other_than_its_author(demo):
    draft = NewsPage.objects.get(live=False)
    reviewer = get_user_model().objects.get(username="kiemduyet")
    task = draft.current_workflow_task
    assert draft.workflow_in_progress
    assert "approve" in [action[0] for action in task.get_actions(draft, reviewer)]
    assert "approve" not in [action[0] for action in task.get_actions(draft, draft.owner)]


def test_loading_again_doubles_nothing_and_takes_two_queries(demo, django_assert_num_queries):
    before = counted()
    with django_assert_num_queries(2):
        assert len(load_again()) == 1
    assert counted() == before


def test_what_editors_changed_or_deleted_stays_so(demo):
    page = NewsPage.objects.live().first()
    page.title = "Tiêu đề do biên tập viên sửa"
    page.save_revision().publish()
    deleted = NewsPage.objects.live().last()
    deleted.delete()
    office = OfficeSettings.objects.get()
    office.phone = "0233 111 2222"
    office.save()
    user = get_user_model().objects.get(username="bientap")
    user.set_password("mot-mat-khau-khac")
    user.save()

    load_again()

    assert NewsPage.objects.get(pk=page.pk).title == "Tiêu đề do biên tập viên sửa"
    assert not NewsPage.objects.filter(slug=deleted.slug).exists()
    assert OfficeSettings.objects.get().phone == "0233 111 2222"
    assert not authenticate(username="bientap", password=PASSWORD)


def test_a_missing_account_comes_back(demo):
    get_user_model().objects.get(username="bientap2").delete()
    load_again()
    assert authenticate(username="bientap2", password=PASSWORD)


def test_missing_settings_and_groups_come_back(demo):
    OfficeSettings.objects.update(name="", phone="")
    get_user_model().objects.all().delete()
    Group.objects.all().delete()
    load_again()
    assert OfficeSettings.objects.get().name == "Tỉnh Quảng Trị"
    assert OfficeSettings.objects.get().phone
    user = get_user_model().objects.get(username="kiemduyet")
    assert user.has_perm("wagtailadmin.access_admin")


def test_the_sites_port_follows_the_installations_address(demo, settings):
    settings.BASE_URL = "http://localhost:8123"
    load_again()
    assert Site.objects.get(is_default_site=True).port == 8123


def test_after_the_home_page_was_deleted_lists_and_pictures_are_used_again(demo, mailoutbox):
    before = counted()
    HomePage.objects.all().delete()
    assert not Site.objects.exists()
    load_again()
    assert counted() == before
    # The addresses of the demo accounts lead nowhere.
    assert mailoutbox == []


def test_only_a_demo_installation_loads_it(demo, settings):
    settings.DEMO = False
    HomePage.objects.all().delete()
    get_user_model().objects.all().delete()
    with pytest.raises(CommandError):
        call_command("load_demo")
    assert not HomePage.objects.exists()
    assert not get_user_model().objects.exists()


def test_the_command_says_in_short_what_it_did(demo):
    output = StringIO()
    call_command("load_demo", stdout=output)
    assert len(output.getvalue().splitlines()) == 1


def test_accounts_can_be_retired_also_where_no_demo_may_be_loaded(demo, settings):
    settings.DEMO = False
    output = StringIO()
    call_command("load_demo", "--retire-accounts", stdout=output)
    assert str(len(ACCOUNTS)) in output.getvalue()
    assert not demo_accounts()
    for username, _role, _group in ACCOUNTS:
        assert not authenticate(username=username, password=PASSWORD)
    # Also when somebody switches one on again.
    get_user_model().objects.update(is_active=True)
    assert not authenticate(username="quantri", password=PASSWORD)
    assert retire_accounts() == len(ACCOUNTS)


def test_retired_accounts_stay_retired_when_the_demo_is_loaded_again(demo):
    retire_accounts()
    load_again()
    assert not demo_accounts()


def test_the_demo_has_something_of_each_state_on_any_day():
    for offset in range(800):
        today = date(2026, 1, 1) + timedelta(days=offset)
        made = directives(today)
        assert coming_first(today).day == 1
        assert 7 <= (coming_first(today) - today).days <= 38

        signed = [entry.facts["signed_on"] for entry in made]
        assert signed == sorted(signed)
        assert signed[-1] < today
        assert len({entry.slug for entry in made}) == len(made)
        for facts in (entry.facts for entry in made):
            assert facts["signed_on"] <= facts["effective_on"]
        assert any(entry.facts["effective_on"] > today for entry in made)
        assert any((entry.facts["expires_on"] or today) < today for entry in made)

        days = [timezone.localdate(event.facts["starts_at"]) for event in events(today)]
        assert sum(day > today for day in days) == 3

        last = timezone.localdate(end_of_next_month(today))
        assert (last + timedelta(days=1)).day == 1
        assert (last.year * 12 + last.month) - (today.year * 12 + today.month) == 1


def test_pictures_are_small_and_described():
    for picture in PICTURES:
        assert picture.path.stat().st_size <= 80_000
        assert picture.alt
    for file in FILES:
        assert file.path.stat().st_size <= 200_000
        assert file.path.suffix[1:] in configured.WAGTAILDOCS_EXTENSIONS


def test_an_account_with_the_known_password_is_found_whatever_its_address(demo):
    users = get_user_model().objects
    users.update(email="doi-roi@quangtri.example")
    assert len(demo_accounts()) == len(ACCOUNTS)
    chief = users.get(username="quantri")
    chief.set_password("mat-khau-that-cua-toi")
    chief.save()
    assert "quantri" not in {user.username for user in demo_accounts()}
    assert retire_accounts() == len(ACCOUNTS) - 1
    assert users.get(username="quantri").is_active
