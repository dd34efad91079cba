"""A page never waits for anybody else's server: with sockets blocked, every template renders."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.template import Context, Template
from django.template.loader import get_template
from django.test import RequestFactory
from django.test.signals import template_rendered
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction, Site, TaskState

from articles.models import DirectiveAttachment, DirectivePage
from articles.reading import read_documents
from home.demo import load
from home.models import FeaturedPage, MourningSettings, UrgentNotice
from home.views import refused
from office import emergencies
from office.models import PreviewLink
from polls import ballots
from polls.models import Choice, Poll
from sidebar.models import (
    ExchangeRate,
    FeedRun,
    FeedState,
    RateChange,
    RateOverride,
    Sidebar,
    WeatherReading,
    WeatherRegion,
)
from tests.factories import make_directive, make_user, searched

SUSPECT = {
    "provider": "vietcombank",
    "source": "Vietcombank",
    "quoted_at": "2026-11-20T08:05:09+07:00",
    "rates": [["USD", "US DOLLAR", "39000", "39050", "39390"]],
    "moves": {"USD": "0.4931"},
}
ROOT = Path(__file__).resolve().parent.parent
TEMPLATE_FOLDERS = [
    ROOT / app / "templates" for app in ("home", "articles", "sidebar", "polls", "office")
]
TEMPLATE_FOLDERS.append(ROOT / "site" / "templates")

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def rendered():
    """The names of the templates that were rendered, filled as the test goes on."""
    names = set()

    def note(template, **kwargs):
        names.add(template.name)

    template_rendered.connect(note)
    yield names
    template_rendered.disconnect(note)


def crawl(client, start="/"):
    """Every page that a reader can reach from the start by links, without query strings."""
    waiting, seen = [start], set()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        response = client.get(address)
        # Documents are linked by their permanent addresses too, which lead to what is read here.
        assert response.status_code in (200, 301, 302), address
        # To the end, which closes what is a file.
        body = response.getvalue()
        if "text/html" in response.get("Content-Type", ""):
            links = re.findall(r'href="(/[^"#?]*)', body.decode())
            waiting += [
                link
                for link in links
                if not link.startswith(("/admin/", "/static/", "/media/", "/documents/"))
            ]
    return seen


def store_figures(fetched_at):
    for currency, cash in [("USD", Decimal("25850")), ("LAK", None)]:
        ExchangeRate.objects.update_or_create(
            currency=currency,
            defaults={
                "buy_cash": cash,
                "sell": Decimal("26260"),
                "source": "Vietcombank",
                "quoted_at": fetched_at - timedelta(days=2),
                "fetched_at": fetched_at,
            },
        )
    for region in WeatherRegion.objects.all():
        WeatherReading.objects.update_or_create(
            region=region,
            defaults={
                "observed_at": fetched_at,
                "fetched_at": fetched_at,
                "source": "Open-Meteo",
                "temperature": Decimal("24.4"),
                "weather_code": 80,
                "wind_kmh": Decimal("12.5"),
                "is_day": True,
            },
        )


def store_what_becomes_of_rates():
    """Yesterday's close of one currency, and what an operator typed in place of another's."""
    yesterday = timezone.now() - timedelta(days=1)
    RateChange.objects.create(
        currency="USD",
        sell=Decimal("26200"),
        source="Vietcombank",
        quoted_at=yesterday,
        recorded_at=yesterday,
    )
    RateOverride.objects.create(
        rate=ExchangeRate.objects.get(currency="LAK"),
        sell=Decimal("1.3"),
        reason="Sai ở nguồn",
        expires_at=timezone.now() + timedelta(hours=1),
    )


def show_drafts_by_link(client, member):
    directive = DirectivePage.objects.live().first()
    client.get(reverse("office_share", args=[directive.pk]))
    client.get(PreviewLink.made(directive, member, days=1).path)
    client.get("/xem-truoc/khong-co/")
    # Drafts may lack what a page can't be without.
    directive.signed_on = None
    directive.save_revision(clean=False)
    client.get(PreviewLink.made(directive, member, days=1).path)


def look_into_the_office(client, member):
    for name in (
        *("office_notices", "office_roles", "office_guide", "published_report", "audit_log"),
        *("wagtailadmin_explore_root", "wagtailusers_users:index"),
    ):
        client.get(reverse(name))
    client.get(reverse("wagtailadmin_pages:search"), {"q": "van ban"})
    waiting = TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS).get()
    page = waiting.workflow_state.content_object
    client.get(reverse("office_assign", args=[waiting.pk]))
    client.get(reverse("review_page", args=[page.pk]))
    client.force_login(waiting.workflow_state.requested_by)
    client.get(reverse("office_take_back", args=[page.pk]))
    client.force_login(member)
    client.get(reverse("office_emergency", args=[page.pk]))
    version = emergencies.version_of(page.get_latest_revision())
    emergency = emergencies.publish(page.specific, member, "Bão vào trong đêm nay", version)
    client.force_login(get_user_model().objects.get(username="kiemduyet"))
    client.get(reverse("office_check_emergency", args=[emergency.pk]))
    client.force_login(member)


def tell_everybody(client, member):
    now = timezone.now()
    until = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1)}
    notice = UrgentNotice.objects.create(text="Bão đổ bộ trong đêm", **until)
    site = Site.objects.get(is_default_site=True)
    MourningSettings.objects.update_or_create(site=site, defaults={"reason": "Quốc tang"} | until)
    client.get("/")
    notice.make_preview_request()
    client.get(reverse(UrgentNotice.snippet_viewset.get_url_name("add")))
    client.get(reverse(FeaturedPage.snippet_viewset.get_url_name("list")))
    client.get(reverse("home_feature", args=[FeaturedPage.objects.first().page_id]))


def test_every_template_renders_without_a_socket(
    client, rendered, socket_disabled, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    load(report=lambda *_: None)
    read_documents()
    pages = crawl(client)
    assert len(pages) > 25

    store_figures(timezone.now())
    store_what_becomes_of_rates()
    crawl(client)
    store_figures(timezone.now() - timedelta(hours=2))
    client.get("/")
    store_figures(timezone.now() - timedelta(hours=30))
    client.get("/")

    client.get(reverse("articles:search"), {"q": "van ban"})
    searched(client, "van ban", muc="van-ban")
    client.get(reverse("articles:search"), {"q": "khong co gi nhu the"})
    client.get("/khong-co/")
    withdrawn = DirectiveAttachment.objects.exclude(directive__withdrawn_on=None).get()
    client.get(withdrawn.document.url)
    for title in ("Một", "Hai"):
        namesake = make_directive(title=title, number="501")
    client.get(namesake.permalink)
    closed = PageViewRestriction.objects.create(
        page=namesake, restriction_type=PageViewRestriction.PASSWORD, password="x"
    )
    client.get(namesake.url)
    closed.delete()
    client.get(reverse("wagtailcore_login"))
    gone = DirectivePage.objects.live().first()
    gone.unpublish()
    client.get(gone.url)
    poll = Poll.objects.create(question="Chưa mở?", opens_at=timezone.now() + timedelta(days=1))
    Choice.objects.create(poll=poll, text="Có")
    client.get(poll.get_absolute_url())
    later = Poll.objects.create(question="Xem sau?", results_shown="after_closing")
    client.get(later.get_absolute_url())
    client.post(reverse("polls:vote", args=[poll.pk]), headers={"Sec-Fetch-Site": "cross-site"})
    Sidebar.objects.first().make_preview_request()
    alone = ("400.html", "403_csrf.html", "500.html", "503.html", "articles/too_many_exports.html")
    for name in alone:
        Template.render(get_template(name).template, Context())
    member = make_user("quan", is_superuser=True)
    client.force_login(member)
    client.get("/")
    client.get(reverse("style_guide"))
    client.get("/admin/")
    client.get(reverse("wagtailadmin_pages:unpublish", args=[withdrawn.directive_id]))
    client.get(reverse("wagtailadmin_pages:edit", args=[withdrawn.directive_id]))
    FeedRun.objects.create(feed="rates", provider="vietcombank", finished_at=timezone.now())
    FeedState.objects.create(feed="rates", suspect=SUSPECT)
    client.get(reverse("sidebar_sources"))
    client.get(reverse("sidebar_type", args=["rates"]))
    voted_on = Poll.objects.open(timezone.now()).exclude(choices=None).first()
    ballots.cast(voted_on, {voted_on.choices.first().pk}, "1" * 64)
    client.get(reverse(voted_on.snippet_viewset.get_url_name("edit"), args=[voted_on.pk]))
    for name in ("polls_audit", "polls_correct"):
        client.get(reverse(name, args=[voted_on.pk]))
    for name in ("visit_report", "inspection"):
        client.get(reverse(name))
    region = WeatherRegion.objects.first()
    client.get(reverse(region.snippet_viewset.get_url_name("edit"), args=[region.pk]))
    for stream in (Sidebar._meta.get_field("blocks"),):
        for block in stream.stream_block.child_blocks.values():
            client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})

    show_drafts_by_link(client, member)
    look_into_the_office(client, member)
    tell_everybody(client, member)

    ours = {
        str(path.relative_to(folder))
        for folder in TEMPLATE_FOLDERS
        for path in folder.rglob("*.html")
    }
    refused(RequestFactory().get("/"))
    # Shown by the block picker only; tests/test_blocks.py renders the previews.
    elsewhere = {name for name in ours if "previews/" in name}
    assert sorted(ours - rendered - elsewhere) == []
