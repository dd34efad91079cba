"""Small trees and accounts for tests; each function makes one thing with sensible facts."""

from datetime import date, datetime, timedelta
from io import BytesIO

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image as Pixels
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page, Site

from articles.models import (
    DirectiveIndexPage,
    DirectivePage,
    DirectiveType,
    EventIndexPage,
    EventPage,
    Issuer,
    NewsIndexPage,
    NewsPage,
)
from articles.search import local
from home.founding import lay_menus
from home.models import HomePage, OfficeSettings
from home.offices import set_up
from office.models import Unit, UnitSection


def make_home():
    """A site with a home page and an index of each kind; returns the home page."""
    Page.objects.filter(depth=2).delete()
    root = Page.get_first_root_node()
    home = root.add_child(instance=HomePage(title="Trang chủ", slug="home"))
    Site.objects.all().delete()
    site = Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
    OfficeSettings.objects.create(site=site, name="Tỉnh Quảng Trị", portal_label="Cổng")
    home.add_child(instance=DirectiveIndexPage(title="Văn bản", show_in_menus=True))
    home.add_child(instance=NewsIndexPage(title="Tin tức", show_in_menus=True))
    home.add_child(instance=EventIndexPage(title="Sự kiện", show_in_menus=True))
    lay_menus()
    return home


def make_section(parent, title):
    return parent.add_child(instance=DirectiveIndexPage(title=title))


def make_directive(parent=None, title="Dùng văn bản điện tử", **facts):
    facts = {
        "number": "07",
        "symbol": "CT-UBND",
        "signer": "Nguyễn Văn Bình",
        "signer_position": "Chủ tịch",
        "signed_on": date(2014, 6, 16),
        "subject": "Về việc tăng cường dùng văn bản điện tử",
    } | facts
    facts.setdefault("type", DirectiveType.objects.get_or_create(name="Chỉ thị")[0])
    facts.setdefault(
        "issuer",
        Issuer.objects.get_or_create(name="UBND tỉnh Quảng Trị", short_name="UBND tỉnh")[0],
    )
    parent = parent or DirectiveIndexPage.objects.first()
    return parent.add_child(instance=DirectivePage(title=title, **facts))


def make_news(title="Mở lớp kỹ năng số", **facts):
    return NewsIndexPage.objects.first().add_child(instance=NewsPage(title=title, **facts))


def make_event(title="Ngày hội chuyển đổi số", **facts):
    facts = {
        "starts_at": timezone.make_aware(datetime(2026, 10, 10, 8)),
        "ends_at": timezone.make_aware(datetime(2026, 10, 10, 17)),
        "place": "Đông Hà",
    } | facts
    return EventIndexPage.objects.first().add_child(instance=EventPage(title=title, **facts))


def make_user(username, *groups, **facts):
    """An account in the office's groups (see home/offices.py), password "mat-khau"."""
    if not Group.objects.filter(name__in=groups).exists():
        set_up()
    user = get_user_model().objects.create_user(
        username, f"{username}@example.test", "mat-khau", **facts
    )
    user.groups.set(Group.objects.filter(name__in=groups))
    return user


def make_unit(name, *sections):
    """A unit that writes in these sections, with its groups and its collection."""
    unit = Unit(name=name)
    unit.sections = [UnitSection(page=section) for section in sections]
    unit.save()
    return unit


def make_image(title="Cầu", size=(1600, 900)):
    content = BytesIO()
    Pixels.new("RGB", size, "#4477aa").save(content, "PNG")
    return get_image_model().objects.create(
        title=title, file=ImageFile(BytesIO(content.getvalue()), name="cau.png")
    )


def make_document(title="Bản ký", name="ban-ky.pdf"):
    return get_document_model().objects.create(
        title=title, file=ContentFile(b"%PDF-1.4\n%%EOF\n", name=name)
    )


def searched(client, query, **more):
    """What a reader gets who types this, once the follower has seen what the test has made."""
    local.catch_up()
    return client.get(reverse("articles:search"), {"q": query} | more)


def tomorrow():
    return timezone.localdate() + timedelta(days=1)
