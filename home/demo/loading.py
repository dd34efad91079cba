"""Makes the demo from the content modules beside this one.

The home page is the marker: it is there once everything is, because all is made in one
transaction. From then on the content is the editors': what they changed stays changed, what they
deleted stays deleted.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.log_actions import log
from wagtail.models import Locale, Page, Site
from wagtail.utils.file import hash_filelike

from articles.models import Author, DirectiveType, Edition, FeaturedNews, Issuer, Topic
from home.models import FeaturedPage, HomePage, OfficeSettings
from office.models import Unit, UnitSection
from polls.models import Choice, Poll
from sidebar.models import (
    PageViews,
    Sidebar,
    SidebarPlacement,
    SidebarSettings,
)

from ..founding import (
    ENGLISH,
    ENGLISH_LABEL,
    ENGLISH_NAME,
    QUOTING,
    lay_english,
    lay_menus,
    make_regions,
)
from . import about, accounts, vocabularies
from .blocks import Ref, resolved
from .directives import directives
from .english import translations
from .entries import Entry
from .events import BRIEFING, events
from .files import FILES, PICTURES
from .news import BEACH_NEWS, FEATURED_NEWS, ISLAND_NEWS, LEAD, news, submitted
from .questions import questions
from .visits import make_visits


def load(report=print):
    """Make the demo, or what accounts and settings it lacks. Two queries when all is there."""
    users = accounts.users()
    site = (
        Site.objects.filter(is_default_site=True)
        .annotate(
            has_content=Exists(HomePage.objects.all()),
            has_office=Exists(_named_offices().filter(site=OuterRef("pk"))),
        )
        .first()
    )
    has_content = site.has_content if site else HomePage.objects.exists()

    if made := accounts.make_missing(users):
        report(_("Demo accounts made: %s") % ", ".join(made))
    if not has_content:
        report(_("Making the demo content…"))
        counts = make_content(timezone.localdate())
        report(_("  %(pages)d pages, %(files)d pictures and files") % counts)
        report(_("The demo content is ready."))
        return
    if site and site.hostname == "localhost" and site.port != _port():
        # It follows the installation's address, which is not an editor's to choose.
        site.port = _port()
        site.save(update_fields=["port"])
    if site and not site.has_office:
        _name_office(site)
        report(_("Missing settings filled in."))
    report(_("The demo content is there already: left as it is."))


@transaction.atomic
def make_content(today):
    maker = Maker(users=accounts.users())
    maker.make_files()
    maker.make_lists(today)
    home = maker.make_home()
    for model, above, slug, title, introduction in about.SECTIONS:
        maker.publish(
            Entry(
                model,
                section=above,
                slug=slug,
                title=title,
                published_on=date(2014, 6, 2),
                author="banbientap",
                facts={"introduction": introduction, "show_in_menus": above == "home"},
            )
        )
    for entry in [*directives(today), *events(today), *news(today), *about.standard_pages()]:
        maker.publish(entry)
    for name, sections, reporter in about.UNITS:
        maker.make_unit(name, sections, reporter)
    maker.submit(submitted(today))
    maker.place_sidebars(home)
    maker.feature_news(FEATURED_NEWS)
    maker.feature([LEAD, BRIEFING, ISLAND_NEWS, BEACH_NEWS])
    lay_menus()
    maker.lay_english()
    for translation in translations():
        maker.translate(translation)
    make_visits(today, maker.published_on, maker.board)
    return {"pages": len(maker.pages), "files": len(PICTURES) + len(FILES)}


@dataclass
class Maker:
    users: dict
    # What is made, for those that refer to it: numbers for Refs, pages by their slug.
    numbers: dict = field(default_factory=dict)
    pages: dict = field(default_factory=dict)
    # {number of a page: the day it came online}
    published_on: dict = field(default_factory=dict)

    @property
    def board(self):
        return self.users["banbientap"]

    def make_files(self):
        image, document = get_image_model(), get_document_model()
        for picture in PICTURES:
            found = image.objects.filter(title=picture.title).first()
            self.numbers[picture.ref] = (found or self._store(image, picture, picture.alt)).pk
        for file in FILES:
            found = document.objects.filter(title=file.title).first()
            self.numbers[file.ref] = (found or self._store(document, file)).pk

    def _store(self, model, item, description=None):
        content = ContentFile(item.path.read_bytes(), name=item.path.name)
        more = {} if description is None else {"description": description}
        return model.objects.create(
            title=item.title,
            file=content,
            file_size=content.size,
            file_hash=hash_filelike(content),
            uploaded_by_user=self.users["bientap"],
            **more,
        )

    def make_lists(self, today):
        for name, abbreviation in vocabularies.TYPES.items():
            self.numbers[Ref("type", name)] = DirectiveType.objects.get_or_create(
                name=name, defaults={"abbreviation": abbreviation}
            )[0].pk
        self.make_issuers()
        for order, name in enumerate(vocabularies.TOPICS, start=1):
            Topic.objects.get_or_create(name=name, defaults={"sort_order": order * 10})
        for name, position in vocabularies.AUTHORS.items():
            Author.objects.get_or_create(name=name, defaults={"position": position})
        self.numbers |= {Ref("region", region.name): region.pk for region in make_regions()}
        for item in questions(today):
            poll = Poll.objects.filter(question=item.question).first() or self._ask(item)
            self.numbers[Ref("poll", item.question)] = poll.pk

    def make_issuers(self):
        made = {
            body: Issuer.objects.get_or_create(
                name=body.name,
                established_on=body.established_on,
                defaults={
                    "short_name": body.short_name,
                    "abbreviation": body.abbreviation,
                    "place": body.place,
                    "dissolved_on": body.dissolved_on,
                    "superior": body.superior,
                },
            )
            for body in vocabularies.BODIES
        }
        for body, (issuer, is_new) in made.items():
            self.numbers[Ref("issuer", body)] = issuer.pk
            if is_new:
                issuer.predecessors.set(made[before][0] for before in body.predecessors)

    def _ask(self, item):
        poll = Poll(
            question=item.question,
            opens_at=item.opens_at,
            closes_at=item.closes_at,
            inherited_source=item.inherited_source,
            method_note=item.method_note,
        )
        poll.choices = [
            Choice(text=text, inherited_votes=votes, sort_order=order)
            for order, (text, votes) in enumerate(item.choices)
        ]
        poll.full_clean()
        poll.save()
        return poll

    def make_home(self):
        root = Page.get_first_root_node()
        # Wagtail's welcome page holds the address, and deleting it takes its site along.
        welcome = root.get_children().filter(slug="home", numchild=0).exact_type(Page)
        welcome_pk = welcome.values_list("pk", flat=True).first()
        welcome.update(slug="wagtail-welcome")
        home = HomePage(title=about.SITE_NAME, slug="home", live=False)
        root.add_child(instance=home)
        self._go_live(home, self.board)
        home = self.pages["home"]

        site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
        site.hostname, site.port = "localhost", _port()
        site.site_name, site.root_page = about.SITE_NAME, home
        site.save()
        if not _named_offices().filter(site=site).exists():
            _name_office(site)
        if welcome_pk:
            Page.objects.get(pk=welcome_pk).delete()
        return home

    def publish(self, entry):
        page = self._add(entry)
        PageViews.objects.create(page=page.page_ptr, views=entry.views)
        self.published_on[page.pk] = entry.published_on
        author = self.users[entry.author]
        self._go_live(page, author)
        for later in entry.later:
            page = self.pages[entry.slug]
            page.change_note = later.change_note
            page.body = resolved(later.body, self.numbers)
            self._revise(page, author)
        # They came online one after the other, not all today.
        days = [entry.published_on, *(later.published_on for later in entry.later)]
        for edition, day in zip(Edition.objects.filter(directive=page.pk), days, strict=False):
            edition.published_at = morning(day)
            edition.save()

    def submit(self, entry):
        """A draft on its first step of the workflow, as its author left it."""
        page = self._add(entry, first_published_at=None)
        author = self.users[entry.author]
        log(instance=page, action="wagtail.create", user=author, content_changed=True)
        page.save_revision(user=author)
        if workflow := page.get_workflow():
            workflow.start(page, author)
        self.pages[entry.slug] = page

    def _add(self, entry, **more):
        facts = {"first_published_at": morning(entry.published_on)}
        facts |= resolved(entry.facts, self.numbers) | more
        if entry.body:
            facts["body"] = resolved(entry.body, self.numbers)
        page = entry.model(
            title=entry.title,
            slug=entry.slug,
            live=False,
            owner=self.users[entry.author],
            **facts,
        )
        for order, row in enumerate(entry.rows):
            rows = getattr(page, row.name)
            rows.add(rows.model(sort_order=order, **resolved(row.facts, self.numbers)))
        if entry.topics:
            page.topics = Topic.objects.filter(name__in=entry.topics)
        if entry.authors:
            page.authors = Author.objects.filter(name__in=entry.authors)
        if entry.tags:
            page.tags.add(*entry.tags)
        self.pages[entry.section].add_child(instance=page)
        return page

    def _go_live(self, page, author):
        log(instance=page, action="wagtail.create", user=author, content_changed=True)
        self._revise(page, author)

    def _revise(self, page, author):
        # Nobody may publish directly, the board included; here is nobody who could review.
        page.save_revision(user=author).publish(user=self.board, skip_permission_checks=True)
        # Publishing works on a copy, and children are added to what is stored.
        page = type(page).objects.get(pk=page.pk)
        self.pages[page.slug] = page
        self.numbers[Ref("page", page.slug)] = page.pk

    def lay_english(self):
        lay_english()
        self._go_live(HomePage.objects.get(locale__language_code=ENGLISH), self.board)

    def translate(self, translation):
        """Its original in English; what it says nothing of stays as it is there."""
        author = self.users["bientap"]
        original = self.pages[translation.of]
        page = original.copy_for_translation(Locale.objects.get(language_code=ENGLISH))
        page.owner, page.slug = author, translation.slug
        page.title = page.draft_title = translation.title
        for name, value in translation.facts.items():
            setattr(page, name, value)
        if hasattr(page, "body"):
            page.body = resolved(translation.body, self.numbers)
        page.first_published_at = original.first_published_at
        page.save()
        self._go_live(page, author)

    def place_sidebars(self, home):
        sidebars = {}
        for title, blocks in about.sidebars().items():
            sidebar = Sidebar.objects.filter(title=title).first()
            if sidebar is None:
                sidebar = Sidebar(title=title, blocks=resolved(blocks, self.numbers))
                sidebar.save()
                sidebar.save_revision(user=self.board)
            sidebars[title] = sidebar
        SidebarSettings.objects.update_or_create(
            site=home.get_site(), defaults={"default_sidebar": sidebars[about.SIDEBAR]}
        )
        section = self.pages["chi-thi-email"]
        section.sidebar_placements = [SidebarPlacement(sidebar=sidebars[about.MAIL_SIDEBAR])]
        self._revise(section, self.board)

    def feature_news(self, slugs):
        section = self.pages["tin-tuc"]
        section.featured = [
            FeaturedNews(page_id=self.numbers[Ref("page", slug)], sort_order=order)
            for order, slug in enumerate(slugs)
        ]
        self._revise(section, self.board)

    def make_unit(self, name, sections, reporter):
        unit = Unit.objects.filter(name=name).first() or Unit(name=name)
        unit.sections = [UnitSection(page=self.pages[slug]) for slug in sections]
        unit.save()
        self.users[reporter].groups.set([unit.reporters])

    def feature(self, slugs):
        for slug in reversed(slugs):
            FeaturedPage.objects.put_on_top(self.pages[slug])


def morning(day):
    return timezone.make_aware(datetime.combine(day, time(9)))


def _named_offices():
    # Wagtail makes an empty row when a page asks for a setting that nobody has filled in.
    return OfficeSettings.objects.exclude(name="")


def _name_office(site):
    OfficeSettings.objects.update_or_create(
        site=site,
        defaults={
            "portal_label": about.PORTAL_LABEL,
            "name": about.PROVINCE,
            "agency": about.AGENCY,
            "address": about.ADDRESS,
            "phone": about.PHONE,
            "email": about.EMAIL,
            "hours": about.HOURS,
            "responsible": about.RESPONSIBLE,
            "licence": about.LICENCE,
            "statement": QUOTING,
            "english_label": ENGLISH_LABEL,
            "english_name": ENGLISH_NAME,
        },
    )


def _port():
    address = urlsplit(settings.BASE_URL)
    return address.port or (443 if address.scheme == "https" else 80)
