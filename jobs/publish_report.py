"""gold.* and the ledgers → the report page, and the closing screen."""

from engagement.progress import say
from engagement.report.collect import ReportRules, ReportTables, collect_figures
from engagement.report.model_cards import model_cards
from engagement.report.page import render
from engagement.report.place import write_page
from engagement.report.terminal import summary_text
from engagement.step import Counts, Run, main
from engagement.tables import read_or_empty


def publish_report(run: Run) -> Counts:
    """Write the selection's report and show its figures."""
    tables = ReportTables.of(lambda table: read_or_empty(run.spark, run.warehouse, table))
    cohort, report = run.settings.cohort.name, run.settings.paths.report
    settings = run.settings
    cards = model_cards(settings.voice)
    rules = ReportRules(settings.report.minimum_learners, settings.score.silent_days, cards)
    figures = collect_figures(tables, cohort=cohort, rules=rules)
    title = "All learners" if cohort == "all" else cohort
    page = render(figures, generated_for=title, generated_at=run.warehouse.started_at)
    write_page(page, report)
    say(summary_text(figures, warehouse=run.warehouse.root, report=report))
    return Counts(rows_in=figures.responses, detail={"bytes": len(page.encode())})


if __name__ == "__main__":
    main("publish_report", {"publish_report": publish_report}, writes=False)
