from django.core.management.base import BaseCommand
from django.utils.translation import gettext_lazy as _

from home.founding import found, lay_english, lay_menus
from home.offices import set_up


class Command(BaseCommand):
    help = _(
        "Creates groups, permissions and the two-step workflow and, in an empty portal, the home "
        "page with its sections; and an English home page. Safe to repeat."
    )

    def handle(self, **options):
        set_up()
        found()
        lay_menus()
        lay_english()
