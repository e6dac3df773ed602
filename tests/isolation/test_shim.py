"""The isolating programs as a script meets them, in front of a `docker` that only notes what it is called with."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from converter.isolation.install import install
from converter.isolation.session import Call, read_calls

IMAGE_ID = "5" * 64
DOCKER = """\
#!/bin/sh
case "$1 $2" in
"image inspect") [ "${5%absent*}" = "$5" ] || exit 1; echo sha256:$IMAGE_ID; exit ;;
"container inspect") exit 1 ;;
esac
for word; do printf '%s ' "$word"; done >> "$NOTES"
echo "host=$DOCKER_HOST" >> "$NOTES"
case $1 in
build) echo ' ---> Running in 0123456789ab'; echo 'Successfully built ba9876543210' >&2; exit "${BUILD_STATUS:-0}" ;;
esac
"""
# `sudo` gives its command another PATH and drops the rest of the environment.
SUDO = '#!/bin/sh\n[ "$1" != -E ] || shift\nexec env -i NOTES="$NOTES" PATH="%s" "$@"\n'


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with real programs, a person's environment and a folder for the isolating ones."""
    real = tmp_path / "real"
    real.mkdir()
    for name, text in {"docker": DOCKER, "sudo": SUDO % f"{real}:{os.environ['PATH']}"}.items():
        (real / name).write_text(text)
        (real / name).chmod(0o755)
    (tmp_path / "isolation").mkdir()
    return tmp_path


def run(place: Path, script: str, **variables: str) -> tuple[int, list[str], list[Call]]:
    """Runs a script; its status, the calls that the real docker got, and the calls that were noted."""
    notes = place / "notes"
    notes.write_text("")
    person = {
        "PATH": f"{place / 'real'}:{os.environ['PATH']}",
        "NOTES": str(notes),
        "IMAGE_ID": IMAGE_ID,
        "DOCKER_HOST": "unix:///person.sock",
        **variables,
    }
    environment = install(
        place / "isolation",
        person,
        prefix="stageify-0/new",
        reserved=["app"],
        changes={"DOCKER_HOST": "unix:///guard.sock", "DOCKER_CONTEXT": None},
    )
    done = subprocess.run(["sh", "-c", script], cwd=place, env=environment, capture_output=True, check=False)
    return done.returncode, notes.read_text().splitlines(), read_calls(place / "isolation")


def test_the_real_docker_gets_private_names_and_the_persons_engine(place: Path) -> None:
    status, called, calls = run(place, "docker tag alpine:3.19 app:1")
    assert status == 0
    assert called == ["tag alpine:3.19 stageify-0/new/app:1 host=unix:///person.sock"]
    (call,) = calls
    assert call.argv == ("docker", "tag", "alpine:3.19", "app:1")
    assert call.images == {"app:1": f"sha256:{IMAGE_ID}"}


def test_what_one_command_makes_the_next_one_knows(place: Path) -> None:
    _, called, _ = run(place, "docker tag alpine:3.19 other && docker history other && docker history third")
    assert [line.split()[1] for line in called[1:]] == ["stageify-0/new/other:latest", "third"]


def test_a_dockerfile_that_names_an_image_of_the_run_is_read_from_another_place(place: Path) -> None:
    (place / "Dockerfile").write_text("FROM other\n")
    (place / "Dockerfile.dockerignore").write_text("*.md\n")
    _, called, calls = run(place, "docker tag alpine other && docker build -t app .")
    words = called[1].split()
    written = Path(words[words.index("--file") + 1])
    assert written.read_text() == "FROM stageify-0/new/other:latest\n"
    assert Path(f"{written}.dockerignore").read_text() == "*.md\n"
    assert (place / "Dockerfile").read_text() == "FROM other\n"
    assert calls[1].dockerfile == "./Dockerfile"


