"""Whoever fills in a form reads a short help at each of its fields."""

import pytest
from django.apps import apps
from wagtail import blocks
from wagtail.admin.panels import FieldPanel, PublishingPanel
from wagtail.contrib.settings.registry import registry
from wagtail.contrib.settings.views import get_setting_edit_handler
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.snippets.models import get_snippet_models

# Code is read, and no row.
pytestmark = [pytest.mark.once, pytest.mark.django_db]

OURS = {"home", "articles", "sidebar", "polls", "office"}


def forms():
    """(name, panel of everything in it) of each form that editors meet."""
    for model in apps.get_models():
        if model._meta.app_label in OURS and issubclass(model, Page):
            yield model.__name__, model.get_edit_handler()
    for model in get_snippet_models():
        if model._meta.app_label in OURS:
            yield model.__name__, model.snippet_viewset.get_edit_handler()
    for model in registry:
        yield model.__name__, get_setting_edit_handler(model)


def fields_without_help(panel):
    # A dialog of Wagtail's, whose first line says what its two times do.
    if isinstance(panel, PublishingPanel):
        return
    if isinstance(panel, FieldPanel):
        if not (panel.help_text or panel.db_field.help_text):
            yield f"{panel.model.__name__}.{panel.field_name}"
        return
    for child in [*getattr(panel, "children", []), getattr(panel, "child_edit_handler", None)]:
        if child is not None:
            yield from fields_without_help(child)


def parts_without_help(block, path):
    """Of a block's fields; a help at the block itself speaks of all of them."""
    is_stream = isinstance(block, blocks.StreamBlock)
    for name, child in getattr(block, "child_blocks", {}).items():
        # What stands in a stream is described where it is chosen.
        has_help = getattr(child.meta, "description", "") if is_stream else help_of(child)
        if isinstance(child, blocks.FieldBlock | blocks.ListBlock) and not has_help:
            yield f"{path}.{name}"
        if not help_of(child):
            yield from parts_without_help(child, f"{path}.{name}")
        elif isinstance(child, blocks.ListBlock):
            yield from parts_without_help(child.child_block, f"{path}.{name}")


def help_of(block):
    return (
        block.field.help_text
        if isinstance(block, blocks.FieldBlock)
        else getattr(block.meta, "help_text", "")
    )


@pytest.mark.parametrize(("name", "panel"), [pytest.param(*form, id=form[0]) for form in forms()])
def test_each_field_of_a_form_has_a_help(name, panel):
    assert list(fields_without_help(panel)) == []


def test_each_part_of_a_block_has_a_help():
    streams = {
        f"{model.__name__}.{field.name}": field.stream_block
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, StreamField)
    }
    assert "DirectivePage.body" in streams
    assert [
        part for path, block in streams.items() for part in parts_without_help(block, path)
    ] == []


def test_a_field_without_one_would_be_found():
    bare = blocks.StructBlock([("words", blocks.CharBlock())])
    assert list(parts_without_help(blocks.StreamBlock([("bare", bare)]), "body")) == [
        "body.bare.words"
    ]
