from django import template

from sidebar.visits import view_count

from .. import assembly

register = template.Library()


@register.simple_tag(takes_context=True)
def include_later(context, template_name, **words):
    """Like `include`, of what time, visits or feeds change on a page that is kept (assembly.py). It
    is rendered with what surrounds every page, and `words`: texts and numbers."""
    return assembly.later(context, template_name, words)


@register.simple_tag(takes_context=True)
def views_of(context, page_id):
    """How often a page was read: as its view has read it, or asked now."""
    views = context.get("views")
    return view_count(page_id) if views is None else views
