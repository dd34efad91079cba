"""Words to fill texts with, alike in every run: 4,000 syllables of the language, most of which
nobody uses, by Zipf's law."""

import random
import unicodedata
from itertools import accumulate

ONSETS = "b c ch d đ g gi h k kh l m n nh ng ph qu r s t th tr v x"
RHYMES = """
a an ang anh ao ai ay âm ân ât âu e en eo ê êm ên i inh iên iêu o on ong oa oan ô ôn ông ơ ơn
u un ung uôn ư ưng ươn ương y yên
"""
TONES = ["", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"]
SYLLABLES = 4_000


def vocabulary():
    """Syllables, the commonest first."""
    syllables = []
    for onset in ONSETS.split():
        for rhyme in RHYMES.split():
            vowel = next(at for at, letter in enumerate(rhyme) if letter in "aâeêioôơuưy")
            for tone in TONES:
                whole = f"{onset}{rhyme[: vowel + 1]}{tone}{rhyme[vowel + 1 :]}"
                syllables.append(unicodedata.normalize("NFC", whole))
    random.Random(1).shuffle(syllables)
    return syllables[:SYLLABLES]


def writer():
    """A function (dice, count) → so many words."""
    syllables = vocabulary()
    # Added up once: a text of 300 words asks 300 times.
    weights = list(accumulate(1 / (rank + 2) for rank in range(SYLLABLES)))
    return lambda dice, count: " ".join(dice.choices(syllables, cum_weights=weights, k=count))
