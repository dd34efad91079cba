"""What was copied in a word processor, as blocks of a body.

Pure and total: whatever the HTML is, the answer is blocks that an editor could have typed. Word
(its HTML has `mso-` styles and lists that are none), LibreOffice and Google Docs are understood."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field, replace
from html import escape
from itertools import count
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from .blocks import POINT_LETTERS

# Blocks that one paste may make: nobody would look through more.
MOST_BLOCKS = 400
# As deep as HTML is read with its marks; below, its bare words are taken.
DEEPEST = 120
MOST_COLUMNS = 40
HEADING_LENGTH = ARTICLE_TITLE_LENGTH = 200
DEEPEST_LIST = 3
# The level of a document's own title, above all headings.
TITLE = 10

FLOW = {
    *("address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt"),
    *("figure", "figcaption", "footer", "form", "header", "hr", "html", "li", "main", "ol", "p"),
    *("pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    *("h1", "h2", "h3", "h4", "h5", "h6"),
}
RUBBISH = {
    *("script", "style", "head", "title", "xml", "object", "iframe", "noscript", "template"),
    *("svg", "del", "button", "select", "input", "textarea", "applet", "embed", "audio", "video"),
}
# Marks by tag; a style may say otherwise (Google Docs wraps everything in a <b> that isn't bold).
MARKS = {"b": "b", "strong": "b", "i": "i", "em": "i", "sup": "sup", "sub": "sub"}
# Comments, headers and footers, hidden words, deletions: what Word doesn't print there.
HIDDEN_PARTS = {"comment-list", "comment", "header", "footer", "field-begin", "field-separator"}
HIDDEN_CLASSES = re.compile(
    r"\b(MsoCommentReference|MsoCommentText|MsoToc\d|MsoTocHeading|msoDel)\b"
)
LEGACY_FONTS = re.compile(r"(^|[\s,'\"])(\.Vn|VNI-)")
LIST_LEVEL = re.compile(r"\blevel(\d+)\b")
INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])
ORNAMENT = re.compile(r"[-_–—=*.~ ]+")
COUNTED = re.compile(r"\(?(\d{1,4}|[A-Za-zđĐ]|[ivxlIVXL]{1,6})[.)]")
NUMBERED = re.compile(r"(\d{1,4})[.)]")

CHAPTER = re.compile(
    r"(?P<kind>phần|chương|mục|tiểu mục)\s+(?:thứ\s+\w+|[ivxlc]+|\d{1,3})\b[.:]?(?P<rest>.*)",
    re.IGNORECASE,
)
ARTICLE = re.compile(r"Điều\s+(\d{1,4}[a-zđ]?)\s*[.:]?(?:\s+|$)", re.IGNORECASE)
CLAUSE = re.compile(r"(\d{1,3}[a-zđ]?)\.\s+(?=\S)")
POINT = re.compile(r"([a-zđ])\)\s*(?=\S)")
# What a directive's own page prints by itself: the national emblem's words, and the motto below.
EMBLEM = ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM")
MOTTO = re.compile(r"độc lập\s*[-–—]+\s*tự do\s*[-–—]+\s*hạnh phúc", re.IGNORECASE)


class TooMuch(ValueError):
    """More blocks than one paste may make."""


@dataclass(frozen=True)
class Pasted:
    """`blocks` as a StreamField keeps them: [{"type": …, "value": …}, …]."""

    blocks: list
    pictures: int = 0
    # The head that every official document has, and that its page prints by itself.
    head_left_out: bool = False
    # A font from before Unicode: its letters are others than they look.
    legacy_font: bool = False

    @property
    def kinds(self):
        """How many blocks of each type, in the order of their first ones."""
        return Counter(block["type"] for block in self.blocks)


@dataclass(frozen=True)
class Run:
    text: str
    marks: frozenset = frozenset()
    link: str = ""


@dataclass
class Line:
    """A paragraph, a heading (level 1 to 10) or an item of a list (depth 0 and more)."""

    runs: list = field(default_factory=list)
    level: int = 0
    depth: int = -1
    # As the word processor shows it; "" for a bullet.
    marker: str = ""

    @property
    def text(self):
        return "".join(run.text for run in self.runs).strip()

    @property
    def html(self):
        return "".join(map(_written, self.runs))

    @property
    def is_emphasised(self):
        """Bold or in capitals from beginning to end, as titles are."""
        text = self.text
        is_bold = all("b" in run.marks for run in self.runs if run.text.strip())
        return bool(text) and (is_bold or text == text.upper() != text.lower())

    def without(self, start):
        """The same line without its first characters."""
        rest, left = [], start
        for run in self.runs:
            rest.append(replace(run, text=run.text[left:]))
            left = max(0, left - len(run.text))
        return replace(self, runs=_tidy(rest))


@dataclass
class Table:
    rows: list
    has_header: bool


def pasted(html, has_articles=False):
    """The blocks that this HTML makes; `has_articles`: the body may hold articles (Điều)."""
    reader = _Reader()
    root = _parsed(html)
    if root is not None:
        reader.read(root)
        reader.end_line()
    body = _Body(has_articles)
    for part in _with_whole_chapters(reader.parts):
        body.add(part)
    return Pasted(
        body.ended(),
        pictures=reader.pictures,
        head_left_out=body.head_left_out,
        legacy_font=reader.legacy_font,
    )


def _parsed(html):
    parser = etree.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True, no_network=True
    )
    # Lone surrogates are no text; NUL ends it for the parser.
    source = html.replace("\0", "").encode("utf-8", "ignore")
    try:
        return etree.fromstring(source, parser)
    except etree.XMLSyntaxError:
        # Nothing in it at all.
        return None


def _style(element):
    found = {}
    for declaration in element.get("style", "").split(";"):
        name, _colon, value = declaration.partition(":")
        found[name.strip().lower()] = value.strip().lower()
    return found


def _is_hidden(element, style):
    return (
        style.get("display") == "none"
        or style.get("mso-hide") == "all"
        or style.get("mso-element") in HIDDEN_PARTS
        or "mso-field-code" in style
        or "mso-comment-reference" in style
        or bool(HIDDEN_CLASSES.search(element.get("class", "")))
    )


def _marks(tag, style, marks):
    weight = style.get("font-weight", "")
    if tag in MARKS:
        marks |= {MARKS[tag]}
    if weight in ("bold", "bolder") or (weight.isdecimal() and int(weight[:4]) >= 600):
        marks |= {"b"}
    elif weight:
        marks -= {"b"}
    if style.get("font-style") in ("italic", "oblique"):
        marks |= {"i"}
    elif style.get("font-style") == "normal":
        marks -= {"i"}
    if style.get("vertical-align") in ("super", "sub"):
        marks |= {"sup" if style["vertical-align"] == "super" else "sub"}
    return marks


def _link(element):
    """Where it leads, if that is somewhere outside of the document."""
    try:
        address = urlsplit(element.get("href", "").strip())
        host = address.hostname
    except ValueError:
        return ""
    if host == "www.google.com" and address.path == "/url":
        # Google Docs sends its readers by way of Google.
        return next(iter(parse_qs(address.query).get("q", [])), "")
    is_outside = address.scheme in ("http", "https") and host
    return address.geturl() if is_outside or address.scheme == "mailto" else ""


def _words(text):
    """In one form, without what can't be seen; white space as one space."""
    text = unicodedata.normalize("NFC", text.translate(INVISIBLE))
    return re.sub(r"\s+", " ", text)


