"""All directives: those on mail, and recent ones, of which one is not yet in force on any day."""

from datetime import date, timedelta

from .blocks import (
    callout,
    clause,
    documents,
    heading,
    image,
    pages,
    points,
    provision,
    quote,
    table,
    text,
)
from .entries import Later, coming_first, shown, workday
from .files import REPORT_FORM, SIGNED_DIRECTIVE, STORM
from .older_directives import OLDER
from .record import amends, attached, cites, directive, implements, replaces
from .vocabularies import (
    CHAIRMAN,
    COMMITTEE,
    DIGITAL,
    DISASTERS,
    OFFICE,
    OLD_COMMITTEE,
    REFORM,
    SCIENCE,
)

# Signers are invented.
CHAIR_2011 = ("Lê Phước Thạch", "Phó Chủ tịch (ký thay Chủ tịch)")
CHAIR_2014 = ("Đỗ Hoài Nghiêm", "Chủ tịch")
CHAIR_NOW = ("Trương Khắc Niệm", "Chủ tịch")
VICE_CHAIR_NOW = ("Bùi Diệu Khê", "Phó Chủ tịch (ký thay Chủ tịch)")
HEAD_OF_OFFICE = ("Hồ Thanh Thụ", "Phó Chánh Văn phòng (ký thay Chánh Văn phòng)")
HEAD_OF_SCIENCE = ("Phan Thế Miên", "Phó Giám đốc (ký thay Giám đốc)")

MAIL_OF_2011 = directive(
    "Chỉ thị",
    OLD_COMMITTEE,
    "03",
    "CT-UBND",
    date(2011, 1, 12),
    slug="03-ct-ubnd-2011",
    section="chi-thi-email",
    title="Đưa thư điện tử vào công việc hằng ngày của cơ quan nhà nước",
    subject="Về việc sử dụng hệ thống thư điện tử của tỉnh trong trao đổi công việc",
    signer=CHAIR_2011,
    topics=(DIGITAL,),
    views=864,
    body=[
        text(
            "Tỉnh đã lập hộp thư điện tử cho các sở, ban, ngành và cấp huyện, nhưng nhiều hộp thư "
            "còn để trống hoặc lâu ngày không mở. Để hộp thư trở thành công cụ làm việc thường "
            "xuyên, Ủy ban nhân dân tỉnh yêu cầu:"
        ),
        provision(
            1,
            "Cấp và dùng hộp thư",
            clause("Mỗi cơ quan có một hộp thư chung, do văn thư mở vào đầu và cuối giờ làm việc."),
            clause("Cán bộ, công chức được cấp hộp thư riêng trước ngày 30 tháng 6 năm 2011."),
        ),
        provision(
            2,
            "Loại thông tin gửi qua thư điện tử",
            clause(
                "Bước đầu gửi qua thư điện tử các loại sau:",
                "Lịch làm việc tuần và giấy mời họp;",
                "Tài liệu để nghiên cứu trước cuộc họp;",
                "Dự thảo văn bản xin ý kiến góp ý.",
            ),
            clause("Bản giấy vẫn được gửi song song cho đến khi có quy định khác."),
        ),
    ],
)


