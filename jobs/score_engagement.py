"""silver.* → gold.references, gold.response_engagement, gold.phase_engagement, gold.session_engagement."""

from engagement.gold.engagement import response_engagement, score_phases, score_responses, score_sessions
from engagement.gold.evidence import respond_evidence
from engagement.gold.references import build_references
from engagement.inference.calibration_udf import calibrate_voice
from engagement.schemas import (
    MILESTONES,
    PHASE_ENGAGEMENT,
    REFERENCES,
    RESPONSE_ENGAGEMENT,
    RESPONSES,
    SESSION_ENGAGEMENT,
    VOICE_SCORES,
)
from engagement.selection import selected_responses
from engagement.step import Counts, Run, main
from engagement.tables import Staging, overwrite, read, replace_cohort


def score_engagement(run: Run) -> Counts:
    """Score the selection against references that everybody makes."""
    spark, warehouse, settings = run.spark, run.warehouse, run.settings.score
    cohort = run.settings.cohort
    selected = selected_responses(spark, warehouse, cohort)
    milestones = read(spark, warehouse, MILESTONES)
    responses, voice_scores = read(spark, warehouse, RESPONSES), read(spark, warehouse, VOICE_SCORES)
    with Staging(spark, warehouse, "score_engagement") as staging:
        # Its Python runs once, though the evidence asks for it twice.
        calibrated = staging.keep("calibrated", calibrate_voice(voice_scores, responses, run.settings.voice))
        evidence = respond_evidence(responses, voice_scores, calibrated, milestones, settings)
        evidence = staging.keep("evidence", evidence)
        references = overwrite(build_references(evidence, settings), warehouse, REFERENCES)
        everybody = score_responses(evidence, read(spark, warehouse, REFERENCES), settings)
        scored = everybody.join(selected.select("response_id"), on="response_id", how="left_semi")
        scored = staging.keep("scored", scored)
        rows = {
            RESPONSE_ENGAGEMENT: response_engagement(scored),
            PHASE_ENGAGEMENT: score_phases(scored, milestones, settings),
            SESSION_ENGAGEMENT: score_sessions(scored, settings),
        }
        written = {table.name: replace_cohort(rows[table], warehouse, table, cohort.name) for table in rows}
        rows_in = evidence.count()
    return Counts(
        rows_in=rows_in,
        rows_out=written[RESPONSE_ENGAGEMENT.name],
        detail={
            "phases": written[PHASE_ENGAGEMENT.name],
            "sessions": written[SESSION_ENGAGEMENT.name],
            "references": references,
        },
    )


if __name__ == "__main__":
    main("score_engagement", {"score_engagement": score_engagement})
