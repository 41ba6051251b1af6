"""Folders below the audio root → what the store holds there now."""

from collections.abc import Iterable
from itertools import islice

import pandas as pd
from pyspark.sql import DataFrame

from engagement.audio.listing import list_folder
from engagement.audio.object_store import store_of
from engagement.config import VoiceSettings

LISTED_SCHEMA = "audio_key string, audio_version string"
_OBJECTS_PER_BATCH = 10_000


def list_recordings(folders: DataFrame, settings: VoiceSettings) -> DataFrame:
    """Return one row per object right below the folders: audio_key and audio_version.

    Args:
        folders: One row per `folder` below the audio root, "" for the root itself; unique.
        settings: Where the recordings lie and how the store is reached.
    """

    def listed(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        store = store_of(settings)
        for batch in batches:
            for folder in batch["folder"]:
                found = list_folder(settings.audio_root, folder, store=store)
                while rows := list(islice(found, _OBJECTS_PER_BATCH)):
                    yield pd.DataFrame(rows, columns=["audio_key", "audio_version"])

    return folders.select("folder").mapInPandas(listed, LISTED_SCHEMA)
