"""Abbreviations that offices use in their documents; the board goes on with the list."""

from django.db import migrations

ABBREVIATIONS = [
    ("UBND", "Ủy ban nhân dân"),
    ("HĐND", "Hội đồng nhân dân"),
    ("MTTQ", "Mặt trận Tổ quốc"),
    ("ĐBQH", "đại biểu Quốc hội"),
    ("BCĐ", "ban chỉ đạo"),
    ("CNTT", "công nghệ thông tin"),
    ("KH&CN", "khoa học và công nghệ"),
    ("TT&TT", "thông tin và truyền thông"),
    ("CĐS", "chuyển đổi số"),
    ("CSDL", "cơ sở dữ liệu"),
    ("VBĐT", "văn bản điện tử"),
    ("CCHC", "cải cách hành chính"),
    ("TTHC", "thủ tục hành chính"),
    ("DVC", "dịch vụ công"),
    ("DVCTT", "dịch vụ công trực tuyến"),
    ("QPPL", "quy phạm pháp luật"),
    ("QLNN", "quản lý nhà nước"),
    ("CBCC", "cán bộ, công chức"),
    ("CBCCVC", "cán bộ, công chức, viên chức"),
    ("KT-XH", "kinh tế - xã hội"),
    ("QP-AN", "quốc phòng - an ninh"),
    ("ANTT", "an ninh, trật tự"),
    ("GPMB", "giải phóng mặt bằng"),
    ("QSDĐ", "quyền sử dụng đất"),
    ("GCN", "giấy chứng nhận"),
    ("CCCD", "căn cước công dân"),
    ("BHYT", "bảo hiểm y tế"),
    ("BHXH", "bảo hiểm xã hội"),
    ("GD&ĐT", "giáo dục và đào tạo"),
    ("THCS", "trung học cơ sở"),
    ("THPT", "trung học phổ thông"),
    ("LĐTB&XH", "lao động - thương binh và xã hội"),
    ("NN&PTNT", "nông nghiệp và phát triển nông thôn"),
    ("NN&MT", "nông nghiệp và môi trường"),
    ("TN&MT", "tài nguyên và môi trường"),
    ("VHTTDL", "văn hóa, thể thao và du lịch"),
    ("NTM", "nông thôn mới"),
    ("HTX", "hợp tác xã"),
    ("KCN", "khu công nghiệp"),
    ("KKT", "khu kinh tế"),
    ("PCTT", "phòng, chống thiên tai"),
    ("TKCN", "tìm kiếm cứu nạn"),
    ("PCCC", "phòng cháy, chữa cháy"),
    ("ATTP", "an toàn thực phẩm"),
    ("ATGT", "an toàn giao thông"),
    ("TNGT", "tai nạn giao thông"),
    ("DTLCP", "dịch tả lợn châu Phi"),
]


def seed(apps, schema_editor):
    abbreviation = apps.get_model("articles", "Abbreviation")
    for short, full in ABBREVIATIONS:
        abbreviation.objects.get_or_create(short=short, full=full)


class Migration(migrations.Migration):
    dependencies = [("articles", "0009_abbreviations")]

    # Backwards they go with their table.
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
