import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from wagtail.blocks import StreamBlock

from articles.blocks import BodyStreamBlock, DirectiveStreamBlock, EmbedBlock, ProvisionBlock
from articles.models import DirectiveIndexPage, EventIndexPage, NewsIndexPage
from sidebar.blocks import SidebarStreamBlock
from tests.factories import (
    make_directive,
    make_document,
    make_home,
    make_image,
    make_news,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]

STREAMS = [BodyStreamBlock, DirectiveStreamBlock, SidebarStreamBlock]


def members(stream: type[StreamBlock]):
    return [
        pytest.param(stream, name, id=f"{stream.__name__}-{name}") for name in stream().child_blocks
    ]


EVERY_BLOCK = [parameter for stream in STREAMS for parameter in members(stream)]


@pytest.mark.parametrize(("stream", "name"), EVERY_BLOCK)
def test_every_block_says_what_it_is(stream, name):
    block = stream().child_blocks[name]
    assert block.meta.icon not in ("", "placeholder")
    assert str(block.meta.description)
    assert block.meta.template
    assert str(block.label)


@pytest.mark.parametrize("with_files", [False, True], ids=["empty portal", "with pictures"])
@pytest.mark.parametrize(("stream", "name"), EVERY_BLOCK)
def test_every_block_has_a_preview(client, stream, name, with_files):
    make_home()
    if with_files:
        make_image()
    client.force_login(make_user("quan", is_superuser=True))
    model_stream = {
        BodyStreamBlock: "articles.NewsPage.body",
        DirectiveStreamBlock: "articles.DirectivePage.body",
        SidebarStreamBlock: "sidebar.Sidebar.blocks",
    }[stream]
    response = client.get(
        reverse("wagtailadmin_block_preview"), {"id": definition(model_stream, name)}
    )
    assert response.status_code == 200
    main = response.content.decode().split('<div class="article body">')[1].split("</main>")[0]
    assert main.count("<") > 2, "an empty preview tells an editor nothing"


def definition(model_stream, name):
    from django.apps import apps

    app, model, field = model_stream.split(".")
    stream_field = apps.get_model(app, model)._meta.get_field(field)
    return stream_field.stream_block.child_blocks[name].definition_prefix


def test_a_body_of_every_block_is_rendered(client):
    make_home()
    image, document, news = make_image(), make_document(), make_news("Đọc tiếp")
    figure = {
        "image": {"image": image.pk, "alt_text": "Cây cầu", "decorative": False},
        "caption": "C",
    }
    clause = {"number": "", "text": "<p>Một</p>", "points": ["<p>a1</p>"] * 5}
    raw = [
        ("heading", {"text": "Đầu mục", "level": "2", "anchor": ""}),
        ("heading", {"text": "Mục nhỏ", "level": "3", "anchor": "Mục riêng"}),
        ("text", "<p>Lời <b>đậm</b></p>"),
        ("quote", {"text": "Một câu", "source": "Ai đó"}),
        ("callout", {"kind": "important", "heading": "Chú ý", "text": "<p>Hạn chót</p>"}),
        (
            "table",
            {
                "data": [["Đơn vị", "Số"], ["Sở", "<4"]],
                "first_row_is_table_header": True,
                "first_col_is_header": True,
                "table_caption": "Tên bảng",
            },
        ),
        ("image", figure),
        ("gallery", {"figures": [figure, figure]}),
        ("embed", {"url": "https://youtu.be/abc", "title": "Phim", "poster": None}),
        ("documents", {"heading": "Mẫu", "documents": [document.pk]}),
        ("pages", {"heading": "Đọc thêm", "pages": [news.pk]}),
        (
            "provision",
            {
                "number": "3",
                "title": "Hiệu lực",
                "text": "",
                "clauses": [clause],
            },
        ),
    ]
    page = make_directive()
    page.body = page.body.stream_block.to_python(
        [{"type": name, "value": value} for name, value in raw]
    )
    page.save()
    shown = client.get(page.url).content.decode()
    for part in [
        '<h2 id="dau-muc">Đầu mục</h2>',
        '<h3 id="muc-rieng">Mục nhỏ</h3>',
        "Lời <b>đậm</b>",
        "Một câu",
        "Chú ý",
        "<caption>Tên bảng</caption>",
        '<th scope="row">Sở</th>',
        "<td>&lt;4</td>",
        'alt="Cây cầu"',
        'href="https://youtu.be/abc"',
        document.url,
        "Đọc tiếp",
        'id="dieu-3-khoan-1-diem-dd"',
        "đ)",
    ]:
        assert part in shown, part


def test_a_film_is_not_asked_for_before_a_click(client):
    make_home()
    value = {"url": "https://www.youtube.com/watch?v=abc", "title": "Phim", "poster": None}
    page = make_news(body=[("embed", value)])
    shown = client.get(page.url).content.decode()
    assert "<iframe" not in shown
    assert 'data-player="https://www.youtube-nocookie.com/embed/abc"' in shown


def test_the_address_of_a_film_is_written_as_it_must_be():
    value = {"url": "https://youtu.be/a<b", "title": "Phim", "poster": None}
    shown = EmbedBlock().render(EmbedBlock().to_python(value))
    assert 'href="https://youtu.be/a%3Cb"' in shown
    assert "data-player" not in shown


@pytest.mark.parametrize("url", ["http://example.test/", "javascript:alert(1)", "ftp://a.test/"])
def test_only_secure_addresses_are_embedded(url):
    block = EmbedBlock()
    with pytest.raises(ValidationError):
        block.clean(block.to_python({"url": url, "title": "T", "poster": None}))


def test_more_points_than_letters_are_refused_and_nothing_is_lost():
    block = ProvisionBlock()
    clause = {"number": "", "text": "<p>x</p>", "points": ["<p>y</p>"] * 24}
    value = block.to_python({"number": "1", "title": "", "text": "", "clauses": [clause]})
    with pytest.raises(ValidationError):
        block.clean(value)


def test_a_linked_page_that_was_taken_down_is_not_linked(client):
    make_home()
    target = make_news("Đã gỡ")
    page = make_news(body=[("pages", {"heading": "Đọc thêm", "pages": [target]})])
    target.unpublish()
    assert "Đã gỡ" not in client.get(page.url).content.decode()


@pytest.mark.parametrize("kind", ["directivepage", "newspage", "eventpage"])
def test_the_form_with_every_block_opens(client, kind):
    make_home()
    client.force_login(make_user("lan", "Biên tập viên"))
    index = {
        "directivepage": DirectiveIndexPage,
        "newspage": NewsIndexPage,
        "eventpage": EventIndexPage,
    }[kind]
    address = reverse("wagtailadmin_pages:add", args=["articles", kind, index.objects.get().pk])
    response = client.get(address)
    assert response.status_code == 200
    assert "row_above" in response.content.decode()
