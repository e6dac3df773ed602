"""stageify: Docker's legacy builder pattern becomes one multi-stage Dockerfile."""

__version__ = "0.1.0"
