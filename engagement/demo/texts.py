"""What the learners are asked to read: words and short sentences, longer with the level."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Vocabulary:
    """Word lists from which a sentence is put together, in the language's own word order."""

    qualities: tuple[str, ...]
    animals: tuple[str, ...]
    manners: tuple[str, ...]
    places: tuple[str, ...]
    verbs: tuple[str, ...]
    order: str


ENGLISH = Vocabulary(
    qualities=("small", "happy", "brown", "clever", "young", "quiet", "hungry", "old"),
    animals=("rabbit", "parrot", "horse", "monkey", "kitten", "turtle", "camel", "goat", "puppy", "deer"),
    manners=("slowly", "gently", "quickly", "today", "again", "alone"),
    places=("near the river", "under the tree", "behind the school", "on the hill", "by the well"),
    verbs=("sleeps", "plays", "waits", "walks", "sings", "jumps", "rests"),
    order="the {quality} {animal} {verb} {manner} {place}",
)
TAMIL = Vocabulary(
    qualities=("சிறிய", "பெரிய", "அழகான", "நல்ல", "புதிய", "வெள்ளை"),
    animals=("நாய்", "பூனை", "யானை", "பறவை", "குதிரை", "மீன்", "மாடு", "மயில்", "குரங்கு", "முயல்"),
    manners=("மெதுவாக", "வேகமாக", "மகிழ்ச்சியாக", "தினமும்", "அமைதியாக"),
    places=("வீட்டின் அருகில்", "மரத்தின் கீழே", "பள்ளியின் பின்னால்", "ஆற்றின் கரையில்"),
    verbs=("வருகிறது", "செல்கிறது", "விளையாடுகிறது", "தூங்குகிறது", "நிற்கிறது"),
    order="{quality} {animal} {place} {manner} {verb}",
)
VOCABULARIES = {"en": ENGLISH, "ta": TAMIL}

# The highest level whose texts have this shape: two words, then one part of the sentence more.
TWO_WORDS_TO_LEVEL = 1
NO_MANNER_TO_LEVEL = 3


def text_for(language: str, *, level: int, draw: Random) -> str:
    """Return a text of the level: two words at m1, a longer sentence at m2 and above."""
    words = VOCABULARIES[language]
    animal, verb = draw.choice(words.animals), draw.choice(words.verbs)
    quality, manner, place = (draw.choice(part) for part in (words.qualities, words.manners, words.places))
    if level == TWO_WORDS_TO_LEVEL:
        return f"{quality} {animal}"
    if level <= NO_MANNER_TO_LEVEL:
        manner = ""
    sentence = words.order.format(quality=quality, animal=animal, verb=verb, manner=manner, place=place)
    return " ".join(sentence.split())


def mishear(text: str, *, language: str, share_right: float, draw: Random) -> str:
    """Return what was said instead: each word is kept with `share_right`, else dropped or another."""
    others = VOCABULARIES[language].animals + VOCABULARIES[language].verbs
    said = []
    for word in text.split():
        if draw.random() < share_right:
            said.append(word)
        elif draw.random() < 0.6:
            said.append(draw.choice(others))
    return " ".join(said)