def test_a_dockerfile_on_standard_input_is_read_too(place: Path) -> None:
    (place / "real" / "docker").write_text(DOCKER.replace("build) echo", 'build) cat >> "$NOTES"; echo', 1))
    _, called, _ = run(place, "docker tag alpine other && printf 'FROM other\\n' | docker build -t app -")
    assert called[-1] == "FROM stageify-0/new/other:latest"


def test_the_dockerfile_in_an_archive_on_standard_input_is_read_too(place: Path) -> None:
    (place / "real" / "docker").write_text(DOCKER.replace("build) echo", 'build) tar x -O >> "$NOTES"; echo', 1))
    (place / "Dockerfile").write_text("FROM other\n")
    (place / "x").write_text("kept\n")
    _, called, calls = run(place, "docker tag alpine other && tar czf - Dockerfile x | docker build -t app -")
    assert called[-2:] == ["FROM stageify-0/new/other:latest", "kept"]
    assert calls[1].argv[-1] == "-"


def test_ids_in_the_output_of_a_build_are_noted_and_passed_on(place: Path) -> None:
    (place / "Dockerfile").write_text("FROM alpine\n")
    status, _, calls = run(place, 'set -e; out=$(docker build . 2>&1); test "$out"', BUILD_STATUS="0")
    assert status == 0
    assert calls[0].containers == ("0123456789ab",)
    assert calls[0].ids == ("ba9876543210",)


def test_a_failing_command_fails_for_the_script_too(place: Path) -> None:
    (place / "Dockerfile").write_text("FROM alpine\n")
    status, _, calls = run(place, "docker build .", BUILD_STATUS="17")
    assert status == 17
    assert (calls[0].exit_status, calls[0].images) == (17, {})


def test_an_image_that_a_build_has_to_fetch_is_noted(place: Path) -> None:
    (place / "Dockerfile").write_text("FROM absent:1\n")
    _, _, calls = run(place, "docker build .")
    assert calls[0].pulled == ("absent:1",)


def test_sudo_docker_is_kept_apart_as_well(place: Path) -> None:
    _, called, calls = run(place, "sudo -E docker tag alpine app:1 && docker history app:1")
    assert called[0].startswith("tag alpine stageify-0/new/app:1 ")
    assert calls[0].argv[:2] == ("sudo", "-E")
    assert called[1].startswith("history stageify-0/new/app:1 ")


def test_what_sudo_starts_finds_the_isolating_docker(place: Path) -> None:
    (place / "inner.sh").write_text("docker tag alpine app:1\n")
    status, called, _ = run(place, "sudo sh inner.sh")
    assert status == 0
    assert called[0].startswith("tag alpine stageify-0/new/app:1 ")


def test_a_root_shell_is_not_started(place: Path) -> None:
    status, called, _ = run(place, "sudo -i sh inner.sh")
    assert (status, called) == (125, [])


def test_another_engine_is_refused(place: Path) -> None:
    for script in ("DOCKER_HOST=tcp://example.org docker ps", "DOCKER_CONTEXT=other docker ps", "docker -H x ps"):
        (place / "isolation").rename(place / f"isolation-{len(list(place.iterdir()))}")
        (place / "isolation").mkdir()
        status, called, calls = run(place, script)
        assert (status, called, calls[0].outcome) == (125, [], "refused")


def test_a_push_is_held_back_and_succeeds(place: Path) -> None:
    status, called, calls = run(place, "docker push app:1")
    assert (status, called) == (0, [])
    assert (calls[0].outcome, calls[0].pushed) == ("held", ("app:1",))


def test_a_program_that_talks_to_the_engine_itself_does_not_reach_it(place: Path) -> None:
    (place / "real" / "curl").write_text('#!/bin/sh\necho "$DOCKER_HOST" >> "$NOTES"\n')
    (place / "real" / "curl").chmod(0o755)
    _, called, _ = run(place, "curl")
    assert called == ["unix:///guard.sock"]
