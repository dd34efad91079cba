"""Finds the children of a page without reading all that lies below them.

Wagtail asks for children by depth and a range of paths, and has an index on paths alone: of a home
page with 100,000 directives somewhere below it, all of them are read to find its six sections.
"""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0005_words_in_addresses"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX portal_page_children ON wagtailcore_page (depth, path)",
            "DROP INDEX portal_page_children",
        )
    ]
