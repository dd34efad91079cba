"""Seeds the 29 kinds of administrative documents. Source: Decree 30/2020, article 7 and appendix III."""

from django.db import migrations

TYPES = [
    ("Nghị quyết", "NQ"),
    ("Quyết định", "QĐ"),
    ("Chỉ thị", "CT"),
    ("Quy chế", "QC"),
    ("Quy định", "QyĐ"),
    ("Thông cáo", "TC"),
    ("Thông báo", "TB"),
    ("Hướng dẫn", "HD"),
    ("Chương trình", "CTr"),
    ("Kế hoạch", "KH"),
    ("Phương án", "PA"),
    ("Đề án", "ĐA"),
    ("Dự án", "DA"),
    ("Báo cáo", "BC"),
    ("Biên bản", "BB"),
    ("Tờ trình", "TTr"),
    ("Hợp đồng", "HĐ"),
    # An official letter carries the symbols of its issuer and unit only.
    ("Công văn", ""),
    ("Công điện", "CĐ"),
    ("Bản ghi nhớ", "BGN"),
    ("Bản thỏa thuận", "BTT"),
    ("Giấy ủy quyền", "GUQ"),
    ("Giấy mời", "GM"),
    ("Giấy giới thiệu", "GGT"),
    ("Giấy nghỉ phép", "GNP"),
    ("Phiếu gửi", "PG"),
    ("Phiếu chuyển", "PC"),
    ("Phiếu báo", "PB"),
    ("Thư công", ""),
]


def seed(apps, schema_editor):
    directive_type = apps.get_model("articles", "DirectiveType")
    for position, (name, abbreviation) in enumerate(TYPES, start=1):
        directive_type.objects.get_or_create(
            name=name, defaults={"abbreviation": abbreviation, "sort_order": position * 10}
        )


class Migration(migrations.Migration):
    dependencies = [("articles", "0001_initial")]

    # Backwards they stay: directives may refer to them.
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
