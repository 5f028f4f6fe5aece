"""Self-signed pairs by openssl, and what a server shows."""

import hashlib
import ssl
import subprocess
from pathlib import Path

import network


def make(certificate: Path, key: Path) -> str:
    """Writes a new pair for the test network's address, each file at once; gives its fingerprint."""
    new = [path.with_suffix(".new") for path in (certificate, key)]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90",
         "-subj", "/CN=kakehashi", "-addext", f"subjectAltName=IP:{network.ADDRESS}",
         "-keyout", str(new[1]), "-out", str(new[0])],
        check=True, capture_output=True,
    )
    fingerprint = hashlib.sha256(ssl.PEM_cert_to_DER_cert(new[0].read_text())).hexdigest()
    new[0].rename(certificate)
    new[1].rename(key)
    return fingerprint


def shown(address: str) -> str:
    """The fingerprint of what `openssl s_client` is shown at `host:port`."""
    session = subprocess.run(
        ["openssl", "s_client", "-connect", address], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    pem = session.stdout[session.stdout.index("-----BEGIN") : session.stdout.index("-----END CERTIFICATE-----") + 25]
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
