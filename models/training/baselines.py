"""How voices differ between speakers and within one; clips relative to a speaker's baseline."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# A spread of few clips is drawn toward that of the population's speakers, which counts as so many clips.
SPREAD_PRIOR_CLIPS = 5.0
# A functional that differs little between speakers needs at most this many clips to be trusted.
_LEAST_BETWEEN_SHARE = 1e-3
# A baseline whose clips vary half as much as a speaker's of all moods, or less, is of one mood.
ONE_MOOD_VARIETY, ALL_MOODS_VARIETY = 0.5, 1.0
TRUST_PRIOR_CLIPS = 6.0


@dataclass(frozen=True)
class Population:
    """Speakers by speakers' microphones; arrays are float64 (functionals,).

    Attributes:
        centre: Mean of all clips.
        variance: Variance within a speaker.
        prior_clips: k of the shrinkage n/(n+k): the variance within a speaker over that between speakers.
    """

    centre: NDArray[np.float64]
    variance: NDArray[np.float64]
    prior_clips: NDArray[np.float64]


@dataclass(frozen=True)
class Baselines:
    """The baseline of each clip.

    Attributes:
        clips: float64 (clips, 1), count.
        mean: float64 (clips, functionals).
        variance: float64 (clips, functionals), sum of squares divided by the count.
    """

    clips: NDArray[np.float64]
    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


def describe_population(versions: list[NDArray[np.float64]], speakers: NDArray[np.str_]) -> Population:
    """Take apart what differs between and within speakers (analysis of variance, one way).

    Args:
        versions: The clips by one microphone per speaker each, float64 (clips, functionals).
        speakers: str (clips,), the same for each version.
    """
    groups = [version[speakers == name] for version in versions for name in np.unique(speakers)]
    clips = sum(len(group) for group in groups)
    squares = sum(((group - group.mean(axis=0)) ** 2).sum(axis=0) for group in groups)
    within = np.asarray(squares / (clips - len(groups)) + 1e-12)
    means = np.var([group.mean(axis=0) for group in groups], axis=0)
    between = np.maximum(means - within * len(groups) / clips, _LEAST_BETWEEN_SHARE * within)
    return Population(np.vstack(versions).mean(axis=0), within, within / between)


def speaker_baselines(functionals: NDArray[np.float64], speakers: NDArray[np.str_]) -> Baselines:
    """Return for each clip the baseline of all clips of its speaker."""
    return _baselines(functionals, [np.flatnonzero(speakers == name) for name in speakers])


def drawn_baselines(
    functionals: NDArray[np.float64],
    speakers: NDArray[np.str_],
    *,
    clips: int,
    moods: NDArray[np.int64] | None = None,
    seed: int = 0,
) -> Baselines:
    """Return for each clip a baseline of itself and others of its speaker, drawn.

    Args:
        functionals: float64 (clips, functionals).
        speakers: str (clips,).
        clips: Clips of a baseline, where the speaker has as many.
        moods: int64 (clips,): the others are of the same mood; None: of any.
        seed: Of the draws.
    """
    random = np.random.default_rng(seed)
    places = []
    for i, speaker in enumerate(speakers):
        alike = speakers == speaker if moods is None else (speakers == speaker) & (moods == moods[i])
        others = np.setdiff1d(np.flatnonzero(alike), [i])
        places.append(np.append(random.choice(others, min(clips - 1, len(others)), replace=False), i))
    return _baselines(functionals, places)


def relative(
    functionals: NDArray[np.float64], baselines: Baselines, population: Population
) -> NDArray[np.float64]:
    """Return float64 (clips, functionals) in the baseline's spreads from its mean, both shrunk."""
    share = baselines.clips / (baselines.clips + population.prior_clips)
    centre = population.centre + share * (baselines.mean - population.centre)
    squares = SPREAD_PRIOR_CLIPS * population.variance + baselines.clips * baselines.variance
    variance = squares / (SPREAD_PRIOR_CLIPS - 1 + baselines.clips)
    return np.asarray((functionals - centre) / np.sqrt(variance))


def trust(baselines: Baselines, population: Population, used: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return float64 (clips, 1), 0–1: how much the calibrated scores count beside the plain ones.

    n/(n+k) of the clips, which count by their variety: the median, over the functionals used, of the
    baseline's variance in that of a speaker of the population.
    """
    own = baselines.variance * baselines.clips / np.maximum(baselines.clips - 1, 1)
    variety = np.median((own / population.variance)[:, used], axis=1, keepdims=True)
    varied = (variety - ONE_MOOD_VARIETY) / (ALL_MOODS_VARIETY - ONE_MOOD_VARIETY)
    clips = baselines.clips * np.clip(varied, 0, 1)
    return np.asarray(clips / (clips + TRUST_PRIOR_CLIPS))


def _baselines(functionals: NDArray[np.float64], places: list[NDArray[np.intp]]) -> Baselines:
    return Baselines(
        clips=np.array([[float(len(own))] for own in places]),
        mean=np.stack([functionals[own].mean(axis=0) for own in places]),
        variance=np.stack([functionals[own].var(axis=0) for own in places]),
    )
