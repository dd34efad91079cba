"""/kieu-dang/: every component in every state, drawn by the templates of the public pages.

For the staff alone. What is shown is made up here and never saved; pictures and files are the
newest of the library."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from wagtail.admin.auth import require_admin_access
from wagtail.blocks import StreamValue
from wagtail.images import get_image_model
from wagtail.models import Site

from articles.blocks import CALLOUT_KINDS, DirectiveStreamBlock
from articles.comparison import compare
from articles.effect import Effect, Facts, timeline
from articles.models import DirectivePage, DirectiveType, EventPage, Issuer, NewsPage, RelationKind
from articles.outline import outline, places
from articles.relations import Relation, sides
from articles.standing import stages
from polls.ballots import Outcome
from polls.models import Choice, Poll
from polls.results import result
from polls.views import ANSWERS
from sidebar import charts
from sidebar.blocks import SidebarStreamBlock
from sidebar.freshness import Freshness

from .chrome import ShownNotice
from .colours import PAIRS, contrast, token_sets
from .models import UrgentNotice
from .models.notices import Level
from .navigation import Link

SETS = {
    "light": gettext_lazy("Light"),
    "dark": gettext_lazy("Dark"),
    "contrast": gettext_lazy("High contrast"),
    "dark contrast": gettext_lazy("High contrast, dark"),
    "mourning": gettext_lazy("Mourning"),
    "dark mourning": gettext_lazy("Mourning, dark"),
}
SIGNED = date(2014, 6, 16)


@never_cache
@require_admin_access
@require_safe
def style_guide(request):
    # As a preview: it counts nobody, and no search engine may keep it.
    request.is_preview = True
    home = Site.find_for_request(request).root_page
    samples = Samples(home)
    address = reverse("style_guide")
    context = {
        "title": _("Components and their states"),
        # The page's own frame is shown in its states, too.
        "breadcrumbs": [home],
        "navigation": [
            Link("Mục đang xem", address),
            Link("Mục có danh mục con", "", links=(Link("Mục con", "/"), Link("Mục con nữa", "/"))),
            Link("Mục thường", "/"),
        ],
        "notices": samples.notices,
        "sets": SETS.values(),
        "colours": samples.token_table,
        "pairs": samples.pair_table,
        "sizes": [name for name in token_sets()["light"] if name.startswith("text-")],
        "spaces": [name for name in token_sets()["light"] if name.startswith("space-")],
        "samples": samples,
    }
    return render(request, "home/style_guide.html", context)


class Samples:
    """One of each, as templates ask for it."""

    def __init__(self, home):
        self.home = home
        self.picture = get_image_model().objects.order_by("-pk").first()
        self.now = timezone.now()

    # Tokens

    @property
    def token_table(self):
        sets = token_sets()
        colours = [name for name, value in sets["light"].items() if value.startswith("#")]
        return [(token, [sets[name][token] for name in SETS]) for token in colours]

    @property
    def pair_table(self):
        """[(word, ground, [(their colours, their contrast) of each set])]"""
        sets = [token_sets()[name] for name in SETS]
        return [
            (
                word,
                ground,
                [
                    (tokens[word], tokens[ground], contrast(tokens[word], tokens[ground]))
                    for tokens in sets
                ],
            )
            for word, ground in PAIRS
        ]

    # The frame

    @property
    def notices(self):
        texts = {
            Level.URGENT: "Cấm cầu Hiền Lương từ 20 giờ do nước lên nhanh.",
            Level.IMPORTANT: "Trung tâm phục vụ hành chính công nghỉ chiều thứ sáu.",
            Level.INFORMATION: "Cổng bảo trì từ 0 giờ đến 2 giờ ngày 20/11.",
        }
        notices = [UrgentNotice(pk=-level, level=level, text=text) for level, text in texts.items()]
        notices[0].details = "Đi vòng theo đường tránh phía đông. Đường dây nóng: 0233 000 000."
        link = Link("Xem bản đồ", "/")
        return [ShownNotice(notice, link if notice.details else None) for notice in notices]

    mourning = SimpleNamespace(reason="Quốc tang, theo thông báo của Nhà nước")

    # Lists

    @property
    def news(self):
        return NewsPage(
            title="Mở lớp kỹ năng số cho người dân ở 12 xã miền núi",
            summary="Mỗi lớp học trong hai buổi tối; ai cũng có thể đăng ký tại nhà văn hóa xã.",
            posted_on=SIGNED,
            lead_image=self.picture,
            url_path=self.home.url_path,
        )

    @property
    def plain_news(self):
        news = self.news
        news.lead_image = None
        return news

    @cached_property
    def events(self):
        """One to come, one that is over."""
        return [
            EventPage(
                title="Ngày hội chuyển đổi số",
                place="Đông Hà",
                starts_at=self.now + timedelta(days=days),
                ends_at=self.now + timedelta(days=days, hours=4),
                lead_image=self.picture,
                url_path=self.home.url_path,
            )
            for days in (7, -7)
        ]

    @property
    def register(self):
        return [
            SimpleNamespace(
                reference=f"{number:02}/CT-UBND",
                address="/",
                signed_on=SIGNED,
                title="Tăng cường sử dụng văn bản điện tử",
                issuer_name="UBND tỉnh",
                effect=effect,
                state=effect.label,
            )
            for number, effect in enumerate(Effect, start=1)
        ]

    chips = [
        {"facet": "Loại", "label": "Chỉ thị", "address": "#"},
        {"facet": "Năm", "label": "2014", "address": "#"},
    ]
    facets = [
        {
            "name": "type",
            "label": "Loại",
            "parameter": "loai",
            "choices": [
                ("chi-thi", "Chỉ thị", "12", True),
                ("quyet-dinh", "Quyết định", "7", False),
            ],
            "more": [("thong-bao", "Thông báo", "3", False)],
            "is_open": True,
        }
    ]

    @property
    def pages_of_a_list(self):
        pages = Paginator(range(50), 10)
        return [pages.page(number) for number in (1, 3, 5)]

    # A directive

    @cached_property
    def directive(self):
        page = DirectivePage(
            title="Tăng cường sử dụng văn bản điện tử",
            number="07",
            symbol="CT-UBND",
            type=DirectiveType(name="Chỉ thị"),
            issuer=Issuer(name="Ủy ban nhân dân tỉnh Quảng Trị", short_name="UBND tỉnh"),
            signer="Nguyễn Văn Bình",
            signer_position="Chủ tịch",
            signed_on=SIGNED,
            effective_on=SIGNED + timedelta(days=14),
            subject="Về việc tăng cường sử dụng văn bản điện tử",
            withdrawn_on=date(2024, 2, 1),
            withdrawal_reason="Ban hành không đúng thẩm quyền.",
            url_path=self.home.url_path,
        )
        page.periods = timeline(
            Facts(
                effective_on=page.effective_on,
                withdrawn_on=page.withdrawn_on,
                suspensions=tuple((row.starts_on, row.ends_on) for row in self.suspensions),
                replaced_on=(date(2020, 1, 1),),
                amended_on=(date(2016, 5, 1),),
            )
        )
        return page

    suspensions = [
        SimpleNamespace(
            starts_on=date(2018, 3, 1), ends_on=date(2018, 6, 30), reason="Chờ hướng dẫn mới."
        )
    ]

    @cached_property
    def relations(self):
        def relation(kind, day, name, provisions="", is_coming=True):
            return Relation(kind, is_coming, None, name, provisions, day)

        return [
            relation(RelationKind.CITES, None, "Luật Giao dịch điện tử", is_coming=False),
            relation(RelationKind.AMENDS, date(2016, 5, 1), "Chỉ thị 03/CT-UBND", "Khoản 2 Điều 4"),
            relation(RelationKind.REPLACES, date(2020, 1, 1), "Chỉ thị 01/CT-UBND"),
        ]

    @property
    def diagram(self):
        return sides(self.relations)

    @cached_property
    def stages(self):
        """As its effect went through them, from before it was in force to the end."""
        page = self.directive
        found = stages(page.periods, page.signed_on, self.relations, self.suspensions)
        return [stage for stage in found if not stage.is_before_signing]

    @property
    def attachments(self):
        def attachment(name, ending, is_signed_copy, **content):
            return SimpleNamespace(
                name=name,
                is_signed_copy=is_signed_copy,
                document=SimpleNamespace(
                    url="#",
                    file_extension=ending,
                    get_file_size=248_000,
                    content=SimpleNamespace(**content),
                ),
            )

        return [
            attachment("Bản ký", "pdf", True, page_count=3, state="scan", sha256="7d" * 32),
            attachment("Biểu mẫu báo cáo", "docx", False),
        ]

    file = SimpleNamespace(url="#", file_extension="xlsx", get_file_size=18_400)

    @property
    def outline(self):
        return outline(self.body)

    @property
    def comparison(self):
        return compare(
            ["Chỉ thị 07/CT-UBND", "Gửi văn bản giấy trước ngày 25 hằng tháng."],
            ["Chỉ thị 07/CT-UBND", "Gửi văn bản điện tử trước ngày 20 hằng tháng."],
        )

    # Blocks

    @cached_property
    def body(self):
        """Every block of the library with the value of its preview; headings and callouts of each
        kind."""
        library = DirectiveStreamBlock()
        values = {name: child.get_preview_value() for name, child in library.child_blocks.items()}
        if self.picture:
            figure = {"image": self.picture, "caption": "Cầu Hiền Lương, tháng 6 năm 2014"}
            values["image"] = library.child_blocks["image"].normalize(figure)
            gallery = {"figures": [figure, figure]}
            values["gallery"] = library.child_blocks["gallery"].normalize(gallery)
        callouts = [
            (
                "callout",
                library.child_blocks["callout"].normalize({**values["callout"], "kind": kind}),
            )
            for kind, _label in CALLOUT_KINDS
        ]
        lower = library.child_blocks["heading"].normalize(
            {"text": "Đối tượng", "level": "3", "anchor": ""}
        )
        others = [(name, value) for name, value in values.items() if name != "callout"]
        return StreamValue(library, [*others[:1], ("heading", lower), *others[1:], *callouts])

    @property
    def parts(self):
        return zip(self.body, places(self.body), strict=True)

    @property
    def sidebar(self):
        library = SidebarStreamBlock()
        values = [(name, child.get_preview_value()) for name, child in library.child_blocks.items()]
        return StreamValue(library, values)

    # Figures

    @property
    def freshness(self):
        """Fresh, old, and behind."""
        hour, now = timedelta(hours=1), self.now

        def read(stated_at, fetched_at):
            return Freshness("Vietcombank", stated_at, fetched_at, 900, now)

        return [
            (_("Fresh"), read(now, now)),
            (_("Old"), read(now - 3 * hour, now - 2 * hour)),
            (_("Behind at the source"), read(now - 30 * hour, now)),
        ]

    @property
    def rates(self):
        days = [SIGNED + timedelta(days=number) for number in range(10)]
        sells = [Decimal(26_200 + step) for step in (0, 15, 10, 30, 42, 40, 55, 38, 60, 72)]
        history = {"sell": sells, "buy_transfer": [price - 180 for price in sells]}
        return SimpleNamespace(
            chart=charts.line_chart(days, history),
            words="Bán ra từ 26.200 đến 26.272.",
            rows=[
                (day, SimpleNamespace(sell=sell, buy_transfer=None))
                for day, sell in zip(days[-3:], sells[-3:], strict=True)
            ],
        )

    @property
    def visits(self):
        counted = {"guests": [120, 180, 90, 210], "members": [12, 9, 14, 20]}
        return SimpleNamespace(
            chart=charts.bar_chart(["1/6", "2/6", "3/6", "4/6"], counted),
            words="Nhiều nhất ngày 4/6: 230 lượt.",
            legend=[("guests", "Khách"), ("members", "Thành viên")],
        )

    # Polls

    @property
    def polls(self):
        """[(state, what the template of a poll is given)]"""
        hour, now = timedelta(hours=1), self.now
        thanks, _status = ANSWERS[Outcome.COUNTED]
        fault, _status = ANSWERS[Outcome.UNKNOWN_CHOICE]
        unseen = {"results_shown": "after_voting"}
        return [
            (_("Form"), self._poll()),
            (_("Form with several answers"), self._poll(most_choices=2)),
            (_("Form, results hidden"), self._poll(**unseen)),
            (_("Error"), self._poll() | {"message": fault}),
            (_("Voted"), self._poll(voted=True) | {"message": thanks}),
            (_("Not open yet"), self._poll(opens_at=now + hour)),
            (_("Closed"), self._poll(opens_at=now - 2 * hour, closes_at=now - hour)),
        ]

    def _poll(self, voted=False, **facts):
        poll = Poll(
            **{"question": "Bạn có dùng dịch vụ này qua mạng không?", "opens_at": self.now} | facts
        )
        choices = [Choice(text="Có", votes=64), Choice(text="Không", votes=36)]
        return {
            "poll": poll,
            "result": result(poll, choices),
            "voted": voted,
            "shows_results": poll.shows_results(voted),
            "chosen": (),
        }
