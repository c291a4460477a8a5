"""A short plain-text e-mail through SMTP, with settings from the environment alone. No message shows the password."""

from __future__ import annotations

import smtplib
import ssl
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.wording import listed

STARTTLS, TLS, NONE = "starttls", "tls", "none"
PORTS = {STARTTLS: 587, TLS: 465, NONE: 25}
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
NEEDED = ("DBV_SMTP_HOST", "DBV_MAIL_FROM", "DBV_MAIL_TO")
SETTINGS = (*NEEDED, "DBV_SMTP_PORT", "DBV_SMTP_USER", "DBV_SMTP_PASSWORD", "DBV_SMTP_SECURITY")

TIMEOUT = 20.0  # seconds that a server may take for an answer
PAUSE = 5.0  # seconds before the second attempt


@dataclass(frozen=True)
class MailSettings:
    """Where e-mail goes, from whom, and how it gets there."""

    host: str
    port: int
    security: str
    sender: Address
    to: tuple[Address, ...]
    user: str = ""
    password: str = field(default="", repr=False)


def without_mail(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for those who have no business with the e-mail's password."""
    return {name: value for name, value in environment.items() if name not in SETTINGS}


def mail_settings(environment: Mapping[str, str]) -> MailSettings | None:
    """The settings in ``environment``, None where there is none of them.

    Raises CallProblem with all that is wrong with them; it shows no value.
    """
    values = {name: environment.get(name, "").strip(" ") for name in SETTINGS}
    if not any(values.values()):
        return None
    problems = [f"{name} is missing." for name in NEEDED if not values[name]]
    broken = [name for name, value in values.items() if _has_control_character(value)]
    problems += [f"{name} holds a line break or another control character." for name in broken]
    security = values["DBV_SMTP_SECURITY"].lower() or STARTTLS
    if security not in PORTS:
        problems.append(f"DBV_SMTP_SECURITY is not {listed(PORTS, 'or')}.")
    elif security == NONE and values["DBV_SMTP_HOST"].lower() not in THIS_MACHINE:
        problems.append("DBV_SMTP_SECURITY may be none on localhost alone: use starttls or tls.")
    port = values["DBV_SMTP_PORT"] or str(PORTS.get(security, 0))
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        problems.append("DBV_SMTP_PORT is not a number from 1 to 65535.")
    if bool(values["DBV_SMTP_USER"]) != bool(values["DBV_SMTP_PASSWORD"]):
        problems.append("DBV_SMTP_USER and DBV_SMTP_PASSWORD go together: set both, or neither.")
    addresses = {
        name: [_address(text) for text in values[name].split(",")] if values[name] else []
        for name in ("DBV_MAIL_FROM", "DBV_MAIL_TO")
    }
    odd = [name for name, parsed in addresses.items() if None in parsed]
    problems += [f"{name} holds something that is not an e-mail address such as name@example.org." for name in odd]
    if len(addresses["DBV_MAIL_FROM"]) > 1:
        problems.append("DBV_MAIL_FROM is more than one address.")
    if problems:
        raise CallProblem(f"The settings of the e-mail are wrong. {' '.join(problems)} See docs/schedule.md.")
    return MailSettings(
        host=values["DBV_SMTP_HOST"],
        port=int(port),
        security=security,
        sender=addresses["DBV_MAIL_FROM"][0],
        to=tuple(addresses["DBV_MAIL_TO"]),
        user=values["DBV_SMTP_USER"],
        password=values["DBV_SMTP_PASSWORD"],
    )


def _has_control_character(text: str) -> bool:
    return any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in text)


def _address(text: str) -> Address | None:
    """An address as ``name@example.org``; None where it is none, or holds signs that not every server takes."""
    try:
        address = Address(addr_spec=text.strip(" "))
    except (MessageError, ValueError, IndexError, AttributeError):  # the parser's own slips on odd texts among them
        return None
    return address if address.username and address.domain and address.addr_spec.isascii() else None