def _tidy(runs):
    """Joined where they look alike, with one space between words and none around."""
    tidy = []
    for run in runs:
        text = run.text
        if not tidy or tidy[-1].text.endswith((" ", "\n")):
            text = text.lstrip(" \n" if not tidy else " ")
        if text.startswith("\n") and tidy:
            tidy[-1] = replace(tidy[-1], text=tidy[-1].text.rstrip(" "))
        if not text:
            continue
        if tidy and (tidy[-1].marks, tidy[-1].link) == (run.marks, run.link):
            tidy[-1] = replace(run, text=tidy[-1].text + text)
        else:
            tidy.append(replace(run, text=text))
    while tidy and not tidy[-1].text.rstrip():
        tidy.pop()
    if tidy:
        tidy[-1] = replace(tidy[-1], text=tidy[-1].text.rstrip())
    return tidy


def _written(run):
    html = "<br/>".join(escape(line, quote=False) for line in run.text.split("\n"))
    for mark in ("sub", "sup", "i", "b"):
        if mark in run.marks:
            html = f"<{mark}>{html}</{mark}>"
    return f'<a href="{escape(run.link)}">{html}</a>' if run.link else html


def _heading_level(tag, element, style):
    if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
        return int(tag[1])
    if re.search(r"\b(MsoTitle|MsoSubtitle)\b", element.get("class", "")):
        return TITLE
    outline = style.get("mso-outline-level", "")
    return int(outline) if outline in set("123456789") else 0


