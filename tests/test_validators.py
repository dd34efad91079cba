"""The validators take what is right and refuse each kind of what is wrong, for its own reason."""

import json
import re

import pytest

from tests.validators import (
    read_by_feedparser,
    valid_atom,
    valid_calendar,
    valid_jsonld,
    valid_rss,
    valid_sitemap,
)

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def broken(good, old, new):
    assert old in good, f"the sample has no {old!r} to break"
    return good.replace(old, new, 1)


# Atom --------------------------------------------------------------------------------------------

ATOM = (
    HEAD
    + """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="urn:example:x" xml:lang="vi">
  <title>Văn bản mới</title>
  <subtitle type="html">Của &lt;b&gt;tỉnh&lt;/b&gt;</subtitle>
  <id>https://portal.example/van-ban/atom/</id>
  <link rel="self" type="application/atom+xml" href="https://portal.example/van-ban/atom/"/>
  <link href="https://portal.example/van-ban/"/>
  <updated>2026-03-01T08:00:00+07:00</updated>
  <author><name>Cổng Tỉnh</name><email>toa.soan@portal.example</email></author>
  <generator uri="https://portal.example/" version="1">Cổng</generator>
  <x:extra kind="any">gì <x:more/> cũng được</x:extra>
  <entry>
    <title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Chỉ thị <b>07</b></div></title>
    <link rel="alternate" hreflang="vi" href="https://portal.example/van-ban/07/"/>
    <id>tag:portal.example,2026:van-ban/7</id>
    <published>2026-02-28T01:00:00Z</published>
    <updated>2026-02-28T01:00:00.5Z</updated>
    <category term="CT" label="Chỉ thị" scheme="https://portal.example/loai/"/>
    <summary>Về phòng cháy</summary>
    <source><title>Nơi đăng đầu tiên</title></source>
  </entry>
  <entry>
    <title>Quyết định</title>
    <id>tag:portal.example,2026:van-ban/8</id>
    <updated>2026-02-28T01:00:00Z</updated>
    <content type="text/plain" src="https://portal.example/van-ban/8.txt"/>
    <summary>Về nước sạch</summary>
  </entry>
</feed>"""
)


def test_a_good_atom_feed_is_read():
    feed = valid_atom(ATOM.encode())
    assert [entry.id for entry in feed.entries] == [
        "tag:portal.example,2026:van-ban/7",
        "tag:portal.example,2026:van-ban/8",
    ]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("</feed>", "", "not well-formed"),
        ("<title>Văn", "<title>\x01Văn", "not well-formed"),
        (HEAD, HEAD + "<!DOCTYPE feed>", "DOCTYPE"),
        ("<title>Quyết định</title>", "", "atom.rng"),
        ("<id>https://portal.example/van-ban/atom/</id>", "", "atom.rng"),
        ("<updated>2026-02-28T01:00:00Z</updated>", "", "atom.rng"),
        ("<updated>2026-03-01T08:00:00+07:00</updated>", "", "atom.rng"),
        ("01:00:00.5Z", "01:00:00", "atom.rng"),
        ("01:00:00.5Z", "25:00:00Z", "atom.rng"),
        ("2026-03-01T08", "2026-03-01 08", "atom.rng"),
        ('term="CT" ', "", "atom.rng"),
        ("<name>Cổng Tỉnh</name>", "", "atom.rng"),
        ("<summary>Về phòng", "<summary/><summary>Về phòng", "atom.rng"),
        ('<subtitle type="html">', '<subtitle type="text/html">', "atom.rng"),
        ("toa.soan@", "", "atom.rng"),
        ("<author>", "<pubDate/><author>", "atom.rng"),
        ('version="1"', 'versions="1"', "atom.rng"),
        ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#", "atom.rng"),
        ("van-ban/8<", "van-ban/7<", "an entry's id more than once"),
        ("tag:portal.example,2026:van-ban/8", "van-ban/8", "'van-ban/8'"),
        ('href="https://portal.example/van-ban/"', 'href="/van-ban/"', "no absolute address"),
        ('href="https://portal.example/van-ban/"', 'href="https://p/a b"', "no absolute address"),
        ('rel="self"', 'rel="related"', "link to itself"),
        ('rel="self" type="application/atom+xml"', "", "link to itself"),
        ("<updated>", '<link href="https://p.example/"/><updated>', "two alternate links"),
        ('rel="alternate" hreflang="vi"', 'rel="related"', "no alternate link"),
        ("<summary>Về nước sạch</summary>", "", "no summary"),
        ('encoding="utf-8"', 'encoding="utf-16"', "not well-formed"),
        ('encoding="utf-8"', 'encoding="iso-8859-1"', "says that it is iso-8859-1"),
    ],
)
def test_a_broken_atom_feed_is_refused(old, new, reason):
    with pytest.raises(AssertionError, match=reason):
        valid_atom(broken(ATOM, old, new))


