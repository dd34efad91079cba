"""The pictures and files beside this module, and the words that go with them."""

from dataclasses import dataclass
from pathlib import Path

from .blocks import Ref

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Picture:
    name: str
    title: str
    alt: str

    @property
    def path(self):
        return FOLDER / "images" / f"{self.name}.webp"

    @property
    def ref(self):
        return Ref("image", self.title)


@dataclass(frozen=True)
class File:
    name: str
    title: str

    @property
    def path(self):
        return FOLDER / "files" / self.name

    @property
    def ref(self):
        return Ref("document", self.title)


BRIDGE = Picture(
    "cau-qua-song",
    "Cầu qua sông",
    "Tranh vẽ: cầu giàn thép năm nhịp bắc qua sông, một chiếc thuyền treo cờ đang xuôi dòng",
)
BEACH = Picture(
    "bai-bien",
    "Bãi biển",
    "Tranh vẽ: bãi cát với ba chiếc dù, hàng dừa và hai thuyền đánh cá ngoài khơi",
)
HILLS = Picture(
    "nui-khe-sanh",
    "Đồi núi Khe Sanh",
    "Tranh vẽ: đồi núi có trụ điện gió, phía trước là nhà sàn và nương cà phê chín đỏ",
)
COUNTER = Picture(
    "quay-mot-cua",
    "Quầy tiếp nhận hồ sơ",
    "Tranh vẽ: ba cán bộ ngồi sau quầy tiếp nhận hồ sơ, hai người dân đang chờ đến lượt",
)
MAIL = Picture(
    "thu-dien-tu",
    "Thư điện tử công vụ",
    "Tranh vẽ: phong bì mở, bên trong là văn bản đã được xác nhận chữ ký, nối với nhiều cơ quan",
)
ISLAND = Picture(
    "dao-con-co",
    "Đảo Cồn Cỏ",
    "Tranh vẽ: hòn đảo xanh có ngọn hải đăng sọc đỏ trắng, một con tàu đang vào đảo",
)
FIELDS = Picture(
    "dong-lua",
    "Đồng lúa",
    "Tranh vẽ: hai người đội nón đang thăm đồng lúa xanh, bên cạnh là con mương dẫn nước",
)
STORM = Picture(
    "mua-lu",
    "Nhà tránh lũ",
    "Tranh vẽ: thuyền chở ba người mặc áo phao đi về phía căn nhà tránh lũ trên cột cao giữa mưa",
)
PICTURES = (BRIDGE, BEACH, HILLS, COUNTER, MAIL, ISLAND, FIELDS, STORM)

SIGNED_DIRECTIVE = File("chi-thi-07-ct-ubnd.pdf", "Chỉ thị 07/CT-UBND ngày 16/6/2014")
REPORT_FORM = File(
    "mau-bao-cao-van-ban-dien-tu.xlsx", "Mẫu báo cáo gửi, nhận văn bản điện tử hằng quý"
)
SCANNED_PLAN = File("ke-hoach-88-kh-ubnd.pdf", "Kế hoạch 88/KH-UBND ngày 9/8/2022 (bản quét)")
PLEDGE_FORM = File("mau-cam-ket-ben-khach.docx", "Mẫu bản cam kết của chủ bến khách ngang sông")
HEALTH_FORM = File("mau-phieu-suc-khoe.docx", "Mẫu phiếu thông tin sức khỏe ban đầu")
FILES = (SIGNED_DIRECTIVE, REPORT_FORM, SCANNED_PLAN, PLEDGE_FORM, HEALTH_FORM)
