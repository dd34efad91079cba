"""Directives of certain days, of bodies that are gone and of those that came after them.

Between them they have every kind of relation and every effect that doesn't depend on the day. None
is younger than what `directives.directives` adds to them."""

from datetime import date

from .blocks import callout, clause, heading, points, provision, table, text
from .files import HEALTH_FORM, PLEDGE_FORM, SCANNED_PLAN
from .record import amends, attached, cites, corrects, directive, implements, replaces, suspended
from .vocabularies import (
    COMMITTEE,
    COMMUNE,
    DIGITAL,
    DISTRICT,
    FARMING,
    HEALTH,
    HEALTH_CARE,
    NEIGHBOUR,
    OLD_COMMITTEE,
    OTHER_COMMUNE,
    TOURISM,
    TRADE,
    TRANSPORT,
)

# Signers are invented, and so are numbers: no province gets to ninety in these series.
FOR_COMMITTEE = "Phó Chủ tịch (ký thay Chủ tịch)"

WATER = directive(
    "Quyết định",
    OLD_COMMITTEE,
    "91/2017",
    "QĐ-UBND",
    date(2017, 3, 20),
    effective_on=date(2017, 4, 1),
    slug="91-2017-qd-ubnd",
    title="Quản lý công trình cấp nước sạch nông thôn",
    subject="Ban hành Quy định về quản lý, vận hành công trình cấp nước sạch nông thôn",
    summary="Ai giữ công trình, ai sửa, thu tiền nước thế nào và phải báo trước khi ngừng cấp.",
    signer=("Đỗ Hoài Nghiêm", "Chủ tịch"),
    recipients=(
        "Như Điều 5;",
        "Thường trực Hội đồng nhân dân tỉnh;",
        "Các phòng chuyên môn;",
        "Lưu: VT, NN.",
    ),
    topics=(FARMING,),
    views=318,
    body=[
        provision(
            1,
            "Phạm vi, đối tượng",
            clause("Quy định này áp dụng cho công trình cấp nước tập trung ở xã, thôn, bản."),
            clause("Giếng và bể chứa của từng hộ không thuộc phạm vi Quy định này."),
        ),
        provision(
            2,
            "Giao công trình",
            clause(
                "Công trình được giao cho một trong các đơn vị sau:",
                "Hợp tác xã hoặc tổ dùng nước do người dân bầu;",
                "Doanh nghiệp có hợp đồng với Ủy ban nhân dân xã;",
                "Ủy ban nhân dân xã, khi chưa có đơn vị nào nhận.",
            ),
            clause("Biên bản giao ghi rõ tình trạng từng hạng mục, có bản vẽ kèm theo."),
        ),
        provision(
            3,
            "Bảo trì",
            clause("Súc rửa bể lọc mỗi tháng một lần, thay vật liệu lọc hai năm một lần."),
            clause("Đơn vị quản lý tự trả tiền sửa chữa dưới mười triệu đồng mỗi lần."),
            clause("Hư hỏng do thiên tai được sửa bằng ngân sách."),
        ),
        provision(
            4,
            "Ngừng cấp nước",
            words=(
                "Khi ngừng cấp nước để sửa chữa, đơn vị quản lý báo cho người dùng trước 24 giờ "
                "bằng loa truyền thanh."
            ),
        ),
        provision(
            5,
            "Thi hành",
            clause(
                "Giám đốc các sở, Chủ tịch Ủy ban nhân dân huyện, thị xã, thành phố và thủ trưởng "
                "đơn vị có liên quan thi hành Quyết định này."
            ),
            clause("Quyết định có hiệu lực từ ngày 01 tháng 4 năm 2017."),
        ),
    ],
)

FERRIES = directive(
    "Quyết định",
    OLD_COMMITTEE,
    "96/2018",
    "QĐ-UBND",
    date(2018, 11, 5),
    effective_on=date(2018, 11, 20),
    slug="96-2018-qd-ubnd",
    title="Mở và đóng bến khách ngang sông",
    subject="Quy định về việc mở, đóng và kiểm tra bến khách ngang sông",
    signer=("Lê Phước Thạch", FOR_COMMITTEE),
    topics=(TRANSPORT,),
    views=146,
    body=[
        provision(
            1,
            "Mở bến",
            clause("Chủ bến nộp đơn tại Ủy ban nhân dân xã, kèm sơ đồ bến và giấy tờ phương tiện."),
            clause("Xã trả lời trong bảy ngày làm việc."),
        ),
        provision(
            2,
            "Đóng bến",
            words="Bến không bảo đảm an toàn bị đóng cho đến khi khắc phục xong.",
        ),
    ],
)