def test_an_atom_feed_without_an_author_is_refused():
    author = re.search("<author>.*</author>", ATOM)[0]
    with pytest.raises(AssertionError, match="has no author, nor has the feed"):
        valid_atom(broken(ATOM, author, ""))
    without_entries = re.sub("(?s)<entry>.*</entry>", "", ATOM)
    valid_atom(without_entries)
    with pytest.raises(AssertionError, match="the feed has no author"):
        valid_atom(broken(without_entries, author, ""))


def test_feedparser_has_a_say_of_its_own():
    types = ("application/atom+xml", "atom10")
    read_by_feedparser(ATOM, *types, entries=2)
    with pytest.raises(AssertionError, match="feedparser: "):
        read_by_feedparser(ATOM.replace("</feed>", ""), *types, entries=2)
    with pytest.raises(AssertionError, match="takes it for 'rss20'"):
        read_by_feedparser(RSS, *types, entries=2)
    with pytest.raises(AssertionError, match="sees 2 of 3"):
        read_by_feedparser(ATOM, *types, entries=3)


# RSS ---------------------------------------------------------------------------------------------

RSS = (
    HEAD
    + """<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
    xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
  <title>Tin tức</title>
  <link>https://portal.example/tin/</link>
  <description>Tin của tỉnh</description>
  <atom:link rel="self" href="https://portal.example/tin/rss/"/>
  <language>vi</language>
  <lastBuildDate>Sun, 01 Mar 2026 08:00:00 +0700</lastBuildDate>
  <item>
    <title>Khai mạc</title>
    <link>https://portal.example/tin/khai-mac/</link>
    <description>Hôm nay &lt;b&gt;khai mạc&lt;/b&gt;</description>
    <guid>https://portal.example/tin/khai-mac/</guid>
    <pubDate>Sat, 28 Feb 2026 01:00:00 GMT</pubDate>
    <category>Văn hóa</category><category>Du lịch</category>
    <dc:creator>Lan</dc:creator>
  </item>
  <item>
    <description>Không có tiêu đề</description>
    <guid isPermaLink="false">tin-2</guid>
  </item>
</channel></rss>"""
)


