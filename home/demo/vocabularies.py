"""What documents and news are filled from: types, issuing bodies, topics, authors."""

from dataclasses import dataclass
from datetime import date

# Used when the list of types lacks them: name -> abbreviation.
TYPES = {
    "Chỉ thị": "CT",
    "Công điện": "CĐ",
    "Công văn": "",
    "Hướng dẫn": "HD",
    "Kế hoạch": "KH",
    "Quyết định": "QĐ",
    "Thông báo": "TB",
}

# Provinces and communes merged, and districts went, overnight.
LAST_DAY, FIRST_DAY = date(2025, 6, 30), date(2025, 7, 1)


@dataclass(frozen=True)
class Body:
    """An issuing body. Namesakes differ by their first day."""

    name: str
    short_name: str
    abbreviation: str
    place: str
    established_on: date | None = None
    dissolved_on: date | None = None
    predecessors: tuple["Body", ...] = ()
    superior: str = ""


OLD_COMMITTEE = Body(
    "Ủy ban nhân dân tỉnh Quảng Trị", "UBND tỉnh (cũ)", "UBND", "Quảng Trị", None, LAST_DAY
)
NEIGHBOUR = Body(
    "Ủy ban nhân dân tỉnh Quảng Bình", "UBND tỉnh Quảng Bình", "UBND", "Quảng Bình", None, LAST_DAY
)
DISTRICT = Body(
    "Ủy ban nhân dân huyện Hướng Hóa", "UBND huyện Hướng Hóa", "UBND", "Hướng Hóa", None, LAST_DAY
)
COMMITTEE = Body(
    "Ủy ban nhân dân tỉnh Quảng Trị",
    "UBND tỉnh",
    "UBND",
    "Quảng Trị",
    FIRST_DAY,
    predecessors=(OLD_COMMITTEE, NEIGHBOUR),
)
COMMUNE = Body(
    "Ủy ban nhân dân xã Khe Sanh",
    "UBND xã Khe Sanh",
    "UBND",
    "Khe Sanh",
    FIRST_DAY,
    predecessors=(DISTRICT,),
)
OTHER_COMMUNE = Body(
    "Ủy ban nhân dân xã Lao Bảo",
    "UBND xã Lao Bảo",
    "UBND",
    "Lao Bảo",
    FIRST_DAY,
    predecessors=(DISTRICT,),
)
CHAIRMAN = Body(
    "Chủ tịch Ủy ban nhân dân tỉnh Quảng Trị", "Chủ tịch UBND tỉnh", "UBND", "Quảng Trị"
)
OFFICE = Body(
    "Văn phòng Ủy ban nhân dân tỉnh Quảng Trị",
    "Văn phòng UBND tỉnh",
    "VP",
    "Quảng Trị",
    superior=COMMITTEE.name,
)
SCIENCE = Body(
    "Sở Khoa học và Công nghệ tỉnh Quảng Trị",
    "Sở KH&CN",
    "SKHCN",
    "Quảng Trị",
    superior=COMMITTEE.name,
)
HEALTH = Body("Sở Y tế tỉnh Quảng Trị", "Sở Y tế", "SYT", "Quảng Trị", superior=COMMITTEE.name)

# Those that exist come first: of namesakes the first gets the plainer word in addresses.
BODIES = (
    *(COMMITTEE, CHAIRMAN, OFFICE, SCIENCE, HEALTH, COMMUNE, OTHER_COMMUNE),
    *(OLD_COMMITTEE, NEIGHBOUR, DISTRICT),
)

DIGITAL = "Chuyển đổi số"
REFORM = "Cải cách hành chính"
DISASTERS = "Phòng, chống thiên tai"
FARMING = "Nông nghiệp và môi trường"
TRANSPORT = "Giao thông"
TOURISM = "Du lịch"
HEALTH_CARE = "Y tế"
SCHOOLING = "Giáo dục"
TRADE = "Kinh tế, thương mại"
# As lists show them.
TOPICS = (
    *(DIGITAL, REFORM, DISASTERS, FARMING, TRANSPORT),
    *(TOURISM, HEALTH_CARE, SCHOOLING, TRADE),
)

# Invented: name -> position.
REPORTER, CONTRIBUTOR = "Mai Thạch Uyên", "Đoàn Khê Lam"
AUTHORS = {REPORTER: "Phóng viên cổng thông tin", CONTRIBUTOR: "Cộng tác viên ở Khe Sanh"}
