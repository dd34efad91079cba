"""The pages of a document, one at a time, for readers without a program that opens it."""

from functools import wraps

from django.conf import settings
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from wagtail import hooks
from wagtail.documents import get_document_model

from . import privacy
from .languages import is_own
from .models import DirectiveAttachment, DirectivePage
from .sections import sections

YEAR = 365 * 24 * 60 * 60  # seconds


def for_readers_of_the_file(view):
    """Refuses whom Wagtail refuses the document itself, and whoever may read no page that has it.

    An id is guessed more easily than an address with a file's name in it.
    """

    @require_safe
    @wraps(view)
    def answer(request, document_id, number):
        drawn = get_document_model().objects.filter(
            content__drawn_pages__gt=0, content__page_count__gte=max(number, 1)
        )
        document = get_object_or_404(
            drawn.select_related("content", "collection").defer("content__pages"), pk=document_id
        )
        if number < 1:
            raise Http404
        for ask in hooks.get_hooks("before_serve_document"):
            refusal = ask(document, request)
            if isinstance(refusal, HttpResponse):
                return refusal
        attachment = shown_by(document, request)
        if attachment is None and not works_here(request):
            raise Http404
        response = view(request, document, number, attachment)
        response["X-Robots-Tag"] = "noindex"
        return response

    return answer


@for_readers_of_the_file
def document_page(request, document, number, attachment):
    content = document.content
    directive = attachment and attachment.directive
    context = {
        "name": attachment.name if attachment else document.title,
        "document": document,
        "content": content,
        "number": number,
        "text": content.text_of(number),
        "picture": described(content, number),
        "directive": directive,
    }
    if directive:
        context["breadcrumbs"] = [*sections(request).above(directive), directive]
        context["is_foreign"] = not is_own()
    return render(request, "articles/document_page.html", context)


@for_readers_of_the_file
def document_picture(request, document, number, attachment):
    try:
        picture = document.content.open_picture(number)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(picture, content_type="image/webp")
    if version_of(document.content) in request.GET:
        # Not in caches that are shared: what is withdrawn is given to nobody from that day on.
        patch_cache_control(response, private=True, max_age=YEAR, immutable=True)
    else:
        patch_cache_control(response, no_cache=True)
    return response


def version_of(content):
    return content.sha256[:16]


def described(content, number):
    """{url, width, height} of a page's picture, or None."""
    size = content.picture_size(number)
    if size is None:
        return None
    width, height = size
    address = reverse("articles:document_picture", args=[content.pk, number])
    return {"url": f"{address}?{version_of(content)}", "width": width, "height": height}


def shown_by(document, request):
    """The attachment by which a directive that this reader may open shows the document, or None."""
    rows = DirectiveAttachment.objects.filter(document=document, directive__live=True)
    rows = rows.select_related("directive__type").defer("directive__body").order_by("-pk")
    return next((row for row in rows if may_open(row.directive, request)), None)


def may_open(page, request):
    restrictions = privacy.restrictions(request)
    return all(
        one.accept_request(request) for one in restrictions if page.path.startswith(one.path)
    )


def works_here(request):
    # Readers have no cookie: they are not looked up.
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.has_perm(
        "wagtailadmin.access_admin"
    )


def refuse_what_is_withdrawn(document, request):
    """An answer in place of the file of a directive that is withdrawn; None for all other files.

    Whoever may edit the directive still gets it.
    """
    attached = DirectiveAttachment.objects.filter(document=document).values("directive")
    # What was withdrawn and then taken offline doesn't give its files out again.
    was_shown = Q(live=True) | Q(first_published_at__isnull=False)
    shown = DirectivePage.objects.filter(was_shown, pk__in=attached)
    pages = list(shown.for_lists().defer_streamfields())
    today = timezone.localdate()
    withdrawn = [page for page in pages if page.withdrawn_on and page.withdrawn_on <= today]
    stands = any(page.live for page in pages if page not in withdrawn)
    if stands or not withdrawn or may_edit_one_of(withdrawn, request):
        return None
    return TemplateResponse(
        request,
        "articles/document_withdrawn.html",
        {"directives": privacy.public([page for page in withdrawn if page.live], request)},
        status=410,
        headers={"X-Robots-Tag": "noindex", "Cache-Control": "no-cache", "Vary": "Cookie"},
    )


def may_edit_one_of(pages, request):
    return works_here(request) and any(
        page.permissions_for_user(request.user).can_edit() for page in pages
    )
