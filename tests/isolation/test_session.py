"""Calls as they are noted and shown."""

from __future__ import annotations

from pathlib import Path

from converter.isolation.session import Call, note, read_calls


def test_of_each_call_the_latest_note_counts_in_the_order_of_the_beginnings(tmp_path: Path) -> None:
    for call in (Call("1", ("a",), "/"), Call("2", ("b",), "/"), Call("1", ("a",), "/", exit_status=0)):
        note(tmp_path, call)
    assert [(call.id, call.exit_status) for call in read_calls(tmp_path)] == [("1", 0), ("2", None)]


def test_a_line_that_is_being_written_is_not_read_yet(tmp_path: Path) -> None:
    note(tmp_path, Call("1", ("a",), "/"))
    with (tmp_path / "calls.jsonl").open("a") as file:
        file.write('{"id": "2", "ar')
    assert [call.id for call in read_calls(tmp_path)] == ["1"]


def test_a_command_is_shown_without_its_secrets() -> None:
    call = Call("1", ("sudo", "-E", "docker", "login", "-u", "me", "-p", "hunter2"), "/")
    assert call.shown == "sudo -E docker login -u me -p '***'"
