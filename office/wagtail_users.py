from wagtail.users.apps import WagtailUsersAppConfig


class UsersConfig(WagtailUsersAppConfig):
    """Wagtail's accounts and groups, with a form of groups that tells the log."""

    group_viewset = "office.group_views.GroupViewSet"
