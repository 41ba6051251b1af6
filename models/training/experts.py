"""How well the experts agree among themselves: what a model of their scores can be compared with."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from models.training.evaluation import pearson, speaker_means


def expert_figures(ratings: NDArray[np.float64], speakers: NDArray[np.str_]) -> dict[str, float]:
    """Return mean correlations between some experts and the others, over all choices of them.

    Args:
        ratings: float64 (clips, experts).
        speakers: str (clips,).

    Returns:
        one_expert: One against the median of the others. one_expert_speaker: The same of a speaker's means.
        two_experts_speaker: A speaker's mean by two, averaged, against that by the others, averaged.
    """
    experts = range(ratings.shape[1])
    one, one_speaker = [], []
    for expert in experts:
        his, others = ratings[:, expert], np.median(np.delete(ratings, expert, axis=1), axis=1)
        one.append(pearson(his, others))
        one_speaker.append(pearson(speaker_means(his, speakers), speaker_means(others, speakers)))
    two_speaker = []
    for pair in combinations(experts, 2):
        theirs, others = ratings[:, pair].mean(axis=1), np.delete(ratings, pair, axis=1).mean(axis=1)
        two_speaker.append(pearson(speaker_means(theirs, speakers), speaker_means(others, speakers)))
    return {
        "one_expert": float(np.mean(one)),
        "one_expert_speaker": float(np.mean(one_speaker)),
        "two_experts_speaker": float(np.mean(two_speaker)),
    }