def message(settings: MailSettings, subject: str, body: str) -> EmailMessage:
    """A plain-text message without attachments; its id names the sender's domain, not this machine.

    Raises CallProblem where the subject would run over into another header.
    """
    if _has_control_character(subject):
        raise CallProblem("The e-mail was not sent: its subject holds a line break. Name the quarter like 2024-25-Q2.")
    written = EmailMessage(policy=SMTP)
    written["From"] = settings.sender
    written["To"] = settings.to
    written["Subject"] = subject
    written["Date"] = formatdate(localtime=True)
    written["Message-ID"] = make_msgid("dbv", settings.sender.domain)
    written["Auto-Submitted"] = "auto-generated"
    written.set_content(body, cte="quoted-printable")
    return written


def send(settings: MailSettings, subject: str, body: str) -> None:
    """Send a message; once more where the server could not be reached or said that it may work later.

    Raises CallProblem that says why it could not be sent. The server's own words are left out: they may repeat
    the name or the password.
    """
    written = message(settings, subject, body)
    for last in (False, True):
        try:
            refused = _deliver(settings, written)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            if last or not _may_pass(error):
                raise CallProblem(f"The e-mail was not sent: {_reason(error, settings)}") from None
            time.sleep(PAUSE)
        else:
            break
    if refused:
        taken = f"the server did not take {len(refused)} of its {len(settings.to)} recipients"
        raise CallProblem(f"The e-mail was sent, but {taken}. Check DBV_MAIL_TO.")


def _deliver(settings: MailSettings, written: EmailMessage) -> dict:
    """One attempt. Returns the recipients that the server did not take, where it took others."""
    # The authorities that the machine trusts, or those of SSL_CERT_FILE; the server's name is checked.
    trust = ssl.create_default_context()
    if settings.security == TLS:
        server = smtplib.SMTP_SSL(settings.host, settings.port, timeout=TIMEOUT, context=trust)
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=TIMEOUT)
    with server:
        if settings.security == STARTTLS:
            server.starttls(context=trust)
        if settings.user:
            server.login(settings.user, settings.password)
        return server.send_message(written)


def _may_pass(error: Exception) -> bool:
    """Whether the same message may get through a little later."""
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 500 or error.smtp_code < 0
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(400 <= code < 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return True
    return isinstance(error, OSError) and not isinstance(error, ssl.SSLError | smtplib.SMTPException)


# Why a message was not sent and what to do: the first that fits the error.
REASONS: dict[type[Exception], str] = {
    ssl.SSLCertVerificationError: "the certificate of {server} is not trusted. Use the name that the certificate has, "
    "or name the file of your authority's own root certificate in SSL_CERT_FILE.",
    ssl.SSLError: "{server} does not speak TLS from the start. Set DBV_SMTP_SECURITY=starttls, or another port.",
    smtplib.SMTPAuthenticationError: "{server} refused the name or the password{code}. Check DBV_SMTP_USER and "
    "DBV_SMTP_PASSWORD.",
    smtplib.SMTPNotSupportedError: "{server} does not offer what was asked of it, STARTTLS or logging in. Check "
    "DBV_SMTP_SECURITY and port.",
    smtplib.SMTPRecipientsRefused: "{server} took none of the recipients. Check DBV_MAIL_TO.",
    smtplib.SMTPSenderRefused: "{server} did not take the sender{code}. Check DBV_MAIL_FROM.",
    TimeoutError: "{server} did not answer in time. Check the host and the port, and whether a firewall is between.",
    smtplib.SMTPServerDisconnected: "{server} closed the connection. Check DBV_SMTP_SECURITY and the port, or ask who "
    "runs the server.",
    smtplib.SMTPException: "{server} refused the message{code}. Ask who runs the server.",
    Exception: "{server} cannot be reached. Check DBV_SMTP_HOST and DBV_SMTP_PORT, and whether a firewall is between.",
}


def _reason(error: Exception, settings: MailSettings) -> str:
    """Why a message was not sent and what to do, without a word of the server's."""
    server = f"{settings.host}, port {settings.port}"
    code = f" (code {error.smtp_code})" if isinstance(error, smtplib.SMTPResponseException) else ""
    if type(error) is smtplib.SMTPServerDisconnected and isinstance(error.__context__, TimeoutError):
        error = error.__context__  # smtplib tells of a server that fell silent as of one that hung up
    return next(text for kind, text in REASONS.items() if isinstance(error, kind)).format(server=server, code=code)
