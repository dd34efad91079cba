"""What the gates look at besides the demo: fresh figures, pages that readers rarely meet, and
pages of every block in odd but allowed words, written by a seeded draw.

python -m tests.gates.content --pages 50        in the environment of a portal with the demo; prints
                                                what of it stands in the addresses of places.py
"""

import argparse
import json
import logging
import re
import sys
from datetime import date, timedelta
from random import Random

import django
from django.apps import apps

# pytest has it ready.
if not apps.ready:
    django.setup()

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import escape
from wagtail import blocks
from wagtail.contrib.table_block.blocks import TableBlock
from wagtail.documents import get_document_model
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageBlock, ImageChooserBlock
from wagtail.models import Page, PageViewRestriction
from wagtail.snippets.blocks import SnippetChooserBlock

from articles.models import (
    Departure,
    DirectiveAttachment,
    DirectiveIndexPage,
    DirectivePage,
    DirectiveType,
    EventPage,
    Issuer,
    NewsIndexPage,
    NewsPage,
    NewsTag,
)
from articles.reading import read_documents
from home.demo.questions import SERVICES
from home.models import HomePage, StandardPage, UrgentNotice
from polls.models import Choice, Poll
from sidebar.models import ExchangeRate, RateChange, WeatherReading, WeatherRegion
from sidebar.providers import open_meteo, vietcombank
from tests import feed_server

TRIES = 50
PLAIN = [
    "Hồ sơ nộp qua mạng được trả lời trong ngày.",
    "Hộp thư công vụ của xã Khe Sanh",
    "Kế hoạch số 88/KH-UBND ngày 9/8/2022",
    "Người dân hỏi, cơ quan trả lời.",
]
ODD = [
    *PLAIN,
    "a < b & c > d &amp; &nbsp; \"e\" 'f'",
    "<script>alert(1)</script><b>đậm",
    "]]> --> <!-- {{ page }} {% now %}",
    # The same in letters and marks apart, as some keyboards send them.
    "Hô\u0300 sơ đươ\u0323c tra\u0309 lơ\u0300i",
    "Mườiphầntrămcủamộtđịachỉdàikhôngcókhoảngtrắngnào" * 3,
    "https://vi-du.example/rat/dai?a=1&b=2#" + "x" * 90,
    "👩‍🌾 lúa, 1\u00a0000\u202fkm², “trích”… – 50\u00a0%",
    "עברית and 中文 \u200b\u00ad",
    "  hai đầu có khoảng trắng  ",
    "-",
    "0",
]
ADDRESSES = [
    "https://www.youtube.com/watch?v=aaaaaaaaaaa&list=x",
    "https://youtu.be/a<b",
    "https://vi-du.example/bản%20đồ?q=Đông Hà&z=1",
    "https://[::1]/",
]
LINKS = [
    '<a href="https://vi-du.example/?a=1&amp;b=%22">ngoài</a>',
    '<a href="mailto:mot-cua@vi-du.example">thư</a>',
    '<a href="tel:+84233123456">gọi</a>',
    '<a href="#content">lên trên</a>',
]


def home_page():
    """The Vietnamese one."""
    return HomePage.objects.get(locale__language_code="vi")