def _mail_of_2014(deadline=60):
    return [
        heading("Vì sao có Chỉ thị này"),
        text(
            "Mạng máy tính và phần mềm quản lý văn bản nay đã đến hầu hết các sở, ban, ngành và "
            "cấp huyện. Tuy vậy, phần lớn văn bản vẫn được in ra, đóng dấu rồi gửi theo đường bưu "
            "chính, dù bản điện tử đã có sẵn trên máy. Cách làm ấy tốn giấy mực, chậm việc và khó "
            "tra cứu về sau.",
            "Để chỉ đạo, điều hành nhanh hơn, tiết kiệm hơn và tạo nền nếp làm việc trên mạng, Ủy "
            "ban nhân dân tỉnh chỉ thị:",
        ),
        provision(
            1,
            "Các sở, ban, ngành; Ủy ban nhân dân các huyện, thị xã, thành phố",
            clause(
                "Gửi, nhận qua mạng và không gửi kèm bản giấy đối với:",
                "Giấy mời, tài liệu họp, lịch công tác;",
                "Thông báo, báo cáo, công văn trao đổi trong nội bộ và giữa các cơ quan, trừ loại "
                "pháp luật buộc phải có bản giấy;",
                "Văn bản gửi để biết hoặc để phối hợp.",
            ),
            clause(
                "Hồ sơ giấy trình Ủy ban nhân dân tỉnh phải có bản điện tử của toàn bộ hồ sơ, gửi "
                "cùng lúc."
            ),
            clause(
                "Khai thác hết máy móc, đường truyền và phần mềm đang có trước khi đề nghị mua "
                "mới; mỗi việc chỉ dùng một hệ thống."
            ),
            clause(
                "Cử người quản trị, sao lưu dữ liệu hằng ngày. Tài liệu mật không được gửi bằng "
                "thư điện tử."
            ),
        ),
        provision(
            2,
            "Thủ trưởng cơ quan, đơn vị",
            clause("Tự mình đọc, cho ý kiến và giao việc trên phần mềm, làm gương cho cả cơ quan."),
            clause(
                f"Trong {deadline} ngày kể từ ngày ký Chỉ thị này, ban hành quy định nội bộ về "
                "gửi, nhận và lưu văn bản điện tử; lấy kết quả thực hiện làm một căn cứ xét thi "
                "đua cuối năm."
            ),
            clause("Chịu trách nhiệm trước Chủ tịch Ủy ban nhân dân tỉnh nếu đơn vị không làm."),
        ),
        provision(
            3,
            "Cán bộ, công chức, viên chức",
            clause(
                "Trao đổi công việc bằng hộp thư công vụ thuộc tên miền <b>quangtri.gov.vn</b>; "
                "không dùng hộp thư cá nhân hay dịch vụ miễn phí cho việc công."
            ),
            clause(
                "Mở hộp thư ít nhất hai lần mỗi ngày làm việc, vào đầu buổi sáng và đầu buổi "
                "chiều; báo lại cho người gửi khi đã nhận."
            ),
            clause("Giữ kín mật khẩu, đổi mật khẩu ba tháng một lần, báo ngay khi nghi bị lộ."),
        ),
        provision(
            4,
            "Tổ chức thực hiện",
            clause(
                "Sở Thông tin và Truyền thông hướng dẫn, kiểm tra và sáu tháng một lần báo cáo Ủy "
                "ban nhân dân tỉnh."
            ),
            clause(
                "Sở Tài chính cân đối kinh phí; Văn phòng Ủy ban nhân dân tỉnh theo dõi, đôn đốc."
            ),
            clause(
                "Chỉ thị có hiệu lực từ ngày ký và thay thế Chỉ thị số 03/CT-UBND ngày 12 tháng 01 "
                "năm 2011."
            ),
        ),
    ]


MAIL_OF_2014 = directive(
    "Chỉ thị",
    OLD_COMMITTEE,
    "07",
    "CT-UBND",
    date(2014, 6, 16),
    slug="07-ct-ubnd-2014",
    section="chi-thi-email",
    title="Tăng cường sử dụng văn bản điện tử tại các cơ quan nhà nước",
    subject=(
        "Về việc tăng cường sử dụng văn bản điện tử trong hoạt động của các cơ quan nhà nước trên "
        "địa bàn tỉnh Quảng Trị"
    ),
    summary=(
        "Giấy mời, tài liệu họp và văn bản trao đổi giữa các cơ quan được gửi qua mạng; cán bộ, "
        "công chức làm việc bằng hộp thư công vụ @quangtri.gov.vn."
    ),
    signer=CHAIR_2014,
    published_on=date(2014, 6, 18),
    views=2427,
    recipients=(
        "Thường trực Tỉnh ủy (báo cáo);",
        "Chủ tịch, các Phó Chủ tịch UBND tỉnh;",
        "Các sở, ban, ngành cấp tỉnh;",
        "UBND các huyện, thị xã, thành phố;",
        "Lưu: VT, TH.",
    ),
    topics=(DIGITAL, REFORM),
    rows=(replaces(MAIL_OF_2011), attached(SIGNED_DIRECTIVE, is_signed_copy=True)),
    body=_mail_of_2014(deadline=90),
    later=(
        Later(
            date(2014, 6, 25),
            "Sửa lỗi gõ ở khoản 2 Điều 2: thời hạn là 60 ngày như bản ký, không phải 90 ngày.",
            _mail_of_2014(),
        ),
        Later(
            date(2019, 4, 2),
            "Thêm biểu mẫu báo cáo hằng quý ở cuối trang. Lời văn của Chỉ thị không thay đổi.",
            [*_mail_of_2014(), documents("Biểu mẫu", REPORT_FORM)],
        ),
    ),
)


