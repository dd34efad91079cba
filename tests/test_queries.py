"""How many questions each public page asks of the database, with five and with fifty of whatever it
shows: as many."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import Site

from articles import assembly
from articles.models import (
    Author,
    DirectiveAttachment,
    DirectiveIndexPage,
    DirectiveRelation,
    Edition,
    EventPage,
    NewsPage,
    RelationKind,
    Topic,
)
from articles.search import local
from home.models import FeaturedPage, StandardPage, UrgentNotice
from polls.models import Choice, Poll
from sidebar.models import (
    ExchangeRate,
    PageViews,
    Sidebar,
    SidebarSettings,
    WeatherReading,
    WeatherRegion,
)
from sidebar.providers import open_meteo, vietcombank
from tests import feed_server
from tests.factories import (
    make_directive,
    make_document,
    make_event,
    make_home,
    make_image,
    make_news,
    make_section,
)

pytestmark = pytest.mark.django_db

DAY = date(2026, 10, 10)
# Lists; an article that chose pages, pictures and files for its text; a directive, which has
# relations, editions and attachments besides, or all that the API tells of one. (Put together from
# what is kept, each of them asks two: test_assembly.py.)
MOST, MOST_OF_AN_ARTICLE, MOST_OF_A_DIRECTIVE = 10, 8, 14


class Portal:
    """With as many of everything as it has been grown to."""

    def __init__(self):
        self.home = make_home()
        self.size = 0
        self.topic = Topic.objects.create(name="Chuyển đổi số", slug="chuyen-doi-so")
        self.author = Author.objects.create(name="Lê A", slug="le-a")
        self.directive = make_directive(title="Văn bản chính")
        self.news = make_news(title="Tin chính", lead_image=make_image(size=(96, 54)))
        self.news.topics.add(self.topic)
        self.news.authors.add(self.author)
        self.news.tags.add("chung")
        self.news.save()
        self.plain = self.home.add_child(instance=StandardPage(title="Giới thiệu"))
        self.poll = self._poll("Câu hỏi chính")
        ExchangeRate.objects.replace_with(vietcombank.parse(feed_server.RATES))

    def grow(self, size):
        for number in range(self.size, size):
            self._one_more(number)
        self.size = size
        self._link_all()
        sidebar = Sidebar.objects.create(title="Cột bên", blocks=self._blocks())
        SidebarSettings.objects.update_or_create(
            site=Site.objects.get(), defaults={"default_sidebar": sidebar}
        )
        local.catch_up()

    def _one_more(self, number):
        image = make_image(size=(96, 54))
        news = make_news(title=f"Tin {number} về lớp học", lead_image=image, posted_on=DAY)
        news.topics.add(self.topic)
        news.authors.add(self.author)
        news.tags.add("chung", f"riêng {number}")
        news.save()
        PageViews.objects.create(page=news, views=number + 1)
        directive = make_directive(title=f"Chỉ thị {number} về lớp học", number=str(number + 10))
        directive.topics.add(self.topic)
        directive.save()
        make_section(DirectiveIndexPage.objects.first(), f"Mục {number}")
        later = timezone.now() + timedelta(days=2)
        make_event(
            title=f"Sự kiện {number} lớp học", starts_at=later, ends_at=later + timedelta(hours=2)
        )
        self.plain.add_child(instance=StandardPage(title=f"Trang {number}"))
        self._poll(f"Câu hỏi {number}")
        Choice.objects.create(poll=self.poll, text=f"Ý {number}", sort_order=number + 10)
        region = WeatherRegion.objects.create(
            name=f"Vùng {number}", latitude=16.8, longitude=107.1, sort_order=number
        )
        WeatherReading.objects.replace_with(region, open_meteo.parse(feed_server.six_days()))
        FeaturedPage.objects.create(page=news, sort_order=number)
        UrgentNotice.objects.create(
            text=f"Thông báo {number}",
            starts_at=timezone.now() - timedelta(hours=1),
            ends_at=timezone.now() + timedelta(days=1),
        )
        self.directive.refresh_from_db()
        document = make_document(title=f"Tệp {number}", name=f"tep-{number}.pdf")
        # As whoever uploads one does.
        document.get_file_size()
        DirectiveAttachment.objects.create(
            directive=self.directive, document=document, sort_order=number
        )
        DirectiveRelation.objects.create(
            directive=self.directive, target=directive, kind=RelationKind.CITES, sort_order=number
        )
        last = Edition.objects.filter(directive=self.directive).last().number
        Edition.objects.create(directive=self.directive, number=last + 1, lines=[str(number)])

    def _poll(self, question):
        poll = Poll.objects.create(
            question=question, opens_at=timezone.now() - timedelta(days=1), first_published_at=None
        )
        Choice.objects.bulk_create(
            Choice(poll=poll, text=text, sort_order=order)
            for order, text in enumerate(["Có", "Không"])
        )
        return poll

    def _link_all(self):
        """A body of many pictures, files and links to pages."""
        others = list(NewsPage.objects.exclude(pk=self.news.pk))
        rows = DirectiveAttachment.objects.select_related("document")
        body = [
            ("pages", {"heading": "Đọc thêm", "pages": [page.page_ptr for page in others]}),
            *(("image", {"image": page.lead_image, "caption": ""}) for page in others),
            ("documents", {"heading": "Tệp", "documents": [row.document for row in rows]}),
        ]
        for page in (self.news, self.plain, self.directive):
            fresh = type(page).objects.get(pk=page.pk)
            fresh.body = body
            fresh.save()

    def _blocks(self):
        return [
            ("rates", {"heading": "Tỷ giá", "currencies": ["USD", "EUR"]}),
            ("weather", {"heading": "Thời tiết", "regions": []}),
            ("visits", {"heading": "Truy cập"}),
            ("poll", {"heading": "Ý kiến", "poll": self.poll}),
            (
                "featured",
                {"heading": "Nổi bật", "pages": [page.pk for page in NewsPage.objects.all()]},
            ),
        ]

    def addresses(self):
        directive, event = self.directive.url, EventPage.objects.first()
        tag = Tag.objects.get(name="chung").slug
        lists = [
            "/",
            "/van-ban/",
            "/van-ban/?tu-khoa=lop+hoc",
            "/van-ban/muc-0/",
            "/tin-tuc/",
            f"/tin-tuc/{DAY:%Y/%m}/",
            f"/tin-tuc/chu-de/{self.topic.slug}/",
            f"/tin-tuc/tac-gia/{self.author.slug}/",
            f"/tin-tuc/the/{tag}/",
            "/tin-tuc/rss/",
            "/tin-tuc/atom/",
            "/su-kien/",
            event.url,
            f"{event.url}lich.ics",
            "/so-do-cong/",
            "/kenh-tin/",
            "/tim-kiem/?q=lop+hoc",
            "/tim-kiem/?q=khongcogi",
            "/tim-kiem/atom/?q=lop+hoc",
            "/tim-kiem/goi-y/?q=lop",
            "/y-kien/",
            f"/y-kien/{self.poll.pk}/",
            "/ty-gia/",
            "/ty-gia/usd/",
            "/thoi-tiet/",
            "/thong-ke/",
            f"{directive}lich-su/",
            f"{directive}so-sanh/",
            self.directive.permalink,
            "/sitemap.xml",
            "/sitemap-pages.xml",
            "/api/v2/pages/",
            "/en/van-ban/",
            "/live/thong-bao/",
            "/khong-co/",
        ]
        return dict.fromkeys(lists, MOST) | {
            self.news.url: MOST_OF_AN_ARTICLE,
            self.plain.url: MOST_OF_AN_ARTICLE,
            directive: MOST_OF_A_DIRECTIVE,
            f"/en{directive}": MOST_OF_A_DIRECTIVE,
            "/api/v2/pages/?type=articles.DirectivePage&fields=*": MOST_OF_A_DIRECTIVE,
        }


def asked(client, address):
    # Once for what a process reads once.
    client.get(address)
    assembly.forget()
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
        response.getvalue()
    assert response.status_code in (200, 301, 302, 404), address
    return len(queries), response.status_code


def test_fifty_ask_no_more_than_five(client):
    portal = Portal()
    portal.grow(5)
    few = {address: asked(client, address) for address in portal.addresses()}
    portal.grow(50)
    many = {address: asked(client, address) for address in portal.addresses()}
    assert len(many["/"]) == 2
    more = {
        address: (few[address], many[address])
        for address in many
        if many[address][0] > few[address][0]
    }
    assert more == {}
    too_many = {
        address: many[address][0]
        for address, most in portal.addresses().items()
        if many[address][0] > most
    }
    assert too_many == {}
    # What is asked for is there; a number leads to its page.
    others = {address: status for address, (_count, status) in many.items() if status != 200}
    assert others == {portal.directive.permalink: 301, "/khong-co/": 404}
