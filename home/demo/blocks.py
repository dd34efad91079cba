"""Short ways to write the stored form of a stream's blocks."""

from collections.abc import Hashable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ref:
    """Stands for a record that the loader makes; becomes its primary key."""

    kind: str
    key: Hashable


def resolved(value, numbers):
    """The same blocks with each Ref replaced by its number. numbers: {Ref: pk}"""
    if isinstance(value, Ref):
        return numbers[value]
    if isinstance(value, dict):
        return {key: resolved(inner, numbers) for key, inner in value.items()}
    if isinstance(value, list):
        return [resolved(inner, numbers) for inner in value]
    return value


def block(kind, /, **value):
    return {"type": kind, "value": value}


def heading(text, level=2):
    return block("heading", text=text, level=str(level), anchor="")


def text(*paragraphs):
    return {"type": "text", "value": "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)}


def points(*items, ordered=False):
    tag = "ol" if ordered else "ul"
    inner = "".join(f"<li>{item}</li>" for item in items)
    return {"type": "text", "value": f"<{tag}>{inner}</{tag}>"}


def quote(words, source):
    return block("quote", text=words, source=source)


def callout(kind, title, *paragraphs):
    return block(
        "callout", kind=kind, heading=title, text="".join(f"<p>{p}</p>" for p in paragraphs)
    )


def table(caption, *rows):
    """The first row and the first column are headers."""
    return block(
        "table",
        data=[list(row) for row in rows],
        cell=[],
        mergeCells=[],
        table_caption=caption,
        table_header_choice="both",
        first_row_is_table_header=True,
        first_col_is_header=True,
    )


def figure(picture, caption):
    """picture: one of pictures.PICTURES"""
    return {
        "image": {"image": picture.ref, "decorative": False, "alt_text": picture.alt},
        "caption": caption,
    }


def image(picture, caption=""):
    return {"type": "image", "value": figure(picture, caption)}


def gallery(*figures):
    return block("gallery", figures=list(figures))


def embed(url, title):
    return block("embed", url=url, title=title, poster=None)


def documents(title, *files):
    return block("documents", heading=title, documents=[file.ref for file in files])


def page(slug):
    return Ref("page", slug)


def pages(title, *slugs):
    """Pages that the loader makes before this one."""
    return block("pages", heading=title, pages=[page(slug) for slug in slugs])


def poll(title, key):
    return block("poll", heading=title, poll=Ref("poll", key))


def clause(words, *points):
    return {
        "number": "",
        "text": f"<p>{words}</p>",
        "points": [f"<p>{point}</p>" for point in points],
    }


def provision(number, title, *clauses, words=""):
    return block(
        "provision",
        number=str(number),
        title=title,
        text=f"<p>{words}</p>" if words else "",
        clauses=list(clauses),
    )
