from django import template

from .. import pictures

register = template.Library()


@register.simple_tag
def picture_for(name, image, alt="", is_first=False):
    """<picture> of an image, for a place that pictures.py knows by this name."""
    return pictures.html(image, name, alt, is_first)
