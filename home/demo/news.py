"""News, and one piece that still waits for its reviewers."""

from datetime import timedelta

from articles.models import NewsPage

from .blocks import (
    callout,
    embed,
    figure,
    gallery,
    heading,
    image,
    page,
    pages,
    points,
    poll,
    quote,
    table,
    text,
)
from .directives import MAIL_OF_2014
from .entries import Entry, Row, coming_first, shown
from .files import BEACH, BRIDGE, COUNTER, FIELDS, HILLS, ISLAND, MAIL
from .older_directives import FERRIES_OF_BOTH
from .questions import SERVICES
from .vocabularies import (
    CONTRIBUTOR,
    DIGITAL,
    FARMING,
    REFORM,
    REPORTER,
    SCHOOLING,
    TOURISM,
    TRADE,
    TRANSPORT,
)

# The piece on top of the home page.
LEAD = "van-ban-dien-tu-ky-so"
ISLAND_NEWS = "tau-ra-dao-con-co"
BEACH_NEWS = "bai-bien-don-khach-sach-va-an-toan"
# Those on top of their section, in this order.
FEATURED_NEWS = [LEAD, "quay-mot-cua-mo-sang-thu-bay"]


def related(*slugs):
    """Pages that the loader makes before this one."""
    return tuple(Row("related", {"page_id": page(slug)}) for slug in slugs)


def piece(posted_on, slug, title, summary, body, lead=None, **more):
    facts = {"posted_on": posted_on, "summary": summary}
    if lead:
        facts |= {"lead_image_id": lead.ref, "lead_image_alt": lead.alt}
    return Entry(
        NewsPage,
        section="tin-tuc",
        slug=slug,
        title=title,
        published_on=posted_on,
        facts=facts,
        body=body,
        **more,
    )


