"""Draw the clips on which a model that did not hear the speaker is most wrong.

    python -m models.training.show_errors --corpus DIR --of emotion|tone --out DIR [--clips 5]

`emotion` takes EmoDB, `tone` speechocean762. Writes a picture a clip and prints what was said, and what the
model heard. Of a speaker, and of one emotion of his, only the worst clip is shown: one odd speaker does not
fill the list.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engagement.audio.frames import analyse
from engagement.inference.emotion import EMOTIONS
from engagement.inference.tone import TONES, text_functionals
from models.training import plain, train_tone
from models.training.corpora import decoded, read_emodb, read_speechocean
from models.training.emotions import fit_sharpness, probabilities
from models.training.pictures import write_picture

# A clip's file, how wrong the model is, speaker and truth, and both in words.
Error = tuple[Path, float, str, str]


def main(arguments: list[str]) -> None:
    """Write the pictures and print a line for each."""
    parser = argparse.ArgumentParser(prog="python -m models.training.show_errors")
    parser.add_argument("--corpus", type=Path, required=True, help="folder of EmoDB, or of speechocean762")
    parser.add_argument("--of", choices=("emotion", "tone"), required=True, help="which model")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--clips", type=int, default=5, help="how many")
    options = parser.parse_args(arguments)
    errors = emotion_errors(options.corpus) if options.of == "emotion" else tone_errors(options.corpus)
    options.out.mkdir(parents=True, exist_ok=True)
    for path, _, _, words in worst(errors, options.clips):
        write_picture(options.out / f"{path.stem}.png", analyse(decoded(path).signal))
        print(f"{path.stem:12s} {words}")  # noqa: T201 - the command's output


def worst(errors: Iterator[Error], clips: int) -> list[Error]:
    """Return the errors that are greatest, one of a kind, the greatest first."""
    by_kind: dict[str, Error] = {}
    for error in sorted(errors, key=lambda error: (-error[1], error[0])):
        by_kind.setdefault(error[2], error)
    return list(by_kind.values())[:clips]


def emotion_errors(corpus: Path) -> Iterator[Error]:
    """Yield each clip of EmoDB, as wrong as its emotion seemed unlikely to the plain model."""
    clips = read_emodb(corpus)
    copies = plain.learnt_copies(clips)
    (scores,) = plain.leave_one_speaker_out(clips, copies, [clips.functionals])
    held_out = probabilities(scores, fit_sharpness(scores, clips.emotions))
    for path, speaker, emotion, heard in zip(
        clips.paths, clips.speakers, clips.emotions, held_out, strict=True
    ):
        guess = int(heard.argmax())
        words = f"{EMOTIONS[emotion]} ({heard[emotion]:.2f}), heard as {EMOTIONS[guess]} ({heard[guess]:.2f})"
        yield path, 1 - float(heard[emotion]), f"{speaker} {emotion}", words


def tone_errors(corpus: Path) -> Iterator[Error]:
    """Yield each clip of speechocean762 with the greater of its two errors, in points of 10."""
    utterances = read_speechocean(corpus)
    own = utterances.functionals
    with_text = np.hstack([own, text_functionals(own, utterances.texts)])
    guessed: NDArray[np.float64] = train_tone.out_of_fold(with_text, utterances)
    off = np.abs(guessed - utterances.medians)
    for i, path in enumerate(utterances.paths):
        said = ", ".join(
            f"{label} {truth:g}, heard as {guess:.1f}"
            for label, truth, guess in zip(TONES, utterances.medians[i], guessed[i], strict=True)
        )
        words = f"{said}; {utterances.ages[i]} years; {utterances.texts[i]!r}"
        yield path, float(off[i].max()), utterances.speakers[i], words


if __name__ == "__main__":
    main(sys.argv[1:])
