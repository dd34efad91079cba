"""What operators do to feeds by hand. Each act says in the audit log who did it, what it was and
why; one that changes nothing says nothing."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from django.db import transaction
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from kombu.exceptions import OperationalError
from wagtail.log_actions import LogFormatter, log

from . import faults, feeds, tasks, weather_codes
from .models import ExchangeRate, FeedLock, FeedRun, FeedState, RateOverride, WeatherOverride
from .models.feeds import GOLD, RATES, WEATHER
from .models.rates import PRICE_FIELDS
from .providers import source_of
from .status import FeedStatus, clock

TASKS = {
    RATES: tasks.refresh_rates,
    WEATHER: tasks.refresh_weather,
    GOLD: tasks.refresh_gold,
}
# Seconds that a page waits for a broker that hangs.
BROKER_SECONDS = 3
# The feed of a model of typed figures, and the field that says in whose place they stand.
TYPED = {RateOverride: (RATES, "rate"), WeatherOverride: (WEATHER, "region")}

FETCH = "sidebar.fetch"
HOLD = "sidebar.hold"
RELEASE = "sidebar.release"
BELIEVE = "sidebar.believe"
DISBELIEVE = "sidebar.disbelieve"
TYPE = "sidebar.type"
DROP = "sidebar.drop"
# {action: (what lists of actions call it, what the log says)}
ACTS = {
    FETCH: (gettext_lazy("Fetch now"), gettext_lazy("Asked for new figures")),
    HOLD: (gettext_lazy("Hold figures"), gettext_lazy("Held: %(reason)s")),
    RELEASE: (gettext_lazy("Let figures move"), gettext_lazy("Let move again")),
    BELIEVE: (gettext_lazy("Believe rates"), gettext_lazy("Believed %(source)s: %(moves)s")),
    DISBELIEVE: (
        gettext_lazy("Discard rates"),
        gettext_lazy("Discarded what %(source)s gave: %(moves)s"),
    ),
    TYPE: (
        gettext_lazy("Type figures"),
        gettext_lazy("%(subject)s, until %(until)s: %(figures)s. Reason: %(reason)s"),
    ),
    DROP: (
        gettext_lazy("Drop typed figures"),
        gettext_lazy("%(subject)s: dropped what was typed (%(figures)s)"),
    ),
}


class Refused(Exception):
    """The act makes no sense now. The text is for the operator."""


def fetch(feed, user):
    """Ask a worker to run a feed now. Raises Refused.

    A message that no worker takes within a minute is dropped, and for that minute nobody can send
    another: two presses are one run.
    """
    if FeedState.of(feed).is_held:
        raise Refused(_("The figures are held: let them move again first."))
    if FeedLock.objects.filter(feed=feed, expires_at__gt=timezone.now()).exists():
        raise Refused(_("They are being fetched already."))
    token = FeedLock.objects.take(_pressed(feed))
    if token is None:
        raise Refused(_("Somebody asked for this less than a minute ago."))
    try:
        _send(TASKS[feed])
    except (OperationalError, OSError) as error:
        FeedLock.objects.release(_pressed(feed), token)
        raise Refused(
            _("Nothing was sent: the queue of the workers doesn't answer. Try again later.")
        ) from error
    _log(feed, FETCH, user)


def _pressed(feed):
    """The lock of whoever pressed "fetch now": it isn't that of the run."""
    return f"{feed} by hand"


def _send(task):
    # By itself kombu tries again for as long as a page would never wait.
    options = {
        **task.app.conf.broker_transport_options,
        "max_retries": 0,
        "socket_timeout": BROKER_SECONDS,
        "socket_connect_timeout": BROKER_SECONDS,
    }
    with task.app.connection_for_write(transport_options=options) as connection:
        task.apply_async(
            kwargs={"by_hand": True},
            connection=connection,
            expires=FeedLock.objects.all().lasts.total_seconds(),
            retry=False,
        )


@transaction.atomic
def hold(feed, reason, user):
    """Let the figures stay as they are. Raises Refused."""
    state = FeedState.of(feed)
    held = {"held_since": timezone.now(), "held_because": reason}
    if not FeedState.objects.filter(pk=feed, held_since__isnull=True).update(**held):
        raise Refused(_("They are held already: %(reason)s") % {"reason": state.held_because})
    _log(feed, HOLD, user, reason=reason)


@transaction.atomic
def release(feed, user):
    """Let the figures move again, from the next run on. Raises Refused."""
    held = FeedState.objects.filter(pk=feed, held_since__isnull=False)
    if not held.update(held_since=None, held_because=""):
        raise Refused(_("They aren't held."))
    _log(feed, RELEASE, user)


def mark_of(suspect):
    """Tells one sheet that waits for a decision from the next one."""
    return sha256(json.dumps(suspect, sort_keys=True).encode()).hexdigest()[:16]


@transaction.atomic
def decide(mark, is_believed, user):
    """Store the rates that wait for a decision, or forget them. mark: of those that the operator
    has seen. Raises Refused."""
    state = FeedState.objects.select_for_update().filter(pk=RATES).first()
    suspect = state.waiting if state else {}
    if not suspect or mark_of(suspect) != mark:
        raise Refused(_("Other rates wait by now, or none: look at them first."))
    known = ExchangeRate.objects.in_bulk(suspect["moves"], field_name="currency")
    told = {
        "source": suspect["source"],
        "moves": suspect["moves"],
        "before": {code: [str(p or "") for p in rate.prices] for code, rate in known.items()},
        "rates": suspect["rates"],
    }
    if is_believed:
        feeds.accept_suspect()
    else:
        feeds.discard_suspect()
    _log(RATES, BELIEVE if is_believed else DISBELIEVE, user, **told)


