"""gold.* and the ledgers → the report page, and the closing screen."""

from pathlib import Path

from pyspark.sql import DataFrame

from engagement.progress import say
from engagement.report.collect import ReportTables, collect_figures
from engagement.report.page import render
from engagement.report.terminal import summary_text
from engagement.schemas import (
    FORECASTS,
    INGESTED_FILES,
    INSIGHTS,
    LEARNER_GROUPS,
    PHASE_ENGAGEMENT,
    REJECTED,
    RESPONSE_ENGAGEMENT,
    RESPONSES,
    VALIDATION,
    VOICE_SCORES,
    Table,
)
from engagement.step import Counts, Run, main
from engagement.tables import read_or_empty


def publish_report(run: Run) -> Counts:
    """Write the selection's report and show its figures."""

    def table(wanted: Table) -> DataFrame:
        return read_or_empty(run.spark, run.warehouse, wanted)

    tables = ReportTables(
        ingested_files=table(INGESTED_FILES),
        rejected=table(REJECTED),
        responses=table(RESPONSES),
        voice_scores=table(VOICE_SCORES),
        response_engagement=table(RESPONSE_ENGAGEMENT),
        phase_engagement=table(PHASE_ENGAGEMENT),
        learner_groups=table(LEARNER_GROUPS),
        insights=table(INSIGHTS),
        forecasts=table(FORECASTS),
        validation=table(VALIDATION),
    )
    cohort, report = run.settings.cohort.name, Path(run.settings.paths.report)
    figures = collect_figures(tables, cohort=cohort)
    title = "All learners" if cohort == "all" else cohort
    page = render(figures, generated_for=title, generated_at=run.warehouse.started_at)
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(page, encoding="utf-8")
    say(summary_text(figures, warehouse=run.warehouse.root, report=str(report)))
    return Counts(rows_in=figures.responses, detail={"bytes": len(page.encode())})


if __name__ == "__main__":
    main("publish_report", {"publish_report": publish_report}, writes=False)
