"""Answers for addresses that lead nowhere."""

from django.shortcuts import render


def not_found(request, exception=None):
    return render(request, "404.html", status=404)


def refused(request, exception=None):
    return render(request, "403.html", status=403)
