"""Every kind of page that the public meets: what the gates walk. A new one is one line here."""

from dataclasses import dataclass, replace

DIRECTIVE = "/van-ban/chi-thi-email/07-ct-ubnd-2014/"


@dataclass(frozen=True)
class Place:
    name: str
    # What stands in braces is told by content.py.
    address: str = ""
    status: int = 200
    # A page that is a file of its own, for the time when nothing else works.
    template: str = ""
    # Whether search engines are to list it.
    listed: bool = True
    # The same page after a reader made a mistake in its form, where that has an address.
    mistaken: str = ""


PLACES = [
    Place("home", "/"),
    Place("register", "/van-ban/", mistaken="/van-ban/?ngay=31/2/2026"),
    Place("section of directives", "/van-ban/chi-thi-email/"),
    Place("directive", DIRECTIVE),
    Place(
        "directive on a day", f"{DIRECTIVE}?ngay=2015-01-01", mistaken=f"{DIRECTIVE}?ngay=hom-qua"
    ),
    Place("directive withdrawn", "/van-ban/88-kh-ubnd-2022/"),
    Place("directive's history", f"{DIRECTIVE}lich-su/"),
    Place(
        "two editions",
        f"{DIRECTIVE}so-sanh/",
        mistaken=f"{DIRECTIVE}so-sanh/?tu=8&den=9",
        listed=False,
    ),
    Place("one number, two directives", "/van-ban/so/06/KH-UBND-2025/", listed=False),
    Place("file, a page of it", "/tep/{document}/1/", listed=False),
    Place("file not given out", "/documents/{withdrawn}", 410, listed=False),
    Place("news", "/tin-tuc/"),
    Place("news of a month", "/tin-tuc/{month}/"),
    Place("news of a topic", "/tin-tuc/chu-de/chuyen-doi-so/"),
    Place("news of an author", "/tin-tuc/tac-gia/mai-thach-uyen/"),
    Place("news of a tag", "/tin-tuc/the/{tag}/"),
    Place("piece of news", "/tin-tuc/ho-thu-cong-vu-nen-va-khong-nen/"),
    Place("events", "/su-kien/"),
    Place("events of a month", "/su-kien/{event_month}/"),
    Place("event", "/su-kien/ngay-hoi-chuyen-doi-so/"),
    Place("plain page", "/gioi-thieu/"),
    Place("contact", "/lien-he/"),
    Place("map of the portal", "/so-do-cong/"),
    Place("feeds", "/kenh-tin/"),
    Place("every block", "/moi-khoi/"),
    Place("search", "/tim-kiem/?q=thu", listed=False),
    Place("search, nothing found", "/tim-kiem/?q=khongcogi", listed=False),
    Place("polls", "/y-kien/"),
    Place("poll", "/y-kien/{poll}/"),
    Place("poll with pictures", "/y-kien/{pictures_poll}/"),
    Place("poll that is closed", "/y-kien/{closed_poll}/"),
    Place("poll to come", "/y-kien/{coming_poll}/"),
    Place("rates", "/ty-gia/", mistaken="/ty-gia/?so-tien=nhieu&tu=VND&sang=USD"),
    Place("currency", "/ty-gia/usd/"),
    Place("weather", "/thoi-tiet/"),
    Place("statistics", "/thong-ke/"),
    Place("page behind a password", "/noi-bo/", listed=False),
    Place("log in", "/_util/login/", listed=False),
    Place("page taken offline", "/tin-tuc/da-go/", 410, listed=False),
    Place("not found", "/khong-co/", 404, listed=False),
    Place("home in English", "/en/"),
    Place("register in English", "/en/van-ban/", mistaken="/en/van-ban/?ngay=31/2/2026"),
    Place("directive in English", f"/en{DIRECTIVE}"),
    Place("news in English", "/en/news/"),
    Place("piece of news in English", "/en/news/documents-signed-electronically/"),
    Place("events in English", "/en/events/"),
    Place("event in English", "/en/events/farmers-market/"),
    Place("plain page in English", "/en/about/"),
    Place("search in English", "/en/tim-kiem/?q=thu", listed=False),
    Place("poll in English", "/en/y-kien/{poll}/"),
    Place("rates in English", "/en/ty-gia/", mistaken="/en/ty-gia/?so-tien=nhieu&tu=VND&sang=USD"),
    Place("weather in English", "/en/thoi-tiet/"),
    Place("statistics in English", "/en/thong-ke/"),
    Place("map of the portal in English", "/en/so-do-cong/"),
    Place("not found in English", "/en/not-there/", 404, listed=False),
    Place("bad request", template="400.html", listed=False),
    Place("refused", template="403.html", listed=False),
    Place("refused, no cookie", template="403_csrf.html", listed=False),
    Place("fault", template="500.html", listed=False),
    Place("busy", template="503.html", listed=False),
]


def places(ids, only=""):
    """Those whose names hold `only`, with their addresses in a portal (content.py)."""
    return [
        replace(
            place,
            address=place.address.format_map(ids),
            mistaken=place.mistaken.format_map(ids),
        )
        for place in PLACES
        if only in place.name
    ]