NEIGHBOURS_FERRIES = directive(
    "Quyết định",
    NEIGHBOUR,
    "95/2019",
    "QĐ-UBND",
    date(2019, 6, 17),
    effective_on=date(2019, 7, 1),
    slug="95-2019-qd-ubnd",
    title="An toàn bến đò ngang",
    subject="Quy định điều kiện an toàn đối với bến đò ngang trên sông, hồ",
    signer=("Cao Bạch Lĩnh", FOR_COMMITTEE),
    topics=(TRANSPORT,),
    views=92,
    body=[
        provision(
            1,
            "Điều kiện của bến",
            clause(
                "Bến đò ngang phải có:",
                "Cầu dẫn chắc chắn, lan can hai bên;",
                "Bảng ghi số người được chở và giờ hoạt động;",
                "Phao cứu sinh đặt ở nơi dễ lấy.",
            ),
            clause("Mỗi chuyến đò có đủ áo phao; trẻ em mặc áo phao cỡ nhỏ."),
        ),
    ],
)

WATER_AMENDED = directive(
    "Quyết định",
    OLD_COMMITTEE,
    "93/2021",
    "QĐ-UBND",
    date(2021, 9, 14),
    effective_on=date(2021, 10, 1),
    slug="93-2021-qd-ubnd",
    title="Sửa đổi quy định về công trình cấp nước sạch nông thôn",
    subject=(
        "Sửa đổi, bổ sung một số điều của Quy định ban hành kèm theo Quyết định số "
        "91/2017/QĐ-UBND ngày 20 tháng 3 năm 2017"
    ),
    signer=("Đỗ Hoài Nghiêm", "Chủ tịch"),
    topics=(FARMING,),
    views=127,
    rows=(amends(WATER, "khoản 2 Điều 3, Điều 4"),),
    body=[
        provision(
            1,
            "Nội dung sửa đổi",
            clause(
                "Khoản 2 Điều 3: đơn vị quản lý tự trả tiền sửa chữa dưới mười lăm triệu đồng mỗi "
                "lần; phần vượt được ngân sách xã hỗ trợ."
            ),
            clause(
                "Điều 4: báo cho người dùng trước 48 giờ bằng tin nhắn và loa truyền thanh; ngừng "
                "quá một ngày thì phải chở nước đến nơi."
            ),
        ),
        provision(2, "Hiệu lực", words="Quyết định này có hiệu lực từ ngày 01 tháng 10 năm 2021."),
    ],
)

CORRECTION = directive(
    "Công văn",
    OLD_COMMITTEE,
    "2210",
    "UBND-NN",
    date(2021, 10, 4),
    slug="2210-ubnd-nn-2021",
    title="Đính chính Quyết định 93/2021/QĐ-UBND",
    subject="V/v đính chính lỗi kỹ thuật trong Quyết định số 93/2021/QĐ-UBND",
    signer=("Hồ Thanh Thụ", "Phó Chánh Văn phòng (thừa lệnh Chủ tịch)"),
    topics=(FARMING,),
    views=58,
    rows=(corrects(WATER_AMENDED, "khoản 1 Điều 1"), cites(WATER)),
    body=[
        text(
            "Do sơ suất khi in, khoản 1 Điều 1 Quyết định số 93/2021/QĐ-UBND ghi “mười năm triệu "
            "đồng”. Ủy ban nhân dân tỉnh đính chính thành “mười lăm triệu đồng”.",
            "Bản trên cổng thông tin đã ghi đúng số tiền này.",
        ),
    ],
)

