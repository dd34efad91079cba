"""Whether a word is one slip away from another: a letter too many, too few, another, or two in each
other's place."""


def is_one_slip(typed, meant):
    """Two different words of plain letters."""
    if typed == meant or abs(len(typed) - len(meant)) > 1:
        return False
    if len(typed) != len(meant):
        short, long = sorted((typed, meant), key=len)
        return any(long[:place] + long[place + 1 :] == short for place in range(len(long)))
    places = [place for place in range(len(typed)) if typed[place] != meant[place]]
    if len(places) == 1:
        return True
    first, *others = places
    return others == [first + 1] and typed[first : first + 2] == meant[first : first + 2][::-1]
