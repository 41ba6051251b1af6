"""The bundle of conf/databricks/: its jobs and schemas are as Databricks' own package takes them.

`databricks-bundles` is generated from the schema that the Databricks CLI publishes; it knows the resources,
not the rest of databricks.yml, whose structure is checked here.
"""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from databricks.bundles.jobs import Job
from databricks.bundles.schemas import Schema

from engagement.config import load_settings
from engagement.spark import unfit
from jobs.all import PIPELINE

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "conf" / "databricks"
BUNDLE = yaml.safe_load((FOLDER / "databricks.yml").read_text(encoding="utf-8"))
RESOURCE_FILE = FOLDER / "resources" / "engagement.yml"
RESOURCES = yaml.safe_load(RESOURCE_FILE.read_text(encoding="utf-8"))["resources"]
JOBS = RESOURCES["jobs"]
PIPELINE_JOB = JOBS["engagement"]
CHOSEN = {
    "catalog": "main",
    "telemetry": "s3://b/telemetry",
    "warehouse": "s3://b/warehouse",
    "report": "/Volumes/main/engagement/files/report.html",
    "alert_email": "data@school.example",
    "instance_profile": "arn:aws:iam::1:instance-profile/engagement",
}


def resolved(text: str) -> str:
    """Return a text with the bundle's variables and the job's parameters in it filled in."""
    values = {
        f"var.{name}": each.get("default", CHOSEN.get(name)) for name, each in BUNDLE["variables"].items()
    }
    values |= {"resources.schemas.engagement.name": "${var.schema}"}
    while found := re.search(r"\$\{([^}]+)\}", text):
        text = text.replace(found[0], str(values[found[1]]))
    defaults = {each["name"]: each["default"] for each in PIPELINE_JOB["parameters"]}
    return re.sub(r"\{\{job\.parameters\.(\w+)\}\}", lambda name: defaults[name[1]], text)


def parameters(task: dict[str, Any]) -> list[str]:
    return [resolved(each) for each in task["spark_python_task"]["parameters"]]


@pytest.mark.parametrize("name", JOBS)
def test_job__has_the_fields_and_types_that_databricks_takes(name: str) -> None:
    job = Job.from_dict(JOBS[name])
    assert job.max_concurrent_runs == 1
    assert job.schedule is not None
    assert job.tasks


def test_schema__has_the_fields_that_databricks_takes() -> None:
    made = Schema.from_dict(RESOURCES["schemas"]["engagement"])
    assert (str(made.catalog_name), str(made.name)) == ("${var.catalog}", "${var.schema}")


def test_bundle__has_the_keys_and_targets_of_a_bundle_and_its_files_are_there() -> None:
    assert set(BUNDLE) == {"bundle", "include", "sync", "artifacts", "variables", "targets"}
    assert BUNDLE["targets"]["dev"]["mode"] == "development"
    assert BUNDLE["targets"]["prod"]["mode"] == "production"
    assert [path for pattern in BUNDLE["include"] for path in FOLDER.glob(pattern)] == [RESOURCE_FILE]
    assert [(FOLDER / path).resolve() for path in BUNDLE["sync"]["paths"]] == [ROOT / "jobs"]
    assert (FOLDER / BUNDLE["artifacts"]["engagement_prediction"]["path"] / "setup.py").is_file()


def test_tasks__are_the_steps_of_the_pipeline_in_its_order() -> None:
    tasks = PIPELINE_JOB["tasks"]
    assert [task["task_key"] for task in tasks] == list(PIPELINE)
    after = [[each["task_key"] for each in task.get("depends_on", [])] for task in tasks]
    assert after == [[], *([step] for step in list(PIPELINE)[:-1])]


def test_tasks__have_a_cluster_the_wheel_and_a_file_of_jobs() -> None:
    for job in JOBS.values():
        clusters = {each["job_cluster_key"] for each in job["job_clusters"]}
        for task in job["tasks"]:
            assert task["job_cluster_key"] in clusters
            file = RESOURCE_FILE.parent / task["spark_python_task"]["python_file"]
            assert file.resolve() == ROOT / "jobs" / f"{task['task_key']}.py"
            (library,) = task["libraries"]
            assert (RESOURCE_FILE.parent / library["whl"]).resolve() == ROOT / "dist" / "*.whl"


def test_clusters__the_voice_step_alone_has_gpus_and_all_have_the_secret_from_the_scope() -> None:
    on_gpu = [task["task_key"] for task in PIPELINE_JOB["tasks"] if task["job_cluster_key"] == "gpu"]
    assert on_gpu == ["score_voice"]
    for job in JOBS.values():
        for each in job["job_clusters"]:
            cluster = each["new_cluster"]
            assert ("gpu" in resolved(cluster["spark_version"])) == (each["job_cluster_key"] == "gpu")
            assert (
                resolved(cluster["spark_env_vars"]["ENGAGEMENT_SECRET"])
                == "{{secrets/engagement/pseudonyms}}"
            )
            assert cluster["data_security_mode"] == "SINGLE_USER"


def test_variables__all_are_used_and_all_that_are_used_are_there() -> None:
    text = RESOURCE_FILE.read_text(encoding="utf-8") + yaml.safe_dump(BUNDLE["targets"])
    assert set(re.findall(r"\$\{var\.(\w+)\}", text)) == set(BUNDLE["variables"])
    for target in BUNDLE["targets"].values():
        assert set(target.get("variables", {})) <= set(BUNDLE["variables"])


@pytest.mark.parametrize(
    "task", [task for job in JOBS.values() for task in job["tasks"]], ids=lambda t: t["task_key"]
)
def test_parameters__are_settings_of_the_environment_databricks(task: dict[str, Any]) -> None:
    told = parameters(task)
    assert told[:2] == ["--env", "databricks"]
    settings = load_settings("databricks", [value for key, value in pairwise(told) if key == "--set"])
    assert settings.paths.warehouse == "s3://b/warehouse"
    assert settings.paths.exports is None
    assert (settings.catalog.name, settings.catalog.schema) == ("main", "engagement")
    assert settings.cohort.name == "all"


def test_parameters__no_dates_select_all_days() -> None:
    told = parameters(PIPELINE_JOB["tasks"][0])
    assert [told[told.index(option) + 1] for option in ("--from", "--to")] == ["", ""]


def test_variables__the_runtime_has_a_spark_that_the_project_runs_on() -> None:
    # Databricks' release notes: 17.3 LTS has Spark 4.0.0, 16.4 LTS has 3.5.2.
    assert resolved("${var.spark_version}").startswith("17.3.x-")
    assert unfit("4.0.0", has_delta=True) == unfit("3.5.2", has_delta=True) == ""
