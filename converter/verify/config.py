"""The image configuration document as a typed value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from converter.verify.image import Healthcheck, ImageConfig


def parse_config(document: object) -> ImageConfig:
    """The typed view of an image configuration.

    Fields and their forms are those of OCI's image-spec config.md and of
    Docker's image specification v1.2. Raises `ValueError` where the document is
    not an object or a field has another form.
    """
    raw = _object(document, "the image configuration")
    config = _object(raw.get("config"), "config")
    return ImageConfig(
        architecture=_text(raw, "architecture"),
        variant=_text(raw, "variant"),
        os=_text(raw, "os"),
        os_version=_text(raw, "os.version"),
        user=_text(config, "User"),
        env=_texts(config, "Env"),
        entrypoint=_texts(config, "Entrypoint"),
        cmd=_texts(config, "Cmd"),
        working_dir=_text(config, "WorkingDir"),
        exposed_ports=tuple(sorted(_object(config.get("ExposedPorts"), "ExposedPorts"))),
        volumes=tuple(sorted(_object(config.get("Volumes"), "Volumes"))),
        labels={name: str(value) for name, value in _object(config.get("Labels"), "Labels").items()},
        healthcheck=_healthcheck(config),
        stop_signal=_text(config, "StopSignal"),
        stop_timeout_seconds=_number(config, "StopTimeout") if config.get("StopTimeout") is not None else None,
        shell=_texts(config, "Shell"),
        on_build=_texts(config, "OnBuild"),
        raw=raw,
    )


def _healthcheck(config: Mapping[str, Any]) -> Healthcheck | None:
    check = _object(config.get("Healthcheck"), "Healthcheck")
    if not check:
        return None
    return Healthcheck(
        test=_texts(check, "Test"),
        interval_ns=_number(check, "Interval"),
        timeout_ns=_number(check, "Timeout"),
        start_period_ns=_number(check, "StartPeriod"),
        start_interval_ns=_number(check, "StartInterval"),
        retries=_number(check, "Retries"),
    )


def _object(value: object, name: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError(f"{name} is not an object")
    return value


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a string")
    return value


def _texts(document: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = document.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{name} is not a list of strings")
    return tuple(value)


def _number(document: Mapping[str, Any], name: str) -> int:
    value = document.get(name)
    if value is None:
        return 0
    if not isinstance(value, int):
        raise ValueError(f"{name} is not a whole number")
    return value
