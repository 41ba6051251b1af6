"""Model cards as the report shows them: what a model is, what it learnt from, how well it does."""

from dataclasses import dataclass

from engagement.config import VoiceSettings
from engagement.errors import ModelError
from engagement.inference.runtime import describe_model

# Of dozens of figures those that tell a reader most, by model.
_FIGURES = {
    "emotion": {"uar_7_emotions": "seven emotions", "uar_arousal": "arousal", "uar_valence": "valence"},
    "emotion_calibrated": {
        "20_clips_uar_7_emotions": "seven emotions, 20 clips known",
        "20_clips_uar_arousal": "arousal",
        "20_clips_uar_valence": "valence",
    },
    "tone": {
        "pearson_prosody": "prosody",
        "pearson_fluency": "fluency",
        "pearson_fluency_children": "fluency of children",
    },
}
_KINDS = {"uar": "mean recall", "pearson": "correlation with experts"}


@dataclass(frozen=True)
class ModelCard:
    """What the report tells of a model.

    Attributes:
        name: What it judges.
        sha256: Hash that scores name it by, hex.
        training_data: What it was trained on.
        licence: Licence of its weights.
        figures: Measured figures in words, on speakers that it was not trained on.
    """

    name: str
    sha256: str
    training_data: str
    licence: str
    figures: str


def model_cards(voice: VoiceSettings) -> list[ModelCard]:
    """Return the cards of the models named in the settings; one whose folder is gone has none."""
    cards = []
    for name in (voice.emotion_model, voice.calibrated_model, voice.tone_model):
        try:
            described = describe_model(name)
        except ModelError:
            continue
        cards.append(
            ModelCard(
                described.name.replace("_", " "),
                described.fingerprint,
                described.training_data,
                described.licence,
                _figures(described.name, described.figures),
            )
        )
    return cards


def _figures(name: str, measured: dict[str, float]) -> str:
    told = [
        f"{label} {measured[figure]:.2f}"
        for figure, label in _FIGURES.get(name, {}).items()
        if figure in measured
    ]
    kind = next((said for key, said in _KINDS.items() if any(key in figure for figure in measured)), "")
    return f"{kind}: {', '.join(told)}" if told else "none told"