COFFEE = directive(
    "Kế hoạch",
    DISTRICT,
    "88",
    "KH-UBND",
    date(2022, 8, 9),
    expires_on=date(2025, 12, 31),
    slug="88-kh-ubnd-2022",
    title="Chăm sóc và tái canh cây cà phê",
    subject="Chăm sóc và tái canh cây cà phê giai đoạn 2022 – 2025",
    signer=("Hồ Thạch Diên", FOR_COMMITTEE),
    recipients=("UBND các xã trồng cà phê;", "Các phòng chuyên môn;", "Lưu: VT."),
    topics=(FARMING,),
    views=203,
    author="bientap2",
    rows=(attached(SCANNED_PLAN, is_signed_copy=True),),
    body=[
        provision(
            1,
            "Mục tiêu",
            clause("Tái canh 600 héc-ta cà phê già cỗi, năng suất thấp."),
            clause("Mỗi xã trồng cà phê có ít nhất một tổ hợp tác thu hái quả chín."),
        ),
        provision(
            2,
            "Việc phải làm",
            clause("Phòng chuyên môn chọn giống, hướng dẫn kỹ thuật tại vườn, mỗi vụ hai lần."),
            clause(
                "Ủy ban nhân dân các xã:",
                "Lập danh sách hộ đăng ký tái canh trước ngày 30 tháng 9 hằng năm;",
                "Theo dõi tỷ lệ cây sống, báo cáo vào tháng 3 và tháng 9.",
            ),
            clause("Hộ tái canh được hỗ trợ cây giống một lần theo diện tích đăng ký."),
        ),
        provision(3, "Thời gian thực hiện", words="Từ ngày ký đến hết ngày 31 tháng 12 năm 2025."),
    ],
)

HEALTH_RECORDS = directive(
    "Hướng dẫn",
    HEALTH,
    "1406",
    "HD-SYT",
    date(2023, 6, 12),
    withdrawn_on=date(2024, 3, 11),
    withdrawal_reason=(
        "Mẫu phiếu kèm theo hỏi nhiều thông tin cá nhân hơn mức cần thiết. Các trạm y tế ngừng "
        "dùng phiếu này và hủy những phiếu đã in."
    ),
    slug="1406-hd-syt-2023",
    title="Lập hồ sơ sức khỏe điện tử tại trạm y tế",
    subject="Hướng dẫn lập hồ sơ sức khỏe điện tử cho người dân tại trạm y tế",
    signer=("Phạm Trà Vịnh", "Phó Giám đốc (ký thay Giám đốc)"),
    topics=(HEALTH_CARE,),
    views=274,
    author="bientap2",
    rows=(attached(HEALTH_FORM),),
    body=[
        heading("Các bước"),
        points(
            "Hỏi và ghi theo mẫu phiếu kèm theo.",
            "Nhập vào phần mềm ngay trong ngày.",
            "In một bản cho người dân giữ.",
            ordered=True,
        ),
    ],
)

FERRIES_OF_BOTH = directive(
    "Quyết định",
    COMMITTEE,
    "97/2025",
    "QĐ-UBND",
    date(2025, 8, 22),
    effective_on=date(2025, 9, 1),
    slug="97-2025-qd-ubnd",
    title="Bến khách ngang sông: một quy định cho cả tỉnh mới",
    subject="Ban hành Quy định về bến khách ngang sông trên địa bàn tỉnh Quảng Trị",
    summary=(
        "Sau khi sắp xếp tỉnh, hai quy định cũ được gộp làm một: xã, phường cho mở bến trong năm "
        "ngày làm việc, chủ bến ký cam kết an toàn."
    ),
    signer=("Trương Khắc Niệm", "Chủ tịch"),
    recipients=(
        "Như Điều 4;",
        "Thường trực Hội đồng nhân dân tỉnh;",
        "Cổng thông tin điện tử tỉnh;",
        "Lưu: VT, GT.",
    ),
    topics=(TRANSPORT,),
    views=466,
    rows=(
        replaces(FERRIES),
        replaces(NEIGHBOURS_FERRIES),
        implements("Chương trình số 98-CTr/TU của Tỉnh ủy về giao thông nông thôn (minh họa)"),
        attached(PLEDGE_FORM),
    ),
    body=[
        provision(
            1,
            "Mở bến",
            clause("Chủ bến nộp hồ sơ qua mạng hoặc tại bộ phận một cửa của xã, phường."),
            clause(
                "Hồ sơ gồm:",
                "Đơn mở bến, có tọa độ hai đầu bến;",
                "Giấy tờ của phương tiện và người lái;",
                "Bản cam kết theo mẫu đính kèm.",
            ),
            clause("Xã, phường kiểm tra tại chỗ và trả lời trong năm ngày làm việc."),
        ),
        provision(
            2,
            "An toàn trên bến và trên đò",
            clause("Mọi hành khách mặc áo phao trước khi đò rời bến."),
            clause(
                "Đò không được chở khách khi:",
                "Nước sông từ báo động 2 trở lên;",
                "Tầm nhìn dưới 50 mét;",
                "Người lái đã uống rượu, bia.",
            ),
        ),
        provision(
            3,
            "Chuyển tiếp",
            words=(
                "Bến đã mở theo Quyết định số 96/2018/QĐ-UBND và Quyết định số 95/2019/QĐ-UBND "
                "hoạt động tiếp, ký bản cam kết trong ba tháng."
            ),
        ),
        provision(
            4,
            "Thi hành",
            clause("Quyết định có hiệu lực từ ngày 01 tháng 9 năm 2025, thay hai quyết định trên."),
            clause(
                "Giám đốc các sở, Chủ tịch Ủy ban nhân dân xã, phường, đặc khu thi hành Quyết "
                "định này."
            ),
        ),
    ],
)