class _Reader:
    """Walks the HTML; `parts` are its lines and tables, in their order."""

    def __init__(self, deep=0):
        self.parts = []
        self.pictures = 0
        self.legacy_font = False
        self._line = Line()
        self._deep = deep
        # The lists that an item lies in: [(is it counted?, its markers), …]
        self._lists = []
        self._in_item = False

    def read(self, element, marks=frozenset(), link=""):
        if not isinstance(element.tag, str):
            return
        tag, style = element.tag.lower(), _style(element)
        if tag in RUBBISH or tag.startswith("v:") or _is_hidden(element, style):
            return
        if LEGACY_FONTS.search(f"{element.get('style', '')} {element.get('face', '')}"):
            self.legacy_font = True
        if tag == "img":
            self.pictures += 1
        elif style.get("mso-list") == "ignore":
            # The number or bullet that Word draws, and for others writes into the text.
            self._line.marker = _words("".join(element.itertext())).strip()
        elif tag == "br":
            is_page_break = "page-break-before" in style or "mso-break-type" in style
            self._say(" " if is_page_break else "\n", marks, link)
        elif tag == "table":
            self._table(element)
        elif tag in FLOW:
            self._flow(tag, element, style, marks, link)
        else:
            link = _link(element) or link if tag == "a" else link
            self._inside(element, _marks(tag, style, marks), link)

    def end_line(self):
        line, self._line = self._line, Line()
        line.runs = _tidy(line.runs)
        if line.level and line.marker:
            # A heading's number is part of its words: nobody else would count it.
            line.runs = _tidy([Run(f"{line.marker} "), *line.runs])
        if line.text and not ORNAMENT.fullmatch(line.text):
            self.parts.append(line)

    def _say(self, text, marks, link):
        self._line.runs.append(Run(text, marks, link))

    def _inside(self, element, marks, link):
        if element.text:
            self._say(_words(element.text), marks, link)
        self._deep += 1
        for child in element:
            if self._deep < DEEPEST:
                self.read(child, marks, link)
            else:
                self._say(_words("".join(child.itertext())), marks, link)
            if child.tail:
                self._say(_words(child.tail), marks, link)
        self._deep -= 1

    def _flow(self, tag, element, style, marks, link):
        if tag in ("ul", "ol"):
            self.end_line()
            outer = self._in_item
            self._in_item = False
            self._lists.append(_markers(element, style) if tag == "ol" else None)
            self._inside(element, marks, link)
            self._lists.pop()
            self.end_line()
            self._in_item = outer
            return
        if self._in_item and tag in ("p", "div"):
            # Google Docs and LibreOffice put paragraphs into their items.
            if self._line.runs:
                self._say("\n", frozenset(), "")
            self._inside(element, _marks(tag, style, marks), link)
            return
        self.end_line()
        self._line.level = _heading_level(tag, element, style)
        is_item = tag == "li" and bool(self._lists)
        outer = self._in_item
        self._in_item = is_item or (outer and tag not in ("td", "th"))
        if is_item:
            self._line.depth = min(len(self._lists) - 1, DEEPEST_LIST)
            self._line.marker = next(self._lists[-1]) if self._lists[-1] else ""
        elif found := LIST_LEVEL.search(style.get("mso-list", "")):
            self._line.depth = min(max(int(found[1][:2]) - 1, 0), DEEPEST_LIST)
        # A heading is bold by itself.
        self._inside(element, _marks(tag, style, marks), link)
        self.end_line()
        self._in_item = outer

    def _table(self, table):
        self.end_line()
        rows = [row for row in table.iter("tr") if _table_of(row) is table]
        cells = [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]
        read = [[self._cell(cell) for cell in row] for row in cells]
        if len(rows) <= 1 or max(map(len, cells)) <= 1:
            # Lines up a letter's head or a frame, and holds no data.
            self.parts += [part for row in read for inner in row for part in inner.parts]
            return
        grid = _grid(cells, [[inner.words for inner in row] for row in read])
        if not any(any(row) for row in grid):
            return
        self.parts.append(Table(grid, _has_header(rows[0], cells[0], read[0])))

    def _cell(self, cell):
        inner = _Reader(self._deep + 1)
        if self._deep + 1 < DEEPEST:
            inner._inside(cell, frozenset(), "")
        else:
            inner._say(_words("".join(cell.itertext())), frozenset(), "")
        inner.end_line()
        self.pictures += inner.pictures
        self.legacy_font = self.legacy_font or inner.legacy_font
        return inner

    @property
    def words(self):
        """All of it as plain text: a cell holds no marks."""
        found = []
        for part in self.parts:
            if isinstance(part, Table):
                found += [" ".join(filter(None, row)) for row in part.rows]
            else:
                bullet = part.marker if COUNTED.fullmatch(part.marker) else "–"
                found.append(f"{bullet} {part.text}" if part.depth >= 0 else part.text)
        return "\n".join(found)


