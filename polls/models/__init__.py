from .ballots import AddressKey, AddressUse, Ballot, Tick, VotingHour
from .polls import Choice, Correction, Poll, Shown, State

__all__ = [
    "AddressKey",
    "AddressUse",
    "Ballot",
    "Choice",
    "Correction",
    "Poll",
    "Shown",
    "State",
    "Tick",
    "VotingHour",
]