def news(today):
    """All of it, oldest first."""

    def ago(days):
        return today - timedelta(days=days)

    return [
        piece(
            ago(52),
            "ho-thu-cong-vu-nen-va-khong-nen",
            "Hộp thư công vụ: những việc nên làm và nên tránh",
            "Gửi đúng người, đặt tiêu đề rõ, không bấm vào liên kết lạ: vài thói quen nhỏ giúp hộp "
            "thư của cơ quan an toàn và gọn.",
            [
                heading("Nên làm"),
                points(
                    "Ghi tiêu đề gồm việc và hạn, ví dụ: “Góp ý dự thảo quy chế, trước ngày 15”.",
                    "Chỉ gửi cho người phải làm; người cần biết để ở dòng đồng gửi.",
                    "Trả lời “đã nhận” ngay khi mở thư, rồi mới xử lý.",
                ),
                heading("Nên tránh"),
                points(
                    "Chuyển tiếp thư công vụ sang hộp thư cá nhân.",
                    "Đặt chung một mật khẩu cho nhiều tài khoản.",
                    "Mở tệp nén có mật khẩu của người không quen.",
                ),
                callout(
                    "important",
                    "Nghi thư giả mạo?",
                    "Không bấm, không trả lời. Chuyển nguyên thư cho người quản trị của cơ quan.",
                ),
                pages("Quy định", MAIL_OF_2014.slug),
            ],
            lead=MAIL,
            topics=(DIGITAL,),
            tags=("hộp thư công vụ", "an toàn thông tin"),
            authors=(REPORTER,),
            views=974,
            author="bientap2",
        ),
        piece(
            ago(44),
            BEACH_NEWS,
            "Cửa Tùng, Cửa Việt giữ bãi biển sạch quanh năm",
            "Ngoài mùa du lịch, các đội thanh niên và tiểu thương vẫn dọn bãi mỗi sáng thứ Bảy.",
            [
                text(
                    "Hết mùa tắm biển, lượng rác dạt vào bờ sau mỗi đợt gió mùa lại tăng. Thay vì "
                    "chờ đến hè, các xã ven biển chia bãi thành từng đoạn 300 mét, mỗi đoạn có một "
                    "nhóm nhận chăm sóc.",
                    "Từ đầu năm đến nay, các nhóm đã gom hơn 40 tấn rác; phần nhựa được cân bán, "
                    "lấy tiền mua áo phao cho đội cứu hộ.",
                ),
                gallery(
                    figure(FIELDS, "Đồng lúa sau rặng cát ven biển"),
                    figure(ISLAND, "Tàu ra đảo Cồn Cỏ xuất phát từ cảng Cửa Việt"),
                    figure(BRIDGE, "Cầu trên đường xuống biển"),
                ),
            ],
            lead=BEACH,
            topics=(TOURISM, FARMING),
            tags=("bãi biển", "rác thải nhựa"),
            views=356,
        ),
        piece(
            ago(36),
            "to-khai-dien-tu-cua-khau-lao-bao",
            "Qua cửa khẩu Lao Bảo bằng tờ khai điện tử",
            "Lái xe khai trước ở nhà, đến nơi chỉ quét mã; thời gian chờ trung bình còn một phần "
            "ba.",
            [
                text(
                    "Thí điểm bắt đầu với xe chở hàng nông sản và vật liệu xây dựng. Doanh nghiệp "
                    "khai trên mạng từ ngày hôm trước, nhận mã và giờ hẹn; cán bộ cửa khẩu quét "
                    "mã, đối chiếu với hàng trên xe."
                ),
                table(
                    "Thời gian qua cửa khẩu, tính trung bình mỗi xe",
                    ["Loại xe", "Trước thí điểm", "Khi khai điện tử"],
                    ["Xe nông sản", "95 phút", "31 phút"],
                    ["Xe vật liệu xây dựng", "120 phút", "44 phút"],
                ),
                callout(
                    "note",
                    "Cần chuẩn bị gì?",
                    "Số định danh của người lái, biển số xe và ảnh chụp hóa đơn. Khai được trên "
                    "điện thoại.",
                ),
            ],
            topics=(TRADE, TRANSPORT, DIGITAL),
            tags=("cửa khẩu Lao Bảo",),
            authors=(REPORTER,),
            views=641,
        ),
        piece(
            ago(29),
            "lich-xuong-giong-qua-tin-nhan",
            "Nông dân nhận lịch xuống giống qua tin nhắn",
            "Hợp tác xã nhắn lịch gieo, lịch mở nước và tin sâu bệnh cho từng cánh đồng, không "
            "phải chờ loa truyền thanh.",
            [
                text(
                    "Mỗi cánh đồng có một nhóm tin nhắn riêng. Khi trạm thủy nông mở cống, người "
                    "có ruộng cuối nguồn biết trước mấy giờ nước về đến bờ.",
                ),
                quote(
                    "Trước đây phải chạy ra đồng xem nước. Nay nhìn điện thoại là biết, đỡ hai "
                    "lượt đi về.",
                    "Một xã viên ở Hải Lăng",
                ),
            ],
            lead=FIELDS,
            topics=(FARMING, DIGITAL),
            tags=("hợp tác xã",),
            authors=(CONTRIBUTOR,),
            views=288,
            author="bientap2",
        ),
        piece(
            ago(22),
            "quay-mot-cua-mo-sang-thu-bay",
            "Mười hai xã, phường mở quầy một cửa sáng thứ Bảy",
            "Người đi làm cả tuần có thêm bốn tiếng để nộp và nhận hồ sơ; có thể đặt giờ trước.",
            [
                text(
                    "Các quầy tiếp nhận hồ sơ tại mười hai xã, phường đông dân mở cửa từ 7 giờ 30 "
                    "đến 11 giờ 30 sáng thứ Bảy. Cán bộ trực được nghỉ bù trong tuần."
                ),
                image(COUNTER, "Ba quầy tiếp nhận, mỗi quầy một nhóm thủ tục"),
                points(
                    "Làm được: hộ tịch, chứng thực, đăng ký kinh doanh hộ gia đình, bảo trợ xã "
                    "hội.",
                    "Chưa làm: đất đai và xây dựng, vì cần đo đạc trong ngày làm việc.",
                ),
                callout(
                    "deadline",
                    "Đặt giờ trước 16 giờ thứ Sáu",
                    "Người đến không đặt giờ vẫn được phục vụ, xen giữa các lượt hẹn.",
                ),
            ],
            topics=(REFORM,),
            tags=("một cửa",),
            authors=(REPORTER,),
            rows=related("to-khai-dien-tu-cua-khau-lao-bao"),
            views=1120,
        ),
        piece(
            ago(16),
            ISLAND_NEWS,
            "Tàu ra đảo Cồn Cỏ: xem lịch và giữ chỗ trên mạng",
            "Lịch chạy phụ thuộc sóng gió được cập nhật hai lần mỗi ngày; hủy chuyến thì hoàn tiền "
            "tự động.",
            [
                text(
                    "Khách đi đảo giữ chỗ bằng số định danh, nhận mã lên tàu qua thư điện tử. Khi "
                    "cảng vụ báo cấm biển, hệ thống tự hủy chuyến và trả lại tiền trong ngày.",
                ),
                embed(
                    "https://www.openstreetmap.org/?mlat=17.16&mlon=107.34#map=13/17.16/107.34",
                    "Bản đồ đảo Cồn Cỏ",
                ),
                callout(
                    "note",
                    "Trước khi đi",
                    "Mang giấy tờ tùy thân, không mang túi ni lông dùng một lần lên đảo.",
                ),
            ],
            lead=ISLAND,
            topics=(TOURISM, TRANSPORT),
            tags=("đảo Cồn Cỏ",),
            rows=related(FERRIES_OF_BOTH.slug, "bai-bien-don-khach-sach-va-an-toan"),
            views=803,
        ),
        piece(
            ago(10),
            "lop-ky-nang-so-o-khe-sanh",
            "Lớp kỹ năng số buổi tối ở Khe Sanh",
            "Giáo viên và đoàn viên dạy bà con dùng điện thoại để nộp hồ sơ, tra thời tiết và bán "
            "cà phê.",
            [
                text(
                    "Mỗi tuần hai tối, lớp học ở nhà sinh hoạt cộng đồng sáng đèn. Người lớn tuổi "
                    "ngồi cùng con cháu, học bằng tiếng Việt và tiếng Bru – Vân Kiều.",
                    "Bài đầu tiên là nhận ra tin nhắn lừa đảo; bài cuối là tự nộp một hồ sơ thật.",
                ),
                quote("Tôi tự nộp giấy khai sinh cho cháu, ngồi ở nhà sàn mà nộp.", "Một học viên"),
            ],
            lead=HILLS,
            topics=(SCHOOLING, DIGITAL),
            tags=("kỹ năng số", "an toàn thông tin"),
            authors=(CONTRIBUTOR,),
            rows=related("tap-huan-ky-so-cap-xa", "ho-thu-cong-vu-nen-va-khong-nen"),
            views=467,
            author="bientap2",
        ),
        piece(
            ago(5),
            "gop-y-dich-vu-cong",
            "Mời bạn cho biết: nộp hồ sơ bằng cách nào thì tiện nhất?",
            "Cổng thông tin mở khảo sát ngắn để sắp xếp lại điểm hỗ trợ nộp hồ sơ trong năm tới.",
            [
                text(
                    "Mỗi người chọn một câu trả lời, không cần khai tên. Kết quả hiện ngay bên "
                    "dưới và được báo cáo cùng kế hoạch cải cách hành chính."
                ),
                poll("Khảo sát", SERVICES),
            ],
            topics=(REFORM,),
            tags=("một cửa",),
            views=233,
        ),
        piece(
            ago(1),
            LEAD,
            "Từ tháng này, các sở và xã chỉ trao đổi văn bản có ký số",
            "Bản giấy chỉ còn dùng khi pháp luật bắt buộc. Văn thư vào sổ trên máy, lãnh đạo ký "
            "được trên điện thoại.",
            [
                text(
                    "Sau một năm chạy song song, việc gửi bản giấy giữa các cơ quan trong tỉnh "
                    "chính thức dừng lại. Văn bản đến nơi trong vài phút thay vì hai, ba ngày, kể "
                    "cả với các xã vùng cao và đặc khu Cồn Cỏ.",
                ),
                heading("Điều gì thay đổi với người dân?"),
                points(
                    "Kết quả điện tử có giá trị như bản giấy, lưu trong kho dữ liệu của mỗi người.",
                    "Ai cần bản giấy vẫn được in, đóng dấu tại quầy một cửa gần nhất.",
                    "Số, ký hiệu của mọi văn bản công khai tra được ở mục Văn bản của cổng này.",
                ),
                callout(
                    "deadline",
                    f"Quy chế mới có hiệu lực từ {shown(coming_first(today))}",
                    "Hộp thư chung của cơ quan phải trả lời người gửi trong hai ngày làm việc.",
                ),
                pages("Đọc thêm", MAIL_OF_2014.slug, "ho-thu-cong-vu-nen-va-khong-nen"),
            ],
            lead=MAIL,
            topics=(DIGITAL, REFORM),
            tags=("ký số", "hộp thư công vụ"),
            authors=(REPORTER, CONTRIBUTOR),
            rows=related(
                MAIL_OF_2014.slug, "hoi-nghi-quy-che-hop-thu", "lop-ky-nang-so-o-khe-sanh"
            ),
            views=1582,
        ),
    ]


def submitted(today):
    """Written and submitted, not yet reviewed."""
    return piece(
        today,
        "mot-nam-hop-khong-giay",
        "Một năm họp không giấy: tiết kiệm được gì?",
        "Số liệu từ 18 sở, ban, ngành sau một năm dùng phòng họp điện tử.",
        [
            text(
                "Trung bình mỗi cuộc họp bớt được 1.200 trang in. Tài liệu gửi trước hai ngày, đại "
                "biểu ghi chú và biểu quyết trên máy."
            ),
            table(
                "Tiết kiệm sau một năm",
                ["Khoản", "Trước", "Sau"],
                ["Giấy in (ram)", "4.300", "900"],
                ["Thời gian chuẩn bị một cuộc họp", "3 ngày", "1 ngày"],
            ),
        ],
        lead=BRIDGE,
        topics=(DIGITAL, REFORM),
        authors=(REPORTER,),
    )
