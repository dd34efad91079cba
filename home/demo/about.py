"""Plain pages, the words of the section pages, and both sidebars."""

from django.utils import timezone

from articles.models import DirectiveIndexPage, EventIndexPage, NewsIndexPage
from home.models import StandardPage

from ..first_pages import FIRST_PAGES
from .blocks import (
    Ref,
    block,
    callout,
    heading,
    image,
    page,
    points,
    poll,
    table,
    text,
)
from .directives import MAIL_OF_2014
from .entries import Entry
from .files import BRIDGE
from .questions import SCHOOLS

PORTAL_LABEL = "Cổng thông tin điện tử"
PROVINCE = "Tỉnh Quảng Trị"
AGENCY = "Cơ quan chủ quản: Ủy ban nhân dân tỉnh Quảng Trị"
ADDRESS = "Số 1 đường Minh Họa, phường Đông Hà, tỉnh Quảng Trị"
PHONE = "0233 000 0000"
EMAIL = "lien-he@demo.invalid"
HOURS = (
    "Điện thoại: 7 giờ 30 – 17 giờ, ngày làm việc\n"
    "Thư điện tử: trả lời trong hai ngày làm việc\n"
    "Trực tiếp: sáng thứ Hai và sáng thứ Năm"
)
RESPONSIBLE = "Nguyễn Văn Minh Họa, Chánh Văn phòng Ủy ban nhân dân tỉnh"
LICENCE = "Số 00/GP-TTĐT ngày 01/7/2025 (số minh họa)"
SITE_NAME = "Cổng thông tin điện tử tỉnh Quảng Trị"

# name, latitude, longitude

# model, slug of the page above, slug, title, introduction; all but "chi-thi-email" in the menu
# (name, slugs of its sections, its reporter)
UNITS = [("Trung tâm Công nghệ thông tin", ["chi-thi-email", "tin-tuc"], "phongvien")]

SECTIONS = [
    (
        DirectiveIndexPage,
        "home",
        "van-ban",
        "Văn bản",
        "Chỉ thị, quyết định, kế hoạch và các văn bản khác của Ủy ban nhân dân tỉnh và các sở.",
    ),
    (
        DirectiveIndexPage,
        "van-ban",
        "chi-thi-email",
        "Chỉ thị email",
        "Văn bản về thư điện tử công vụ và việc gửi, nhận văn bản điện tử trong cơ quan nhà nước.",
    ),
    (NewsIndexPage, "home", "tin-tuc", "Tin tức", "Tin hoạt động trong tỉnh."),
    (EventIndexPage, "home", "su-kien", "Sự kiện", "Hội nghị, lớp tập huấn, ngày hội sắp diễn ra."),
]


def standard(section, slug, title, introduction, body, **facts):
    return Entry(
        StandardPage,
        section=section,
        slug=slug,
        title=title,
        published_on=timezone.localdate(),
        facts={"introduction": introduction} | facts,
        body=body,
        author="banbientap",
    )


