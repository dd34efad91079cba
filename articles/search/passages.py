"""Which passage of a text shows best why it was found, and which of its words were asked for.

Pure. Ten texts are looked through for every page of results, so nothing is done to each word here.
"""

from itertools import groupby, takewhile

from .text import in_step

# Places of one word that are looked at: enough for the right passage of any text, for what stands
# there more often says little.
MOST_PLACES = 200


def passage(text, wanted, length):
    """(text, whether that is one of the words) of at most about so many characters, and where in
    the text the first of the words is; ((), -1) where it has none of them.

    `wanted`: {plain words that follow each other: how much they tell}."""
    plain = f" {in_step(text)} ".encode()
    patterns = {f" {words} ".encode(): weight for words, weight in wanted.items()}
    places = sorted(
        (begin, begin + len(pattern) - 2, pattern)
        for pattern in patterns
        for begin in _places(plain, pattern)
    )
    if not places:
        return (), -1
    begin, end = _best(places, patterns, length)
    begin, end = _widened(text, begin, end, length)
    marks = {}
    for pattern in patterns:
        for place in _places(plain[begin : end + 2], pattern):
            for word in pattern.split():
                marks[begin + place] = begin + place + len(word)
                place += len(word) + 1
    parts = _without_chance(list(_parts(text, begin, end, marks)))
    before = takewhile(lambda part: not part[1], parts)
    return parts, begin + sum(len(text) for text, _is_match in before)


def _places(plain, pattern):
    """Where it stands. Both begin and end with a space, which one word shares with the next."""
    found, place = [], plain.find(pattern)
    while place >= 0 and len(found) < MOST_PLACES:
        found.append(place)
        place = plain.find(pattern, place + len(pattern) - 1)
    return found


def _best(places, weights, length):
    """(begin, end) of the first stretch of so many characters that has most of what was asked."""
    held, total, first = dict.fromkeys(weights, 0), 0, 0
    most, best = 0, None
    for _begin, end, pattern in places:
        if not held[pattern]:
            total += weights[pattern]
        held[pattern] += 1
        while end - places[first][0] > length and places[first][1] < end:
            gone = places[first][2]
            held[gone] -= 1
            if not held[gone]:
                total -= weights[gone]
            first += 1
        if total > most:
            most, best = total, (places[first][0], end)
    return best


def _widened(text, begin, end, length):
    """To so many characters, of whole words."""
    first = max(0, begin - max(0, length - (end - begin)) // 2)
    if first:
        first = text.find(" ", first - 1, begin) + 1 or begin
    last = first + length
    if last < len(text):
        last = max(end, text.rfind(" ", end, last + 1))
    return first, max(end, min(last, len(text)))


def _parts(text, begin, end, marks):
    for first, last in sorted(marks.items()):
        if begin < first:
            yield text[begin:first], False
        yield text[first:last], True
        begin = last
    if begin < end:
        yield text[begin:end], False


def _without_chance(parts):
    """Where words of the question stand together, those that stand alone are there by chance: most
    syllables have many meanings, and without marks more."""
    runs = [
        list(run)
        for _is_run, run in groupby(parts, lambda part: part[1] or not part[0].strip(" /-"))
    ]
    lengths = [sum(is_match for _text, is_match in run) for run in runs]
    if max(lengths) < 2:
        return parts
    return [
        (text, is_match and length > 1)
        for run, length in zip(runs, lengths, strict=True)
        for text, is_match in run
    ]
