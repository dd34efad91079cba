from django.core.management.base import BaseCommand

from home.offices import set_up


class Command(BaseCommand):
    help = "Creates the groups, their permissions and the two-step workflow. Safe to repeat."

    def handle(self, **options):
        set_up()
