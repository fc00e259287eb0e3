"""An operator's environment: what starts, and what refuses to."""

from pathlib import Path

import pytest

from idp.settings import Settings, SettingsError

GOOD = {
    "IDP_ISSUER": "https://id.example",
    "IDP_DATABASE_URL": "sqlite:////srv/idp.db",
    "IDP_KV_URL": "redis://localhost",
    "IDP_CLIENTS_FILE": "/etc/idp/clients.yaml",
    "IDP_DATA_DIR": "/srv",
    "IDP_MASTER_KEY": "a" * 43,
    "IDP_MAIL_URL": "smtp://mail.example",
}


def problems(**changed: str | None) -> str:
    environment = {**GOOD, **changed}
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment({k: v for k, v in environment.items() if v is not None})
    return "\n".join(refused.value.problems)


def test_good_settings_start() -> None:
    settings = Settings.from_environment(GOOD)
    assert settings.host == "id.example"
    assert settings.cookie_name("session") == "__Host-idp_session"


@pytest.mark.parametrize(("path", "origin"), [("", "https://id.example:8443"), ("/idp/v1.0", "https://id.example:8443")])
def test_an_issuer_may_have_a_path(path: str, origin: str) -> None:
    settings = Settings.from_environment({**GOOD, "IDP_ISSUER": f"https://id.example:8443{path}"})
    assert (settings.origin, settings.path, settings.host) == (origin, path, "id.example:8443")


def test_plain_loopback_uses_a_plain_cookie_name() -> None:
    settings = Settings.from_environment({**GOOD, "IDP_ISSUER": "http://localhost:9000"})
    assert settings.cookie_name("session") == "idp_session"


@pytest.mark.parametrize("name", ["IDP_ISSUER", "IDP_DATABASE_URL", "IDP_KV_URL", "IDP_CLIENTS_FILE", "IDP_MASTER_KEY"])
def test_a_missing_setting_is_named(name: str) -> None:
    assert f"{name}: missing" in problems(**{name: None})


def test_an_unknown_setting_is_named() -> None:
    assert "IDP_ISUER: no such setting" in problems(IDP_ISUER="https://id.example")


def test_names_that_a_container_platform_injects_are_left_alone() -> None:
    injected = {"IDP_SERVICE_HOST": "10.0.0.1", "IDP_PORT": "tcp://10.0.0.1:80", "IDP_PORT_80_TCP_ADDR": "10.0.0.1"}
    assert Settings.from_environment({**GOOD, **injected}).issuer == "https://id.example"


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example",
        "https://id.example/",
        "https://id.example/idp/",
        "https://id.example/a//b",
        "https://id.example/../b",
        "https://id.example/.well-known",
        "https://id.example/a%20b",
        "https://id.example/ä",
        "https://id.example?x=1",
        "id.example",
        "ftp://id.example",
    ],
)
def test_an_issuer_that_clients_could_not_use_is_refused(issuer: str) -> None:
    assert "IDP_ISSUER" in problems(IDP_ISSUER=issuer)


@pytest.mark.parametrize("name", ["IDP_DEBUG", "IDP_DEMO"])
def test_debug_and_demo_are_refused_in_public(name: str) -> None:
    assert "public issuer" in problems(**{name: "1"})


def test_insecure_transport_is_refused_with_https() -> None:
    assert "AUTHLIB_INSECURE_TRANSPORT" in problems(AUTHLIB_INSECURE_TRANSPORT="1")


def test_the_key_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 43 + "\n")
    given = {k: v for k, v in GOOD.items() if k != "IDP_MASTER_KEY"}
    settings = Settings.from_environment({**given, "IDP_MASTER_KEY_FILE": str(tmp_path / "key")})
    assert settings.master_key.get_secret_value() == "k" * 43


def test_a_key_file_that_cannot_be_read_is_named() -> None:
    assert "cannot read /nowhere/key" in problems(IDP_MASTER_KEY=None, IDP_MASTER_KEY_FILE="/nowhere/key")


def test_the_key_is_never_shown() -> None:
    assert "a" * 43 not in repr(Settings.from_environment(GOOD))


@pytest.mark.parametrize("value", ["0", "-5", "soon", "1_000", "٣"])
def test_a_duration_is_a_positive_number_of_seconds(value: str) -> None:
    assert "IDP_SESSION_IDLE" in problems(IDP_SESSION_IDLE=value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IDP_ISSUER", "https://id.example:port"),
        ("IDP_ISSUER", "https://[::1"),
        ("IDP_DATABASE_URL", "postgresql+psycopg://host:port/idp"),
        ("IDP_DATABASE_URL", "sqlite:///"),
        ("IDP_DATABASE_URL", "sqlite:///relative.db"),
        ("IDP_KV_URL", "redis://host:port"),
        ("IDP_KV_URL", "sqlite:///relative.db"),
        ("IDP_MAIL_URL", "smtp://mail:port"),
        ("IDP_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("IDP_METRICS_ALLOW", "prometheus.example"),
    ],
)
def test_an_address_that_is_none_is_named(name: str, value: str) -> None:
    (line,) = problems(**{name: value}).splitlines()
    assert line.startswith(f"{name}: ")


def test_a_secret_in_an_address_is_not_told() -> None:
    assert "hunter2" not in problems(IDP_DATABASE_URL="postgresql+psycopg://idp:hunter2@host:port/idp")
