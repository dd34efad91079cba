import django.db.models.deletion
from django.db import migrations, models

STEP = "independentapprovaltask"


def take_over(apps, schema_editor):
    """Tasks find their class by its content type, and groups their permissions."""
    _move(apps, schema_editor, "articles", "office")


def give_back(apps, schema_editor):
    _move(apps, schema_editor, "office", "articles")


def _move(apps, schema_editor, old, new):
    types = apps.get_model("contenttypes", "ContentType").objects.using(
        schema_editor.connection.alias
    )
    types.filter(app_label=old, model=STEP).update(app_label=new)


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0012_approval_step_moves"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0001_squashed_0016_change_page_url_path_to_text_field"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="IndependentApprovalTask",
                    fields=[
                        (
                            "task_ptr",
                            models.OneToOneField(
                                auto_created=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                parent_link=True,
                                primary_key=True,
                                serialize=False,
                                to="wagtailcore.task",
                            ),
                        ),
                        (
                            "groups",
                            models.ManyToManyField(
                                help_text="Pages/snippets at this step in a workflow will be "
                                "moderated or approved by these groups of users",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "independent approval step",
                        "verbose_name_plural": "independent approval steps",
                    },
                    bases=("wagtailcore.task",),
                ),
            ],
        ),
        migrations.RunPython(take_over, give_back),
    ]