def directives(today):
    """All of them, oldest first: later ones refer to earlier ones."""

    def ago(days):
        return workday(today - timedelta(days=days))

    services = _online_services(ago(61))
    phones = _signing_on_phones(ago(46), services)
    return [
        MAIL_OF_2011,
        MAIL_OF_2014,
        *OLDER,
        _service_counters(ago(75)),
        services,
        phones,
        _storm_dispatch(ago(40)),
        _no_more_paper(ago(33)),
        _mailbox_rules(ago(25), coming_first(today), phones),
        _storm_plan(ago(19)),
        _receiving_citizens(ago(12), coming_first(today)),
    ]


def _service_counters(signed_on):
    return directive(
        "Chỉ thị",
        CHAIRMAN,
        "15",
        "CT-UBND",
        signed_on,
        slug=f"15-ct-ubnd-{signed_on.year}",
        title="Nâng chất lượng tiếp nhận hồ sơ tại bộ phận một cửa",
        subject=(
            "Về việc chấn chỉnh kỷ luật, nâng cao chất lượng tiếp nhận và giải quyết thủ tục hành "
            "chính tại bộ phận một cửa các cấp"
        ),
        signer=CHAIR_NOW,
        topics=(REFORM,),
        recipients=("Các sở, ban, ngành;", "UBND các xã, phường, đặc khu;", "Lưu: VT, KSTT."),
        views=531,
        body=[
            text(
                "Kết quả khảo sát tại 24 xã, phường cho thấy người dân hài lòng với thái độ phục "
                "vụ, nhưng vẫn phải đi lại nhiều lần vì hướng dẫn không đủ ngay từ đầu. Chủ tịch "
                "Ủy ban nhân dân tỉnh yêu cầu:"
            ),
            provision(
                1,
                "Hướng dẫn một lần, đủ và bằng văn bản",
                clause(
                    "Khi hồ sơ chưa đủ, người tiếp nhận ghi phiếu nêu hết những gì còn thiếu. "
                    "Không được yêu cầu bổ sung lần thứ hai."
                ),
                clause("Không đòi giấy tờ mà cơ quan nhà nước tự tra cứu được."),
            ),
            provision(
                2,
                "Xin lỗi khi trễ hẹn",
                clause(
                    "Trước hạn trả kết quả một ngày, nếu biết sẽ trễ, cơ quan gửi thư xin lỗi, nêu "
                    "lý do và hẹn lại một lần."
                ),
                clause("Số hồ sơ trễ hẹn được niêm yết hằng tuần tại nơi tiếp nhận."),
            ),
            quote(
                "Người dân chỉ nên đến cửa công quyền một lần để nộp và một lần để nhận; tốt hơn "
                "nữa là không phải đến lần nào.",
                "Trích ý kiến kết luận tại hội nghị giao ban cải cách hành chính",
            ),
        ],
    )


def _online_services(signed_on):
    return directive(
        "Quyết định",
        CHAIRMAN,
        "1874",
        "QĐ-UBND",
        signed_on,
        slug=f"1874-qd-ubnd-{signed_on.year}",
        title="Danh mục thủ tục được nộp hồ sơ hoàn toàn qua mạng",
        subject=(
            "Về việc phê duyệt Danh mục dịch vụ công trực tuyến toàn trình thực hiện trên địa bàn "
            "tỉnh Quảng Trị"
        ),
        signer=VICE_CHAIR_NOW,
        topics=(REFORM, DIGITAL),
        recipients=("Như Điều 2;", "Cổng thông tin điện tử tỉnh;", "Lưu: VT, KSTT."),
        views=412,
        author="bientap2",
        body=[
            provision(
                1,
                "Phê duyệt danh mục",
                words=(
                    "Phê duyệt kèm theo Quyết định này danh mục dịch vụ công trực tuyến toàn "
                    "trình, gồm các nhóm trong bảng dưới đây."
                ),
            ),
            table(
                "Số thủ tục được nộp và trả kết quả hoàn toàn qua mạng",
                ["Nhóm thủ tục", "Cấp tỉnh", "Cấp xã", "Trả kết quả"],
                ["Hộ tịch, chứng thực", "6", "21", "Bản điện tử; bản giấy khi người dân cần"],
                ["Kinh doanh, đầu tư", "38", "9", "Bản điện tử"],
                ["Đất đai, xây dựng", "27", "14", "Bản điện tử và bản giấy"],
                ["Bảo trợ xã hội, người có công", "19", "23", "Bản điện tử, chi trả qua tài khoản"],
                ["Giao thông, vận tải", "31", "0", "Bản điện tử"],
            ),
            provision(
                2,
                "Trách nhiệm thi hành",
                clause(
                    "Chánh Văn phòng Ủy ban nhân dân tỉnh, giám đốc các sở, chủ tịch Ủy ban nhân "
                    "dân các xã, phường, đặc khu thi hành Quyết định này."
                ),
                clause("Quyết định có hiệu lực kể từ ngày ký."),
            ),
        ],
    )