class Writer:
    """Draws values of blocks as the database keeps them, of whatever kinds a block has below it."""

    def __init__(self, seed, words=ODD):
        self.draw = Random(seed)
        self.words = words
        rows = {
            "images": get_image_model().objects,
            # A file of a withdrawn directive is not given out: that link would be broken.
            "documents": get_document_model().objects.exclude(
                pk__in=DirectiveAttachment.objects.exclude(directive__withdrawn_on=None).values(
                    "document"
                )
            ),
            "pages": Page.objects.filter(depth__gt=2).live().public(),
            "polls": Poll.objects.live(),
        }
        self.keys = {
            name: list(of.order_by("pk").values_list("pk", flat=True)) for name, of in rows.items()
        }

    def body(self, stream, more=6):
        """A clean value with every kind of block, and some more, in any order."""
        names = list(stream.child_blocks)
        for _ in range(TRIES):
            kinds = names + self.draw.choices(names, k=more)
            self.draw.shuffle(kinds)
            raw = [{"type": kind, "value": self.value(stream.child_blocks[kind])} for kind in kinds]
            try:
                return stream.clean(stream.to_python(json.loads(json.dumps(raw))))
            except ValidationError:
                # Two articles of one number, for example: an editor would be told.
                continue
        raise AssertionError("what is drawn is never allowed")

    def text(self, longest=None):
        text = " ".join(self.draw.sample(self.words, k=self.draw.choice([1, 1, 2])))
        return text[: longest or 400].strip() or "-"

    def value(self, block):
        may_be_empty = isinstance(block, blocks.FieldBlock) and not block.required
        if may_be_empty and self.draw.random() < 0.3:
            return None if isinstance(block, blocks.ChooserBlock) else ""
        match block:
            case ImageBlock():
                decorative = self.draw.random() < 0.3
                return {
                    "image": self.draw.choice(self.keys["images"]),
                    "decorative": decorative,
                    "alt_text": "" if decorative else self.text(200),
                }
            case blocks.StructBlock():
                return {name: self.value(child) for name, child in block.child_blocks.items()}
            case blocks.ListBlock():
                least = block.meta.min_num or 0
                return [
                    {
                        "type": "item",
                        "id": f"{self.draw.getrandbits(64):x}",
                        "value": self.value(block.child_block),
                    }
                    for _ in range(self.draw.randint(least, least + 3))
                ]
            case TableBlock():
                return self.table()
            case blocks.RichTextBlock():
                return self.rich_text(block.features)
            case blocks.ChoiceBlock():
                return self.draw.choice([key for key, _name in block.field.choices if key])
            case blocks.URLBlock():
                return self.draw.choice(ADDRESSES[:1] if self.words is PLAIN else ADDRESSES)
            case ImageChooserBlock():
                return self.draw.choice(self.keys["images"])
            case DocumentChooserBlock():
                return self.draw.choice(self.keys["documents"])
            case blocks.PageChooserBlock():
                return self.draw.choice(self.keys["pages"])
            case SnippetChooserBlock():
                return self.draw.choice(self.keys["polls"])
            case blocks.CharBlock() | blocks.TextBlock():
                return self.text(block.field.max_length)
        raise NotImplementedError(f"nobody has said yet how {block!r} is filled")

    def rich_text(self, features):
        def line():
            text = escape(self.text())
            # Without a line break in it: the editor has none for half a word.
            for tag, feature in [
                ("b", "bold"),
                ("i", "italic"),
                ("sup", "superscript"),
                ("sub", "subscript"),
            ]:
                if feature in features and self.draw.random() < 0.3:
                    text = f"<{tag}>{text}</{tag}>"
            if "link" in features and self.draw.random() < 0.4:
                page = f'<a linktype="page" id="{self.draw.choice(self.keys["pages"])}">trang</a>'
                text += " " + self.draw.choice([*LINKS, page])
            if "document-link" in features and self.draw.random() < 0.2:
                document = self.draw.choice(self.keys["documents"])
                text += f' <a linktype="document" id="{document}">tệp</a>'
            return text

        parts = [f"<p>{line()}</p>"]
        for tag in ("ul", "ol"):
            if tag in features and self.draw.random() < 0.5:
                parts.append(f"<{tag}><li>{line()}</li><li>{line()}</li></{tag}>")
        if self.draw.random() < 0.2:
            parts.append("<p></p>" if self.words is ODD else f"<p>{line()}</p>")
        return "".join(parts)

    def table(self):
        rows, columns = self.draw.randint(1, 5), self.draw.randint(1, 6)
        cells = [
            [self.draw.choice([None, "", self.text(60)]) for _ in range(columns)]
            for _ in range(rows)
        ]
        if self.words is PLAIN:
            cells = [["Đơn vị", "Hộp thư"], ["Sở Nội vụ", "42"], ["Xã Hướng Hiệp", "17"]]
        return {
            "data": cells,
            "table_header_choice": "both"
            if self.words is PLAIN
            else self.draw.choice(["row", "column", "both", "neither"]),
            "table_caption": self.text(120)
            if self.words is PLAIN
            else self.draw.choice(["", self.text(120)]),
        }


def write_pages(count):
    """As many pages as that, in turn plain pages, news and directives."""

    above = {
        StandardPage: StandardPage.objects.child_of(home_page()).first(),
        NewsPage: NewsIndexPage.objects.first(),
        DirectivePage: DirectiveIndexPage.objects.first(),
    }
    kinds = list(above)
    for seed in range(count):
        writer, kind = Writer(seed), kinds[seed % len(kinds)]
        facts = {
            "title": writer.text(200),
            "slug": f"soan-{seed}",
            "body": writer.body(kind.body.field.stream_block),
        }
        if kind is StandardPage:
            facts["introduction"] = writer.text(400)
        else:
            facts |= {
                "summary": writer.text(400),
                "lead_image_id": writer.draw.choice(writer.keys["images"]),
                "lead_image_alt": writer.text(200),
            }
        if kind is DirectivePage:
            facts |= {
                "number": str(9000 + seed),
                "symbol": "KH-UBND",
                "type": DirectiveType.objects.get(abbreviation="KH"),
                "issuer": Issuer.objects.order_by("pk").first(),
                "signer": writer.text(100),
                "signer_position": writer.text(100),
                "signed_on": date(2026, 1, 1) + timedelta(days=seed),
                "subject": writer.text(400),
            }
        above[kind].add_child(instance=kind(**facts))


