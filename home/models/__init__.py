from .frame import NavigationSettings, OfficeSettings
from .notices import MourningSettings, UrgentNotice
from .pages import MOST_FEATURED, FeaturedPage, HomePage, StandardPage
from .pulses import Pulse

__all__ = [
    "MOST_FEATURED",
    "FeaturedPage",
    "HomePage",
    "MourningSettings",
    "NavigationSettings",
    "OfficeSettings",
    "Pulse",
    "StandardPage",
    "UrgentNotice",
]