def _signing_on_phones(signed_on, services):
    return directive(
        "Hướng dẫn",
        SCIENCE,
        "27",
        "HD-SKHCN",
        signed_on,
        slug=f"27-hd-skhcn-{signed_on.year}",
        section="chi-thi-email",
        title="Cài đặt và dùng chữ ký số trên điện thoại",
        subject="Hướng dẫn cài đặt, sử dụng chữ ký số trên thiết bị di động cho lãnh đạo cơ quan",
        signer=HEAD_OF_SCIENCE,
        topics=(DIGITAL,),
        rows=(cites(services),),
        views=689,
        author="bientap2",
        body=[
            heading("Chuẩn bị"),
            points(
                "Điện thoại đã đặt mã khóa màn hình và được cập nhật hệ điều hành;",
                "Sim ký số hoặc tài khoản ký từ xa do cơ quan chuyên trách cấp;",
                "Hộp thư công vụ đang dùng được.",
            ),
            heading("Các bước ký"),
            points(
                "Mở văn bản chờ ký trong ứng dụng quản lý văn bản.",
                "Kiểm tra số, ký hiệu, trích yếu và tệp kèm theo.",
                "Chọn <b>Ký số</b>, nhập mã PIN; chờ dấu xác nhận màu xanh.",
                "Chuyển văn thư đóng dấu cơ quan và phát hành.",
                ordered=True,
            ),
            heading("Khi gặp trục trặc", level=3),
            table(
                "Lỗi thường gặp và cách xử lý",
                ["Thông báo", "Nguyên nhân", "Cách xử lý"],
                ["Chứng thư hết hạn", "Quá ba năm kể từ ngày cấp", "Gửi mẫu đề nghị gia hạn"],
                ["Sai mã PIN", "Nhập sai quá năm lần", "Liên hệ bộ phận hỗ trợ để mở khóa"],
                ["Không kết nối", "Sim ngoài vùng phủ sóng", "Chuyển sang ký từ xa qua Wi-Fi"],
            ),
            callout(
                "note",
                "Bộ phận hỗ trợ",
                "Làm việc trong giờ hành chính. Ngoài giờ, khi có thiên tai hoặc việc khẩn, gọi số "
                "trực của Văn phòng.",
            ),
        ],
    )


def _storm_dispatch(signed_on):
    return directive(
        "Công điện",
        CHAIRMAN,
        "04",
        "CĐ-UBND",
        signed_on,
        expires_on=signed_on + timedelta(days=4),
        slug=f"04-cd-ubnd-{signed_on.year}",
        title="Ứng phó áp thấp nhiệt đới gần bờ",
        subject="Về việc chủ động ứng phó áp thấp nhiệt đới có khả năng mạnh lên thành bão",
        signer=VICE_CHAIR_NOW,
        topics=(DISASTERS,),
        views=1936,
        body=[
            callout(
                "deadline",
                "Tàu thuyền vào bờ trước 17 giờ cùng ngày",
                "Các đồn biên phòng thông báo qua đài và giữ liên lạc với từng chủ tàu.",
            ),
            points(
                "Đặc khu Cồn Cỏ và các xã ven biển: cấm biển từ 18 giờ, sắp xếp neo đậu, không để "
                "người ở lại trên tàu và chòi canh.",
                "Các xã miền núi: rà soát nhà ở ven suối, sườn dốc; sẵn sàng đưa dân đi trước khi "
                "mưa lớn.",
                "Chủ hồ chứa: vận hành theo quy trình, báo trước cho hạ du ít nhất bốn giờ.",
                "Các cơ quan trực ban 24/24 giờ, báo cáo qua hộp thư công vụ lúc 6, 14 và 20 giờ.",
                ordered=True,
            ),
        ],
    )


