from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import LoginForm


class OfficeLoginForm(LoginForm):
    """Wagtail's own leaves the password without a label, which then shows in English."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
