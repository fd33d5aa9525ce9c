"""Hashes are verified by another bcrypt and tokens by another JWT library, and the other way round."""

import json
import os
import subprocess

import bcrypt
import jwt
import pytest

SECRET = "0123456789abcdef0123456789abcdef"
NOW = 1_800_000_000


def probe(*words):
    run = subprocess.run([os.environ["HAUL_SECRET_PROBE"], *words], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


@pytest.mark.parametrize("password", ["Test1234", "", "pässwörd", "x" * 72])
def test_another_bcrypt_verifies_our_hash(password):
    made = probe("hash", "bcrypt:4", password)
    assert made.startswith("$2b$04$")
    assert bcrypt.checkpw(password.encode(), made.encode())
    assert not bcrypt.checkpw(b"Test1235", made.encode())


@pytest.mark.parametrize("prefix", [b"2a", b"2b"])
def test_we_verify_hashes_of_another_bcrypt(prefix):
    made = bcrypt.hashpw("Test1234 ü".encode(), bcrypt.gensalt(4, prefix)).decode()
    assert probe("verify", made, "Test1234 ü") == "yes"
    assert probe("verify", made, "Test1235 ü") == "no"


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_another_library_verifies_our_token(algorithm):
    claims = {"userId": {"$oid": "65f0c0ffee65f0c0ffee65f0"}, "email": "ü\"@example.com",
              "since": {"$date": "2024-02-29T12:34:56.789Z"}, "roles": ["admin", 7, None],
              "score": 1.5, "nested": {"deep": [True, {"n": {"$numberLong": "5000000000"}}]},
              "price": {"$numberDecimal": "1.10"}}
    token = probe("sign", algorithm, SECRET, "900", str(NOW), json.dumps(claims))
    assert jwt.get_unverified_header(token) == {"alg": algorithm, "typ": "JWT"}
    read = jwt.decode(token, SECRET, algorithms=[algorithm], options={"verify_exp": False,
                                                                      "verify_iat": False})
    assert read == {
        "userId": "65f0c0ffee65f0c0ffee65f0", "email": "ü\"@example.com", "since": 1709210096,
        "roles": ["admin", 7, None], "score": 1.5, "nested": {"deep": [True, {"n": 5000000000}]},
        "price": "1.10", "iat": NOW, "exp": NOW + 900}


def test_a_token_is_refused_with_another_secret_and_after_its_time():
    token = probe("sign", "HS256", SECRET, "900", "1000000000", '{"sub": "a"}')
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(token, SECRET[::-1], algorithms=["HS256"])
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token, SECRET, algorithms=["HS256"])