def _no_more_paper(signed_on):
    return directive(
        "Công văn",
        COMMITTEE,
        "1530",
        "UBND-TH",
        signed_on,
        slug=f"1530-ubnd-th-{signed_on.year}",
        section="chi-thi-email",
        title="Không gửi thêm bản giấy khi đã gửi văn bản điện tử ký số",
        subject="V/v chấn chỉnh việc gửi song song bản giấy và bản điện tử",
        signer=HEAD_OF_OFFICE,
        topics=(DIGITAL,),
        rows=(implements(MAIL_OF_2014, "Điều 1"),),
        recipients=("Các sở, ban, ngành;", "UBND các xã, phường, đặc khu;", "Lưu: VT, TH."),
        views=377,
        body=[
            text(
                "Qua theo dõi quý vừa rồi, cứ năm văn bản đã ký số và gửi qua trục liên thông thì "
                "vẫn có một văn bản được in, gửi thêm bản giấy. Việc này làm văn thư vào sổ hai "
                "lần, dễ nhầm bản và tốn kém.",
                "Ủy ban nhân dân tỉnh đề nghị các cơ quan, đơn vị:",
            ),
            points(
                "Chỉ gửi bản điện tử đã ký số đối với mọi văn bản không mật; nơi nhận không được "
                "từ chối vì thiếu bản giấy.",
                "Kiểm tra chữ ký số trước khi vào sổ; bản không hợp lệ thì trả lại trong ngày, nêu "
                "rõ lý do.",
                "Gửi báo cáo hằng quý theo mẫu đính kèm vào hộp thư chung của Văn phòng.",
            ),
            callout("deadline", "Hạn báo cáo", "Ngày 5 của tháng đầu quý sau."),
            documents("Biểu mẫu kèm theo", REPORT_FORM),
            pages("Căn cứ", MAIL_OF_2014.slug),
        ],
    )


def _mailbox_rules(signed_on, effective_on, phones):
    return directive(
        "Quyết định",
        COMMITTEE,
        f"45/{signed_on.year}",
        "QĐ-UBND",
        signed_on,
        effective_on=effective_on,
        slug=f"45-{signed_on.year}-qd-ubnd",
        section="chi-thi-email",
        title="Quy chế làm việc của hộp thư công vụ",
        subject=(
            "Ban hành Quy chế quản lý, sử dụng hộp thư điện tử công vụ trong các cơ quan nhà nước "
            "tỉnh Quảng Trị"
        ),
        summary=(
            f"Từ ngày {shown(effective_on)}, thư gửi đến hộp thư chung của cơ quan phải được trả "
            "lời trong hai ngày làm việc."
        ),
        signer=CHAIR_NOW,
        topics=(DIGITAL, REFORM),
        rows=(amends(MAIL_OF_2014, "Điều 3"), cites(phones)),
        recipients=("Các cơ quan nêu tại Điều 1;", "Cổng thông tin điện tử tỉnh;", "Lưu: VT, TH."),
        views=745,
        body=[
            provision(
                1,
                "Phạm vi và đối tượng",
                clause(
                    "Quy chế áp dụng cho các sở, ban, ngành, Ủy ban nhân dân xã, phường, đặc khu "
                    "và đơn vị sự nghiệp công lập dùng hộp thư thuộc tên miền quangtri.gov.vn."
                ),
                clause("Việc gửi, nhận tài liệu mật theo quy định riêng của pháp luật."),
            ),
            provision(
                2,
                "Hộp thư chung của cơ quan",
                clause("Mỗi cơ quan có một hộp thư chung, công khai trên cổng thông tin."),
                clause(
                    "Người được giao mở hộp thư chung:",
                    "Kiểm tra thư ít nhất ba lần mỗi ngày làm việc;",
                    "Chuyển thư đến bộ phận xử lý trong buổi làm việc;",
                    "Trả lời người gửi trong hai ngày làm việc, kể cả khi việc chưa xong.",
                ),
            ),
            provision(
                3,
                "Hộp thư cá nhân",
                clause(
                    "Cấp trong một ngày làm việc khi có quyết định tuyển dụng, điều động; khóa "
                    "trong ngày khi người dùng nghỉ việc, nghỉ hưu."
                ),
                clause("Bắt buộc xác thực hai bước khi đăng nhập ngoài mạng của cơ quan."),
            ),
            provision(
                4,
                "Hiệu lực",
                words=(
                    f"Quyết định này có hiệu lực từ ngày {shown(effective_on)}; từ ngày đó, Điều 3 "
                    "Quy chế thay Điều 3 Chỉ thị số 07/CT-UBND ngày 16 tháng 6 năm 2014."
                ),
            ),
        ],
    )


