"""The formats of docs/cryptography.md, implemented from that page with argon2-cffi, PyNaCl and pyca/cryptography.

Reads one JSON request per line and writes one JSON response per line. Bytes are encoded as hexadecimal.
"""

import base64
import hashlib
import json
import os
import struct
import sys

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

HEADER = b"\x01\x01"
CHUNK = 262144


def lp(*parts):
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(struct.pack(">I", len(part)) + part for part in encoded)


def hkdf(key, salt, info, length):
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(key)


def record(purpose, context, *key_id):
    version = struct.pack(">Q", context["version"])
    place = (context["org"], context["owner"], context["recordType"], context["recordId"])
    return lp(purpose, HEADER, *place, version, *key_id)


def seal_committed(key, info, plaintext):
    salt = os.urandom(32)
    okm = hkdf(key, salt, info, 76)
    return HEADER + salt + okm[44:] + AESGCM(okm[:32]).encrypt(okm[32:44], plaintext, info)


def open_committed(key, info, whole):
    assert whole[:2] == HEADER
    okm = hkdf(key, whole[2:34], info, 76)
    assert okm[44:] == whole[34:66], "commitment"
    return AESGCM(okm[:32]).decrypt(okm[32:44], whole[66:], info)


def key_id(x25519, ml_kem):
    return hashlib.sha256(lp("strongroom key id v1", HEADER, x25519, ml_kem)).digest()


def layer(secret, salt, info):
    okm = hkdf(secret, salt, info, 44)
    return AESGCM(okm[:32]), okm[32:]


def wrap_cek(cek, x25519, ml_kem, context):
    own = key_id(x25519, ml_kem)
    ephemeral = X25519PrivateKey.generate()
    sent = ephemeral.public_key().public_bytes_raw()
    info = record("strongroom cek x25519 v1", context, own)
    secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(x25519))
    aead, nonce = layer(secret, sent + x25519, info)
    inner = sent + aead.encrypt(nonce, cek, info)
    secret, ciphertext = MLKEM768PublicKey.from_public_bytes(ml_kem).encapsulate()
    info = record("strongroom cek ml-kem-768 v1", context, own)
    aead, nonce = layer(secret, ciphertext, info)
    return HEADER + own + ciphertext + aead.encrypt(nonce, inner, info)


def unwrap_cek(wrapped, x25519_seed, ml_kem_seed, context):
    x25519 = X25519PrivateKey.from_private_bytes(x25519_seed)
    ml_kem = MLKEM768PrivateKey.from_seed_bytes(ml_kem_seed)
    public = x25519.public_key().public_bytes_raw()
    own = key_id(public, ml_kem.public_key().public_bytes_raw())
    assert wrapped[:34] == HEADER + own, "key id"
    ciphertext = wrapped[34 : 34 + 1088]
    info = record("strongroom cek ml-kem-768 v1", context, own)
    aead, nonce = layer(ml_kem.decapsulate(ciphertext), ciphertext, info)
    inner = aead.decrypt(nonce, wrapped[34 + 1088 :], info)
    info = record("strongroom cek x25519 v1", context, own)
    secret = x25519.exchange(X25519PublicKey.from_public_bytes(inner[:32]))
    aead, nonce = layer(secret, inner[:32] + public, info)
    return aead.decrypt(nonce, inner[32:], info)


def argon2id(secret, salt, memory=65536, passes=3, lanes=4):
    return hash_secret_raw(secret, salt, passes, memory, lanes, 32, Type.ID)


def derive_kek(secret, parameters, org, user):
    memory, passes, lanes = struct.unpack(">III", parameters[2:14])
    stretched = argon2id(secret.encode(), parameters[14:30], memory, passes, lanes)
    return hkdf(stretched, b"", lp("strongroom kek v1", parameters, org, user), 64)


def check(checked, org, user):
    return hashlib.sha256(lp("strongroom kek record v1", checked, org, user)).digest()[:16]


def create_kek(secret, org, user):
    parameters = HEADER + struct.pack(">III", 65536, 3, 4) + os.urandom(16)
    okm = derive_kek(secret, parameters, org, user)
    checked = parameters + okm[32:]
    return {"kek": okm[:32].hex(), "record": (checked + check(checked, org, user)).hex()}


def open_kek(secret, org, user, whole):
    assert whole[62:] == check(whole[:62], org, user), "check"
    okm = derive_kek(secret, whole[:30], org, user)
    assert okm[32:] == whole[30:62], "commitment"
    return okm[:32]


