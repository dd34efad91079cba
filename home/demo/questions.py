"""Two polls: the old portal's with the votes it had, and a new one."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.utils import timezone

SCHOOLS = "Có nên đưa công nghệ thông tin vào dạy chuyên sâu ngay từ bậc học phổ thông không?"
SERVICES = "Bạn muốn nộp hồ sơ dịch vụ công bằng cách nào?"


@dataclass(frozen=True)
class Question:
    question: str
    opens_at: datetime
    closes_at: datetime
    choices: tuple  # (text, votes taken over from the old portal)
    method_note: str
    inherited_source: str = ""


def end_of_next_month(today):
    """The last minute of it."""
    first = (today.replace(day=1) + timedelta(days=63)).replace(day=1)
    return timezone.make_aware(datetime.combine(first - timedelta(days=1), time(23, 59)))


def questions(today):
    def morning(days_ago):
        return timezone.make_aware(datetime.combine(today - timedelta(days=days_ago), time(8)))

    return [
        Question(
            SERVICES,
            morning(5),
            end_of_next_month(today),
            (
                ("Tự nộp qua mạng", 0),
                ("Qua mạng, có người hướng dẫn tại điểm hỗ trợ gần nhà", 0),
                ("Trực tiếp tại quầy một cửa", 0),
                ("Qua bưu điện", 0),
            ),
            "Kết quả giúp bố trí điểm hỗ trợ nộp hồ sơ năm tới. Không thu thập tên người trả lời.",
        ),
        Question(
            SCHOOLS,
            morning(21),
            end_of_next_month(today),
            (
                ("Có", 16),
                ("Không", 4),
                ("Thí điểm ở Hà Nội và TP. HCM", 1),
                ("Chỉ ở Hà Nội", 4),
            ),
            "Câu hỏi và 25 phiếu đầu tiên được chuyển từ cổng thông tin cũ. Kết quả chỉ để tham "
            "khảo, không đại diện cho toàn dân.",
            "trang thăm dò ý kiến của cổng thông tin cũ, chép lại khi chuyển sang cổng mới",
        ),
    ]
