"""Delete entries of the audit log that need no longer be kept; that it was done stays for good."""

from datetime import date, datetime, time

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from office import audit
from office.append_only import KEPT_AT_LEAST
from office.models import AuditCut, AuditEntry


class Command(BaseCommand):
    help = _("Delete entries of the audit log before a day, at least two years ago.")

    def add_arguments(self, parser):
        parser.add_argument(
            "--before", required=True, type=date.fromisoformat, metavar="2024-01-31"
        )
        parser.add_argument("--reason", required=True, help=_("on what ground; kept for good"))
        parser.add_argument("--by", required=True, help=_("who does it; kept for good"))

    @transaction.atomic
    def handle(self, *args, before, reason, by, **options):
        if before > timezone.localdate() - KEPT_AT_LEAST:
            raise CommandError(_("Entries are kept for at least two years."))
        if not reason.strip() or not by.strip():
            raise CommandError(_("Say who does it, and on what ground."))
        moment = timezone.make_aware(datetime.combine(before, time.min))
        cut = AuditCut.objects.create(before=moment, reason=reason.strip(), made_by=by.strip())
        count, _details = AuditEntry.objects.filter(at__lt=moment).delete()
        words = _("%(count)d entries before %(day)s deleted by %(by)s. Reason: %(reason)s") % {
            "count": count,
            "day": f"{before:%d/%m/%Y}",
            "by": cut.made_by,
            "reason": cut.reason,
        }
        audit.record(audit.CUT, None, cut, detail=words)
        self.stdout.write(words)
