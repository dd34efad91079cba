"""Views are told of public pages alone: what may have been closed is asked again. Whoever has voted
finds the vote in the results."""

from django.db import transaction

from . import visits

# After the transaction: whoever asked before its end would find the page open.


def close_page(sender, instance, **kwargs):
    page_id = instance.pk
    transaction.on_commit(lambda: visits.close(page_id))


def close_pages(sender, **kwargs):
    transaction.on_commit(visits.close)


def forget_results(sender, poll_id, **kwargs):
    transaction.on_commit(lambda: visits.forget_results(poll_id))
