"""How tests are shared out among pytest-xdist's processes: a file stays in one, and so does what shares a running site."""

from typing import Any

from xdist.scheduler import LoadScopeScheduling

# Each of these starts sites, a browser or both once for all its tests, and takes long: they begin first.
TOGETHER = ("tests/faults/", "tests/journeys/", "tests/browser/")


class Sharing(LoadScopeScheduling):
    """Whole folders of TOGETHER first, then file by file, those with the most tests first."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return next((folder for folder in TOGETHER if file.startswith(folder)), file)

    def _assign_work_unit(self, node: Any) -> None:
        for folder in reversed(TOGETHER):
            if folder in self.workqueue:
                self.workqueue.move_to_end(folder, last=False)
        super()._assign_work_unit(node)
