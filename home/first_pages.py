"""The plain pages that a portal starts with, in words that are true of the software. The office
answers for them and changes them like any page of its own (decision 0024)."""

from dataclasses import dataclass

from .models.pages import ContactPlace


@dataclass(frozen=True)
class FirstPage:
    slug: str
    title: str
    introduction: str
    office_contact: ContactPlace
    body: list  # blocks as they are stored


def _heading(text):
    return {"type": "heading", "value": {"text": text, "level": "2", "anchor": ""}}


def _text(*paragraphs):
    return {"type": "text", "value": "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)}


def _points(*items):
    return {"type": "text", "value": f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"}


CONTACT = FirstPage(
    "lien-he",
    "Liên hệ",
    "Gửi câu hỏi, góp ý, phản ánh đến cơ quan phụ trách cổng.",
    ContactPlace.ABOVE,
    [
        _heading("Viết thế nào để được trả lời nhanh"),
        _points(
            "Về một văn bản: ghi số, ký hiệu và ngày ký.",
            "Về một trang của cổng: chép địa chỉ trang và nói rõ chỗ sai.",
            "Về hồ sơ đang nộp: hỏi nơi đã nhận hồ sơ, kèm mã hồ sơ.",
        ),
        _text("Đừng gửi mật khẩu hay mã xác thực; không ai của cơ quan hỏi bạn những thứ ấy."),
    ],
)

ACCESSIBILITY = FirstPage(
    "kha-nang-tiep-can",
    "Khả năng tiếp cận",
    "Ai cũng phải dùng được cổng này. Đích là chuẩn WCAG 2.2 mức AA; trang này nói cổng đã làm gì, "
    "còn thiếu gì và báo lỗi ở đâu.",
    ContactPlace.BELOW,
    [
        _heading("Cổng được làm để"),
        _points(
            "Dùng được chỉ bằng bàn phím; mỗi trang bắt đầu bằng liên kết “Tới thẳng nội dung”.",
            "Nghe được bằng trình đọc màn hình: tiêu đề có cấp, bảng có ô tiêu đề, ảnh có lời tả.",
            "Phóng chữ đến 200% và thu hẹp màn hình đến 320 điểm ảnh mà không phải cuộn ngang; "
            "bảng nhiều cột thì cuộn trong khung của nó.",
            "Theo chế độ sáng, tối, tương phản cao và giảm chuyển động của thiết bị.",
            "Không lấy màu làm dấu hiệu duy nhất: trạng thái nào cũng có chữ.",
            "Đọc, tìm và gửi ý kiến được cả khi trình duyệt tắt JavaScript.",
            "Tìm được dù gõ có dấu hay không dấu.",
        ),
        _heading("Những chỗ chưa đạt"),
        _points(
            "Tệp đính kèm do nhiều cơ quan lập. Bản quét không có lớp chữ thì trình đọc màn hình "
            "không đọc được; cổng ghi rõ bên tệp nào là bản quét.",
            "Phim đặt ở trang khác có thể thiếu phụ đề hoặc lời mô tả.",
            "Lời mô tả của ảnh do người soạn viết. Trang soạn bài nhắc khi thiếu, nhưng chưa bảo "
            "đảm câu nào cũng hay.",
            "Chưa có nội dung bằng ngôn ngữ ký hiệu.",
            "Chưa có đánh giá của một đơn vị độc lập hay của chính người khuyết tật. Khi có, kết "
            "quả được ghi tại đây.",
        ),
        _heading("Báo một trở ngại"),
        _text(
            "Xin cho biết địa chỉ trang, thiết bị hoặc phần mềm bạn dùng và điều bạn muốn làm. Nếu "
            "cần một văn bản ở dạng khác, hãy hỏi: cơ quan gửi cho bạn."
        ),
    ],
)

PRIVACY = FirstPage(
    "quyen-rieng-tu",
    "Quyền riêng tư",
    "Đọc cổng không cần tài khoản, không bị đặt cookie và không bị theo dõi.",
    ContactPlace.BELOW,
    [
        _heading("Khi bạn đọc"),
        _points(
            "Đọc trang, tìm kiếm và tải tệp không cần tài khoản; cổng không đặt cookie nào.",
            "Trang không nạp gì từ máy chủ của bên thứ ba. Phim ở trang khác chỉ được nạp khi bạn "
            "bấm mở; từ lúc ấy, quy định của trang đó được áp dụng.",
            "Phần mềm của cổng không ghi lại địa chỉ mạng (IP) của bạn.",
        ),
        _heading("Cổng đếm gì"),
        _points(
            "Số lượt truy cập và lượt xem từng trang, theo ngày. Để một người không bị đếm hai "
            "lần, cổng tính một mã từ địa chỉ mạng và tên trình duyệt bằng một khóa rút mới mỗi "
            "ngày. Hết ngày, khóa và mã bị bỏ, nên không nhận lại được ai.",
            "Trình duyệt bật Do Not Track hoặc Global Privacy Control thì cổng không tính mã ấy.",
            "Câu tìm kiếm được đếm theo ngày, không kèm người tìm, và bị xóa sau 90 ngày.",
        ),
        _heading("Khi bạn gửi ý kiến"),
        _points(
            "Lúc ấy, và chỉ lúc ấy, trình duyệt nhận một cookie: một mã ngẫu nhiên để mỗi người "
            "được tính một lần. Nó hết hạn sau một năm và chỉ được gửi đến các trang ý kiến.",
            "Cổng giữ câu trả lời cùng một mã suy ra từ cookie, riêng cho từng câu hỏi; không giữ "
            "tên hay địa chỉ.",
            "Để máy không bỏ phiếu hàng loạt, cổng nhớ trong nhiều nhất 48 giờ đã có bao nhiêu "
            "phiếu đến từ một địa chỉ mạng và lúc nào, dưới một mã có khóa thay mỗi ngày.",
        ),
        _heading("Lưu trên máy của bạn"),
        _text(
            "Khi bạn ẩn một thông báo hoặc chọn cách hiển thị, lựa chọn ấy nằm trong trình duyệt "
            "của bạn (localStorage) và không được gửi đi. Xóa dữ liệu của trang này trong trình "
            "duyệt là xóa hết."
        ),
        _heading("Người làm việc trong cổng"),
        _text(
            "Cookie đăng nhập chỉ dành cho người của cơ quan, khi họ vào trang quản trị. Việc họ "
            "làm ở đó được ghi nhật ký."
        ),
    ],
)

# In the order of the footer.
FIRST_PAGES = [CONTACT, ACCESSIBILITY, PRIVACY]
