"""Text as it is set for readers; never in what programs read, nor where it is copied from."""

from django import template
from django.utils.safestring import SafeString

from ..typography import typeset_html, typeset_plain

register = template.Library()


@register.filter
def typeset(value):
    """HTML stays HTML; whatever else is text, and escaped."""
    is_html = hasattr(value, "__html__")
    return SafeString(typeset_html(str(value)) if is_html else typeset_plain(str(value)))
