"""Who there is in the office: the names of the groups, and what each is there for.

What a group may do in fact is set up in home/offices.py, which knows all that there is to do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Names as the office knows them, which the program finds them by.
REPORTERS = "Phóng viên"
EDITORS = "Biên tập viên"
REVIEWERS = "Kiểm duyệt viên"
BOARD = "Ban biên tập"
KEEPERS = "Quản trị nội dung"
OPERATORS = "Vận hành"

# Those that each unit has its own of (models/units.py).
OF_UNITS = [REPORTERS, EDITORS]


@dataclass(frozen=True)
class Role:
    group: str
    purpose: Promise
    does: list[Promise]
    never: Promise | str = ""


ROLES = [
    Role(
        REPORTERS,
        _("Writes, in the sections of their own unit."),
        [
            _("writes new pages and mends their own"),
            _("uploads pictures and files"),
            _("hands a page in for review, and takes it back while nobody has decided"),
        ],
        _("Changes nobody else's pages, publishes nothing."),
    ),
    Role(
        EDITORS,
        _("Writes and edits everything in the sections of their own unit."),
        [
            _("does what a reporter does"),
            _("edits the pages of colleagues in the unit"),
            _("translates its pages into English"),
            _("writes polls"),
        ],
        _("Publishes nothing; sees no drafts of other units."),
    ),
    Role(
        REVIEWERS,
        _("The first of the two who read before the public does."),
        [
            _("reads what was handed in, mends it, passes it on or sends it back with a reason"),
            _("assigns a page that waits to a colleague"),
        ],
        _("Never passes on what they wrote or changed themselves."),
    ),
    Role(
        BOARD,
        _("The second reader, who answers for what goes online."),
        [
            _("approves and thereby publishes; sends back with a reason"),
            _("takes pages offline, closes them to the public, keeps schedules"),
            _("publishes at once in an emergency, with a reason that is checked afterwards"),
            _("puts up urgent notices"),
        ],
        _("Never approves what they wrote or changed themselves, not even in an emergency."),
    ),
    Role(
        KEEPERS,
        _("Keeps the lists, menus, pictures and settings that all pages share."),
        [
            _("keeps document types, issuing bodies, fields, authors and abbreviations"),
            _("keeps menus, the footer, sidebars, weather regions and redirects"),
            _("orders pictures and files, of all units"),
            _("reads all reports"),
        ],
        _("Publishes no pages and makes no accounts."),
    ),
    Role(
        OPERATORS,
        _("Keeps the portal running."),
        [
            _("watches the sources of rates and weather, and types figures when one fails"),
            _("reads visits, reports and the log of who did what"),
        ],
        _("Writes and reads no drafts."),
    ),
]
