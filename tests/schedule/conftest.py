"""A mail server on this machine, its certificate, and a project whose runs are over at once."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from dbv_analysis.schedule import mail
from tests.conftest import ROOT
from tests.publish.conftest import Said, answer

USER, PASSWORD = "schedule", "opensesame-4711"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of localhost's own making, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes the test's certificate, is not on this machine")
    folder = tmp_path_factory.mktemp("certificate")
    made, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost", "-out", str(made), "-keyout", str(key)],
        check=True,
        capture_output=True,
    )
    return made, key


class Inbox:
    """Keeps each message that a server takes, and whether it came through TLS and from a user who had logged in."""

    def __init__(self) -> None:
        self.messages, self.secure, self.users, self.logins = [], [], [], []
        self.answers: list[str] = []  # what the next attempts hear instead

    async def handle_DATA(self, server: SMTP, session, envelope) -> str:  # noqa: N802  aiosmtpd's name
        if self.answers:
            return self.answers.pop(0)
        self.messages.append(envelope)
        self.secure.append(server.transport.get_extra_info("ssl_object") is not None)
        self.users.append(session.authenticated)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        if address.startswith("nobody"):
            return f"550 no such user {PASSWORD}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data) -> AuthResult:
        known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        self.logins.append(known)
        return AuthResult(success=known, handled=False, message=None if known else f"535 wrong password {PASSWORD}")


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def serve(inbox: Inbox, request: pytest.FixtureRequest) -> Iterator[Callable[..., dict[str, str]]]:
    """Start a server of a kind, and have the settings that reach it."""
    running = []

    def start(security: str, login: bool = False) -> dict[str, str]:
        options = {"hostname": "127.0.0.1", "port": 0, "ready_timeout": 5}
        if login:
            options |= {"authenticator": inbox.authenticate, "auth_required": True, "auth_require_tls": False}
        if security != mail.NONE:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(*request.getfixturevalue("certificate"))
            options |= {"tls_context": context, "require_starttls": True} if security == mail.STARTTLS else {}
            options |= {"ssl_context": context} if security == mail.TLS else {}
        server = _OnAnyPort(inbox, **options)
        server.start()
        running.append(server)
        settings = {
            "DBV_SMTP_HOST": "localhost",
            "DBV_SMTP_PORT": str(server.server.sockets[0].getsockname()[1]),
            "DBV_SMTP_SECURITY": security,
            "DBV_MAIL_FROM": "packs@example.org",
            "DBV_MAIL_TO": "board@example.org, lead@example.org",
        }
        return settings | ({"DBV_SMTP_USER": USER, "DBV_SMTP_PASSWORD": PASSWORD} if login else {})

    yield start
    for server in running:
        server.stop(no_assert=True)


class _OnAnyPort(Controller):
    """Listens on a port that is free; the controller's own trial connection would go to port 0."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture(autouse=True)
def no_mail_is_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's own settings, and no long waits."""
    for name in (*mail.SETTINGS, "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(mail, "PAUSE", 0.01)
    monkeypatch.setattr(mail, "TIMEOUT", 5.0)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Settings and inputs that are quick to read: nothing is run in it."""
    root = tmp_path / "project"
    (root / "data" / "raw").mkdir(parents=True)
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copy(ROOT / "programme.toml", root)
    return root


@pytest.fixture
def command(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """The command, run in ``project`` without a process of its own."""
    monkeypatch.chdir(project)
    return lambda *words: answer(capfd, *words)
