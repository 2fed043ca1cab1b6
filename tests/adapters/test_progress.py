"""Progress is for people at a terminal; a pipe hears nothing."""

import builtins
import io

import pytest

from leadflow.adapters.progress import Silent, terminal_progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def without_rich(monkeypatch):
    """Let the optional library be absent."""
    real = builtins.__import__

    def refuse(name, *arguments, **named):
        if name.startswith("rich"):
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)


def work(stream):
    with terminal_progress(stream) as progress:
        progress("reading lists", 0, 1200)
        progress("reading lists", 1200, 1200)
        progress("deciding", 3, None)
        progress("deciding", 3, None)


def fail(stream):
    with terminal_progress(stream) as progress:
        progress("deciding", 3, None)
        raise RuntimeError


def screen(terminal):
    """Return what stands on the line of a terminal."""
    line = ""
    for part in terminal.getvalue().split("\r"):
        line = part + line[len(part) :]
    return line.rstrip()


def test_a_pipe_stays_empty():
    pipe = io.StringIO()
    work(pipe)
    assert pipe.getvalue() == ""


def test_a_pipe_gets_a_listener_that_says_nothing():
    with terminal_progress(io.StringIO()) as progress:
        assert isinstance(progress, Silent)


def test_a_terminal_shows_each_step():
    terminal = Terminal()
    work(terminal)
    assert "reading lists" in terminal.getvalue()
    assert "deciding" in terminal.getvalue()


@pytest.mark.usefixtures("without_rich")
def test_without_the_extra_one_line_is_written_over_and_cleared():
    terminal = Terminal()
    work(terminal)
    shown = terminal.getvalue()
    assert "\n" not in shown
    assert shown.split("\r")[1:3] == ["reading lists 0 of 1,200", "reading lists 1,200 of 1,200"]
    assert shown.count("deciding 3") == 1
    *_, last, end = shown.split("\r")
    assert (last.strip(), end) == ("", "")


@pytest.mark.usefixtures("without_rich")
def test_a_shorter_text_leaves_nothing_of_the_longer_one_behind():
    terminal = Terminal()
    with terminal_progress(terminal) as progress:
        progress("a long step with many words", 1, 2)
        progress("short", 1, 2)
        assert screen(terminal) == "short 1 of 2"
    assert screen(terminal) == ""


@pytest.mark.usefixtures("without_rich")
def test_the_line_is_cleared_when_the_work_fails():
    terminal = Terminal()
    with pytest.raises(RuntimeError):
        fail(terminal)
    assert screen(terminal) == ""
