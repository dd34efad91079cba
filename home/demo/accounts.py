"""Well-known accounts. A portal for the public must not have them: see retire_accounts()."""

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db.models import Q
from wagtail.users.models import UserProfile

from home.offices import set_up
from office.roles import BOARD, EDITORS, KEEPERS, OPERATORS, REPORTERS, REVIEWERS

DEMO_EMAIL_DOMAIN = "demo.invalid"
PASSWORD = "cong-tinh-demo"  # noqa: S105  (printed at every start; production refuses the accounts)

# (username, role as people call it, group; None: superuser)
ACCOUNTS = [
    ("phongvien", "Phóng viên", REPORTERS),
    ("bientap", "Biên tập viên", EDITORS),
    ("bientap2", "Biên tập viên 2", EDITORS),
    ("kiemduyet", "Kiểm duyệt viên", REVIEWERS),
    ("kiemduyet2", "Kiểm duyệt viên 2", REVIEWERS),
    ("banbientap", "Ban biên tập", BOARD),
    ("banbientap2", "Ban biên tập 2", BOARD),
    ("noidung", "Quản trị nội dung", KEEPERS),
    ("vanhanh", "Vận hành", OPERATORS),
    ("quantri", "Quản trị", None),
]


def demo_accounts():
    """Those that still let anybody in who has read this file, whatever e-mail address they have."""
    names = [username for username, _role, _group in ACCOUNTS]
    suspects = get_user_model().objects.filter(
        Q(email__iendswith=f"@{DEMO_EMAIL_DOMAIN}") | Q(username__in=names), is_active=True
    )
    return [
        user
        for user in suspects
        if user.email.lower().endswith(f"@{DEMO_EMAIL_DOMAIN}") or user.check_password(PASSWORD)
    ]


def retire_accounts():
    """Close them, also to whoever would switch one on again. Returns how many."""
    closed = [user.pk for user in demo_accounts()]
    accounts = get_user_model().objects.filter(pk__in=closed)
    return accounts.update(is_active=False, password=make_password(None))


def users():
    """{username: account}, closed ones too."""
    names = [username for username, _role, _group in ACCOUNTS]
    return {user.username: user for user in get_user_model().objects.filter(username__in=names)}


def make_missing(present):
    """present: what users() gave. Returns the usernames that were made."""
    missing = [account for account in ACCOUNTS if account[0] not in present]
    if not missing:
        return []
    groups = _groups()
    # One for all: each costs a third of a second by design.
    password = make_password(PASSWORD)
    for username, role, group in missing:
        user = get_user_model().objects.create(
            username=username,
            email=f"{username}@{DEMO_EMAIL_DOMAIN}",
            first_name=role,
            # The account's own form asks for both names.
            last_name="(dùng thử)",
            password=password,
            is_superuser=group is None,
            is_staff=group is None,
        )
        if group:
            user.groups.add(groups[group])
        UserProfile.objects.create(
            user=user,
            preferred_language="vi",
            # The addresses lead nowhere.
            submitted_notifications=False,
            approved_notifications=False,
            rejected_notifications=False,
            updated_comments_notifications=False,
        )
    return [username for username, _role, _group in missing]


def _groups():
    wanted = {group for _username, _role, group in ACCOUNTS if group}
    groups = {group.name: group for group in Group.objects.filter(name__in=wanted)}
    if len(groups) < len(wanted):
        set_up()
        groups = {group.name: group for group in Group.objects.filter(name__in=wanted)}
    return groups
