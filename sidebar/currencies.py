"""The currencies that Vietnamese banks quote, by ISO code. The feed names them in English."""

from django.utils.translation import gettext_lazy as _

NAMES = {
    "AUD": _("Australian dollar"),
    "CAD": _("Canadian dollar"),
    "CHF": _("Swiss franc"),
    "CNY": _("Chinese yuan"),
    "DKK": _("Danish krone"),
    "EUR": _("Euro"),
    "GBP": _("Pound sterling"),
    "HKD": _("Hong Kong dollar"),
    "INR": _("Indian rupee"),
    "JPY": _("Japanese yen"),
    "KRW": _("South Korean won"),
    "KWD": _("Kuwaiti dinar"),
    "LAK": _("Lao kip"),
    "MYR": _("Malaysian ringgit"),
    "NOK": _("Norwegian krone"),
    "RUB": _("Russian rouble"),
    "SAR": _("Saudi riyal"),
    "SEK": _("Swedish krona"),
    "SGD": _("Singapore dollar"),
    "THB": _("Thai baht"),
    "USD": _("US dollar"),
}
