"""TLS: what fits works, what does not is exit 6 with the cause and without a hang."""
import pytest

from support.haul import data_file, dump, failed, fill, restore, start, finish, tree
from support.mongod import Mongod


@pytest.fixture(scope="module")
def tls():
    with Mongod(tls=True) as server:
        fill(server.client.shop)
        yield server


def plain_uri(tls, database="shop"):
    return f"mongodb://127.0.0.1:{tls.ports[0]}/{database}"


def test_options_in_the_uri_and_as_flags_both_work(tls, tmp_path):
    ca = tls.dir / "ca.pem"
    for i, args in enumerate([["--uri", tls.uri_of("shop")],
                              ["--uri", plain_uri(tls), "--tls", f"--tlsCAFile={ca}"],
                              ["--uri", plain_uri(tls), "--ssl", f"--sslCAFile={ca}"],
                              ["--uri", plain_uri(tls), "--tls", "--tls-ca-file", ca, "--tlsCertificateKeyFile",
                               tls.dir / "client.pem"],
                              ["--uri", plain_uri(tls), "--tls", "--tlsInsecure"]]):
        dump(*args, "-o", tmp_path / str(i))
        assert data_file(tmp_path / str(i), "shop", "items")
    restore("--uri", tls.uri_of("back"), tmp_path / "0" / "shop")
    assert tls.client.back["items"].count_documents({}) == 300


def test_what_does_not_fit_is_exit_6(tls, server, tmp_path):
    ca, other = tls.dir / "ca.pem", tls.dir / "other-ca.pem"
    server.client.admin.command("ping")
    there = server.client.address[1]
    cases = {
        "no TLS to a TLS server": ["--uri", plain_uri(tls)],
        "another CA": ["--uri", f"{plain_uri(tls)}?tls=true&tlsCAFile={other}"],
        "an unknown CA": ["--uri", f"{plain_uri(tls)}?tls=true"],
        "TLS to a server without": ["--uri", f"mongodb://127.0.0.1:{there}/shop?tls=true&tlsCAFile={ca}"],
    }
    running = {case: start("dump", *args, "-o", tmp_path / "d") for case, args in cases.items()}
    results = {case: finish(process, timeout=60) for case, process in running.items()}
    wrong = {case: result.code for case, result in results.items() if result.code != 6}
    # A server that wants TLS hangs up on a plain client without a word: 5 with the hint is all there is.
    assert wrong in ({}, {"no TLS to a TLS server": 5}), wrong
    for result in results.values():
        failed(result, (5, 6), ("tls", "ssl", "certificate"))
    assert not tree(tmp_path)


@pytest.mark.parametrize("option", ["tlsCAFile", "tlsCertificateKeyFile"])
def test_a_certificate_file_that_is_not_there_is_a_usage_error_or_exit_6(tls, tmp_path, option):
    result = finish(start("dump", "--uri", plain_uri(tls), "--tls", f"--{option}=/no/such/file.pem",
                          "-o", tmp_path / "d"), timeout=60)
    failed(result, (2, 6), "/no/such/file.pem")
    assert not tree(tmp_path)
