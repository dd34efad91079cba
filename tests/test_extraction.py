"""Attachments, honest and hostile, read by a child with hard limits."""

import io
import os
import resource
import select
import signal
import subprocess
import sys
import time
import unicodedata
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from articles import extractor
from articles.extraction import State, extract

ROOT = Path(__file__).resolve().parent.parent
DIRECTIVE = ROOT / "tests" / "samples" / "directive.pdf"
REAL_FILES = ROOT.parent / "shared" / "samples" / "files"

# Each of two million marks has to be sorted past all that came before: weeks, in little memory.
ENDLESS = "a" + "\u0301\u0323" * 1_000_000


def stream(data, words=b""):
    packed = zlib.compress(data, 9)
    return b"<<%b/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream" % (
        words,
        len(packed),
        packed,
    )


def pdf(*objects):
    """A file with these objects, numbered from 1; the first is the catalogue, 2 the page tree."""
    pieces, places, place = [b"%PDF-1.7\n"], [], 9
    for number, content in enumerate(objects, start=1):
        places.append(b"%010d 00000 n \n" % place)
        pieces.append(b"%d 0 obj\n%b\nendobj\n" % (number, content))
        place += len(pieces[-1])
    size = len(places) + 1
    return b"".join(
        [
            *pieces,
            b"xref\n0 %d\n0000000000 65535 f \n" % size,
            *places,
            b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, place),
        ]
    )


def one_page_pdf(content, resources=b"", more=(), box=b"0 0 595 842"):
    """Further objects are numbered from 5."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[%b]/Contents 4 0 R/Resources<<%b>>>>"
        % (box, resources),
        stream(content),
        *more,
    )


def text_pdf(text):
    """A strip of a page with any characters: its font of 255 places at most says what each is."""
    letters = sorted(set(text))
    codes = b"".join(b"%02x" % (letters.index(letter) + 1) for letter in text)
    meanings = b"".join(
        b"<%02x><%b>" % (code, letter.encode("utf-16-be", "surrogatepass").hex().encode())
        for code, letter in enumerate(letters, start=1)
    )
    return one_page_pdf(
        b"BT /F 8 Tf 10 20 Td <%b> Tj ET" % codes,
        b"/Font<</F 5 0 R>>",
        [
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
            stream(
                b"begincmap 1 begincodespacerange <00><ff> endcodespacerange "
                b"%d beginbfchar %b endbfchar endcmap" % (len(letters), meanings)
            ),
        ],
        box=b"0 0 595 40",
    )


def scanned_pdf(path, pages=1):
    pictures = [Image.effect_noise((62, 88), 60).resize((620, 877)) for _page in range(pages)]
    pictures[0].save(path, save_all=True, append_images=pictures[1:], resolution=75)
    return path


def joined_pdf(path, *sources):
    with pypdfium2.PdfDocument.new() as whole:
        for source in sources:
            with pypdfium2.PdfDocument(source) as part:
                whole.import_pages(part)
        whole.save(path)
    return path


def word(*paragraphs):
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return document


def word_of(path, xml):
    """A DOCX whose main part is this: an iterable of bytes, so that it may be endless."""
    plain = io.BytesIO()
    word().save(plain)
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package,
    ):
        for name in source.namelist():
            if name != "word/document.xml":
                package.writestr(name, source.read(name))
        with package.open("word/document.xml", "w", force_zip64=True) as part:
            for piece in xml:
                part.write(piece)
    return path


def body(*inner):
    return (f"<w:document {nsdecls('w')}><w:body>".encode(), *inner, b"</w:body></w:document>")


def zipped(**members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in members.items():
            package.writestr(name, content)
    return file.getvalue()


def written(path, content):
    path.write_bytes(content)
    return path


def readers_of(path):
    """Process ids of the children that read this file."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            # It has ended since.
            continue
        if {os.fsencode(path), os.fsencode(extractor.__file__)} <= set(arguments):
            found.append(int(process.name))
    return found


