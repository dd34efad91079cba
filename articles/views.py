from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .models import DirectivePage
from .search import find


@require_safe
def search(request):
    query = request.GET.get("q", "").strip()
    results = Paginator(find(query), 20).get_page(request.GET.get("trang"))
    directives = [page for page in results if isinstance(page, DirectivePage)]
    prefetch_related_objects(directives, "type")
    return render(request, "articles/search.html", {"query": query, "listing": results})