def _table_of(row):
    return next(row.iterancestors("table"), None)


def _markers(element, style):
    """What stands before each item of this list: "1." or "a." …"""
    start = element.get("start", "1")
    first = int(start) if start.isdecimal() and len(start) < 5 else 1
    kinds = [element.get("type", ""), style.get("list-style-type", "")]
    # Google Docs writes the kind on the items.
    kinds += [_style(child).get("list-style-type", "") for child in element[:1]]
    if any(kind in ("a", "A", "lower-alpha", "upper-alpha", "lower-latin") for kind in kinds):
        return (f"{chr(96 + number)}." if number <= 26 else f"{number}." for number in count(first))
    return (f"{number}." for number in count(first))


def _span(cell):
    text = cell.get("colspan", "")
    return min(int(text), MOST_COLUMNS) if text.isdecimal() and len(text) < 5 else 1


def _rowspan(cell):
    text = cell.get("rowspan", "")
    return int(text) if text.isdecimal() and len(text) < 5 else 1


def _grid(cells, words):
    """Rows of one length; a cell that spans several has its words in the first of them."""
    taken, grid = {}, []
    for elements, texts in zip(cells, words, strict=True):
        row = []

        def skip_taken(row=row):
            while taken.get(len(row), 0) > 0:
                taken[len(row)] -= 1
                row.append("")

        for cell, text in zip(elements, texts, strict=True):
            skip_taken()
            if len(row) >= MOST_COLUMNS:
                break
            for position in range(max(_span(cell), 1)):
                taken[len(row)] = max(_rowspan(cell) - 1, 0)
                row.append(text if position == 0 else "")
        skip_taken()
        grid.append(row[:MOST_COLUMNS])
    width = max(map(len, grid))
    # Word's tables have columns that nothing stands in, where cells were merged.
    grid = [row + [""] * (width - len(row)) for row in grid]
    kept = [column for column in range(width) if any(row[column] for row in grid)]
    return [[row[column] for column in kept] for row in grid]


def _has_header(row, cells, read):
    if next(row.iterancestors("thead"), None) is not None or all(c.tag == "th" for c in cells):
        return True
    lines = [part for inner in read for part in inner.parts]
    return bool(lines) and all(
        isinstance(line, Line) and all("b" in run.marks for run in line.runs if run.text.strip())
        for line in lines
    )


