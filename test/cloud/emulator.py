"""Starts ministack for the cloud test: loopback and TLS only, IAM enforced.

usage: emulator.py RECORDED_TYPES CERTIFICATE KEY
The emulator and its functions exit when standard input closes, so that nothing outlives a killed test runner.
RECORDED_TYPES is a JSON array of CloudFormation types that ministack does not support, and that are only recorded.
Any other unsupported type still fails the deployment.
"""

import datetime
import ipaddress
import json
import os
import signal
import sys
import threading
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ministack import app
from ministack.services import apigateway_v1
from ministack.services.cloudformation import provisioners


def record(resource_type: str) -> None:
    if resource_type in provisioners._RESOURCE_HANDLERS:
        raise SystemExit(f"ministack supports {resource_type}: remove it from the list of recorded types")
    provisioners._RESOURCE_HANDLERS[resource_type] = {
        "create": lambda logical_id, _props, stack: (f"{stack}-{logical_id}-{uuid.uuid4().hex[:12]}", {}),
        "delete": lambda _physical_id, _props: None,
    }


def import_gateway_responses() -> None:
    """Imports the gateway responses of an API definition, which ministack serves but does not import."""
    import_api = apigateway_v1._import_rest_api

    def import_whole(spec: dict, base_data: dict | None = None) -> str:
        api_id = import_api(spec, base_data)
        for response_type, response in spec.get("x-amazon-apigateway-gateway-responses", {}).items():
            status, _headers, body = apigateway_v1._put_gateway_response(api_id, response_type, response)
            if status >= 400:
                raise ValueError(f"gateway response {response_type}: {body!r}")
        return api_id

    apigateway_v1._import_rest_api = import_whole


def write_certificate(certificate_path: str, key_path: str) -> None:
    """Writes a self-signed certificate for 127.0.0.1 that is valid for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "strongroom cloud test")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    with open(key_path, "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    with open(certificate_path, "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))


def end_with_input() -> None:
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


recorded_types, certificate_path, key_path = sys.argv[1:]
del sys.argv[1:]  # ministack reads the rest of the command line itself

for resource_type in json.loads(recorded_types):
    record(resource_type)
import_gateway_responses()
write_certificate(certificate_path, key_path)
threading.Thread(target=end_with_input, daemon=True).start()
app._port_is_bindable = lambda _host, _port: False  # otherwise ministack also serves on port 443 if that is free
app.main()
