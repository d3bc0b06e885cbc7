"""The container files say what the operators' guide promises. There is no engine here: structure, names and patterns."""

import re
from typing import Any

import pytest
import yaml

from institute.launch.place import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
SITE = ("web", "worker", "beat", "sender", "migrate")
NGINX = (ROOT / "deploy" / "nginx.conf").read_text()


def test_the_services_are_the_ones_that_are_documented() -> None:
    assert set(SERVICES) == {"nginx", "web", "worker", "beat", "sender", "migrate", "postgres", "redis"}


def test_only_nginx_has_a_door_to_the_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["back"]
    assert COMPOSE["networks"]["back"] == {"internal": True}


def test_the_site_trusts_the_address_that_nginx_has_and_no_other() -> None:
    (subnet,) = COMPOSE["networks"]["front"]["ipam"]["config"]
    assert SERVICES["web"]["environment"]["TRUSTED_PROXIES"] == subnet["subnet"]
    assert SERVICES["nginx"]["networks"] == ["front"]


@pytest.mark.parametrize("name", SITE)
def test_a_container_of_the_site_can_write_nowhere_and_gain_nothing(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", SITE)
def test_secrets_come_as_files_that_compose_knows(name: str) -> None:
    service = SERVICES[name]
    named = {key: value for key, value in service["environment"].items() if key.endswith("_FILE")}
    assert {value.removeprefix("/run/secrets/") for value in named.values()} == set(service["secrets"])
    assert set(service["secrets"]) <= set(COMPOSE["secrets"])
    secret = re.compile(r"(KEY|PASSWORD|DATABASE_URL|REDIS_URL|EMAIL_URL)$")
    assert [key for key in service["environment"] if secret.search(key)] == []


def test_what_runs_all_the_time_is_watched() -> None:
    unwatched = {name for name, service in SERVICES.items() if "healthcheck" not in service}
    assert unwatched == {"migrate", "sender"}
    assert {name for name, service in SERVICES.items() if service.get("restart") == "no"} == {"migrate"}


@pytest.mark.parametrize("name", ["web", "worker", "sender"])
def test_what_can_be_scaled_has_neither_a_name_nor_a_port_of_its_own(name: str) -> None:
    assert SERVICES[name].keys().isdisjoint({"container_name", "ports", "hostname"})


def test_everything_of_the_site_waits_for_the_migration() -> None:
    waits = {name: SERVICES[name]["depends_on"].get("migrate") for name in SITE if name != "migrate"}
    assert set(map(str, waits.values())) == {"{'condition': 'service_completed_successfully'}"}


def test_redis_has_a_password_and_throws_nothing_away() -> None:
    (command,) = SERVICES["redis"]["command"]
    assert "--maxmemory-policy noeviction" in command
    assert '--requirepass "$$(cat /run/secrets/redis_password)"' in command


def test_the_database_role_of_the_site_owns_its_database_and_nothing_else() -> None:
    script = (ROOT / "deploy" / "postgres-role.sh").read_text()
    assert "NOSUPERUSER NOCREATEDB NOCREATEROLE" in script


def test_the_files_that_the_containers_name_are_there() -> None:
    named = re.findall(r"deploy/[a-z._-]+\.(?:py|sh|conf)", (ROOT / "docker-compose.yml").read_text())
    assert len(named) >= 5
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_the_image_runs_as_nobody_special_from_hashed_packages() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"^USER (\w+)$", dockerfile, re.MULTILINE) == ["site"]
    assert "pip install --require-hashes -r requirements.txt" in dockerfile
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    assert not {line for line in ignored if line.startswith("!")} & {"!.env", "!deploy", "!tests", "!.git"}


def mask(path: str) -> str:
    """What nginx logs for a path, by the pattern of its map."""
    (pattern,) = re.findall(r'"~(\^.+)" \$head\*\*\*\$tail;', NGINX)
    found = re.search(pattern.replace("(?<head>", "(?P<head>").replace("(?<tail>", "(?P<tail>"), path)
    return f"{found['head']}***{found['tail'] or ''}" if found else path


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/booking/Zk3-_abcdefghijklmnopqrstuvwxyz01/", "/booking/***/"),
        ("/booking/Zk3-_abcdefghijklmnopqrstuvwxyz01/cancel/", "/booking/***/cancel/"),
        ("/booking/Zk3-_abcdefghijklmnopqrstuvwxyz01/calendar.ics", "/booking/***/calendar.ics"),
        ("/booking/short", "/booking/***"),
        ("/book/career-consultation/details/Zk3abc/", "/book/career-consultation/details/***/"),
        ("/confirm/Zk3abc/", "/confirm/***/"),
        ("/preferences/Zk3abc/", "/preferences/***/"),
        ("/unsubscribe/Zk3abc/", "/unsubscribe/***/"),
        ("/approve/Zk3abc/", "/approve/***/"),
        ("/feeds/Zk3abc.ics", "/feeds/***"),
        ("/quiz/result/Zk3abc/", "/quiz/result/***/"),
        ("/booking/find/", "/booking/find/"),
        ("/book/career-consultation/", "/book/career-consultation/"),
        ("/guides/tpm-vs-product-vs-project-manager/", "/guides/tpm-vs-product-vs-project-manager/"),
        ("/", "/"),
    ],
)
def test_the_access_log_never_holds_a_link_token(path: str, logged: str) -> None:
    assert mask(path) == logged


def test_nginx_logs_the_masked_path_and_no_request_line() -> None:
    (form,) = re.findall(r"log_format masked (.+?);\n", NGINX, re.DOTALL)
    assert "$logged_path" in form
    assert [
        word for word in ("$request ", '$request"', "$request_uri", "$args", "$http_referer", "$uri") if word in form
    ] == []
    assert re.findall(r"access_log ([^;]+);", NGINX) == ["/dev/stdout masked", "off"]
    assert re.findall(r"error_log ([^;]+);", NGINX) == ["/dev/stderr crit"]


def test_nginx_keeps_the_limits() -> None:
    assert re.findall(r"client_max_body_size (\w+);", NGINX) == ["10m"]
    assert set(re.findall(r"(client_header|client_body|send|proxy_read|proxy_send)_timeout 30s;", NGINX)) == {
        "client_header",
        "client_body",
        "send",
        "proxy_read",
        "proxy_send",
    }
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in NGINX
