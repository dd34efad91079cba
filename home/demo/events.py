"""Events: one is over, the others are to come, whatever the day."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from articles.models import EventPage

from .blocks import callout, heading, pages, points, table, text
from .directives import MAIL_OF_2014
from .entries import Entry, coming_first, shown, workday
from .files import BRIDGE, COUNTER, FIELDS, HILLS

BRIEFING = "hoi-nghi-quy-che-hop-thu"
MARKET = "phien-cho-nong-san-cuoi-nam"


def at(day, hour, minute=0):
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def event(slug, title, starts_at, ends_at, place, summary, body, lead, announced_on, **more):
    return Entry(
        EventPage,
        section="su-kien",
        slug=slug,
        title=title,
        published_on=announced_on,
        facts={
            "starts_at": starts_at,
            "ends_at": ends_at,
            "place": place,
            "summary": summary,
            "lead_image_id": lead.ref,
            "lead_image_alt": lead.alt,
        },
        body=body,
        **more,
    )


def events(today):
    fair = today - timedelta(days=38)
    # Before the rules that it explains come into force.
    briefing = workday(coming_first(today) - timedelta(days=1))
    training = workday(today + timedelta(days=18))
    market = workday(today + timedelta(days=30))
    return [
        event(
            "ngay-hoi-chuyen-doi-so",
            "Ngày hội Chuyển đổi số tỉnh Quảng Trị",
            at(fair, 8),
            at(fair, 17),
            "Trung tâm Văn hóa tỉnh, phường Đông Hà",
            "Hơn 30 gian hàng hướng dẫn người dân nộp hồ sơ, thanh toán và giữ an toàn trên mạng.",
            [
                text("Ngày hội đón hơn 2.000 lượt khách. Tài liệu của các gian hàng gồm:"),
                points(
                    "Nộp hồ sơ hộ tịch trong mười phút;",
                    "Nhận biết cuộc gọi giả danh cơ quan nhà nước;",
                    "Ký số cá nhân trên điện thoại.",
                ),
            ],
            COUNTER,
            today - timedelta(days=55),
            views=540,
        ),
        event(
            BRIEFING,
            "Hội nghị phổ biến Quy chế làm việc của hộp thư công vụ",
            at(briefing, 8),
            at(briefing, 11, 30),
            "Hội trường UBND tỉnh và 78 điểm cầu xã, phường, đặc khu",
            f"Dành cho văn thư và lãnh đạo văn phòng; Quy chế có hiệu lực từ "
            f"{shown(coming_first(today))}.",
            [
                heading("Chương trình"),
                table(
                    "Chương trình hội nghị",
                    ["Giờ", "Nội dung", "Đơn vị trình bày"],
                    ["8 giờ", "Điểm mới của Quy chế", "Văn phòng UBND tỉnh"],
                    ["9 giờ", "Xác thực hai bước: cài đặt tại chỗ", "Sở Khoa học và Công nghệ"],
                    ["10 giờ", "Hỏi và đáp", "Các điểm cầu"],
                ),
                pages("Đọc trước", MAIL_OF_2014.slug),
            ],
            BRIDGE,
            today - timedelta(days=9),
            views=187,
        ),
        event(
            "tap-huan-ky-so-cap-xa",
            "Tập huấn ký số trên điện thoại cho cấp xã",
            at(training, 13, 30),
            at(training, 17),
            "Hội trường UBND xã Khe Sanh",
            "Mỗi xã, phường cử hai người; mang theo điện thoại và sim ký số.",
            [
                text(
                    "Lớp chia thành nhóm mười người, mỗi nhóm có một hướng dẫn viên. Cuối buổi, "
                    "từng người tự ký và phát hành một văn bản thử."
                ),
                callout(
                    "deadline",
                    "Đăng ký",
                    f"Gửi danh sách trước ngày {shown(training - timedelta(days=4))}.",
                ),
            ],
            HILLS,
            today - timedelta(days=7),
            views=94,
            author="bientap2",
        ),
        event(
            MARKET,
            "Phiên chợ nông sản cuối năm",
            at(market, 7),
            at(market + timedelta(days=2), 21),
            "Công viên Cọ Dầu, phường Nam Đông Hà",
            "Cà phê Khe Sanh, tiêu Cùa, gạo hữu cơ: ba ngày bán hàng trực tiếp từ hợp tác xã.",
            [
                text(
                    "Hơn 60 gian hàng của hợp tác xã và hộ sản xuất. Hàng hóa dán mã truy xuất, "
                    "thanh toán bằng tiền mặt hoặc quét mã đều được."
                ),
                points(
                    "7 giờ đến 21 giờ hằng ngày;",
                    "Giữ xe miễn phí cho khách đi bằng xe đạp, xe buýt;",
                    "Bếp ăn thử món địa phương từ 16 giờ.",
                ),
            ],
            FIELDS,
            today - timedelta(days=4),
            views=211,
        ),
    ]
