"""A mail server that demands STARTTLS and a password: it gets both, and nobody else gets the password."""

import email.policy
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine.channels import channel_for
from engine.settings import Settings
from notifications.channels import ChannelUnavailable, MailServer

HOST, USERNAME, PASSWORD = "127.0.0.1", "gongkai", "mail-password-1"


@dataclass
class Office:
    """A mail server's side of the conversation, and all it was told."""

    received: list[bytes] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    def check(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        self.passwords.append(given.password.decode())
        fits = (given.login, given.password) == (USERNAME.encode(), PASSWORD.encode())
        return AuthResult(success=fits, handled=False)  # the server says the refusal

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        self.received.append(envelope.content)
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


@dataclass(frozen=True)
class Authority:
    """An office's own certificate authority; ``file`` is what clients are given."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    file: Path

    def context(self, folder: Path, host: str = HOST) -> ssl.SSLContext:
        """What a server for that host answers STARTTLS with."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))])
        made = _certificate("mail", key, issuer=self.certificate.subject).add_extension(names, critical=False)
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        chain = folder / f"{host}.pem"
        signed = made.sign(self.key, hashes.SHA256())
        chain.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name | None = None
) -> x509.CertificateBuilder:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)  # certificates are checked against the machine's clock
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )


def authority(folder: Path, name: str) -> Authority:
    """A new one."""
    key = ec.generate_private_key(ec.SECP256R1())
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    made = _certificate(name, key).add_extension(constraints, critical=True).sign(key, hashes.SHA256())
    file = folder / f"{name}.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return Authority(key, made, file)


@contextmanager
def serving(office: Office, **demands: Any) -> Iterator[int]:
    """The office's mail server while it runs; its port."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    controller = Controller(office, hostname=HOST, port=port, authenticator=office.check, **demands)
    controller.start()
    try:
        yield port
    finally:
        controller.stop(no_assert=True)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def trusted(tmp_path: Path) -> Authority:
    """The authority the client trusts."""
    return authority(tmp_path, "trusted")


@pytest.fixture
def strict(office: Office, trusted: Authority, tmp_path: Path) -> Iterator[MailServer]:
    """A client of a server that takes nothing without STARTTLS and a password; all is right with both."""
    demands = {"tls_context": trusted.context(tmp_path), "require_starttls": True, "auth_required": True}
    with serving(office, **demands) as port:
        yield client(port, trusted)


def client(port: int, trusted: Authority) -> MailServer:
    """A client that trusts that authority only."""
    return MailServer(HOST, port, True, str(trusted.file), USERNAME, PASSWORD, timeout_seconds=5)


def message() -> EmailMessage:
    """Any message."""
    made = EmailMessage(policy=email.policy.SMTP)
    made["From"], made["To"], made["Subject"] = "a@qingling.example", "b@qingling.example", "待办"
    made.set_content("您有一项新的待办")
    return made


def test_a_server_that_demands_encryption_and_a_password_gets_the_message(
    office: Office, strict: MailServer
) -> None:
    strict.send(message())
    assert (len(office.received), office.encrypted, office.passwords) == (1, [True], [PASSWORD])


def test_a_server_of_an_unknown_authority_never_sees_the_password(
    office: Office, strict: MailServer, tmp_path: Path
) -> None:
    for ca_file in (str(authority(tmp_path, "another").file), ""):
        with pytest.raises(ChannelUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            replace(strict, ca_file=ca_file).send(message())
    assert (office.received, office.passwords) == ([], [])


def test_a_certificate_for_another_host_is_refused(
    office: Office, trusted: Authority, tmp_path: Path
) -> None:
    refused = pytest.raises(ChannelUnavailable, match="CERTIFICATE_VERIFY_FAILED")
    with serving(office, tls_context=trusted.context(tmp_path, "192.0.2.1")) as port, refused:
        client(port, trusted).send(message())
    assert (office.received, office.passwords) == ([], [])


def test_where_encryption_is_asked_for_and_not_offered_nothing_is_sent(
    office: Office, trusted: Authority
) -> None:
    """As if someone in between had taken the offer away."""
    refused = pytest.raises(ChannelUnavailable, match="STARTTLS")
    with serving(office, auth_require_tls=False) as port, refused:
        client(port, trusted).send(message())
    assert (office.received, office.passwords) == ([], [])


def test_a_wrong_password_a_missing_one_or_no_encryption_delays_and_drops_nothing(
    office: Office, strict: MailServer, tmp_path: Path
) -> None:
    """Someone will mend the settings: the messages wait for it."""
    for wrong in (
        replace(strict, password="wrong"),
        replace(strict, username=""),
        replace(strict, starttls=False),
        replace(strict, starttls=False, username=""),
        replace(strict, ca_file=str(tmp_path / "no such file")),
    ):
        with pytest.raises(ChannelUnavailable):
            wrong.send(message())
    assert (office.received, set(office.passwords)) == ([], {"wrong"})


def test_the_settings_of_the_mail_server_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"HOST": "mail.example", "PORT": "587", "STARTTLS": "true", "CA_FILE": "office-ca.pem"}
    for name, value in (said | {"USERNAME": USERNAME, "PASSWORD": PASSWORD}).items():
        monkeypatch.setenv(f"GONGKAI_SMTP_{name}", value)
    found = channel_for(Settings())
    assert found == MailServer("mail.example", 587, True, "office-ca.pem", USERNAME, PASSWORD)
    assert PASSWORD not in repr(found)
