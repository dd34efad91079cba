from django.db import migrations


class Migration(migrations.Migration):
    """The approval step is a matter of the office, not of articles: its table moves with it."""

    dependencies = [("articles", "0011_promoted_results_and_questions")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterModelTable(
                    "IndependentApprovalTask", "office_independentapprovaltask"
                )
            ],
            state_operations=[migrations.DeleteModel("IndependentApprovalTask")],
        )
    ]