def write_every_block():
    """One page with every kind of block, in plain words: /moi-khoi/."""
    body = Writer(0, PLAIN).body(StandardPage.body.field.stream_block, more=0)
    page = StandardPage(title="Mọi khối nội dung", slug="moi-khoi", body=body)
    home_page().add_child(instance=page)


def write_rarely_met():
    """A page that was taken offline, one behind a password, and polls that are closed, to come and
    chosen from by pictures: /tin-tuc/da-go/, /noi-bo/, and {name: number} of the polls."""
    gone = NewsPage(title="Tin đã gỡ", slug="da-go")
    NewsIndexPage.objects.first().add_child(instance=gone)
    gone.unpublish()
    Departure.objects.say(gone, "Nội dung đã được thay bằng thông báo mới.")
    closed = StandardPage(title="Tài liệu nội bộ", slug="noi-bo")
    home_page().add_child(instance=closed)
    PageViewRestriction.objects.create(
        page=closed, restriction_type=PageViewRestriction.PASSWORD, password="mat-khau"
    )
    now = timezone.now()
    day = timedelta(days=1)
    return {
        "closed_poll": make_poll("Đã nên mở quầy vào sáng thứ Bảy?", now - 9 * day, now - day),
        "coming_poll": make_poll("Sắp tới nên trồng cây gì ven đường?", now + day),
        "pictures_poll": make_poll("Chọn hình cho lịch của tỉnh", now - day, pictured=True),
    }


def make_poll(question, opens_at, closes_at=None, pictured=False):
    poll = Poll.objects.create(
        question=question, opens_at=opens_at, closes_at=closes_at, most_choices=2
    )
    for order, picture in enumerate(get_image_model().objects.order_by("pk")[:3]):
        Choice.objects.create(
            poll=poll,
            text=picture.title,
            sort_order=order,
            image=picture if pictured else None,
        )
    return poll.pk


def known():
    """What of the demo stands in addresses."""
    withdrawn = DirectiveAttachment.objects.exclude(directive__withdrawn_on=None).get().document
    last_event = EventPage.objects.live().latest("starts_at")
    return {
        "document": get_document_model().objects.order_by("pk").first().pk,
        "withdrawn": f"{withdrawn.pk}/{withdrawn.filename}",
        "month": f"{NewsPage.objects.published().newest()[0].posted_on:%Y/%m}",
        "event_month": f"{timezone.localtime(last_event.starts_at):%Y/%m}",
        "tag": NewsTag.objects.order_by("pk").first().tag.slug,
        "poll": Poll.objects.get(question=SERVICES).pk,
    }


def write_figures():
    """Today's, and those of the days before."""

    now = timezone.localtime()
    quoted = f"<DateTime>{now:%m/%d/%Y %I:%M:%S %p}</DateTime>"
    sheet = (feed_server.SAMPLES / "vietcombank_20.xml").read_text()
    sheet = vietcombank.parse(re.sub("<DateTime>.*</DateTime>", quoted, sheet).encode())
    RateChange.objects.bulk_create(
        RateChange(
            currency=rate.currency,
            sell=rate.sell * (1000 - days_ago * (-1) ** days_ago) / 1000,
            source=sheet.source,
            quoted_at=now - timedelta(days=days_ago),
            recorded_at=now - timedelta(days=days_ago),
        )
        for rate in sheet.rates
        if rate.sell
        for days_ago in range(1, 40)
    )
    ExchangeRate.objects.replace_with(sheet)
    reading = open_meteo.parse(feed_server.six_days(f"{now:%Y-%m-%dT%H:%M}"))
    for region in WeatherRegion.objects.all():
        WeatherReading.objects.replace_with(region, reading)


def write_notice():
    UrgentNotice.objects.create(
        text="Bão số 9 vào bờ trong đêm nay; người dân ven biển ở lại trong nhà.",
        details="Cần giúp đỡ, gọi 112.",
        ends_at=timezone.now() + timedelta(days=1),
    )


def main():
    parser = argparse.ArgumentParser(prog="tests.gates.content", description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=int, default=0, help="how many pages are drawn")
    parser.add_argument("--notice", action="store_true", help="with an urgent notice on every page")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    write_figures()
    # Where a worker runs, it may be faster.
    read_documents()
    write_every_block()
    ids = known() | write_rarely_met()
    write_pages(options.pages)
    if options.notice:
        write_notice()
    sys.stdout.write(json.dumps(ids))


if __name__ == "__main__":
    main()
