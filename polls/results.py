"""Turning counts into what a reader sees."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChoiceResult:
    choice_id: int | None
    text: str
    image: object | None
    # Voters who chose it.
    votes: int
    # Of all that were chosen, not of all voters: whoever chose two counts in two shares.
    percent: int


@dataclass(frozen=True)
class Result:
    choices: tuple[ChoiceResult, ...]
    # All votes for all choices: as many as voters, where each of them has one.
    total: int
    voters: int
    # The part of the total that was taken over from the old portal.
    inherited: int


def result(poll, choices):
    """Counts rows that have `pk`, `text`, `image`, `votes` and `inherited_votes`, in their order.

    Who voted on the old portal is known of a poll with one choice for each voter only."""
    choices = list(choices)
    votes = [choice.votes + choice.inherited_votes for choice in choices]
    return Result(
        choices=tuple(
            ChoiceResult(choice.pk, choice.text, choice.image, count, percent)
            for choice, count, percent in zip(choices, votes, percentages(votes), strict=True)
        ),
        total=sum(votes),
        voters=poll.voters if poll.is_multiple else sum(votes),
        inherited=sum(choice.inherited_votes for choice in choices),
    )


def percentages(counts):
    """Whole percentages that add up to 100 (largest remainder; of equals, the first gains).

    All are 0 when nothing was counted."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    shares = [divmod(count * 100, total) for count in counts]
    percents = [percent for percent, _remainder in shares]
    by_remainder = sorted(range(len(counts)), key=lambda index: -shares[index][1])
    for index in by_remainder[: 100 - sum(percents)]:
        percents[index] += 1
    return percents