def _with_whole_chapters(parts):
    """A chapter's name often stands on a line of its own, below its number."""
    waiting = None
    for part in parts:
        if waiting:
            is_name = (
                isinstance(part, Line)
                and part.depth < 0
                and (part.level == waiting.level or not part.level)
                and (part.is_emphasised or part.level)
                and not CHAPTER.match(part.text)
                and not ARTICLE.match(part.text)
            )
            if is_name:
                words = f"{waiting.text.rstrip('.:')}. {part.text}"
                yield replace(waiting, runs=[Run(words, frozenset("b"))])
                waiting = None
                continue
            yield waiting
            waiting = None
        found = CHAPTER.fullmatch(part.text) if isinstance(part, Line) and part.depth < 0 else None
        if found and not found["rest"].strip() and (part.is_emphasised or part.level):
            waiting = part
        else:
            yield part
    if waiting:
        yield waiting


class _Body:
    """Puts lines together to blocks."""

    def __init__(self, has_articles):
        self.head_left_out = False
        self._has_articles = has_articles
        self._blocks = []
        self._text = []
        self._article = None
        self._numbers = set()

    def add(self, part):
        if isinstance(part, Table):
            self._add_table(part)
            return
        if self._has_articles and self._is_head(part.text):
            return
        chapter = part.depth < 0 and CHAPTER.fullmatch(part.text)
        article = part.depth < 0 and ARTICLE.match(part.text)
        if chapter and (part.level or part.is_emphasised):
            self._add_heading(part.text, 2 if chapter["kind"].lower() in ("phần", "chương") else 3)
        elif article and self._has_articles:
            self._start_article(article, part)
        elif part.level:
            is_title = part.level == TITLE
            self._add_heading(part.text, 2 if is_title else part.level, is_relative=not is_title)
        elif self._article and self._article.takes(part):
            self._article.add(part)
        else:
            if self._article:
                self._end()
            self._text.append(part)

    def ended(self):
        self._end()
        # The highest kind of heading is a section here, whatever number it has in the document.
        relative = [block["value"] for block in self._blocks if block.pop("is_relative", False)]
        highest = min((value["level"] for value in relative), default=0)
        for value in relative:
            value["level"] = "2" if value["level"] == highest else "3"
        return self._blocks

    def _put(self, kind, value, **more):
        self._blocks.append({"type": kind, "value": value, **more})
        if len(self._blocks) > MOST_BLOCKS:
            raise TooMuch(len(self._blocks))

    def _is_head(self, text):
        if any(emblem in text.upper() for emblem in EMBLEM):
            self.head_left_out = True
            return True
        return bool(MOTTO.fullmatch(text))

    def _add_table(self, table):
        if self._has_articles and any(self._is_head(cell) for row in table.rows for cell in row):
            return
        self._end()
        value = {
            "data": table.rows,
            "table_header_choice": "row" if table.has_header else "neither",
            "first_row_is_table_header": table.has_header,
            "first_col_is_header": False,
            "table_caption": "",
        }
        self._put("table", value)

    def _add_heading(self, text, level, is_relative=False):
        text = text.replace("\n", " ")
        if len(text) > HEADING_LENGTH:
            # No heading, whatever its style says.
            self._text.append(Line([Run(text)]))
            return
        self._end()
        more = {"is_relative": True} if is_relative else {}
        value = {"text": text, "level": level if is_relative else str(level), "anchor": ""}
        self._put("heading", value, **more)

    def _start_article(self, found, line):
        self._end()
        number = found[1].lower()
        if number in self._numbers:
            # The articles of an appendix, which start anew.
            self._text.append(line)
            return
        self._numbers.add(number)
        rest = line.without(found.end())
        is_title = bool(line.level) or line.is_emphasised
        self._article = _Article(number)
        if is_title and len(rest.text) <= ARTICLE_TITLE_LENGTH:
            self._article.title = rest.text.replace("\n", " ")
        elif rest.text:
            self._article.add(rest)

    def _end(self):
        if self._article:
            self._put("provision", self._article.value)
            self._article = None
        if self._text:
            self._put("text", _text_html(self._text))
            self._text = []


