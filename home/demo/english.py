"""What the demo has in English: translations of some pages, known by the slug of the original.

Those above come before those below them."""

from dataclasses import dataclass, field

from .about import EMAIL, PHONE
from .blocks import callout, heading, pages, points, table, text
from .directives import MAIL_OF_2014
from .events import MARKET
from .news import LEAD


@dataclass(frozen=True)
class Translation:
    of: str
    slug: str
    title: str
    facts: dict = field(default_factory=dict)
    body: list = field(default_factory=list)


def translations():
    return [
        Translation(
            "tin-tuc",
            "news",
            "News",
            {"introduction": "What happens in the province, in English."},
        ),
        Translation(
            "su-kien",
            "events",
            "Events",
            {"introduction": "Conferences, courses and fairs to come."},
        ),
        Translation(
            "gioi-thieu",
            "about",
            "About this portal",
            {
                "introduction": "Where people look up official documents, read news and say what "
                "they think."
            },
            [
                callout(
                    "important",
                    "This is sample content",
                    "Documents, news, names and figures here were written to show the software "
                    "and have no legal force.",
                ),
                heading("What can I find here?"),
                points(
                    "<b>Official documents</b>: by number or by a few words. They are published "
                    "in Vietnamese; each says whether it is in force.",
                    "<b>News and events</b>: what concerns visitors and investors is translated.",
                    "<b>Exchange rates and weather</b>: renewed by themselves, always with their "
                    "source and time.",
                ),
                pages("Read next", "lien-he"),
            ],
        ),
        Translation(
            "lien-he",
            "contact",
            "Contact",
            {"introduction": "How to reach the editors and the offices responsible."},
            [
                table(
                    "When we answer",
                    ["Channel", "Address", "Hours"],
                    ["Telephone", PHONE, "07:30 to 17:00 on working days, in Vietnamese"],
                    ["E-mail", EMAIL, "Within two working days, also in English"],
                ),
            ],
        ),
        Translation(
            LEAD,
            "documents-signed-electronically",
            "Offices now exchange documents with electronic signatures only",
            {
                "summary": "Paper is used only where the law demands it. Results that people "
                "receive electronically are worth as much as printed ones.",
                "lead_image_alt": "A letter and a lock on a screen",
            },
            [
                text(
                    "After a year in which both went side by side, offices of the province no "
                    "longer send each other paper. A document arrives in minutes, in mountain "
                    "communes and on Cồn Cỏ island too."
                ),
                heading("What changes for you?"),
                points(
                    "A result that is issued electronically is valid as it is.",
                    "Whoever needs paper has it printed and stamped at the nearest one-stop desk.",
                ),
                pages("Read next", MAIL_OF_2014.slug),
            ],
        ),
        Translation(
            "quay-mot-cua-mo-sang-thu-bay",
            "one-stop-desks-on-saturdays",
            "One-stop desks of twelve communes open on Saturday mornings",
            {"summary": "Four more hours for those who work all week, from 07:30 to 11:30."},
            [
                text("An appointment can be made until 16:00 on Friday; others are served too."),
            ],
        ),
        Translation(
            MARKET,
            "farmers-market",
            "Farmers' market at the end of the year",
            {
                "summary": "Coffee from Khe Sanh, pepper from Cùa, organic rice: three days of "
                "cooperatives selling what they grow.",
                "place": "Cọ Dầu park, Nam Đông Hà ward",
                "lead_image_alt": "Rice fields",
            },
            [
                points(
                    "Open from 07:00 to 21:00.",
                    "Local dishes from 16:00.",
                ),
            ],
        ),
    ]
