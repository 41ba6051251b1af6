"""Groups, drivers and the learners who need attention → grids of words."""

from engagement.report import words
from engagement.report.cells import rows_of, where
from engagement.report.figures import Figures
from engagement.report.grids import Grid
from engagement.report.slices import codes_of

ATTENTION = "The most urgent first"
DRIVERS = 40
CLASS_INSIGHTS = 20


def drivers(figures: Figures) -> Grid:
    """Return how many learners each driver lifts or holds back, and by how much on average."""
    rows = [
        [
            words.driver(row["driver"]),
            words.said(words.EFFECTS, row["direction"]),
            words.count(row["learners"]),
            words.number(row["contribution"], decimals=1, signed=True),
        ]
        for row in rows_of(figures.drivers)
    ]
    return Grid(
        "Drivers, by learners moved",
        ["driver", "effect", "learners", "points"],
        rows,
        frozenset({2, 3}),
        codes=codes_of(figures.drivers, ["language", "phase"]),
        most=DRIVERS,
    )


def groups(figures: Figures) -> Grid:
    """Return the groups: what they mean, how many learners, their middle figures."""
    rows = [
        [
            words.said({}, row["group_name"]),
            words.said(words.LANGUAGES, row["language"]),
            words.count(row["learners"]),
            words.number(row["engagement"]),
            words.number(row["trend"], decimals=1, signed=True),
            words.number(row["achievement"]),
            words.GROUPS.get(row["group_name"] or "", ""),
            row["example"] or words.NO_FIGURE,
        ]
        for row in rows_of(figures.groups)
    ]
    headers = ["group", "language", "learners", "engagement", "trend / week", "achievement"]
    return Grid(
        "Groups of learners",
        [*headers, "meaning", "one learner's reason"],
        rows,
        frozenset({2, 3, 4, 5}),
        long=frozenset({7}),
        codes=codes_of(figures.groups, ["language", "school"]),
    )


def class_insights(figures: Figures) -> Grid:
    """Return what lifts the class and what holds it back."""
    rows = [
        [
            where(row),
            row["direction"] or words.NO_FIGURE,
            words.number(row["contribution"], decimals=1, signed=True),
            row["sentence"] or words.NO_FIGURE,
            row["next_step"] or words.NO_FIGURE,
        ]
        for row in rows_of(figures.class_insights)
    ]
    return Grid(
        "What moves the class",
        ["where", "direction", "points", "what it says", "next step"],
        rows,
        frozenset({2}),
        long=frozenset({3, 4}),
        codes=codes_of(figures.class_insights, ["language", "level", "phase"]),
        most=CLASS_INSIGHTS,
    )


def attention(figures: Figures) -> Grid:
    """Return the learners who need attention."""
    rows = [
        [
            row["learner_id"],
            f"{words.said({}, row['group_name'])}, {words.said(words.LANGUAGES, row['language'])}",
            words.number(row["engagement"]),
            words.number(row["trend"], decimals=1, signed=True),
            words.share(row["stop_probability"], 1)
            if row["stop_probability"] is not None
            else words.NO_FIGURE,
            words.day(row["last_response_at"]),
            f"{where({**row, 'language': None})}: {row['next_step']}"
            if row["next_step"]
            else words.NO_FIGURE,
            row["reason"] or words.NO_FIGURE,
        ]
        for row in rows_of(figures.attention)
    ]
    headers = ["learner", "group", "score", "trend / week", "may stop", "last seen", "next step", "why"]
    return Grid(
        ATTENTION,
        headers,
        rows,
        frozenset({2, 3, 4}),
        frozenset({0}),
        frozenset({6, 7}),
        codes_of(figures.attention, ["language", "school"]),
        figures.limits.attention,
    )
