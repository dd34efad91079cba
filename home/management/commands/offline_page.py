from django.core.management.base import BaseCommand
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from wagtail.models import Site

from home.models import OfficeSettings


class Command(BaseCommand):
    help = _(
        "Writes the page that the web server is to show while the portal is down, with the "
        "office's telephone (deploy/nginx.conf)."
    )

    def handle(self, **options):
        site = Site.objects.filter(is_default_site=True).first()
        office = OfficeSettings.objects.filter(site=site).first()
        self.stdout.write(render_to_string("503.html", {"office": office}))
