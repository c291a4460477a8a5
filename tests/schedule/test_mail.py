"""The e-mail: sent through a real server, over TLS that is checked, and never with the password in sight."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy

import pytest

from dbv_analysis.model.problems import CallProblem
from dbv_analysis.schedule import mail
from dbv_analysis.schedule.mail import NONE, STARTTLS, TLS, mail_settings, message, send
from tests.schedule.conftest import PASSWORD, USER, Inbox

PLAIN = {
    "DBV_SMTP_HOST": "localhost",
    "DBV_SMTP_SECURITY": NONE,
    "DBV_MAIL_FROM": "packs@example.org",
    "DBV_MAIL_TO": "board@example.org",
}
Serve = Callable[..., dict[str, str]]


def refusal(environment: dict[str, str], subject: str = "dbv") -> str:
    """Why a message was not sent."""
    with pytest.raises(CallProblem) as problem:
        send(mail_settings(environment), subject, "Words.\n")
    return str(problem.value)


@contextmanager
def speaking(*lines: bytes) -> Iterator[tuple[dict[str, str], list[int]]]:
    """A server that says ``lines``, one after each thing it hears, and then closes; and how often it was called."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                calls.append(1)
                with connection:
                    for line in lines:
                        connection.sendall(line)
                        if not connection.recv(1000):
                            break

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield {**PLAIN, "DBV_SMTP_PORT": str(server.getsockname()[1])}, calls
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize("security", [NONE, STARTTLS, TLS])
def test_a_message_arrives_whole_over_each_kind_of_connection(
    security: str, serve: Serve, inbox: Inbox, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    if security != NONE:
        monkeypatch.setenv("SSL_CERT_FILE", str(request.getfixturevalue("certificate")[0]))
    send(mail_settings(serve(security)), "dbv 2024-25-Q2: published", "The pack – all of it – is there.\n")
    (envelope,) = inbox.messages
    assert inbox.secure == [security != NONE]
    assert envelope.rcpt_tos == ["board@example.org", "lead@example.org"]
    read = message_from_bytes(envelope.content, policy=policy.default)
    assert read["Subject"] == "dbv 2024-25-Q2: published"
    assert read.get_content().replace("\r\n", "\n") == "The pack – all of it – is there.\n"
    assert read.get_content_type() == "text/plain"
    assert not list(read.iter_attachments())
    assert read["Message-ID"].endswith("@example.org>")


@pytest.mark.parametrize("security", [STARTTLS, TLS])
def test_a_certificate_that_is_not_trusted_ends_it_before_anything_is_said(
    security: str, serve: Serve, inbox: Inbox, certificate
):
    words = refusal(serve(security, login=True))
    assert "is not trusted" in words
    assert (inbox.messages, inbox.logins) == ([], [])


def test_a_certificate_of_another_name_is_not_trusted(
    serve: Serve, inbox: Inbox, certificate, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert "is not trusted" in refusal({**serve(TLS), "DBV_SMTP_HOST": "127.0.0.1"})
    assert inbox.messages == []


def test_a_server_without_starttls_is_not_given_the_message_in_the_clear(serve: Serve, inbox: Inbox):
    assert "does not offer" in refusal({**serve(NONE), "DBV_SMTP_SECURITY": STARTTLS})
    assert inbox.messages == []


def test_it_logs_in_where_a_name_is_set(serve: Serve, inbox: Inbox):
    send(mail_settings(serve(NONE, login=True)), "dbv", "Words.\n")
    assert (inbox.logins, inbox.users) == ([True], [True])


def test_a_wrong_password_is_tried_once_and_is_in_no_message(serve: Serve, inbox: Inbox):
    wrong = {**serve(NONE, login=True), "DBV_SMTP_PASSWORD": "wrong-secret-99"}
    words = refusal(wrong)
    assert "refused the name or the password (code 535)" in words
    assert set(inbox.logins) == {False}
    for secret in (PASSWORD, "wrong-secret-99", USER):
        assert secret not in words
        assert secret not in repr(mail_settings(wrong)).replace(f"user='{USER}'", "")


def test_a_server_that_is_busy_is_asked_once_more(serve: Serve, inbox: Inbox):
    inbox.answers = ["451 later"]
    send(mail_settings(serve(NONE)), "dbv", "Words.\n")
    assert len(inbox.messages) == 1


def test_a_server_that_is_busy_twice_is_left_alone(serve: Serve, inbox: Inbox):
    inbox.answers = ["451 later", "451 later", "451 later"]
    assert "refused the message (code 451)" in refusal(serve(NONE))
    assert len(inbox.answers) == 1


def test_a_message_that_is_refused_for_good_is_sent_once_and_without_the_servers_words(serve: Serve, inbox: Inbox):
    inbox.answers = [f"554 no, {PASSWORD}", "554 no"]
    words = refusal(serve(NONE))
    assert "(code 554)" in words
    assert PASSWORD not in words
    assert len(inbox.answers) == 1


def test_recipients_that_are_refused_are_counted_and_the_others_have_the_message(serve: Serve, inbox: Inbox):
    words = refusal({**serve(NONE), "DBV_MAIL_TO": "nobody@example.org,lead@example.org"})
    assert "did not take 1 of its 2 recipients" in words
    assert PASSWORD not in words
    assert [envelope.rcpt_tos for envelope in inbox.messages] == [["lead@example.org"]]
    assert "took none of the recipients" in refusal({**serve(NONE), "DBV_MAIL_TO": "nobody@example.org"})


def test_a_server_that_hangs_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mail, "TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        words = refusal({**PLAIN, "DBV_SMTP_PORT": str(silent.getsockname()[1])})
    assert "did not answer in time" in words


@pytest.mark.parametrize(
    ("lines", "security", "reason", "times"),
    [
        ([b"220 hello\r\n", b"250 localhost\r\n", b"250 sender ok\r\n"], NONE, "closed the connection", 2),
        ([b"554 go away\r\n"], NONE, "(code 554)", 1),
        ([b"220 hello, this is no TLS at all\r\n"], TLS, "does not speak TLS from the start", 1),
    ],
    ids=["closes half way", "turns everybody away", "no TLS"],
)
def test_a_server_that_does_not_take_part_is_told_of_and_asked_once_more_where_that_may_help(
    lines: list[bytes], security: str, reason: str, times: int
):
    with speaking(*lines) as (settings, calls):
        assert reason in refusal({**settings, "DBV_SMTP_SECURITY": security})
    assert len(calls) == times


def test_a_port_where_nobody_listens_is_told_of():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert "cannot be reached" in refusal({**PLAIN, "DBV_SMTP_PORT": str(port)})


def test_without_settings_no_mail_is_set_up():
    assert mail_settings({"PATH": "/usr/bin", "DBV_SMTP_HOST": " "}) is None


@pytest.mark.parametrize(("security", "port"), [("", 587), ("STARTTLS", 587), (TLS, 465), (NONE, 25)])
def test_the_port_goes_with_the_security_which_is_starttls_unless_set(security: str, port: int):
    settings = mail_settings({**PLAIN, "DBV_SMTP_SECURITY": security})
    assert (settings.port, settings.security) == (port, security.lower() or STARTTLS)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"DBV_SMTP_HOST": ""}, "DBV_SMTP_HOST is missing"),
        ({"DBV_MAIL_TO": ""}, "DBV_MAIL_TO is missing"),
        ({"DBV_MAIL_FROM": ""}, "DBV_MAIL_FROM is missing"),
        ({"DBV_MAIL_FROM": "a@example.org,b@example.org"}, "DBV_MAIL_FROM is more than one"),
        ({"DBV_MAIL_TO": "board"}, "DBV_MAIL_TO holds something"),
        ({"DBV_MAIL_TO": "a@example.org,,b@example.org"}, "DBV_MAIL_TO holds something"),
        ({"DBV_MAIL_TO": "börd@example.org"}, "DBV_MAIL_TO holds something"),
        ({"DBV_MAIL_TO": "a@example.org\r\nBcc: x@example.org"}, "DBV_MAIL_TO holds a line break"),
        ({"DBV_MAIL_FROM": "a@example.org\nBcc: x@example.org"}, "DBV_MAIL_FROM holds a line break"),
        ({"DBV_SMTP_HOST": "localhost\nEHLO"}, "DBV_SMTP_HOST holds a line break"),
        ({"DBV_SMTP_USER": "a\r\nb", "DBV_SMTP_PASSWORD": "s3cret"}, "DBV_SMTP_USER holds a line break"),
        ({"DBV_SMTP_USER": "a", "DBV_SMTP_PASSWORD": "s3cret\u2028"}, "DBV_SMTP_PASSWORD holds a line break"),
        ({"DBV_SMTP_PASSWORD": "s3cret"}, "go together"),
        ({"DBV_SMTP_USER": "a"}, "go together"),
        ({"DBV_SMTP_PORT": "0"}, "DBV_SMTP_PORT is not"),
        ({"DBV_SMTP_PORT": "70000"}, "DBV_SMTP_PORT is not"),
        ({"DBV_SMTP_PORT": "²"}, "DBV_SMTP_PORT is not"),
        ({"DBV_SMTP_SECURITY": "ssl"}, "DBV_SMTP_SECURITY is not starttls, tls or none"),
        ({"DBV_SMTP_HOST": "mail.example.org"}, "none on localhost alone"),
    ],
)
def test_a_setting_that_is_wrong_is_named_without_its_value(changed: dict[str, str], named: str):
    with pytest.raises(CallProblem) as problem:
        mail_settings({**PLAIN, **changed})
    assert named in str(problem.value)
    assert "s3cret" not in str(problem.value)


def test_all_that_is_wrong_with_the_settings_is_said_at_once():
    with pytest.raises(CallProblem) as problem:
        mail_settings({"DBV_SMTP_PORT": "x", "DBV_SMTP_USER": "a", "DBV_SMTP_SECURITY": "ssl"})
    for name in ("DBV_SMTP_HOST", "DBV_MAIL_FROM", "DBV_MAIL_TO", "DBV_SMTP_PORT", "DBV_SMTP_SECURITY", "together"):
        assert name in str(problem.value)


@pytest.mark.parametrize("subject", ["a\nBcc: x@example.org", "a\r\n\r\nbody", "a\u2028b", "a\x0bb"])
def test_a_subject_that_would_run_into_another_header_is_refused(subject: str):
    with pytest.raises(CallProblem):
        message(mail_settings(PLAIN), subject, "Words.\n")


def test_the_run_is_not_given_the_password():
    kept = mail.without_mail({**PLAIN, "DBV_SMTP_PASSWORD": PASSWORD, "PATH": "/usr/bin"})
    assert kept == {"PATH": "/usr/bin"}
