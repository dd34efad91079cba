"""Text as Vietnamese printers set it: curly quotation marks, an ellipsis, and no line that begins
with a unit, a year or the rest of a document's number.

Pure. For what readers see, when it is shown: what editors typed stays as it is in the database, in
feeds, in the API and wherever it is searched or compared."""

import re
from html import escape, unescape
from html.parser import HTMLParser

NBSP = "\u00a0"
UNITS = (
    *("°C", "km", "km²", "km2", "km/h", "m", "m²", "m2", "m³", "m3", "cm", "mm", "ha"),
    *("kg", "g", "tấn", "tạ", "lít", "kV", "kW", "kWh", "MW", "KB", "MB", "GB", "giờ", "phút"),
    *("đồng", "đ", "VNĐ", "USD", "nghìn", "ngàn", "triệu", "tỷ", "tỉ"),
)
UNIT = "|".join(map(re.escape, sorted(UNITS, key=len, reverse=True)))
_ANY_SPACE = f"[ {NBSP}]"
# Each begins with the space itself, which is quickly found.
SPACE = re.compile(
    " (?:"
    # 25 km, 12 %
    rf"(?<=\d )(?=[%‰]|(?:{UNIT})(?!\w))"
    # 2 tỷ đồng
    r"|(?=(?:đồng|USD)(?!\w))(?:(?<=nghìn )|(?<=ngàn )|(?<=triệu )|(?<=tỷ )|(?<=tỉ ))"
    # ngày 16, năm 2014, Điều 4, khoản 2, số 07
    r"|(?=\d)(?:(?<=\b[Nn]gày )|(?<=\b[Tt]háng )|(?<=\b[Nn]ăm )|(?<=\b[Đđ]iều )"
    r"|(?<=\b[Kk]hoản )|(?<=\b[Ss]ố ))"
    # điểm a
    r"|(?<=\b[Đđ]iểm )(?=[a-zđ](?!\w))"
    # tháng 12 năm 2014: together still short enough for the narrowest line
    rf"|(?=năm{_ANY_SPACE}\d{{4}}(?!\d))"
    rf"(?:(?<=\b[Tt]háng{_ANY_SPACE}\d )|(?<=\b[Tt]háng{_ANY_SPACE}\d\d ))"
    ")"
)
# Four and more are a line to be filled in.
DOTS = re.compile(r"(?<!\.)\.\.\.(?!\.)")
QUOTE = re.compile('["“”]')
OPENS_AFTER = "([{«“–—-/"
CLOSES_BEFORE = ".,;:!?…)]}»"

# 07/CT-UBND, 26/2016/NĐ-CP, 61/2018/QH14, 12-NQ/TW
_SYMBOL = r"[A-ZĐƯƠ][A-ZĐƯƠa-z0-9]*"
NUMBER = re.compile(rf"(?<![\w/-])\d{{1,5}}(?:/\d{{4}})?[/-]{_SYMBOL}(?:[/-]{_SYMBOL})*(?!\w)")
WHOLE = '<span class="whole">'

# Within a paragraph: what is quoted goes on through them.
INLINE = {
    *("a", "abbr", "b", "cite", "del", "em", "i", "ins", "mark", "q", "s", "small", "span"),
    *("strong", "sub", "sup", "time", "u"),
}
KEPT = {"code", "pre", "script", "style", "textarea"}


def typeset(text):
    """Plain text to plain text."""
    return _Quotes().set(_spaced(text))


def typeset_plain(text):
    """Plain text to HTML, in which numbers of documents don't break."""
    return _with_numbers(typeset(text), escape)


def typeset_html(html):
    """HTML to HTML: only its text nodes change, and numbers of documents don't break."""
    page = _Page()
    page.feed(html)
    page.close()
    return page.html()


def _spaced(text):
    return SPACE.sub(NBSP, DOTS.sub("…", text) if "..." in text else text)


def _with_numbers(text, escaped):
    if "/" not in text:
        return escaped(text)
    parts, end = [], 0
    for number in NUMBER.finditer(text):
        parts += [escaped(text[end : number.start()]), WHOLE, escaped(number[0]), "</span>"]
        end = number.end()
    return "".join([*parts, escaped(text[end:])])


class _Quotes:
    """Which way each straight quotation mark of a paragraph turns; those that nobody can tell of,
    as after a screen of 17", stay."""

    def __init__(self):
        self.is_open = False
        self.before = " "

    def set(self, text):
        places = [found.start() for found in QUOTE.finditer(text)]
        letters = list(text) if places else text
        for place in places:
            if letters[place] == '"':
                before = letters[place - 1] if place else self.before
                letters[place] = self._turned(before, text[place + 1 : place + 2])
            if letters[place] != '"':
                self.is_open = letters[place] == "“"
        self.before = letters[-1] if letters else self.before
        return "".join(letters)

    def _turned(self, before, after):
        may_open = before.isspace() or before in OPENS_AFTER
        may_close = not after or after.isspace() or after in CLOSES_BEFORE
        if self.is_open and (may_close or not may_open):
            return "”"
        return "“" if may_open else '"'


class _Page(HTMLParser):
    def __init__(self):
        # Text comes in pieces then, and an attribute is never looked into.
        super().__init__(convert_charrefs=False)
        self.done = []
        self.text = []
        self.quotes = _Quotes()
        self.kept = 0
        self.is_whole = False

    def html(self):
        self._end_text()
        return "".join(self.done)

    def handle_data(self, data):
        self.text.append(data)

    def handle_entityref(self, name):
        self.text.append(f"&{name};")

    def handle_charref(self, name):
        self.text.append(f"&#{name};")

    def handle_starttag(self, tag, attrs):
        self._begin(tag, self.get_starttag_text())
        self.kept += tag in KEPT
        self.is_whole = self.get_starttag_text() == WHOLE

    def handle_startendtag(self, tag, attrs):
        self._begin(tag, self.get_starttag_text())

    def handle_endtag(self, tag):
        self._begin(tag, f"</{tag}>")
        self.kept -= tag in KEPT and self.kept > 0
        self.is_whole = False

    def handle_comment(self, data):
        self._pass_on(f"<!--{data}-->")

    def handle_decl(self, decl):
        self._pass_on(f"<!{decl}>")

    def handle_pi(self, data):
        self._pass_on(f"<?{data}>")

    def unknown_decl(self, data):
        self._pass_on(f"<![{data}]>")

    def _begin(self, tag, written):
        self._pass_on(written)
        if tag == "br":
            self.quotes.before = " "
        elif tag not in INLINE:
            self.quotes = _Quotes()

    def _pass_on(self, written):
        self._end_text()
        self.done.append(written)

    def _end_text(self):
        raw = "".join(self.text)
        self.text.clear()
        if not raw or self.kept:
            self.done.append(raw)
            return
        text = self.quotes.set(_spaced(unescape(raw)))
        escaped = _escaped(text) if self.is_whole else _with_numbers(text, _escaped)
        self.done.append(escaped)


def _escaped(text):
    return escape(text, quote=False)
