"""What operators type about feeds."""

import re
from datetime import timedelta
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateTimeInput

from .models import CentralRate, FeedState, RateOverride, WeatherOverride, WeatherRegion
from .models.rates import LARGEST_MOVE, PRICE_FIELDS

LONGEST = timedelta(days=7)
# What is offered at first.
USUAL = timedelta(hours=4)

# Groups of three with points or none at all, a comma before decimals. "26.39" is neither: it
# might be a slip of 26.390.
PRICE = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?")
DEGREES = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")


class FigureField(forms.DecimalField):
    """A figure as Vietnamese write it; as it was typed when it can't be read."""

    widget = forms.TextInput

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value):
        if isinstance(value, str):
            value = "".join(value.split()).replace("−", "-")
            if value:
                value = self.read(value)
        return super().to_python(value)

    def prepare_value(self, value):
        if isinstance(value, Decimal):
            return number_format(value.normalize() + 0, force_grouping=True)
        return value


class PriceField(FigureField):
    """Đồng: 26.390 or 26.390,50; "-" for none, as the bank writes it."""

    def read(self, text):
        if text == "-":
            return ""
        if not PRICE.fullmatch(text):
            raise ValidationError(_("Write it like 26.390 or 26.390,50."))
        found = text.replace(".", "").replace(",", ".")
        if not Decimal(found):
            raise ValidationError(_("A price is more than 0. Type - for none."))
        return found


class DegreesField(FigureField):
    """31,5; the point too, which can't mean thousands here."""

    def read(self, text):
        if not DEGREES.fullmatch(text):
            raise ValidationError(_("Write it like 31 or 31,5."))
        return text.replace(",", ".")


class HoldForm(forms.ModelForm):
    class Meta:
        model = FeedState
        fields = ["held_because"]
        labels = {"held_because": _("Why hold these figures?")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["held_because"].required = True
        self.fields["held_because"].error_messages["required"] = _(
            "Say why: colleagues will want to know."
        )


class TypedForm(forms.ModelForm):
    """Figures in place of those of a source, for a while and for a reason."""

    error_css_class = "w-field--error"
    expires_at = forms.DateTimeField(
        label=_("Shown until"),
        widget=AdminDateTimeInput,
        help_text=_("At most seven days from now; then the figures of the source come back."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("expires_at", timezone.now() + USUAL)

    def clean_expires_at(self):
        until, now = self.cleaned_data["expires_at"], timezone.now()
        if until <= now:
            raise ValidationError(_("This time has passed already."))
        if until > now + LONGEST:
            raise ValidationError(_("At most seven days from now."))
        return until

    def validate_unique(self):
        """One that is there makes way (operators.show_typed)."""


class RateForm(TypedForm):
    # Only asked for where a price is far from the bank's last one.
    is_sure = forms.BooleanField(
        label=_("I have checked these prices, they are right"), required=False
    )

    class Meta:
        model = RateOverride
        fields = ["rate", *PRICE_FIELDS, "reason", "expires_at"]
        field_classes = dict.fromkeys(PRICE_FIELDS, PriceField)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rate"].label_from_instance = lambda rate: (
            f"{rate.currency} – {rate.local_name}"
        )
        self.order_fields(["rate", *PRICE_FIELDS, "reason", "expires_at", "is_sure"])

    def _post_clean(self):
        rate = self.cleaned_data.get("rate")
        if rate is not None and not self.cleaned_data.get("is_sure"):
            self._doubt(rate)
        if rate is not None and any(self._is_typed(name) for name in PRICE_FIELDS):
            self._keep_the_others(rate)
        # What the prices are to each other can't be said before each is settled.
        if not any(name in self.errors for name in PRICE_FIELDS):
            super()._post_clean()

    def _is_typed(self, name):
        return bool((self.data.get(name) or "").strip())

    def _keep_the_others(self, rate):
        """Whoever types one price doesn't mean that the bank has stopped quoting the others."""
        for name in PRICE_FIELDS:
            if not self._is_typed(name):
                self.cleaned_data[name] = getattr(rate, name)

    def _doubt(self, rate):
        for name in PRICE_FIELDS:
            old, new = getattr(rate, name), self.cleaned_data.get(name)
            if old and new and abs(new / old - 1) > LARGEST_MOVE:
                words = _(
                    "Far from the bank's last price, %(price)s. If it is right, tick the box below."
                )
                price = number_format(old.normalize() + 0, force_grouping=True)
                self.add_error(name, ValidationError(words, code="far", params={"price": price}))

    @property
    def is_doubted(self):
        """Whether the operator is to say that the prices are right."""
        return "is_sure" in self.data or any(self.has_error(name, "far") for name in PRICE_FIELDS)


class WeatherForm(TypedForm):
    class Meta:
        model = WeatherOverride
        fields = ["region", "temperature", "weather_code", "reason", "expires_at"]
        field_classes = {"temperature": DegreesField}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Without any reading there is nothing to stand in the place of.
        self.fields["region"].queryset = WeatherRegion.objects.filter(reading__isnull=False)


class CentralRateForm(WagtailAdminModelForm):
    rate = CentralRate._meta.get_field("rate").formfield(form_class=PriceField)
