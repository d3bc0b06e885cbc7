"""The guide's page from a published revision, beside a view without middleware that returns the same bytes."""

import http.client
import json
from base64 import b64encode
from collections.abc import Iterator

from benchmarks.figures import Figure, of_rates
from benchmarks.load import Clients, Load, request
from benchmarks.place import Place, Server, free_port

PATH = "/guides/tpm-vs-product-vs-project-manager/"
LEAST = 0.8
ENCODINGS = {"br": "br", "gzip": "gzip", "identity": "as it is"}
# What says how to read the bytes; every other header is the site's own work and costs it time here.
SAME = ("Content-Type", "Content-Length", "Content-Encoding", "ETag", "Vary", "Cache-Control")


def measure(place: Place, rounds: int) -> Iterator[Figure]:
    """Each encoding and 304, against the same bytes from the bare view, in turn."""
    with place.seeded("guide", "1", "0", "0") as database:
        place.run("django", "first_guide", env=place.environment(database))
        with place.ours(database) as site:
            for encoding, words in ENCODINGS.items():
                body, headers = _get(site, encoding)
                still = place.folder / f"still-{encoding}.json"
                still.write_text(json.dumps({"body": b64encode(body).decode(), "headers": headers}), encoding="ascii")
                port = free_port()
                env = {**place.environment(database), "STILL_FILE": str(still)}
                with place.serving("benchmarks.still:application", port, env, PATH) as bare:
                    yield from _rounds(site, bare, encoding, words, body, headers["ETag"], rounds)


def _get(server: Server, encoding: str) -> tuple[bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", PATH, headers={"Accept-Encoding": encoding})
    answer = connection.getresponse()
    body, headers = answer.read(), {name: value for name in SAME if (value := answer.headers.get(name))}
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{PATH}: status {answer.status}")
    return body, headers


def _rounds(
    site: Server, bare: Server, encoding: str, words: str, body: bytes, tag: str, rounds: int
) -> Iterator[Figure]:
    asks = {
        "bare": (bare.port, request(PATH, bare.port, Accept_Encoding=encoding), "200"),
        "200": (site.port, request(PATH, site.port, Accept_Encoding=encoding), "200"),
        "304": (site.port, request(PATH, site.port, Accept_Encoding=encoding, If_None_Match=tag), "304"),
    }
    if encoding != "br":  # once is enough
        del asks["304"]
    rates: dict[str, list[float]] = {name: [] for name in asks}
    clients = Clients()
    try:
        for number in range(rounds + 1):
            for name, (port, ask, status) in asks.items():
                load: Load = clients.load(port, [ask], 2.0 if number else 1.0)
                if set(load.statuses) != {status}:
                    raise SystemExit(f"{name}: statuses {dict(load.statuses)}, expected only {status}")
                if number:  # the first round warms up
                    rates[name].append(load.rate)
    finally:
        clients.close()
    for name in asks:
        if name != "bare":
            what = f"guide page, {words} ({len(body) / 1024:.1f} kB), {name}"
            yield of_rates(what, rates[name], rates["bare"], LEAST)