def standard_pages():
    return [
        standard(
            "home",
            "gioi-thieu",
            "Giới thiệu",
            "Nơi người dân tra văn bản, đọc tin, xem lịch sự kiện và gửi ý kiến đến chính quyền "
            "tỉnh.",
            [
                callout(
                    "important",
                    "Đây là nội dung minh họa",
                    "Văn bản, tin, sự kiện, tên người và số liệu ở đây được soạn để giới thiệu "
                    "phần mềm, không có giá trị pháp lý.",
                ),
                image(BRIDGE),
                heading("Cổng thông tin có gì?"),
                points(
                    "<b>Văn bản</b>: tra theo số, ký hiệu hoặc vài từ, có dấu hay không dấu đều "
                    "được; mỗi văn bản ghi rõ còn hay hết hiệu lực.",
                    "<b>Tin tức và sự kiện</b>: do ban biên tập viết, qua hai bước duyệt.",
                    "<b>Tỷ giá, thời tiết</b>: lấy tự động, luôn ghi nguồn và giờ cập nhật.",
                    "<b>Ý kiến</b>: câu hỏi ngắn, kết quả công khai ngay.",
                ),
                heading("Ai duyệt bài?"),
                table(
                    "Ba bước của một bài viết",
                    ["Bước", "Người làm", "Việc"],
                    ["1", "Biên tập viên", "Soạn và gửi duyệt"],
                    ["2", "Kiểm duyệt viên", "Đọc lại, duyệt hoặc trả về"],
                    ["3", "Ban biên tập", "Duyệt đăng"],
                ),
                text("Không ai được duyệt bài do chính mình viết hoặc sửa."),
            ],
            show_in_menus=True,
        ),
        standard(
            "gioi-thieu",
            "cach-tra-cuu",
            "Cách tra cứu văn bản",
            "Gõ số, ký hiệu hoặc vài từ; dấu có cũng được, không có cũng được.",
            [
                points(
                    "<b>Biết số</b>: gõ “07/CT-UBND” hoặc chỉ “07”.",
                    "<b>Chỉ nhớ nội dung</b>: gõ vài từ, rồi thu hẹp theo cơ quan, lĩnh vực, năm.",
                    "<b>Cần biết ngày xưa thế nào</b>: trong sổ văn bản, chọn một ngày; sổ hiện "
                    "đúng như ngày đó.",
                ),
                text("Mỗi danh sách tải về được dưới dạng CSV và theo dõi được qua Atom, RSS."),
            ],
        ),
        standard(
            "gioi-thieu",
            "so-lieu-tu-dau",
            "Số liệu lấy từ đâu",
            "Tỷ giá và thời tiết do máy lấy, nguồn và giờ ghi ngay cạnh con số.",
            [
                table(
                    "Nguồn của các con số",
                    ["Số liệu", "Nguồn", "Lấy lại sau"],
                    ["Tỷ giá", "Vietcombank", "15 phút"],
                    ["Thời tiết", "Open-Meteo, MET Norway", "30 phút"],
                    ["Lượt truy cập", "Cổng tự đếm", "Ngay"],
                ),
                text("Khi một nguồn hỏng, số tốt gần nhất còn lại, kèm giờ của nó."),
            ],
        ),
        *(
            standard(
                "home",
                first.slug,
                first.title,
                first.introduction,
                first.body,
                office_contact=first.office_contact,
            )
            for first in FIRST_PAGES
        ),
    ]


def links(title, *rows):
    """rows: (text, Ref to a page or address)"""
    return block(
        "links",
        heading=title,
        links=[
            {
                "title": words,
                "page": target if isinstance(target, Ref) else None,
                "url": "" if isinstance(target, Ref) else target,
            }
            for words, target in rows
        ],
    )


def note(title, words):
    return block("text", heading=title, text=f"<p>{words}</p>")


def weather(title, *regions):
    """All regions when none is named."""
    return block("weather", heading=title, regions=[Ref("region", name) for name in regions])


SIDEBAR = "Cột bên chung"
MAIL_SIDEBAR = "Cột bên mục Chỉ thị email"


def sidebars():
    """{title: its blocks}"""
    return {
        SIDEBAR: [
            block("rates", heading="Tỷ giá", currencies=["USD", "EUR", "JPY", "THB", "LAK"]),
            weather("Thời tiết các vùng", "Đông Hà", "Đồng Hới", "Khe Sanh", "Cồn Cỏ"),
            poll("Ý kiến của bạn", SCHOOLS),
            block("visits", heading="Thống kê truy cập"),
            block(
                "featured",
                heading="Được quan tâm",
                pages=[page(MAIL_OF_2014.slug), page("quay-mot-cua-mo-sang-thu-bay")],
            ),
            links(
                "Liên kết",
                ("Cổng Dịch vụ công quốc gia", "https://dichvucong.gov.vn/"),
                ("Cổng Thông tin điện tử Chính phủ", "https://chinhphu.vn/"),
                ("Liên hệ ban biên tập", page("lien-he")),
            ),
            note("Đường dây nóng", "Phản ánh về thái độ phục vụ: <b>0233 000 0000</b>."),
        ],
        MAIL_SIDEBAR: [
            weather("Thời tiết các vùng", "Đông Hà", "Khe Sanh"),
            poll("Ý kiến của bạn", SCHOOLS),
            links(
                "Thư điện tử công vụ",
                ("Vào hộp thư công vụ", "https://mail.quangtri.gov.vn/"),
                ("Dùng hộp thư sao cho an toàn", page("ho-thu-cong-vu-nen-va-khong-nen")),
                ("Chỉ thị 07/CT-UBND năm 2014", page(MAIL_OF_2014.slug)),
            ),
            note(
                "Quên mật khẩu?",
                "Liên hệ người quản trị hộp thư của cơ quan bạn. Không ai được hỏi mật khẩu của "
                "bạn qua điện thoại.",
            ),
        ],
    }
