"""Run by the interpreter of an Airflow: tells, as JSON, what it makes of conf/airflow/engagement_dag.py."""

import importlib.util
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from airflow.dag_processing.dagbag import DagBag

FILE = Path(__file__).resolve().parents[2] / "conf" / "airflow" / "engagement_dag.py"


def main() -> None:
    """Load the file as Airflow does, and try the operator with steps that end with each status."""
    bag = DagBag(dag_folder=str(FILE))
    dag = bag.dags["engagement"]
    spec = importlib.util.spec_from_file_location("engagement_dag", FILE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    told = {
        "errors": bag.import_errors,
        "tasks": [task.task_id for task in dag.topological_sort()],
        "after": {task.task_id: sorted(task.upstream_task_ids) for task in dag.tasks},
        "retries": sorted({task.retries for task in dag.tasks}),
        "alerts": [len(task.on_failure_callback or []) for task in dag.tasks],
        "max_active_runs": dag.max_active_runs,
        "catchup": dag.catchup,
        "ends": {status: ending(module, status) for status in (0, 1, 2, 3)},
        "nightly": module.options("ingest_events", context()),
        "days": module.options("score_engagement", context(**{"from": "2026-01-01", "to": "2026-01-31"})),
        "backfill": module.options("score_engagement", context(run_type="backfill")),
        "accepted": [module.options(step, context(accept=True))[-1] for step in module.STEPS[:2]],
    }
    print(json.dumps(told))  # noqa: T201


def context(run_type: str = "scheduled", **params: object) -> dict:
    run = SimpleNamespace(run_type=run_type, logical_date=datetime(2026, 3, 4, 2, 30, tzinfo=UTC))
    return {"params": params, "dag_run": run}


def ending(module: object, status: int) -> list[str]:
    """Return the exception's kinds, Airflow's among them, that a step's exit status becomes."""
    script = Path(sys.argv[1]) / "spark-submit.sh"
    script.write_text(f"#!/bin/sh\nexit {status}\n")
    script.chmod(0o755)
    try:
        module.SubmitStep(step="find_groups").execute(context())
    except Exception as error:  # noqa: BLE001 - to be told
        return [kind.__name__ for kind in type(error).__mro__]
    return []


if __name__ == "__main__":
    main()
