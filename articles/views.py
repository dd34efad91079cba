from django.core.paginator import Paginator
from django.shortcuts import render

from .search import find


def search(request):
    query = request.GET.get("q", "").strip()
    results = Paginator(find(query), 20).get_page(request.GET.get("trang"))
    return render(request, "articles/search.html", {"query": query, "listing": results})