def private_key_info(owner, algorithm, own):
    version = struct.pack(">Q", owner["keyVersion"])
    return lp("strongroom private key v1", HEADER, owner["org"], owner["user"], version, algorithm, own)


def file_keys(cek, salt, context):
    okm = hkdf(cek, salt, record("strongroom file v1", context), 64)
    return AESGCM(okm[:32]), okm[32:]


def seal_file(cek, context, plaintext):
    salt = os.urandom(32)
    aead, commitment = file_keys(cek, salt, context)
    chunks = [plaintext[at : at + CHUNK] for at in range(0, len(plaintext), CHUNK)] or [b""]
    sealed = HEADER + salt + commitment
    for index, chunk in enumerate(chunks):
        prefix = os.urandom(7)
        nonce = prefix + struct.pack(">IB", index, index == len(chunks) - 1)
        sealed += prefix + aead.encrypt(nonce, chunk, None)
    return sealed


def open_file(cek, context, sealed):
    assert sealed[:2] == HEADER
    aead, commitment = file_keys(cek, sealed[2:34], context)
    assert commitment == sealed[34:66], "commitment"
    body = sealed[66:]
    chunks = [body[at : at + CHUNK + 23] for at in range(0, len(body), CHUNK + 23)]
    plaintext = b""
    for index, chunk in enumerate(chunks):
        nonce = chunk[:7] + struct.pack(">IB", index, index == len(chunks) - 1)
        plaintext += aead.decrypt(nonce, chunk[7:], None)
    return plaintext


def seal_zk(password, plaintext):
    salt, nonce = os.urandom(16), os.urandom(24)
    key = argon2id(password.encode(), salt)
    ciphertext = crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, None, nonce, key)
    fields = {"salt": salt, "nonce": nonce, "ciphertext": ciphertext}
    return {"v": 1, **{name: base64.b64encode(value).decode() for name, value in fields.items()}}


def open_zk(password, payload):
    salt, nonce, ciphertext = (base64.b64decode(payload[name]) for name in ("salt", "nonce", "ciphertext"))
    key = argon2id(password.encode(), salt)
    return crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, None, nonce, key)


def pbkdf2(hash_name, password, salt, iterations, length):
    algorithm = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}[hash_name]
    return PBKDF2HMAC(algorithm=algorithm, length=length, salt=salt, iterations=iterations).derive(password)


def x25519(seed, public):
    return X25519PrivateKey.from_private_bytes(seed).exchange(X25519PublicKey.from_public_bytes(public))


OPERATIONS = {
    "sealValue": lambda r: seal_committed(r["cek"], record("strongroom value v1", r["context"]), r["value"]),
    "openValue": lambda r: open_committed(r["cek"], record("strongroom value v1", r["context"]), r["envelope"]),
    "wrapCek": lambda r: wrap_cek(r["cek"], r["x25519"], r["mlKem768"], r["context"]),
    "unwrapCek": lambda r: unwrap_cek(r["wrapped"], r["x25519Seed"], r["mlKem768Seed"], r["context"]),
    "createKek": lambda r: create_kek(r["secret"], r["org"], r["user"]),
    "openKek": lambda r: open_kek(r["secret"], r["org"], r["user"], r["record"]),
    "openPrivateKey": lambda r: open_committed(
        r["kek"], private_key_info(r["owner"], r["algorithm"], r["keyId"]), r["sealed"]
    ),
    "sealFile": lambda r: seal_file(r["cek"], r["context"], r["plaintext"]),
    "openFile": lambda r: open_file(r["cek"], r["context"], r["sealed"]),
    "sealZk": lambda r: seal_zk(r["password"], r["plaintext"]),
    "openZk": lambda r: open_zk(r["password"], r["payload"]),
    "argon2id": lambda r: argon2id(r["secretBytes"], r["salt"]),
    "hkdf": lambda r: hkdf(r["key"], r["salt"], r["info"], r["length"]),
    "x25519Agree": lambda r: x25519(r["seed"], r["public"]),
    "aesGcmSeal": lambda r: AESGCM(r["key"]).encrypt(r["nonce"], r["plaintext"], r["aad"]),
    "pbkdf2": lambda r: pbkdf2(r["hash"], r["passwordBytes"], r["salt"], r["iterations"], r["length"]),
}


def answer(request):
    try:
        fields = request["fields"] | {name: bytes.fromhex(value) for name, value in request["bytes"].items()}
        result = OPERATIONS[request["operation"]](fields)
        return {"result": result.hex() if isinstance(result, bytes) else result}
    except (AssertionError, CryptoError, InvalidTag, ValueError) as error:
        return {"error": type(error).__name__}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