def test_a_good_rss_feed_is_read():
    feed = valid_rss(RSS)
    assert [entry.get("title") for entry in feed.entries] == ["Khai mạc", None]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("</channel>", "", "not well-formed"),
        ('version="2.0"', 'version="0.91"', "root"),
        ("</channel></rss>", "</channel><channel/></rss>", "one channel"),
        ("<link>https://portal.example/tin/</link>", "", "no <link>"),
        ("<description>Tin của tỉnh</description>", "", "no <description>"),
        ("<title>Tin tức</title>", "", "no <title>"),
        ("<title>Tin tức</title>", "<title> </title>", "<title> is empty"),
        ("<language>vi</language>", "<language/><language/>", "in <channel> more than once"),
        ("<language>vi</language>", "<updated>2026</updated>", "unknown in <channel>"),
        ("<pubDate>Sat", "<summary/><pubDate>Sat", "unknown in <item>"),
        ('rel="self"', 'rel="alternate"', "rel='self'"),
        ("https://portal.example/tin/rss/", "/tin/rss/", "rel='self'"),
        ("<description>Không có tiêu đề</description>", "", "says nothing"),
        ('<guid isPermaLink="false">tin-2</guid>', "", "without <guid>"),
        (' isPermaLink="false"', "", "says it is an address"),
        ("tin-2", "https://portal.example/tin/khai-mac/", "a <guid> more than once"),
        ("<link>https://portal.example/tin/khai-mac/", "<link>/tin/", "no absolute address"),
        ("Sat, 28 Feb 2026 01:00:00 GMT", "2026-02-28T01:00:00Z", "RFC 822"),
        ("Sat, 28 Feb", "Thứ bảy, 28 Feb", "RFC 822"),
        ("Sat, 28 Feb", "Mon, 28 Feb", "RFC 822"),
        ("01:00:00 GMT", "01:00:00", "RFC 822"),
        ("dc:creator>", "creator>", "not well-formed|unknown"),
    ],
)
def test_a_broken_rss_feed_is_refused(old, new, reason):
    with pytest.raises(AssertionError, match=reason):
        valid_rss(broken(RSS, old, new))


# Sitemaps ----------------------------------------------------------------------------------------

SITEMAP = (
    HEAD
    + """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
    xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
  <url>
    <loc>https://portal.example/</loc><lastmod>2026-03-01</lastmod>
    <changefreq>daily</changefreq><priority>0.5</priority>
    <image:image><image:loc>https://portal.example/a.jpg</image:loc></image:image>
  </url>
  <url>
    <loc>https://portal.example/tin/?a=1&amp;b=2</loc>
    <lastmod>2026-03-01T08:00:00.5+07:00</lastmod>
  </url>
  <url><loc>https://portal.example/van-ban/</loc></url>
</urlset>"""
)

SITEMAP_INDEX = (
    HEAD
    + """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
  <sitemap><loc>https://portal.example/sitemap-1.xml</loc><lastmod>2026-03-01</lastmod></sitemap>
</sitemapindex>"""
)


def test_good_sitemaps_are_read():
    assert valid_sitemap(SITEMAP) == {
        "https://portal.example/": "2026-03-01",
        "https://portal.example/tin/?a=1&b=2": "2026-03-01T08:00:00.5+07:00",
        "https://portal.example/van-ban/": None,
    }
    assert valid_sitemap(SITEMAP_INDEX) == {"https://portal.example/sitemap-1.xml": "2026-03-01"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("</urlset>", "", "not well-formed"),
        ("sitemap/0.9", "sitemap/0.8", "sitemap.xsd"),
        ("<loc>https://portal.example/</loc>", "", "sitemap.xsd"),
        ("<loc>https://portal.example/van-ban/", "<loc>/van-ban/", "sitemap.xsd"),
        ("<loc>https://portal.example/van-ban/", "<loc>https://p/" + "a" * 2050, "sitemap.xsd"),
        ("2026-03-01<", "01/03/2026<", "sitemap.xsd"),
        ("2026-03-01<", "2026-02-30<", "sitemap.xsd"),
        ("00.5+07:00", "00", "sitemap.xsd"),
        ("<changefreq>daily", "<changefreq>hằng ngày", "sitemap.xsd"),
        ("<priority>0.5", "<priority>1.5", "sitemap.xsd"),
        ("<changefreq>daily</changefreq>", "<title>Trang chủ</title>", "sitemap.xsd"),
        ("https://portal.example/van-ban/", "https://portal.example/", "an address more than once"),
        ("https://portal.example/van-ban/", "https://portal.example/{a}", "no absolute address"),
    ],
)
def test_a_broken_sitemap_is_refused(old, new, reason):
    with pytest.raises(AssertionError, match=reason):
        valid_sitemap(broken(SITEMAP, old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<loc>https://portal.example/sitemap-1.xml</loc>", ""),
        ("<loc>https:", "<loc>ftp:"),
        ("</lastmod>", "</lastmod><priority>1</priority>"),
        ("2026-03-01", "hôm qua"),
    ],
)
def test_a_broken_index_of_sitemaps_is_refused(old, new):
    with pytest.raises(AssertionError, match=r"sitemap\.xsd"):
        valid_sitemap(broken(SITEMAP_INDEX, old, new))


