"""What the register shows most of; a template would take ten times as long over it."""

from html import escape

from django import template
from django.utils.safestring import SafeString

from ..facets import WORDS
from ..typography import typeset_plain
from ..vietnamese import local_day

register = template.Library()

# Facets whose values the office has named.
NAMES = {WORDS[facet] for facet in ("type", "issuer", "topic", "signer")}


@register.simple_tag(takes_context=True)
def directive_list(context, directives):
    """directives: DirectivePages with their periods, or lines of the register"""
    request, words = context.get("request"), context.get("vietnamese", "")
    lines = "".join(_line(one, request, words) for one in directives)
    return SafeString(f'<ul class="register">{lines}</ul>')


def _line(directive, request, words):
    """words: what says of them that they are Vietnamese, where the page isn't."""
    address = getattr(directive, "address", None) or directive.get_url(request)
    title, day = typeset_plain(directive.title), directive.signed_on
    return (
        f'<li><p class="register-key"><b class="whole">{escape(directive.reference)}</b>'
        f' <time datetime="{day.isoformat()}">{local_day(day)}</time></p>'
        f'<p class="register-subject"{words}><a href="{escape(address)}">{title}</a>'
        f' <span class="quiet">{escape(directive.issuer_name)}</span></p>'
        f'<p class="register-state"><span class="pill pill-{directive.effect.value}">'
        f"{escape(directive.state)}</span></p></li>"
    )


@register.simple_tag(takes_context=True)
def facet_choices(context, choices, parameter):
    """A list of check boxes; choices: (word in addresses, label, count, whether it is chosen)"""
    words = context.get("vietnamese", "") if parameter in NAMES else ""
    start = f'<li><label><input type="checkbox" name="{escape(parameter)}" value="'
    items = [
        f'{start}{escape(word)}"{" checked" if is_chosen else ""}>'
        f" <span{words}>{escape(label)}</span>"
        f' <span class="count">{escape(count)}</span></label></li>'
        for word, label, count, is_chosen in choices
    ]
    return SafeString(f"<ul>{''.join(items)}</ul>")