def limits_of(pid):
    """{name: [soft, hard]}, as the kernel writes them."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[:26].strip(): line[26:].split()[:2] for line in lines}


def reader_of(path, within=20):
    """The process id of the child that reads this file, once it has accepted its limits."""
    begun = time.monotonic()
    while time.monotonic() - begun < within:
        for pid in readers_of(path):
            if limits_of(pid)["Max core file size"] == ["0", "0"]:
                return pid
        # The child belongs to a thread that waits for it: /proc is the only place to look.
        time.sleep(0.01)
    raise AssertionError(f"nobody reads {path}")


@pytest.fixture
def endless(tmp_path):
    path = tmp_path / "endless.docx"
    word(ENDLESS).save(path)
    return path


# What is read


def test_a_pdf_is_read_page_by_page_with_all_its_letters():
    extracted = extract(DIRECTIVE)
    assert extracted.state == State.TEXT
    assert extracted.page_count == len(extracted.pages) == 2
    assert not extracted.truncated
    assert extracted.reason == ""
    assert "\nVề việc giữ sạch bờ biển trong mùa du lịch\n" in extracted.pages[0]
    assert extracted.pages[1].startswith("3. Trường học tổ chức cho học sinh trồng phi lao")
    assert "\nPhường Biển Đông 45\n" in extracted.pages[1]
    assert extracted.text == "\f".join(extracted.pages)


def test_a_number_that_was_broken_at_its_hyphen_is_whole_again():
    assert "Quyết định số 31/2023/QĐ-UBND về vệ sinh" in extract(DIRECTIVE).text


def test_letters_are_composed_and_what_a_database_refuses_is_gone(tmp_path):
    decomposed = unicodedata.normalize("NFD", "Phòng chống thiên tai, bão và lũ quét")
    file = written(tmp_path / "file.pdf", text_pdf(decomposed + "\0\ud800\ufeff\xa0  hết"))
    assert extract(file).text == "Phòng chống thiên tai, bão và lũ quét hết"


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("Điều 1.\r\nĐiều 2.\rĐiều 3.\x0bĐiều 4.", "Điều 1.\nĐiều 2.\nĐiều 3.\nĐiều 4."),
        (" xã \t Vĩnh\xa0 Linh \n\n \n\nhết ", "xã Vĩnh Linh\n\nhết"),
        ("UBND\x02HĐND \x00\x1f\x9f\u200b\ufffe\udcff.", "UBND-HĐND ."),
        (unicodedata.normalize("NFD", "Ủy ban"), "Ủy ban"),
    ],
)
def test_text_is_tidy(text, tidied):
    assert extractor.tidy(text) == tidied


def test_pages_without_text_are_a_scan(tmp_path):
    extracted = extract(scanned_pdf(tmp_path / "Bản quét số 15.pdf", pages=3))
    assert (extracted.state, extracted.page_count) == (State.SCAN, 3)
    assert extracted.pages == ("", "", "")
    assert extracted.text == ""


def test_a_stray_number_on_a_scan_is_no_text_layer(tmp_path):
    stamp = written(tmp_path / "stamp.pdf", text_pdf("CamScanner 15"))
    file = joined_pdf(tmp_path / "file.pdf", scanned_pdf(tmp_path / "scan.pdf"), stamp)
    extracted = extract(file)
    assert extracted.state == State.SCAN
    assert extracted.text == "\fCamScanner 15"


def test_one_page_of_text_among_scans_is_text(tmp_path):
    scan = scanned_pdf(tmp_path / "scan.pdf", pages=2)
    extracted = extract(joined_pdf(tmp_path / "file.pdf", scan, DIRECTIVE))
    assert extracted.state == State.TEXT
    assert extracted.pages[:2] == ("", "")
    assert extracted.pages[2].startswith("ỦY BAN NHÂN DÂN")


def test_paragraphs_and_tables_of_word_come_in_their_order(tmp_path):
    document = word("Chỉ thị số 15", "Nơi nhận")
    heading = document.add_table(rows=1, cols=2)
    heading.cell(0, 0).text = "UBND TỈNH\nSố: 15/CT-UBND"
    heading.cell(0, 1).text = "Độc lập"
    document.paragraphs[0].insert_paragraph_before("")._p.addnext(heading._tbl)
    table = document.add_table(rows=2, cols=2)
    for number, text in enumerate(("Đơn vị", "Số bão", "Xã Gio Linh", "3")):
        table.cell(*divmod(number, 2)).text = text
    document.add_paragraph("Hết\tvăn bản")
    document.save(tmp_path / "Chỉ thị.docx")
    extracted = extract(tmp_path / "Chỉ thị.docx")
    assert extracted.state == State.TEXT
    assert (extracted.page_count, len(extracted.pages), extracted.truncated) == (0, 1, False)
    assert extracted.text == (
        "UBND TỈNH\nSố: 15/CT-UBND\nĐộc lập\nChỉ thị số 15\nNơi nhận\n"
        "Đơn vị Số bão\nXã Gio Linh 3\nHết văn bản"
    )


def test_all_that_a_reader_of_word_sees_is_read_and_once_only(tmp_path):
    document = word("Đầu")
    run = "<w:r><w:t>{}</w:t></w:r>"
    box = f"<w:txbxContent><w:p>{run.format('khung chữ')}</w:p></w:txbxContent>"
    for inner in (
        f"<w:ins>{run.format('chèn thêm')}</w:ins>",
        "<w:del><w:r><w:delText>đã xoá</w:delText></w:r></w:del>",
        f"<w:moveFrom>{run.format('chuyển đi')}</w:moveFrom>",
        "<w:r><w:instrText>PAGEREF x</w:instrText></w:r>",
        f'<w:hyperlink w:anchor="x">{run.format("liên kết")}</w:hyperlink>',
        "<w:r><w:t>QĐ</w:t><w:noBreakHyphen/><w:t>UBND</w:t><w:br/><w:t>dòng hai</w:t></w:r>",
        f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>",
    ):
        document.element.body.append(
            parse_xml(
                f"<w:p {nsdecls('w')} xmlns:mc="
                f'"http://schemas.openxmlformats.org/markup-compatibility/2006">{inner}</w:p>'
            )
        )
    document.element.body.append(
        parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p>{run.format('điều khiển')}</w:p>"
            "</w:sdtContent></w:sdt>"
        )
    )
    document.save(tmp_path / "file.docx")
    assert extract(tmp_path / "file.docx").text == (
        "Đầu\nchèn thêm\n\nliên kết\nQĐ-UBND\ndòng hai\n\nkhung chữ\n\nđiều khiển"
    )


def test_the_content_counts_and_not_the_name(tmp_path):
    pdf_named_word = written(tmp_path / "file.docx", b"\n\n" + DIRECTIVE.read_bytes())
    assert extract(pdf_named_word).page_count == 2
    word("Chỉ thị số 15").save(tmp_path / "file.pdf")
    assert extract(tmp_path / "file.pdf").text == "Chỉ thị số 15"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)),
        ("sheet.xlsx", zipped(**{"[Content_Types].xml": "", "xl/workbook.xml": ""})),
        ("open.odt", zipped(mimetype="application/vnd.oasis.opendocument.text")),
        ("wrapped.zip", zipped(**{"a.pdf": DIRECTIVE.read_bytes()})),
        ("page.pdf", "<!doctype html><p>Trang không tìm thấy</p>".encode()),
        ("text.docx", b"{\\rtf1 x}"),
    ],
)
def test_other_kinds_are_left_alone(tmp_path, name, content):
    extracted = extract(written(tmp_path / name, content), pictures_folder=tmp_path / "pictures")
    assert extracted.state == State.UNSUPPORTED
    assert extracted.text == extracted.reason == ""


@pytest.mark.parametrize(
    ("content", "state", "reason"),
    [
        (b"", State.EMPTY, ""),
        (b"%PDF-1.7\nnothing else", State.FAILED, "format error"),
        (zipped(**{"[Content_Types].xml": "<a", "word/x": ""}), State.FAILED, "XMLSyntaxError"),
        (b"PK\x03\x04 and no more", State.FAILED, "BadZipFile"),
        (one_page_pdf(b"").replace(b"/Kids[3", b"/Kids[9"), State.FAILED, "no page can be opened"),
        # Neither the empty password nor any other fits this check value.
        (
            one_page_pdf(b"").replace(
                b"/Root",
                b"/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%b>/U<%b>>>/Root"
                % (b"00" * 32, b"00" * 32),
            ),
            State.FAILED,
            "password",
        ),
    ],
    ids=["empty", "no PDF", "no XML", "no ZIP", "no page", "locked"],
)
def test_what_cannot_be_read_says_why(tmp_path, content, state, reason):
    extracted = extract(written(tmp_path / "file", content))
    assert extracted.state == state
    assert reason in extracted.reason
    assert bool(reason) == bool(extracted.reason)
    assert extracted.text == ""


@pytest.mark.parametrize("name", ["missing.pdf", ".", "a\0b", "pipe"])
def test_what_is_no_file_is_missing(tmp_path, name):
    os.mkfifo(tmp_path / "pipe")
    extracted = extract(tmp_path / name)
    assert (extracted.state, extracted.reason) == (State.FAILED, "missing")


def test_word_without_a_letter_is_empty(tmp_path):
    word(" ", "").save(tmp_path / "file.docx")
    assert extract(tmp_path / "file.docx").state == State.EMPTY


def test_one_word_in_word_is_text(tmp_path):
    word("Mật").save(tmp_path / "file.docx")
    assert extract(tmp_path / "file.docx").state == State.TEXT


def test_long_texts_are_cut_and_it_says_so(tmp_path):
    word(*["lũ lụt " * 10_000] * 40).save(tmp_path / "file.docx")
    extracted = extract(tmp_path / "file.docx")
    assert extracted.state == State.TEXT
    assert extracted.truncated
    assert len(extracted.text) == extractor.MAX_CHARACTERS


def test_of_a_hundred_thousand_pages_the_first_are_read(tmp_path):
    count = 100_000
    kids = b" ".join(b"%d 0 R" % number for number in range(4, count + 4))
    content = pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count %d>>" % (kids, count),
        stream(b""),
        *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 3 0 R>>"] * count,
    )
    extracted = extract(written(tmp_path / "file.pdf", content))
    assert extracted.state == State.SCAN
    assert extracted.page_count == count
    assert len(extracted.pages) == extractor.MAX_PAGES_READ
    assert extracted.truncated


# Pictures


def test_pages_are_drawn_for_the_web(tmp_path):
    folder = tmp_path / "of" / "some" / "attachment"
    extracted = extract(DIRECTIVE, pictures_folder=folder)
    assert extracted.pictures == (1, 2)
    assert sorted(path.name for path in folder.iterdir()) == ["1.webp", "2.webp"]
    for path in folder.iterdir():
        assert path.stat().st_size < 200_000
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == ("WEBP", (1100, 1557))
            # White paper with something dark on it.
            assert picture.convert("L").getextrema() == (0, 255)
    assert [path.name for path in folder.parent.iterdir()] == ["attachment"]


def test_only_the_first_pages_are_drawn(tmp_path):
    page = written(tmp_path / "page.pdf", text_pdf("Chỉ thị về giữ sạch bờ biển"))
    file = joined_pdf(tmp_path / "file.pdf", *[page] * 62)
    extracted = extract(file, pictures_folder=tmp_path / "pictures")
    assert extracted.page_count == len(extracted.pages) == 62
    assert extracted.pictures == tuple(range(1, 61))
    assert not extracted.truncated


def test_photographed_pages_are_drawn_small(tmp_path):
    scan = scanned_pdf(tmp_path / "scan.pdf")
    assert extract(scan, pictures_folder=tmp_path / "pictures").pictures == (1,)
    # Without loss it is five times as much.
    assert (tmp_path / "pictures" / "1.webp").stat().st_size < 150_000


@pytest.mark.parametrize("box", [b"0 0 0.01 14400", b"0 0 1000000 1", b"0 0 0 0", b"9 9 1 1"])
def test_no_shape_of_a_page_makes_a_giant_picture(tmp_path, box):
    file = written(tmp_path / "file.pdf", one_page_pdf(b"", box=box))
    assert extract(file, pictures_folder=tmp_path / "pictures").pictures == (1,)
    with Image.open(tmp_path / "pictures" / "1.webp") as picture:
        assert picture.width <= 1100
        assert picture.height <= 4400


def test_a_signature_s_stamp_is_drawn(tmp_path):
    red = stream(b"1 0 0 rg 0 0 99 99 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 99 99]")
    field = b"/FT/Sig/T(Sig)/F 4/Rect[50 50 149 149]/P 3 0 R/AP<</N 5 0 R>>"
    widget = b"<</Type/Annot/Subtype/Widget%b>>" % field
    content = one_page_pdf(b"", more=[red, b"<</Fields[7 0 R]>>", widget])
    content = content.replace(b"/Type/Catalog", b"/Type/Catalog/AcroForm 6 0 R")
    content = content.replace(b"/Type/Page/", b"/Type/Page/Annots[7 0 R]/")
    extract(written(tmp_path / "file.pdf", content), pictures_folder=tmp_path / "pictures")
    with Image.open(tmp_path / "pictures" / "1.webp") as picture:
        assert picture.getpixel((150, 1400)) == (255, 0, 0)


def test_new_pictures_replace_the_old_ones(tmp_path):
    folder = tmp_path / "pictures"
    extract(joined_pdf(tmp_path / "two.pdf", DIRECTIVE), pictures_folder=folder)
    scan = scanned_pdf(tmp_path / "one.pdf")
    assert extract(scan, pictures_folder=folder).pictures == (1,)
    assert [path.name for path in folder.iterdir()] == ["1.webp"]
    word("Chỉ thị số 15").save(tmp_path / "none.docx")
    assert extract(tmp_path / "none.docx", pictures_folder=folder).pictures == ()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["none.docx", "one.pdf", "two.pdf"]


def test_a_page_that_takes_for_ever_to_draw_costs_nobody_the_text(tmp_path):
    large = b"/Type/XObject/Subtype/Image/Width 3000/Height 3000/BitsPerComponent 8"
    slow = one_page_pdf(
        b"595 0 0 842 0 0 cm " + b"/I Do " * 100_000,
        b"/XObject<</I 5 0 R>>",
        [stream(bytes(3000 * 3000 * 3), large + b"/ColorSpace/DeviceRGB")],
    )
    slow = written(tmp_path / "slow.pdf", slow)
    strip = written(tmp_path / "strip.pdf", text_pdf("Chỉ thị về giữ sạch bờ biển"))
    file = joined_pdf(tmp_path / "file.pdf", strip, strip, slow)
    extracted = extract(file, pictures_folder=tmp_path / "pictures", seconds=4)
    assert (extracted.state, extracted.reason) == (State.TEXT, "time")
    assert len(extracted.pages) == extracted.page_count == 3
    assert not extracted.truncated
    # What was drawn is whole, and nothing half-made lies about.
    assert extracted.pictures == (1, 2)
    assert len(list((tmp_path / "pictures").iterdir())) == 2
    assert len(list(tmp_path.iterdir())) == 4
    assert readers_of(file) == []


@pytest.mark.parametrize("seconds", [0.3, 0.45, 0.6, 0.75, 0.9])
def test_whenever_it_is_ended_there_are_whole_pictures_only(tmp_path, seconds):
    file = scanned_pdf(tmp_path / "file.pdf", pages=40)
    extracted = extract(file, pictures_folder=tmp_path / "pictures", seconds=seconds)
    assert extracted.reason == "time"
    for number in extracted.pictures:
        with Image.open(tmp_path / "pictures" / f"{number}.webp") as picture:
            picture.load()
    assert len(list(tmp_path.glob("pictures/*"))) == len(extracted.pictures)


# Limits


def test_who_takes_too_long_is_ended(endless):
    begun = time.monotonic()
    extracted = extract(endless, pictures_folder=endless.parent / "pictures", seconds=1.5)
    assert 1.5 <= time.monotonic() - begun < 10
    assert (extracted.state, extracted.reason) == (State.FAILED, "time")
    assert readers_of(endless) == []
    assert list(endless.parent.iterdir()) == [endless]


def xml_bombs():
    million = b"a" * 1_000_000
    paragraphs = b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 30_000
    laughs = b"".join(
        b'<!ENTITY %c "%b">' % (98 + level, b"&%c;" % (97 + level) * 10) for level in range(12)
    )
    laughing = b'<!DOCTYPE w [<!ENTITY a "ha">' + laughs + b"]>"
    return {
        "one word of 300 megabytes": (body(*[million] * 300), "memory"),
        "300 megabytes of paragraphs": (body(*[paragraphs] * 300), "memory"),
        "a million levels": (body(b"<w:p>" * 1_000_000), "depth"),
        "a thousand million laughs": ((laughing, *body(b"<w:p>&m;</w:p>")), "amplification"),
    }


@pytest.mark.parametrize(("xml", "reason"), xml_bombs().values(), ids=xml_bombs())
def test_a_bomb_in_word_goes_off_in_the_child_only(tmp_path, xml, reason):
    file = word_of(tmp_path / "bomb.docx", xml)
    assert file.stat().st_size < 2_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    extracted = extract(file, memory=200 * 2**20)
    assert extracted.state == State.FAILED
    assert reason in extracted.reason
    # KiB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
    assert readers_of(file) == []


def form(content, resources=b""):
    return stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<<%b>>" % resources)


def pdf_bombs():
    operators = b"0 0 1 1 re f\n" * 10_000_000
    # Each form shows the next one ten times.
    forms = [form(b"/X Do " * 10, b"/XObject<</X %d 0 R>>" % (6 + level)) for level in range(12)]
    forms.append(form(b"0 0 1 1 re f"))
    return {
        "a page of ten million squares": one_page_pdf(operators),
        "a tree of forms": one_page_pdf(b"/X Do", b"/XObject<</X 5 0 R>>", forms),
    }


@pytest.mark.parametrize("name", pdf_bombs())
def test_a_bomb_in_pdf_goes_off_in_the_child_only(tmp_path, name):
    file = written(tmp_path / "bomb.pdf", pdf_bombs()[name])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    extracted = extract(file)
    assert (extracted.state, extracted.reason) == (State.FAILED, "memory")
    assert extracted.page_count == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
    assert readers_of(file) == []


def test_pages_before_the_one_that_fails_are_kept(tmp_path):
    bomb = written(tmp_path / "bomb.pdf", one_page_pdf(b"0 0 1 1 re f\n" * 10_000_000))
    whole = joined_pdf(tmp_path / "file.pdf", DIRECTIVE, bomb, DIRECTIVE)
    extracted = extract(whole)
    assert (extracted.state, extracted.reason) == (State.TEXT, "memory")
    assert (len(extracted.pages), extracted.page_count) == (2, 5)
    assert extracted.truncated


def test_the_limits_hold_and_the_child_knows_no_secret(endless, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for children")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(extract, endless, seconds=60)
        child = reader_of(endless)
        limits = limits_of(child)
        assert limits["Max address space"] == [str(512 * 2**20)] * 2
        assert limits["Max cpu time"] == ["60"] * 2
        assert limits["Max file size"] == [str(16 * 2**20)] * 2
        assert limits["Max core file size"] == ["0"] * 2
        assert b"SECRET_KEY" not in Path(f"/proc/{child}/environ").read_bytes()
        assert os.getpgid(child) == os.getsid(child) == child
        os.kill(child, signal.SIGSEGV)
        extracted = waiting.result(timeout=20)
    assert (extracted.state, extracted.reason) == (State.FAILED, "Segmentation fault")


def test_a_worker_that_is_killed_takes_its_child_along(endless):
    program = "import sys; from articles.extraction import extract; extract(sys.argv[1])"
    with subprocess.Popen([sys.executable, "-c", program, endless], cwd=ROOT) as worker:
        child = os.pidfd_open(reader_of(endless))
        worker.kill()
        worker.wait()
        ended, _, _ = select.select([child], [], [], 20)
        os.close(child)
    assert ended
    assert readers_of(endless) == []


def test_several_at_once_do_not_meet(tmp_path):
    files = []
    for number in range(4):
        files.append(tmp_path / f"{number}.docx")
        word(f"Chỉ thị số {number}").save(files[-1])
    with ThreadPoolExecutor(4) as pool:
        texts = [extracted.text for extracted in pool.map(extract, files)]
    assert texts == [f"Chỉ thị số {number}" for number in range(4)]


# Anything at all


def mutations(content):
    """The file, cut somewhere, or with some of its bytes replaced."""
    places = st.integers(min_value=0, max_value=len(content) - 1)

    def changed(changes):
        result = bytearray(content)
        for place, byte in changes:
            result[place] = byte
        return bytes(result)

    return st.one_of(
        places.map(lambda place: content[:place]),
        st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=40).map(changed),
    )


few = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def assert_it_is_an_answer(content, tmp_path):
    file = written(tmp_path / "file", content)
    extracted = extract(file, pictures_folder=tmp_path / "pictures", seconds=20)
    assert extracted.state in State
    assert extracted.state != State.FAILED or extracted.reason
    assert "\0" not in extracted.text
    assert all(path.name in {"file", "pictures"} for path in tmp_path.iterdir())
    assert readers_of(file) == []


@few
@given(start=st.sampled_from([b"", b"%PDF-1.7\n", b"PK\x03\x04"]), content=st.binary())
def test_any_bytes_get_an_answer(tmp_path, start, content):
    assert_it_is_an_answer(start + content, tmp_path)


@few
@given(content=mutations(DIRECTIVE.read_bytes()))
def test_a_damaged_pdf_gets_an_answer(tmp_path, content):
    assert_it_is_an_answer(content, tmp_path)


def saved_word():
    file = io.BytesIO()
    word("Chỉ thị số 15", "Nơi nhận").save(file)
    return file.getvalue()


@few
@given(content=mutations(saved_word()))
def test_a_damaged_docx_gets_an_answer(tmp_path, content):
    assert_it_is_an_answer(content, tmp_path)


# Real documents, where they lie

REAL = {
    "254-PCTT-22_signed.pdf": (State.TEXT, 2, "Số: 254 /TB-PCTT"),
    "02-GM-SYT_KienGiang_scan.pdf": (State.SCAN, 2, ""),
    "604_QD-TTg_700112.docx": (State.TEXT, 0, "Số: 604/QĐ-TTg"),
    "CT9UB.DOC": (State.UNSUPPORTED, 0, ""),
}


def test_real_documents_are_read(tmp_path):
    for name, (state, page_count, words) in REAL.items():
        if (REAL_FILES / name).exists():
            extracted = extract(REAL_FILES / name, pictures_folder=tmp_path / name)
            assert (extracted.state, extracted.page_count) == (state, page_count), name
            assert words in extracted.text
            assert len(extracted.pictures) == page_count
