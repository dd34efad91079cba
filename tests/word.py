"""What Word puts on the clipboard when a whole document is copied: its own kind of HTML.

Made from a DOCX in the shapes of Word 2016 to 365: paragraphs for list items, with their bullets
typed in; rubbish in every namespace."""

from html import escape

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

HEAD = """<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word"
xmlns="http://www.w3.org/TR/REC-html40">
<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->
<style>
<!--
 p.MsoNormal {margin:0in; font-size:14.0pt; font-family:"Times New Roman",serif;}
@list l0:level1 {mso-level-number-format:bullet; mso-level-text:\uf0b7;}
-->
</style>
</head>
<body lang=EN-US style='tab-interval:.5in'>
<!--StartFragment-->
"""
TAIL = "\n<!--EndFragment-->\n</body>\n</html>"
BULLETS = {"List Bullet": ("l0", 1), "List Bullet 2": ("l0", 2), "List Bullet 3": ("l0", 3)}
NUMBERS = {"List Number": ("l1", 1), "List Number 2": ("l1", 2)}
# Letters of the Symbol and Wingdings fonts, by level.
BULLET_LETTERS = ["\u00b7", "o", "\u00a7"]


def clipboard(document):
    """The HTML of this document."""
    counts = {}
    parts = []
    for element in document.element.body.iterchildren():
        if element.tag == qn("w:p"):
            parts.append(_paragraph(Paragraph(element, document), counts))
        elif element.tag == qn("w:tbl"):
            parts.append(_table(Table(element, document)))
    return HEAD + "\n\n".join(parts) + TAIL


def _runs(paragraph):
    return "".join(_run(child, paragraph) for child in paragraph._p.iterchildren())


def _run(element, paragraph):
    if element.tag == qn("w:del"):
        words = "".join(text.text or "" for text in element.iter(qn("w:delText")))
        return (
            f'<del cite="mailto:A" datetime="2026-01-05T08:00"><span lang=VI>{words}</span></del>'
        )
    if element.tag == qn("w:hyperlink"):
        relation = paragraph.part.rels[element.get(qn("r:id"))]
        words = "".join(text.text or "" for text in element.iter(qn("w:t")))
        return (
            f"<a href=\"{escape(relation.target_ref)}\"><span style='color:blue'>"
            f"{escape(words)}</span></a>"
        )
    if element.tag == qn("w:bookmarkStart"):
        return f'<a name="{element.get(qn("w:name"))}"></a>'
    if element.tag != qn("w:r"):
        return ""
    if next(element.iter(qn("w:drawing")), None) is not None:
        return (
            '<!--[if gte vml 1]><v:shape id="_x0000_i1025" type="#_x0000_t75"><v:imagedata '
            'src="file:///C:/Temp/clip_image001.png"/></v:shape><![endif]--><![if !vml]>'
            '<img width=96 height=96 src="file:///C:/Temp/clip_image001.png" '
            'v:shapes="_x0000_i1025"><![endif]>'
        )
    words = escape("".join(text.text or "" for text in element.iter(qn("w:t"))))
    # Word wraps its source wherever there is a space.
    words = words.replace("; ", ";\n")
    properties = element.find(qn("w:rPr"))
    words = (
        f"<span lang=VI style='font-family:\"Times New Roman\",serif;color:black'>{words}</span>"
    )
    for tag, name in (("w:b", "b"), ("w:i", "i")):
        if properties is not None and properties.find(qn(tag)) is not None:
            kind = {"b": "weight", "i": "style"}[name]
            words = f"<{name} style='mso-bidi-font-{kind}:normal'>{words}</{name}>"
    return words


def _paragraph(paragraph, counts):
    name = paragraph.style.name
    words = f"{_runs(paragraph)}<o:p></o:p>"
    if name.startswith("Heading "):
        level = name[-1]
        return f"<h{level} style='text-align:justify'>{words}</h{level}>"
    if name == "Title":
        return f"<p class=MsoTitle align=center>{words}</p>"
    if name in BULLETS | NUMBERS:
        listed, level = (BULLETS | NUMBERS)[name]
        if name in NUMBERS:
            counts[name] = counts.get(name, 0) + 1
            counts.pop("List Number 2", None) if level == 1 else None
            marker = f"{counts[name]}." if level == 1 else f"{chr(96 + counts[name])})"
        else:
            marker = BULLET_LETTERS[level - 1]
        return (
            f"<p class=MsoListParagraphCxSpMiddle style='margin-left:{level * 0.5}in;"
            f"text-indent:-.25in;mso-list:{listed} level{level} lfo1'><![if !supportLists]>"
            "<span style='font-family:Symbol;mso-fareast-font-family:Symbol'>"
            f"<span style='mso-list:Ignore'>{marker}<span style='font:7.0pt \"Times New Roman\"'>"
            f"&nbsp;&nbsp;&nbsp;&nbsp;\n</span></span></span><![endif]>{words}</p>"
        )
    if not paragraph._p.findall(qn("w:r")) and not paragraph.text:
        return "<p class=MsoNormal><o:p>&nbsp;</o:p></p>"
    return f"<p class=MsoNormal style='text-align:justify;text-indent:.5in'>{words}</p>"