COMMUNES_WATER = directive(
    "Kế hoạch",
    COMMUNE,
    "06",
    "KH-UBND",
    date(2025, 9, 10),
    slug="06-kh-ubnd-2025",
    title="Bảo trì công trình nước tự chảy ở xã Khe Sanh",
    subject="Bảo trì công trình cấp nước tự chảy trên địa bàn xã Khe Sanh",
    signer=("Hồ Thạch Diên", "Chủ tịch"),
    topics=(FARMING,),
    views=71,
    author="bientap2",
    rows=(implements(WATER, "Điều 3"),),
    body=[
        table(
            "Lịch súc rửa bể lọc",
            ["Tuần", "Công trình", "Người làm"],
            ["Tuần 1", "Bể đầu nguồn", "Tổ dùng nước số 1"],
            ["Tuần 2", "Bể trung tâm", "Tổ dùng nước số 2"],
            ["Tuần 3", "Đường ống nhánh", "Đoàn thanh niên xã"],
        ),
        callout(
            "note",
            "Nước đục sau khi súc rửa?",
            "Mở vòi xả khoảng mười phút. Vẫn đục thì gọi người trực của tổ dùng nước.",
        ),
    ],
)

# The same number in the same year: its permanent address lists both.
COMMUNES_BORDER = directive(
    "Kế hoạch",
    OTHER_COMMUNE,
    "06",
    "KH-UBND",
    date(2025, 9, 12),
    slug="06-kh-ubnd-2025-lao-bao",
    title="Giúp người dân khai tờ khai điện tử ở cửa khẩu",
    subject="Lập tổ giúp người dân khai tờ khai điện tử tại cửa khẩu Lao Bảo",
    signer=("Lâm Cẩm Sơn", "Chủ tịch"),
    topics=(TRADE, DIGITAL),
    views=64,
    author="bientap2",
    body=[
        points(
            "Tổ có sáu người, trực hai ca mỗi ngày ở nhà chờ.",
            "Giúp khai trên điện thoại của người dân; không giữ giấy tờ, không nhận tiền.",
            "Cuối tuần, tổ báo cáo số lượt đã giúp và lỗi hay gặp.",
        ),
    ],
)

PARKING = directive(
    "Quyết định",
    COMMITTEE,
    "2605",
    "QĐ-UBND",
    date(2025, 9, 15),
    slug="2605-qd-ubnd-2025",
    title="Thí điểm một giá gửi xe ở các bãi biển",
    subject="Về việc thí điểm một mức giá gửi xe tại các bãi biển trên địa bàn tỉnh",
    signer=("Bùi Diệu Khê", FOR_COMMITTEE),
    topics=(TOURISM, TRANSPORT),
    views=389,
    rows=(
        suspended(
            date(2025, 10, 6),
            "Tạm ngưng để lấy thêm ý kiến các hộ trông giữ xe về mức giá trong mùa vắng khách.",
        ),
    ),
    body=[
        provision(
            1,
            "Mức giá",
            clause("Mỗi lượt gửi, kể cả ban đêm:", "Xe đạp: miễn phí;", "Xe máy: 5.000 đồng."),
            clause("Giá được niêm yết ở lối vào, chữ cao ít nhất 10 xăng-ti-mét."),
        ),
        provision(2, "Thời gian", words="Thí điểm từ ngày ký cho đến khi có quyết định khác."),
    ],
)

OLDER = (
    *(WATER, FERRIES, NEIGHBOURS_FERRIES, WATER_AMENDED, CORRECTION, COFFEE),
    *(HEALTH_RECORDS, FERRIES_OF_BOTH, COMMUNES_WATER, COMMUNES_BORDER, PARKING),
)
