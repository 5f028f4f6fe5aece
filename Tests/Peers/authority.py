"""An office's certificate authority: a root, one below it, and certificates of servers."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = datetime.timedelta(days=1)


class Authority:
    def __init__(self, name: str, above: "Authority | None" = None):
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.above = above
        signer = above or self
        self.certificate = (
            _builder(self.name, signer, self.key, 365 * _DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(signer.key, hashes.SHA256())
        )

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(self, folder: Path, address: str, valid_for: datetime.timedelta = 90 * _DAY) -> None:
        """Puts a server's key into `relay.key`, and its certificate with the authorities up to the root into
        `relay.pem`."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay")])
        certificate = (
            _builder(name, self, key, valid_for)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        chain = [certificate.public_bytes(Encoding.PEM)]
        issuer = self
        while issuer.above:
            chain.append(issuer.pem)
            issuer = issuer.above
        (folder / "relay.pem").write_bytes(b"".join(chain))
        # A key that others may read is refused.
        (folder / "relay.key").touch(mode=0o600)
        (folder / "relay.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def _builder(name: x509.Name, signer: Authority, key: ec.EllipticCurvePrivateKey, valid_for: datetime.timedelta):
    now = datetime.datetime.now(datetime.UTC)
    # One that has run out has begun before that, too.
    return (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(signer.name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, now + valid_for) - _DAY).not_valid_after(now + valid_for)
    )
