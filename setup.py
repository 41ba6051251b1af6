"""Package of the Engagement Prediction System; the wheel carries the models and the configuration."""

from setuptools import find_packages, setup

SPARK = ["pyspark>=4.0.1,<4.1", "delta-spark>=4.0.0,<4.1"]
SPARK_35 = ["pyspark>=3.5.6,<3.6", "delta-spark>=3.3,<3.4"]
PYTEST = ["pytest>=8,<10", "hypothesis>=6.100,<7"]
DEMO = ["espeakng-loader>=0.2,<0.3"]
REPORT = ["altair>=5.4,<7", "vl-convert-python>=1.7,<2", "jinja2>=3.1,<4", "markupsafe>=2.1,<4"]
NOTEBOOK = ["matplotlib>=3.9,<4", "ipykernel>=6.29,<8", "nbclient>=0.10,<0.12", "nbformat>=5.10,<6"]
# CUDA 12 and cuDNN 9 as Python packages, for machines that lack them.
GPU = ["onnxruntime-gpu[cuda,cudnn]>=1.22,<1.27"]
TRAIN = ["onnx>=1.17,<2", "scikit-learn>=1.7,<2"]
# What the steps are measured against: tests/benchmarks/{score_recordings,ingest_events}.py.
BENCH = ["ray[data]>=2.50,<3", "daft>=0.7,<0.8", "duckdb>=1.3,<2"]
# Export of a speech classifier of one's own: from torch 2.9 on the exporter used here is deprecated.
EXPORT = [*TRAIN, "torch>=2.5,<2.9", "transformers>=4.50,<5"]

setup(
    name="engagement-prediction",
    version="0.1.0",
    description="Engagement scores from language-learning telemetry and voice recordings, on Spark",
    python_requires=">=3.11",
    packages=[
        *find_packages(include=["engagement", "engagement.*", "jobs"]),
        "engagement.conf",
        "engagement.models",
    ],
    package_dir={"engagement.conf": "conf", "engagement.models": "models"},
    package_data={
        "engagement": ["report/templates/*", "exploring/*.mplstyle", "**/*.yaml"],
        "engagement.conf": ["*.yaml", "**/*.conf", "**/*.yaml", "emr/*.json"],
        "engagement.models": ["*/model.onnx", "*/model.yaml"],
    },
    install_requires=[
        "av>=16.1,<18",
        "boto3>=1.35.70,<2",
        "librosa>=0.11,<0.12",
        "numpy>=1.26,<2.4",
        "onnxruntime-gpu>=1.22,<1.27",
        "pandas>=2.2,<3",
        "pyarrow>=15,<27",
        "pyyaml>=6,<7",
        "scipy>=1.11,<2",
        "soundfile>=0.12.1,<1",
        "soxr>=0.5,<2",
        "threadpoolctl>=3.2,<4",
        *REPORT,
    ],
    extras_require={
        "spark": SPARK,
        # The other Spark that the project runs on, and what tests it: ./spark-submit.sh test spark35.
        "spark35": [*SPARK_35, *DEMO, *PYTEST],
        # Spark and Delta are the cluster's.
        "emr": [],
        "demo": [*SPARK, *DEMO],
        "notebook": [*SPARK, *NOTEBOOK, "jupyterlab>=4.2,<5"],
        "gpu": GPU,
        "train": TRAIN,
        "bench": [*SPARK, *BENCH],
        "export": EXPORT,
        # For an environment of its own: conf/airflow/engagement_dag.py needs nothing of this project.
        "airflow": ["apache-airflow>=3.0,<3.4", "apache-airflow-providers-smtp>=2,<4"],
        # Its licence forbids commercial use: for comparison only, never installed with anything else.
        "bench-opensmile": ["opensmile>=2.5,<3"],
        "test": [
            *SPARK,
            *DEMO,
            *NOTEBOOK,
            *TRAIN,
            *PYTEST,
            "chispa>=0.10,<0.13",
            "databricks-bundles>=1.20,<2",
            "deltalake>=1.0,<2",
            "import-linter>=2,<3",
            "moto[server]>=5,<6",
            "mypy>=1.11,<3",
            "pandas-stubs>=2.2,<3",
            "ruff>=0.6,<1",
            "types-PyYAML>=6,<7",
        ],
    },
)
