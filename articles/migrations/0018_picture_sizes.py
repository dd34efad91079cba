from contextlib import suppress

from django.core.files.storage import default_storage
from django.db import migrations, models
from PIL import Image, UnidentifiedImageError


def measure(apps, schema_editor):
    """Pages have opened each picture until now to know its size."""
    DocumentContent = apps.get_model('articles', 'DocumentContent')
    drawn = DocumentContent.objects.filter(drawn_pages__gt=0).only('sha256')
    for content in drawn.iterator():
        folder = f'document_pages/{content.sha256}'
        try:
            _folders, names = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        for name in names:
            with default_storage.open(f'{folder}/{name}') as file:
                # A picture that is broken was no picture.
                with suppress(UnidentifiedImageError), Image.open(file) as picture:
                    content.picture_sizes[name.removesuffix('.webp')] = picture.size
        content.save(update_fields=['picture_sizes'])


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0017_generation'),
    ]

    operations = [
        migrations.AddField(
            model_name='documentcontent',
            name='picture_sizes',
            field=models.JSONField(default=dict),
        ),
        migrations.RunPython(measure, migrations.RunPython.noop, elidable=True),
    ]