def _storm_plan(signed_on):
    return directive(
        "Kế hoạch",
        COMMITTEE,
        "112",
        "KH-UBND",
        signed_on,
        slug=f"112-kh-ubnd-{signed_on.year}",
        title="Phòng, chống bão lũ những tháng cuối năm",
        subject=f"Ứng phó bão, mưa lũ và sạt lở đất những tháng cuối năm {signed_on.year}",
        summary=(
            "Ba kịch bản theo cấp báo động, kèm việc phải làm của từng cấp và nơi sơ tán của từng "
            "vùng."
        ),
        signer=VICE_CHAIR_NOW,
        topics=(DISASTERS,),
        views=1208,
        body=[
            heading("Mục tiêu"),
            text(
                "Không để người dân bị thương vong do chủ quan; khi bị chia cắt, mỗi xã tự lo được "
                "lương thực, nước uống và thuốc men trong bảy ngày."
            ),
            heading("Kịch bản"),
            table(
                "Việc phải làm theo mức báo động lũ",
                ["Mức", "Cấp xã", "Cấp tỉnh"],
                ["Báo động 1", "Trực ban, rà soát hộ phải sơ tán", "Cập nhật bản tin sáu giờ/lần"],
                ["Báo động 2", "Đưa người già, trẻ em đi trước", "Điều ca nô, xe lội nước"],
                ["Báo động 3", "Sơ tán toàn bộ vùng trũng", "Họp trực tuyến thường trực 24/24 giờ"],
            ),
            callout(
                "important",
                "Số điện thoại cứu nạn: 112",
                "Gọi miễn phí từ mọi mạng, kể cả khi sim hết tiền.",
            ),
            heading("Vật tư tại chỗ"),
            points(
                "Áo phao, phao tròn đủ cho đội xung kích;",
                "Máy phát điện và xăng dùng trong ba ngày;",
                "Một điện thoại vệ tinh cho mỗi cụm xã dễ bị cô lập.",
            ),
            image(STORM, "Nhà tránh lũ xây trên cột, tầng nghỉ cao hơn đỉnh lũ lịch sử"),
        ],
    )


def _receiving_citizens(signed_on, month):
    first, second = workday(month + timedelta(days=2)), workday(month + timedelta(days=16))
    return directive(
        "Thông báo",
        OFFICE,
        "218",
        "TB-VP",
        signed_on,
        slug=f"218-tb-vp-{signed_on.year}",
        title="Lịch tiếp công dân của lãnh đạo tỉnh",
        subject="Lịch tiếp công dân định kỳ của lãnh đạo Ủy ban nhân dân tỉnh",
        signer=HEAD_OF_OFFICE,
        topics=(REFORM,),
        views=298,
        author="bientap2",
        body=[
            text("Văn phòng Ủy ban nhân dân tỉnh thông báo lịch tiếp công dân kỳ tới như sau:"),
            table(
                "Lịch tiếp công dân",
                ["Ngày", "Giờ", "Người chủ trì", "Địa điểm"],
                [shown(first), "8 giờ", "Chủ tịch", "Trụ sở Tiếp công dân tỉnh"],
                [shown(second), "8 giờ", "Phó Chủ tịch", "Trụ sở Tiếp công dân tỉnh"],
            ),
            callout(
                "note",
                "Đăng ký trước",
                "Gửi nội dung qua hộp thư của Văn phòng hoặc điện thoại trước ba ngày làm việc. "
                "Người chưa đăng ký vẫn được tiếp sau những người đã đăng ký.",
            ),
        ],
    )
