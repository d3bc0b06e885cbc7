"""Several web processes, one publication: every process shows it, and says nothing older afterwards."""

import http.client
import threading
import time
from collections.abc import Callable

from tests.journeys.stack import Seed, stack

PATH = "/guides/tpm-vs-product-vs-project-manager/"
WORDS = b"Picture a bridge that three teams build at once."
PUBLISH = f"""
import time
from content import publishing
from content.models import Guide, Paragraph
from mail import clock
Paragraph.objects.filter(text__startswith="Picture moving").update(text={WORDS.decode()!r})
publishing.publish(guide=Guide.objects.get(), by=None, now=clock.now())
print("at", time.time())
"""


def test_a_publication_is_soon_in_every_process(seed: Seed, record_property: Callable[[str, object], None]) -> None:
    with stack(seed) as site:
        site.serve(workers=3)
        host = site.site.removeprefix("http://")
        seen: list[tuple[float, bool]] = []
        enough = threading.Event()

        def read() -> None:
            # A connection for each question: another one may be answered by another process.
            while not enough.is_set():
                connection = http.client.HTTPConnection(host, timeout=20)
                began = time.time()
                connection.request("GET", PATH)
                seen.append((began, WORDS in connection.getresponse().read()))
                connection.close()
                time.sleep(0.01)

        reader = threading.Thread(target=read)
        reader.start()
        said = site.manage("shell", "-c", PUBLISH)
        published = float(said.split("at ")[1])
        time.sleep(3)
        enough.set()
        reader.join()
        assert seen[0][1] is False
        assert seen[-1][1] is True
        after = [(at, new) for at, new in seen if at > published]
        late = max((at for at, new in after if not new), default=published) - published
        first = min(at for at, new in seen if new) - published
        record_property("first new byte after the commit, s", round(max(first, 0), 3))
        record_property("last old byte asked for after the commit, s", round(late, 3))
        print(f"first new byte {max(first, 0):.3f} s, last old byte {late:.3f} s after the commit, {len(after)} asked")  # noqa: T201
        # Half a second between two looks; the rest is for a machine that is busy with other tests.
        assert late < 10
