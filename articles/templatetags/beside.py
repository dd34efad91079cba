from django import template

from .. import beside

register = template.Library()


@register.simple_tag(takes_context=True)
def sidebar_html(context, sidebar_id):
    return beside.rendered(sidebar_id, context["request"])
