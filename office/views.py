"""The pages of the office in the admin: notices, roles, assignments, emergencies."""

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.models import Page, TaskState

from . import assignments, emergencies, guide, roles
from .admin_page import admin_page
from .events import name_of
from .models import EmergencyPublication, Notice, Unit
from .moderation import locked, may_take_back

NOTICES_ON_A_PAGE = 30


@require_safe
def notices(request):
    mine = Notice.objects.filter(recipient=request.user)
    listing = Paginator(mine, NOTICES_ON_A_PAGE).get_page(request.GET.get("p"))
    context = {"listing": listing, "unread": mine.unread().count()}
    return admin_page(request, "office/admin/notices.html", _("Notices"), "info-circle", context)


@require_safe
def open_notice(request, pk):
    """Leads to what it tells of; whoever follows it has read it."""
    notice = get_object_or_404(Notice, pk=pk, recipient=request.user)
    Notice.objects.filter(pk=pk).read()
    return redirect(notice.address or reverse("office_notices"))


@require_POST
def read_notices(request):
    Notice.objects.filter(recipient=request.user).read()
    messages.success(request, _("All notices are marked as read."))
    return redirect("office_notices")


@require_safe
def roles_page(request):
    people = get_user_model().objects.filter(is_active=True)
    groups = {group.name: group for group in Group.objects.all()}
    lines = [
        {
            "role": role,
            "people": people.filter(groups=groups.get(role.group)).order_by("last_name", "pk"),
            "per_unit": role.group in roles.OF_UNITS,
        }
        for role in roles.ROLES
    ]
    units = [
        {
            "unit": unit,
            "sections": [row.page for row in unit.sections.select_related("page")],
            "reporters": unit.people(roles.REPORTERS),
            "editors": unit.people(roles.EDITORS),
        }
        for unit in Unit.objects.select_related("reporters", "editors")
    ]
    context = {
        "roles": lines,
        "units": units,
        "superusers": people.filter(is_superuser=True),
        "mine": set(request.user.groups.values_list("name", flat=True)),
    }
    return admin_page(request, "office/admin/roles.html", _("Roles and units"), "group", context)


class AssignForm(forms.Form):
    person = forms.ModelChoiceField(
        label=gettext_lazy("Assign to"), queryset=get_user_model().objects.none()
    )
    note = forms.CharField(
        label=capfirst(gettext_lazy("note")),
        required=False,
        max_length=250,
        help_text=gettext_lazy("What is to be looked at? They read it with the notice."),
    )

    def __init__(self, *args, task_state, **kwargs):
        super().__init__(*args, **kwargs)
        able = [person.pk for person in assignments.candidates(task_state)]
        self.fields["person"].queryset = get_user_model().objects.filter(pk__in=able)
        self.fields["person"].label_from_instance = name_of


def assign(request, pk):
    state = get_object_or_404(TaskState.objects.select_related("workflow_state", "task"), pk=pk)
    if not assignments.may_assign(state, request.user):
        raise PermissionDenied
    obj = state.workflow_state.content_object
    next_url = (
        get_valid_next_url_from_request(request)
        or AdminURLFinder(request.user).get_edit_url(obj)
        or reverse("wagtailadmin_home")
    )
    current = getattr(state, "assignment", None)
    form = AssignForm(
        request.POST or None,
        task_state=state,
        initial={"person": current and current.person_id},
    )
    if request.method == "POST" and form.is_valid():
        person = form.cleaned_data["person"]
        assignments.assign(state, person, request.user, form.cleaned_data["note"])
        messages.success(
            request,
            _("“%(title)s” is assigned to %(name)s.") % {"title": obj, "name": name_of(person)},
        )
        return redirect(next_url)
    context = {"form": form, "state": state, "object": obj, "next": next_url}
    return admin_page(request, "office/admin/assign.html", _("Assign"), "user", context)


class EmergencyForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why can't it wait for the two steps?"),
        min_length=10,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy(
            "The reason goes to the reviewers and the board, and stays in the page's history."
        ),
    )


def publish_in_emergency(request, pk):
    page = get_object_or_404(Page, pk=pk).specific
    if not page.permissions_for_user(request.user).can_publish_in_emergency():
        raise PermissionDenied
    form = EmergencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            emergencies.publish(
                page, request.user, form.cleaned_data["reason"], request.POST.get("version")
            )
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(
                request,
                _("“%(title)s” is online. Somebody else is to check it now.") % {"title": page},
            )
            return redirect("wagtailadmin_pages:edit", page.pk)
    revision = page.get_latest_revision()
    context = {
        "form": form,
        "page": page,
        "draft": revision.as_object(),
        "version": emergencies.version_of(revision),
    }
    title = _("Publish in an emergency")
    return admin_page(request, "office/admin/emergency.html", title, "warning", context)


class FindingForm(forms.Form):
    finding = forms.CharField(
        label=gettext_lazy("What did you find?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy(
            "Leave it empty when all is in order. If something is wrong, mend the page or take it "
            "offline, and say here what was wrong."
        ),
    )


def check_emergency(request, pk):
    emergency = get_object_or_404(
        EmergencyPublication.objects.select_related("page", "published_by"), pk=pk
    )
    if not emergencies.may_check(emergency, request.user):
        raise PermissionDenied
    form = FindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        emergencies.check(emergency, request.user, form.cleaned_data["finding"])
        messages.success(request, _("The check is written down."))
        return redirect("wagtailadmin_home")
    context = {
        "form": form,
        "emergency": emergency,
        "page": emergency.page,
        "name": name_of(emergency.published_by),
    }
    title = _("Check what was published in an emergency")
    return admin_page(request, "office/admin/check_emergency.html", title, "warning", context)


def tell_of_emergency(request, emergency):
    buttons = []
    if emergencies.may_check(emergency, request.user):
        address = reverse("office_check_emergency", args=[emergency.pk])
        buttons.append(messages.button(address, _("Write down the check")))
    messages.warning(
        request,
        _("Published in an emergency by %(name)s, and not checked since. The reason: %(reason)s")
        % {"name": name_of(emergency.published_by), "reason": emergency.reason},
        buttons=buttons,
    )


def take_back(request, pk):
    """The way back to one's own text while others read it."""
    page = get_object_or_404(Page, pk=pk).specific
    state = page.current_workflow_state
    if state is None or not page.workflow_in_progress:
        raise Http404
    if not may_take_back(state, request.user):
        raise PermissionDenied
    if request.method == "POST":
        with transaction.atomic():
            locked(state).cancel(user=request.user)
        messages.success(request, _("“%(title)s” is yours again.") % {"title": page})
        return redirect("wagtailadmin_pages:edit", page.pk)
    context = {"page": page, "state": state}
    title = _("Take it back to go on writing")
    return admin_page(request, "office/admin/take_back.html", title, "rotate", context)


urls = [
    path("huong-dan/", guide.page, name="office_guide"),
    path("huong-dan/<slug:slug>/", guide.page, name="office_guide_page"),
    path("thong-bao/", notices, name="office_notices"),
    path("thong-bao/<int:pk>/", open_notice, name="office_open_notice"),
    path("thong-bao/da-doc/", read_notices, name="office_read_notices"),
    path("vai-tro/", roles_page, name="office_roles"),
    path("giao-viec/<int:pk>/", assign, name="office_assign"),
    path("dang-khan/<int:pk>/", publish_in_emergency, name="office_emergency"),
    path("dang-khan/kiem-tra/<int:pk>/", check_emergency, name="office_check_emergency"),
    path("rut-lai/<int:pk>/", take_back, name="office_take_back"),
]
