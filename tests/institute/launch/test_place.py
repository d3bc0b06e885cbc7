"""HOST, PORT and DATA_DIR, and the one line for each thing that is wrong with them."""

import os
import socket
import stat
from pathlib import Path

import pytest

from institute.launch.errors import LaunchError
from institute.launch.place import (
    ROOT,
    Place,
    child_environment,
    claim_folder,
    read_env_file,
    read_place,
    refuse_taken_port,
    write_env_file,
)


def test_without_a_word_the_site_stands_on_loopback_and_writes_to_var() -> None:
    assert read_place({}) == Place("127.0.0.1", 8000, ROOT / "var")


@pytest.mark.parametrize(
    ("host", "port", "bind", "url"),
    [
        ("127.0.0.1", "8000", "127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("localhost", "80", "localhost:80", "http://localhost"),
        ("0.0.0.0", "8080", "0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("::1", "8080", "[::1]:8080", "http://[::1]:8080"),
        ("[::]", "8080", "[::]:8080", "http://[::1]:8080"),
    ],
)
def test_the_address_for_links_follows_host_and_port(host: str, port: str, bind: str, url: str) -> None:
    place = read_place({"HOST": host, "PORT": port})
    assert (place.bind, place.site_url) == (bind, url)


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80.5", "８０"])
def test_a_port_that_is_none_is_one_clear_line(port: str) -> None:
    with pytest.raises(LaunchError, match=r"^PORT must be a number from 1 to 65535, not '.+'\.$"):
        read_place({"PORT": port})


def test_a_taken_port_is_one_clear_line_that_names_the_next() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LaunchError) as told:
            refuse_taken_port(Place("127.0.0.1", port, ROOT))
    assert str(told.value) == f"Port {port} on 127.0.0.1 is taken. Choose another: make run PORT={port % 65535 + 1}"
    refuse_taken_port(Place("127.0.0.1", port, ROOT))


def test_a_host_that_is_not_ours_is_one_clear_line() -> None:
    with pytest.raises(LaunchError) as told:
        refuse_taken_port(Place("192.0.2.1", 8000, ROOT))
    assert "\n" not in str(told.value)
    assert "192.0.2.1" in str(told.value)


def test_two_launchers_never_share_a_folder(tmp_path: Path) -> None:
    place = Place("127.0.0.1", 8000, tmp_path / "data")
    first = claim_folder(place)
    with pytest.raises(LaunchError, match=r"^Another `make run` uses "):
        claim_folder(place)
    first.close()
    claim_folder(place).close()


def test_a_folder_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LaunchError, match=r"^DATA_DIR=.+ cannot be written: Not a directory\.$"):
        claim_folder(Place("127.0.0.1", 8000, tmp_path / "file" / "data"))


def test_the_key_is_random_long_enough_and_for_its_owner_only(tmp_path: Path) -> None:
    write_env_file(tmp_path / "one")
    write_env_file(tmp_path / "two")
    one, two = read_env_file(tmp_path / "one"), read_env_file(tmp_path / "two")
    assert one.keys() == {"SECRET_KEY"}
    assert len(one["SECRET_KEY"]) >= 50
    assert one != two
    assert stat.S_IMODE(os.stat(tmp_path / "one").st_mode) == 0o600


def test_an_env_file_that_is_there_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# mine\nSECRET_KEY='abc'\nexport EMAIL_URL=smtp://127.0.0.1:25\n\nnonsense\n")
    write_env_file(path)
    assert read_env_file(path) == {"SECRET_KEY": "abc", "EMAIL_URL": "smtp://127.0.0.1:25"}


def test_what_was_given_wins_over_the_env_file_and_the_file_over_what_follows(tmp_path: Path) -> None:
    place = Place("127.0.0.1", 8123, tmp_path)
    file = {"SECRET_KEY": "file", "SITE_URL": "https://coach.example", "ADMIN_PATH": "desk"}
    env = child_environment(place, {"ADMIN_PATH": "staff", "SECRET_KEY_FILE": "/run/key"}, file)
    assert "SECRET_KEY" not in env
    assert (env["ADMIN_PATH"], env["SITE_URL"], env["DATA_DIR"]) == ("staff", "https://coach.example", str(tmp_path))
    assert "ALLOWED_HOSTS" not in env


def test_the_site_answers_to_every_name_of_this_machine(tmp_path: Path) -> None:
    env = child_environment(Place("0.0.0.0", 8123, tmp_path), {"PYTHONPATH": "/elsewhere"}, {})
    assert env["SITE_URL"] == "http://127.0.0.1:8123"
    assert env["ALLOWED_HOSTS"] == "127.0.0.1,localhost,[::1]"
    assert "PYTHONPATH" not in env
