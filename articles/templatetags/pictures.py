from django import template

from .. import assembly, pictures

register = template.Library()


@register.simple_tag(takes_context=True)
def picture_for(context, name, image, alt="", is_first=False):
    """<picture> of an image, for a place that pictures.py knows by this name."""
    shown = pictures.html(image, name, alt, is_first)
    if pictures.MISSING in shown:
        assembly.is_not_whole(context)
    return shown
