from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0018_picture_sizes"),
    ]

    operations = [
        migrations.AddField(
            model_name="registerversion",
            name="texts",
            field=models.PositiveBigIntegerField(default=0),
        ),
    ]