def _table(table):
    rows = []
    for position, row in enumerate(table.rows):
        mark = "mso-yfti-firstrow:yes" if position == 0 else "mso-yfti-lastrow:no"
        cells = "".join(
            "<td width=208 valign=top style='width:155.8pt;border:solid windowtext 1.0pt;"
            f"mso-border-alt:solid windowtext .5pt'>{_cell(cell)}</td>"
            for cell in row.cells
        )
        rows.append(f"<tr style='mso-yfti-irow:{position};{mark}'>{cells}</tr>")
    return (
        "<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 "
        f"style='border-collapse:collapse;mso-yfti-tbllook:1184'>{''.join(rows)}</table>"
    )


def _cell(cell):
    return "".join(
        f"<p class=MsoNormal>{_runs(paragraph)}<o:p></o:p></p>" for paragraph in cell.paragraphs
    )


def _delete(paragraph, words):
    """A deletion that is tracked, and nobody has accepted yet."""
    deletion, run, text = (OxmlElement(name) for name in ("w:del", "w:r", "w:delText"))
    text.text = words
    run.append(text)
    deletion.append(run)
    paragraph._p.append(deletion)


def report(picture=None):
    """A report of an office, with all that people put into one."""
    document = Document()
    document.add_paragraph("BÁO CÁO KẾT QUẢ QUÝ II", style="Title")
    document.add_heading("Tình hình chung", level=1)
    opening = document.add_paragraph("Trong quý, toàn tỉnh tiếp nhận ")
    opening.add_run("12.480 hồ sơ").bold = True
    opening.add_run("; ")
    opening.add_run("đúng hạn").italic = True
    opening.add_run(" 98,2\u00a0%, tăng\u00a0\u00a0so với quý trước hai điểm\u00ad.")
    _delete(opening, " Câu này đã bị xoá.")
    document.add_paragraph("")
    document.add_heading("Việc đã làm", level=2)
    document.add_paragraph("Mở thêm ba điểm tiếp nhận:", style="List Bullet")
    document.add_paragraph("Phường Đông Hà", style="List Bullet 2")
    document.add_paragraph("Xã Hướng Hiệp", style="List Bullet 2")
    document.add_paragraph("Tập huấn 240 cán bộ", style="List Bullet")
    document.add_paragraph("Các bước tiếp theo như sau.")
    document.add_paragraph("Rà soát thủ tục", style="List Number")
    document.add_paragraph("Công bố danh mục", style="List Number")
    if picture:
        document.add_paragraph().add_run().add_picture(picture)
    document.add_heading("Số liệu", level=1)
    table = document.add_table(rows=3, cols=3)
    cells = [
        ["Đơn vị", "Tiếp nhận", "Đúng hạn"],
        ["Sở Nội vụ", "1.204", "1.190"],
        ["Xã Gio Linh", "315", "309"],
    ]
    for position, words in enumerate(cells):
        for cell, text in zip(table.rows[position].cells, words, strict=True):
            cell.paragraphs[0].add_run(text).bold = position == 0 or None
    document.add_paragraph("Đề nghị các đơn vị tiếp tục thực hiện.")
    return document


def directive():
    """A decision, as offices write it: its articles are paragraphs that only look like such."""
    document = Document()
    head = document.add_table(rows=1, cols=2)
    head.rows[0].cells[0].paragraphs[0].add_run("ỦY BAN NHÂN DÂN TỈNH").bold = True
    motto = head.rows[0].cells[1]
    motto.paragraphs[0].add_run("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM").bold = True
    motto.add_paragraph("Độc lập - Tự do - Hạnh phúc")
    document.add_paragraph("Căn cứ Luật Tổ chức chính quyền địa phương;").runs[0].italic = True
    document.add_paragraph().add_run("QUYẾT ĐỊNH:").bold = True
    document.add_paragraph().add_run("Chương I").bold = True
    document.add_paragraph().add_run("QUY ĐỊNH CHUNG").bold = True
    document.add_paragraph().add_run("Điều 1. Phạm vi điều chỉnh").bold = True
    document.add_paragraph("1. Quy định này áp dụng cho các cơ quan:")
    document.add_paragraph("a) Sở, ban, ngành;")
    document.add_paragraph("b) Uỷ ban nhân dân cấp xã.")
    document.add_paragraph("2. Không áp dụng cho doanh nghiệp.")
    second = document.add_paragraph()
    second.add_run("Điều 2.").bold = True
    second.add_run(" Quyết định này có hiệu lực từ ngày ký.")
    document.add_paragraph("Nơi nhận: như Điều 2;")
    return document
