"""Facts that machines fetch (rates, weather, how the fetching went) and the sidebars that editors
arrange from them."""

from .feeds import FeedLock, FeedRun, FeedState, ProviderState
from .rates import CentralRate, ExchangeRate, GoldPrice, RateChange, RateOverride
from .sidebars import Sidebar, SidebarPlacement, SidebarSettings
from .visits import DailyPageViews, DailyVisits, InheritedVisits, PageViews, RecentViews, Visit
from .weather import WeatherOverride, WeatherReading, WeatherRegion

__all__ = [
    "CentralRate",
    "DailyPageViews",
    "DailyVisits",
    "ExchangeRate",
    "FeedLock",
    "FeedRun",
    "FeedState",
    "GoldPrice",
    "InheritedVisits",
    "PageViews",
    "ProviderState",
    "RateChange",
    "RateOverride",
    "RecentViews",
    "Sidebar",
    "SidebarPlacement",
    "SidebarSettings",
    "Visit",
    "WeatherOverride",
    "WeatherReading",
    "WeatherRegion",
]