def test_a_sitemap_of_too_many_addresses_is_refused():
    rows = (f"<url><loc>https://portal.example/{row}</loc></url>" for row in range(50_001))
    body = re.sub("(?s)<url>.*</url>", "".join(rows), SITEMAP)
    with pytest.raises(AssertionError, match="more than 50,000"):
        valid_sitemap(body)


# iCalendar ---------------------------------------------------------------------------------------

CALENDAR = """BEGIN:VCALENDAR
PRODID:-//Example//Calendar//VI
VERSION:2.0
METHOD:PUBLISH
BEGIN:VTIMEZONE
TZID:Asia/Ho_Chi_Minh
BEGIN:STANDARD
DTSTART:19750613T000000
TZOFFSETFROM:+0800
TZOFFSETTO:+0700
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:1@portal.example
DTSTAMP:20260301T010000Z
DTSTART;TZID=Asia/Ho_Chi_Minh:20260310T080000
DTEND;TZID=Asia/Ho_Chi_Minh:20260310T110000
SUMMARY:Hội nghị\\, họp báo\\; và lễ khai mạc năm du lịch c
 ủa tỉnh
DESCRIPTION:Dòng một\\nDòng hai
URL:https://portal.example/su-kien/1/
END:VEVENT
BEGIN:VEVENT
UID:2@portal.example
DTSTAMP:20260301T010000Z
LAST-MODIFIED:20260301T010000Z
DTSTART;VALUE=DATE:20260312
SUMMARY:Ngày hội
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


def test_a_good_calendar_is_read():
    first, second = valid_calendar(CALENDAR.encode()).events
    assert first["summary"] == "Hội nghị, họp báo; và lễ khai mạc năm du lịch của tỉnh"
    assert first["description"] == "Dòng một\nDòng hai"
    assert second["uid"] == "2@portal.example"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("\r\nVERSION", "\nVERSION", "CRLF"),
        ("END:VCALENDAR\r\n", "END:VCALENDAR", "last line"),
        ("VERSION:2.0\r\n", "VERSION:2.0\r\n\r\n", "empty line"),
        ("du lịch c\r\n ủa tỉnh", "du lịch của tỉnh Quảng Trị", "75 octets"),
        ("họp báo", "họp\x07báo", "control character"),
        ("PRODID:-//Example//Calendar//VI\r\n", "", "PRODID"),
        ("VERSION:2.0\r\n", "VERSION:1.0\r\n", "VERSION"),
        ("VERSION:2.0\r\n", "", "VERSION"),
        ("END:VCALENDAR\r\n", "", "vobject"),
        ("END:VCALENDAR\r\n", "END:VCALENDAR\r\n" * 2, "vobject"),
        ("UID:1@portal.example\r\n", "", "UID"),
        ("UID:2@", "UID:1@", "a UID more than once"),
        ("DTSTAMP:20260301T010000Z\r\n", "", "DTSTAMP"),
        ("DTSTAMP:20260301T010000Z", "DTSTAMP:20260301T010000", "DTSTAMP isn't in UTC"),
        ("DTSTART;TZID=Asia/Ho_Chi_Minh:20260310T080000\r\n", "", "without DTSTART"),
        ("20260310T080000", "20261310T080000", "icalendar|vobject"),
        ("DTSTART;TZID=Asia/Ho_Chi_Minh:20260310T08", "DTSTART:20260310T08", "each reader's"),
        ("TZID:Asia/Ho_Chi_Minh", "TZID:Asia/Bangkok", "no VTIMEZONE says"),
        ("20260310T110000", "20260310T080000", "not after its start"),
        ("DTEND;TZID=Asia/Ho_Chi_Minh:20260310T110000", "DTEND;VALUE=DATE:20260311", "kinds"),
        ("SUMMARY:Ngày hội\r\n", "SUMMARY:Ngày hội\r\nSUMMARY:Ngày hội\r\n", "SUMMARY"),
        ("SUMMARY:Ngày", "SUMMARY;ENCODING=QUOTED-PRINTABLE:=41", "icalendar and vobject read"),
        ("SUMMARY:Ngày hội", "SUMMARY:Ngày hội\r\nGEO:Đông Hà", "icalendar: "),
        ("URL:https://portal.example/su-kien/1/", "URL:/su-kien/1/", "URL"),
        ("SUMMARY:Ngày hội", "Ngày hội", "vobject"),
    ],
)
def test_a_broken_calendar_is_refused(old, new, reason):
    with pytest.raises(AssertionError, match=reason):
        valid_calendar(broken(CALENDAR, old, new))


def test_two_calendars_in_one_are_refused():
    with pytest.raises(AssertionError, match="vobject sees 2 calendars"):
        valid_calendar(CALENDAR * 2)


def test_a_calendar_folded_within_a_letter_is_refused():
    letter = "ộ".encode()
    body = CALENDAR.encode().replace(letter, letter[:1] + b"\r\n " + letter[1:], 1)
    with pytest.raises(AssertionError, match="folded within a letter"):
        valid_calendar(body)


def test_a_calendar_of_nothing_is_refused():
    empty = re.sub("(?s)BEGIN:VTIMEZONE.*END:VEVENT\r\n", "", CALENDAR)
    with pytest.raises(AssertionError, match="at least one component"):
        valid_calendar(empty)


# JSON-LD -----------------------------------------------------------------------------------------

DIRECTIVE = {
    "@context": "https://schema.org",
    "@type": "Legislation",
    "@id": "https://portal.example/van-ban/07/",
    "name": "Chỉ thị 07/CT-UBND",
    "url": "https://portal.example/van-ban/07/",
    "inLanguage": "vi",
    "legislationIdentifier": "07/CT-UBND",
    "legislationType": "Chỉ thị",
    "legislationDate": "2026-02-28",
    "legislationLegalForce": "https://schema.org/InForce",
    "legislationJurisdiction": {"@type": "AdministrativeArea", "name": "Tỉnh Quảng Trị"},
    "legislationPassedBy": {"@type": "GovernmentOrganization", "name": "UBND tỉnh"},
    "legislationRepeals": {"@id": "https://portal.example/van-ban/03/"},
    "legislationAmends": [
        {
            "@type": "Legislation",
            "@id": "https://portal.example/van-ban/04/",
            "name": "Chỉ thị 04/CT-UBND",
            "legislationIdentifier": "04/CT-UBND",
        }
    ],
    "encoding": {
        "@type": "LegislationObject",
        "name": "Bản ký số",
        "legislationIdentifier": "07/CT-UBND",
        "contentUrl": "https://portal.example/documents/7.pdf",
        "encodingFormat": "application/pdf",
        "contentSize": "120 kB",
        "legislationLegalValue": {"@id": "https://schema.org/OfficialLegalValue"},
        "isAccessibleForFree": True,
    },
}

NEWS = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "headline": "Khai mạc",
    "datePublished": "2026-02-28T08:00:00+07:00",
    "image": ["https://portal.example/a.jpg", "https://portal.example/b.jpg"],
    "author": {"@type": "Person", "name": "Lan"},
    "mainEntityOfPage": {"@type": "WebPage", "@id": "https://portal.example/tin/khai-mac/"},
    "keywords": ["Văn hóa", "Du lịch"],
    "wordCount": 300,
}

EVENT = {
    "@context": "https://schema.org",
    "@type": "Event",
    "name": "Ngày hội",
    "startDate": "2026-03-12",
    "endDate": "2026-03-12T17:00:00Z",
    "duration": "PT8H",
    "eventStatus": "https://schema.org/EventScheduled",
    "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
    "location": {
        "@type": "Place",
        "name": "Quảng trường",
        "address": {"@type": "PostalAddress", "addressLocality": "Đông Hà", "addressCountry": "VN"},
    },
    "organizer": {"@type": "GovernmentOrganization", "name": "UBND tỉnh"},
}

BREADCRUMBS = {
    "@type": "BreadcrumbList",
    "itemListElement": [
        {"@type": "ListItem", "position": 1, "name": "Tin", "item": "https://portal.example/tin/"},
        {
            "@type": "ListItem",
            "position": 2,
            "item": {
                "@type": "WebPage",
                "@id": "https://portal.example/tin/van-hoa/",
                "name": "Văn hóa",
            },
        },
        {"@type": "ListItem", "position": 3, "name": "Khai mạc"},
    ],
}


def page(*documents):
    scripts = (
        f'<script type="application/ld+json">{json.dumps(document)}</script>'
        for document in documents
    )
    return f"<!doctype html><title>&lt;</title><script>1 < 2</script>{''.join(scripts)}<p>Tin"


def test_good_json_ld_is_read():
    graph = {
        "@context": "https://schema.org",
        "@graph": [EVENT | {"@type": ["Event"]}, BREADCRUMBS],
    }
    del graph["@graph"][0]["@context"]
    nodes = valid_jsonld(page(DIRECTIVE, [NEWS, DIRECTIVE], graph).encode())
    assert [node["@type"] for node in nodes] == [
        "Legislation",
        "NewsArticle",
        "Legislation",
        ["Event"],
        "BreadcrumbList",
    ]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"@type": "Law"}, "Law is no type"),
        ({"@type": "Thing"}, "Thing has no property"),
        ({"@context": "http://schema.org"}, "@context"),
        ({"@context": ["https://schema.org", {"x": "urn:x"}]}, "@context"),
        ({"@id": "/van-ban/07/"}, "@id"),
        ({"@identifier": "07"}, "no keyword"),
        ({"legislationNumber": "07"}, "no property legislationNumber"),
        ({"headline": ""}, "headline is empty"),
        ({"headline": None}, "headline is empty"),
        ({"legislationAmends": []}, "legislationAmends is empty"),
        ({"headline": 7}, "expects Text"),
        ({"headline": "\ud800"}, "expects Text"),
        ({"url": "/van-ban/07/"}, "no absolute address"),
        ({"url": "văn bản"}, "no absolute address"),
        ({"legislationDate": "28/02/2026"}, "expects Date"),
        ({"legislationDate": "2026-02-30"}, "expects Date"),
        ({"legislationDate": "20260228"}, "expects Date"),
        ({"legislationDate": "2026-02-28T00:00:00Z"}, "expects Date"),
        ({"dateModified": "2026-02-28T00:00:00"}, "expects Date or DateTime"),
        ({"legislationLegalForce": "InForce"}, "expects LegalForceStatus"),
        ({"legislationLegalForce": "https://schema.org/Repealed"}, "expects LegalForceStatus"),
        ({"legislationLegalForce": {"@id": "https://schema.org/EventScheduled"}}, "LegalForce"),
        ({"legislationLegalForce": {"@id": "https://portal.example/"}}, "LegalForceStatus"),
        ({"legislationPassedBy": "UBND tỉnh"}, "expects Organization or Person"),
        ({"legislationPassedBy": {"@type": "Place", "name": "UBND"}}, "expects Organization"),
        ({"legislationPassedBy": {"name": "UBND"}}, "without @type"),
        ({"legislationPassedBy": {"@id": "https://portal.example/van-ban/07/"}}, "Organization"),
        ({"legislationPassedBy": {"@type": "Person", "nickname": "Lan"}}, "no property nickname"),
        ({"legislationRepeals": {"@id": "../03/"}}, "no absolute address"),
        ({"legislationRepeals": "https://portal.example/van-ban/03/"}, "expects Legislation"),
        ({"isAccessibleForFree": "yes"}, "expects Boolean"),
        ({"copyrightYear": "2026"}, "expects Number"),
        ({"text": {"@list": ["một"]}}, "no keyword"),
        ({"dc:title": "Chỉ thị"}, "no property dc:title"),
    ],
)
def test_a_broken_legislation_is_refused(changes, reason):
    with pytest.raises(AssertionError, match=reason):
        valid_jsonld(page(DIRECTIVE | changes))


@pytest.mark.parametrize(
    ("good", "name"),
    [
        (DIRECTIVE, "name"),
        (DIRECTIVE, "legislationIdentifier"),
        (NEWS, "headline"),
        (NEWS, "datePublished"),
        (EVENT, "name"),
        (EVENT, "startDate"),
        (EVENT, "location"),
    ],
)
def test_what_consumers_require_may_not_be_missing(good, name):
    valid_jsonld(page(good))
    with pytest.raises(AssertionError, match=f"lacks {name}"):
        valid_jsonld(page({key: value for key, value in good.items() if key != name}))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"startDate": "12/3"}, "expects Date or DateTime"),
        ({"eventStatus": "https://schema.org/InForce"}, "expects EventStatusType"),
        ({"duration": "8 giờ"}, "expects Duration"),
        ({"attendees": {"@type": "Person", "name": "Lan"}}, "no property attendees"),
        ({"location": {"@type": "Person", "name": "Lan"}}, "expects Place"),
    ],
)
def test_a_broken_event_is_refused(changes, reason):
    with pytest.raises(AssertionError, match=reason):
        valid_jsonld(page(EVENT | changes))


@pytest.mark.parametrize(
    ("place", "changes", "reason"),
    [
        (0, {"position": 2}, "positions"),
        (0, {"position": 0}, "positions"),
        (0, {"position": "1"}, "positions"),
        (0, {"position": True}, "expects Integer or Text"),
        (0, {"name": None}, "empty"),
        (0, {"item": "/tin/"}, "expects Thing"),
        (1, {"item": {"@id": "https://portal.example/tin/"}}, "nameless"),
        (0, {"@type": "WebPage", "position": 1, "item": "https://p.example/"}, "no property item"),
    ],
)
def test_broken_breadcrumbs_are_refused(place, changes, reason):
    crumbs = json.loads(json.dumps(BREADCRUMBS)) | {"@context": "https://schema.org"}
    crumbs["itemListElement"][place] |= changes
    with pytest.raises(AssertionError, match=reason):
        valid_jsonld(page(crumbs))


def test_a_breadcrumb_in_the_middle_leads_somewhere():
    crumbs = json.loads(json.dumps(BREADCRUMBS)) | {"@context": "https://schema.org"}
    valid_jsonld(page(crumbs))
    del crumbs["itemListElement"][0]["item"]
    with pytest.raises(AssertionError, match="leads nowhere"):
        valid_jsonld(page(crumbs))


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<p>Tin", "no JSON-LD"),
        ('<script type="application/ld+json"></script>', "not JSON"),
        (page(NEWS).replace("Khai mạc", "x").replace("300", "300,"), "not JSON"),
        (page(NEWS).replace("300", "NaN"), "NaN is no JSON"),
        (page(NEWS).replace('"wordCount"', '"headline"'), "a key more than once"),
        (page(NEWS | {"headline": "</script>"}), "not JSON"),
        (page(NEWS | {"headline": "<b>"}), "bare '<'"),
        (page(NEWS)[: -len("</script><p>Tin")], "never closed"),
        (page("tin"), "no object"),
    ],
)
def test_a_page_whose_json_ld_is_no_json_is_refused(html, reason):
    with pytest.raises(AssertionError, match=reason):
        valid_jsonld(html)


def test_no_network_is_asked_for_the_vocabulary(socket_disabled):
    valid_jsonld(page(DIRECTIVE))
    with pytest.raises(AssertionError, match="@context"):
        valid_jsonld(page(DIRECTIVE | {"@context": "https://portal.example/context"}))
    # One within a node is asked for when the node is expanded.
    inner = {"@type": "Person", "@context": "https://portal.example/context", "name": "Lan"}
    with pytest.raises(AssertionError, match="'@context' is no keyword"):
        valid_jsonld(page(NEWS | {"author": inner}))