@transaction.atomic
def show_typed(typed, user):
    """Show a RateOverride or a WeatherOverride that isn't saved yet, in place of any before it."""
    feed, key = TYPED[type(typed)]
    names = {field.name for field in typed._meta.fields} - {"id", key}
    type(typed).objects.update_or_create(
        **{key: getattr(typed, key)},
        defaults={name: getattr(typed, name) for name in names},
    )
    _log(
        feed,
        TYPE,
        user,
        reason=typed.reason,
        until=typed.expires_at.isoformat(),
        **_told(typed),
    )


@transaction.atomic
def drop_typed(typed, user):
    """Show the figures of the source again."""
    told = _told(typed)
    typed.delete()
    _log(TYPED[type(typed)][0], DROP, user, **told)


def _told(typed):
    names = PRICE_FIELDS if isinstance(typed, RateOverride) else ("temperature", "weather_code")
    figures = {name: getattr(typed, name) for name in names}
    return {
        "subject": str(typed),
        # A list, for PostgreSQL sorts the keys of JSON.
        "figures": [[name, str(one)] for name, one in figures.items() if one is not None],
    }


def _log(feed, action, user, **data):
    log(instance=FeedState.of(feed), action=action, user=user, data=data)


class _Act(LogFormatter):
    def format_message(self, log_entry):
        data = dict(log_entry.data)
        if "moves" in data:
            moves = sorted(data["moves"].items())
            data["moves"] = ", ".join(f"{code} {share_in_words(share)}" for code, share in moves)
        if "figures" in data:
            data["figures"] = ", ".join(_figure(*figure) for figure in data["figures"])
        if "until" in data:
            data["until"] = clock(datetime.fromisoformat(data["until"]))
        return str(self.message) % data


def share_in_words(share):
    """+50 %"""
    return f"{Decimal(share) * 100:+.0f} %".replace("-", "−")  # a true minus


def _figure(name, text):
    if name == "weather_code":
        return str(weather_codes.sky(int(text)).words)
    if name in PRICE_FIELDS:
        return f"{RateOverride._meta.get_field(name).verbose_name} {floatformat(text, '-2g')}"
    return f"{number_format(text)} °C"


def register_acts(actions):
    for action, (label, message) in ACTS.items():
        actions.register_action(action)(type("Act", (_Act,), {"label": label, "message": message}))


# How far "fetch now" is.
IDLE, WAITING, RUNNING, DONE, UNANSWERED = "idle", "waiting", "running", "done", "unanswered"


@dataclass(frozen=True)
class Progress:
    stage: str
    words: str = ""
    # Of the provider that is being asked.
    provider: str = ""
    rows: int = 0
    expected: int = 0

    @property
    def is_over(self):
        return self.stage not in (WAITING, RUNNING)


def progress(feed):
    """Of the run that was asked for by hand, or of one that is under way anyhow."""
    # Before the lock: a run that ends in between is then seen as one that still goes on.
    state = FeedState.of(feed)
    locks = FeedLock.objects.in_bulk([feed, _pressed(feed)])
    now = timezone.now()
    if feed in locks and locks[feed].expires_at > now:
        return _running(state)
    if _pressed(feed) not in locks:
        return Progress(IDLE)
    until = locks[_pressed(feed)].expires_at
    if state.started_at and state.started_at >= until - FeedLock.objects.all().lasts:
        return Progress(DONE, " ".join(_outcome(state)))
    if state.is_held:
        return Progress(DONE, FeedStatus(state).sentence)
    if until > now:
        return Progress(WAITING, _("Waiting for a worker…"))
    return Progress(
        UNANSWERED, _("No worker has taken it up: are the workers running? Nothing has changed.")
    )


def _runs_of(state):
    """FeedRuns of the feed's last run, in their order."""
    runs = FeedRun.objects.filter(feed=state.feed, started_at__gte=state.started_at)
    return list(runs.order_by("started_at", "pk"))


def _running(state):
    runs = _runs_of(state) if state.started_at else []
    if not runs:
        return Progress(RUNNING, _("Beginning…"))
    run = runs[-1]
    named = {"source": source_of(run.provider), "rows": run.rows, "expected": run.expected}
    words = (
        _("Asking %(source)s: %(rows)d of %(expected)d…")
        if run.expected > 1
        else _("Asking %(source)s…")
    )
    return Progress(RUNNING, words % named, run.provider, run.rows, run.expected)


def _outcome(state):
    """Sentences: whom it was asked of, and what readers see now."""
    runs = _runs_of(state)
    for run in runs:
        named = {"source": source_of(run.provider), "rows": run.rows}
        if run.finished_at is None:
            yield _("%(source)s: cut short.") % named
        elif run.reason:
            yield f"{faults.in_words(run.reason, named['source'])}."
        else:
            yield _("%(source)s: %(rows)d received.") % named
    if not runs and state.failing_since:
        yield _("Nobody could be asked: every source wants to be left alone for now.")
    if state.failing_since is None:
        yield f"{FeedStatus(state).sentence}."
    elif state.good_at:
        # Whose fault it is has been said.
        yield _("Figures of %(shown)s stay.") % {"shown": clock(state.good_at)}