class _Article:
    def __init__(self, number):
        self.number = number
        self.title = ""
        self.text = ""
        self.clauses = []

    def takes(self, line):
        """Not what follows under a title of its own: clauses that begin anew, who signed it."""
        clause = self._clause(line)
        if clause:
            return clause[0] not in [one["number"] for one in self.clauses]
        return not (line.is_emphasised and self.clauses)

    @staticmethod
    def _clause(line):
        """(number, line without it) of a line that begins a clause."""
        if line.depth < 0 and (found := CLAUSE.match(line.text)):
            return found[1], line.without(found.end())
        if line.depth == 0 and (found := NUMBERED.fullmatch(line.marker)):
            return found[1], line
        return None

    def add(self, line):
        point = POINT.match(line.text) if line.depth < 0 else None
        marker = line.marker if COUNTED.fullmatch(line.marker) else ""
        if clause := self._clause(line):
            number, words = clause
            self.clauses.append({"number": number, "text": _p(words), "points": []})
        elif self.clauses and point and point[1] == self._next_letter:
            self.clauses[-1]["points"].append(_p(line.without(point.end())))
        elif self.clauses and marker and marker[0] == self._next_letter and len(marker) == 2:
            self.clauses[-1]["points"].append(_p(line))
        else:
            bullet = f"{marker or '–'} " if line.depth >= 0 else ""
            self._continue(_p(replace(line, runs=[Run(bullet), *line.runs])))

    @property
    def _next_letter(self):
        """Points are lettered where they stand: any other letter stays a word of the text."""
        return (POINT_LETTERS + " ")[min(len(self.clauses[-1]["points"]), len(POINT_LETTERS))]

    def _continue(self, paragraph):
        if not self.clauses:
            self.text += paragraph
        elif self.clauses[-1]["points"]:
            self.clauses[-1]["points"][-1] += paragraph
        else:
            self.clauses[-1]["text"] += paragraph

    @property
    def value(self):
        return {
            "number": self.number,
            "title": self.title,
            "text": self.text,
            "clauses": self.clauses,
        }


def _p(line):
    return f"<p>{line.html}</p>"


def _text_html(lines):
    """Paragraphs and lists."""
    html, items = "", []
    for line in [*_counted_right(lines), None]:
        if line and line.depth >= 0:
            items.append(line)
            continue
        html += _list_html(items) if items else ""
        items = []
        html += _p(line) if line else ""
    return html


def _counted_right(lines):
    """A page counts its lists 1, 2, 3 …: an item under any other number keeps it as a word."""
    counts = {}
    for line in lines:
        if line.depth < 0:
            counts = {}
            yield line
            continue
        counts = {depth: number for depth, number in counts.items() if depth <= line.depth}
        if not COUNTED.fullmatch(line.marker):
            counts.pop(line.depth, None)
            yield replace(line, marker="")
            continue
        expected = counts.get(line.depth, 0) + 1
        if NUMBERED.fullmatch(line.marker) and int(line.marker[:-1]) == expected:
            counts[line.depth] = expected
            yield line
        else:
            counts = {}
            yield replace(line, depth=-1, marker="", runs=[Run(f"{line.marker} "), *line.runs])


def _list_html(items):
    """Nested lists of consecutive items; none goes deeper by more than one."""
    html, opened = "", []
    for item in items:
        kind = "ol" if item.marker else "ul"
        depth = min(item.depth, len(opened))
        while len(opened) > depth + 1:
            html += f"</li></{opened.pop()}>"
        if len(opened) == depth + 1:
            if opened[-1] == kind:
                html += "</li>"
            else:
                html += f"</li></{opened.pop()}>"
        if len(opened) == depth:
            html += f"<{kind}>"
            opened.append(kind)
        html += f"<li>{item.html}"
    while opened:
        html += f"</li></{opened.pop()}>"
    return html
