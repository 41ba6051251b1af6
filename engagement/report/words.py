"""The words that the report and the closing screen use for coded values, and how figures are written."""

import math
from collections.abc import Mapping
from datetime import datetime

import pandas as pd

from engagement.gold.drivers import CHANGE_SUFFIX, EARLIER, LIMIT, SHRINKAGE
from engagement.schemas.enums import Dimension, Identity, NoFigure, NoScore, Phase, Reject, VoiceStatus

LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "gu": "Gujarati",
    "hi": "Hindi",
    "kn": "Kannada",
    "mr": "Marathi",
    "or": "Odia",
    "ta": "Tamil",
    "te": "Telugu",
}

PHASES: Mapping[str, str] = {phase: phase.capitalize() for phase in Phase}

DIMENSIONS: Mapping[str, str] = {dimension: dimension.capitalize() for dimension in Dimension}

REJECTS: Mapping[str, str] = {
    Reject.EMPTY_LINE: "empty line",
    Reject.LINE_TOO_LONG: "line longer than the limit",
    Reject.NOT_UTF8: "not UTF-8 text",
    Reject.NOT_JSON: "not JSON, or cut off",
    Reject.SEVERAL_VALUES: "several values run together, or garbage behind one",
    Reject.NOT_AN_OBJECT: "JSON, but no object",
    Reject.NO_EID: "event without its kind (eid)",
    Reject.NO_ETS: "event without a time (ets)",
    Reject.NO_EDATA: "event without its content (edata)",
    Reject.CLOCK: "time that cannot be true",
    Reject.EXPORT_UNREADABLE: "export row that cannot be read",
    Reject.EXPORT_KIND_UNKNOWN: "export of an unknown kind",
    Reject.EXPORT_NO_LEARNER: "export row without a learner",
    Reject.EXPORT_NO_TIME: "export row without a time",
    Reject.FILE_UNREADABLE: "file damaged or gone",
    Reject.FORGOTTEN: "learner forgotten on request",
}

VOICE_STATUSES: Mapping[str, str] = {
    VoiceStatus.OK: "scored",
    VoiceStatus.NO_SPEECH: "no speech in it",
    VoiceStatus.NOT_FOUND: "recording not found",
    VoiceStatus.EMPTY: "empty file",
    VoiceStatus.TOO_LARGE: "file larger than the limit",
    VoiceStatus.FORBIDDEN: "file may not be read with these credentials",
    VoiceStatus.UNREADABLE: "file could not be read",
    VoiceStatus.OUTSIDE_ROOT: "key points outside the audio root",
    VoiceStatus.NOT_AUDIO: "not audio",
    VoiceStatus.TRUNCATED: "cut off",
    VoiceStatus.TOO_SHORT: "too short",
    VoiceStatus.TOO_LONG: "too long",
    VoiceStatus.TOO_SLOW: "decoding took longer than the limit",
    VoiceStatus.NO_CONSENT: "no consent to analyse it",
    VoiceStatus.EXPIRED: "older than voice scores are kept",
}

NO_SCORES: Mapping[str, str] = {
    NoScore.TOO_FEW_RESPONSES: "too few responses to say anything",
    NoScore.NO_EVIDENCE: "responses without anything that can be measured",
    NoScore.NO_REFERENCE: "no reference population to compare with yet",
}

NO_FIGURES: Mapping[str, str] = {
    NoFigure.NOTHING_OBSERVED: "nothing to measure",
    NoFigure.TOO_FEW_LEARNERS: "too few learners",
    NoFigure.NO_VARIATION: "all the same",
}

IDENTITIES: Mapping[str, str] = {
    Identity.VIRTUAL_ID: "the learner's virtual id",
    Identity.USER: "the user named in the event",
    Identity.EXPORT: "the user that an export gives for the sign-in",
    Identity.ACTOR: "the actor of the event",
    Identity.CONTENT_SESSION: "the sign-in alone (fallback)",
    Identity.DEVICE: "the device alone (fallback: learners who share it count as one)",
}

GROUPS: Mapping[str, str] = {
    "thriving": "engaged and learning well",
    "coasting": "learning well with little engagement",
    "trying_hard": "engaged, and finding it difficult",
    "struggling": "little engagement, and learning little",
    "fading": "engagement is declining",
    "steady": "no clear move up or down",
    "silent": "stopped answering",
    "too_little_evidence": "too few responses to place them",
}

DRIVERS: Mapping[str, str] = {
    "days_away": "days between visits",
    "visit_answers": "answers per visit",
    "answered": "real answers",
    "idling": "time between answers",
    "uneven_pace": "uneven pace",
    "hasty": "hasty answers",
    "dawdling": "time beyond need",
    "retried": "trying again",
    "microphone_used": "speaking when asked to",
    "set_left": "showcases left unfinished",
    "accuracy_gain": "accuracy for the task",
    "sets_passed": "sets passed",
    "arousal": "activated voice",
    "boredom": "bored voice",
    "positive_affect": "joyful voice",
    "prosody": "rhythm and intonation",
    "fluency": "fluency",
    "hesitation": "pauses in speech",
    "liveliness": "lively pitch",
    SHRINKAGE: "thin evidence",
    EARLIER: "what came before",
    LIMIT: "end of the scale",
}

EFFECTS: Mapping[str, str] = {"up": "lifts", "down": "holds back"}

NOT_TOLD = "not told"
NO_FIGURE = "–"


def said(words: Mapping[str, str], value: object) -> str:
    """Return the words for a coded value; an unknown code stands for itself, null for `not told`."""
    if not isinstance(value, str):
        return NOT_TOLD
    return words.get(value, value.replace("_", " "))


def driver(name: object) -> str:
    """Return the words for a driver; a change is told apart from a level as `…, against own past`."""
    if isinstance(name, str) and name.endswith(CHANGE_SUFFIX):
        return f"{said(DRIVERS, name.removesuffix(CHANGE_SUFFIX))}, against own past"
    return said(DRIVERS, name)


def count(value: float) -> str:
    """Return a count with thousands separated: 12,345."""
    return f"{round(value):,}"


def plural(value: float, noun: str) -> str:
    """Return a count with its noun: 1 learner, 12 learners."""
    return f"{count(value)} {noun}" + ("" if round(value) == 1 else "s")


def number(value: float | None, *, decimals: int = 0, signed: bool = False) -> str:
    """Return a figure with fixed decimals and a true minus sign, `–` for null."""
    if value is None or math.isnan(value):
        return NO_FIGURE
    rounded = round(value, decimals) + 0.0
    return f"{rounded:{'+' if signed and rounded else ''},.{decimals}f}".replace("-", "−")


def interval(low: float | None, high: float | None) -> str:
    """Return an interval as `41 to 58`, `–` for null."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return NO_FIGURE
    return f"{number(low)} to {number(high)}"


def share(part: float, whole: float) -> str:
    """Return `part` of `whole` in percent, `–` when there is no whole."""
    return f"{100 * part / whole:.0f} %" if whole else NO_FIGURE


def day(moment: datetime | None) -> str:
    """Return the day as 14 Mar 2025, in one piece; `–` for null."""
    return NO_FIGURE if pd.isna(moment) else f"{moment.day}\u00a0{moment:%b}\u00a0{moment:%Y}"
