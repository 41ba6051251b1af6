"""What is told of a learner's voice against his own clips: columns that gold and the second pass share."""

from engagement.schemas.silver import EMOTIONS
from engagement.schemas.table import DOUBLE, LONG, STRING, column

CALIBRATED_VOICE = (
    *(
        column(f"emotion_calibrated_{e}", DOUBLE, f"Probability of {e}, against the learner's own voice, 0–1")
        for e in EMOTIONS
    ),
    column("arousal_calibrated", DOUBLE, "How activated the voice is against the learner's own, 0–1"),
    column("valence_calibrated", DOUBLE, "How positive the voice is against the learner's own, 0–1"),
    column("baseline_clips", LONG, "Clips of the learner up to and with this one, count"),
    column("calibrated_model", STRING, "SHA-256 of the learner-calibrated emotion model's file, hex"),
)
