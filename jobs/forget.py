"""All tables → the same without some learners: history, change data, models and, if asked, recordings."""

import argparse

from pyspark.sql import DataFrame

from engagement.audio.erasing import erase
from engagement.audio.object_store import store_of
from engagement.config import lines_of, pseudonym_secret
from engagement.errors import ConfigurationError
from engagement.forgetting import bury_learners, remove_buried
from engagement.progress import say
from engagement.report.place import delete_page
from engagement.session_renewal import Silver
from engagement.step import Counts, Run, main
from engagement.tombstones import learners_of


def forget(run: Run) -> Counts:
    """Bury the learners, remove everything of them, and say what was removed where."""
    settings, options = run.settings, run.options
    given = [*options.learner, *(lines_of(options.learners_file) if options.learners_file else [])]
    if not given:
        raise ConfigurationError("Nobody to forget: name --learner ID, or --learners-file FILE.")
    if options.recordings and settings.paths.audio is None:
        raise ConfigurationError("--recordings needs paths.audio: where are they?")
    silver = Silver.of(run.spark, run.warehouse, settings)
    learners = learners_of(run.spark, run.warehouse, given, pseudonym_secret())
    bury_learners(silver, learners)
    # Before the rest: where it may not be deleted, the run stops with everything still to be found.
    pages = int(delete_page(settings.paths.report))

    def erase_all(recordings: DataFrame) -> int:
        root, store = str(settings.paths.audio), store_of(settings.voice)
        return sum(erase(root, row["audio_key"], store=store) for row in recordings.toLocalIterator())

    removed = remove_buried(
        silver,
        history_days=settings.maintenance.history_days,
        erase=erase_all if options.recordings else None,
    )
    removed["report"] = pages
    for place, count in removed.items():
        say(f"      removed from {place}: {count:,}")
    say("      What is fitted on all learners is gone, too: run `all` to have it made anew without them.")
    return Counts(rows_in=len(learners), detail={"learners": len(learners), **removed})


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--learner", action="append", default=[], help="raw id or learner_id; may be repeated"
    )
    parser.add_argument("--learners-file", metavar="FILE", help="one raw id or learner_id a line")
    parser.add_argument("--recordings", action="store_true", help="delete the recordings as well")


if __name__ == "__main__":
    main("forget", {"forget": forget}, _add_options)
