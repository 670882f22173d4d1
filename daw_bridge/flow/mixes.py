"""A mix taken all the way: separated into stems, and each stem a take of its own."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from daw_bridge.core.errors import BounceSilent, NothingHeard
from daw_bridge.deliver.placing import deliver_file
from daw_bridge.deliver.take import DeliveredTake
from daw_bridge.flow.events import Progress, Skipped, TakeDelivered, Tell
from daw_bridge.flow.pipeline import Job, Memory, Steps, run
from daw_bridge.separate import Separator

log = logging.getLogger(__name__)

STEMS = "stems"


def run_mix(job: Job, steps: Steps, separate: Separator, memory: Memory, tell: Tell) -> list[DeliveredTake]:
    """Separate the bounce, and take every stem all the way; one in which nothing is heard is left out.

    The stems go to `TAKE/stems`, their takes to `TAKE/bass` and so on; each is told. Raises
    BridgeError, NothingHeard when that holds for every stem.
    """
    takes = []
    for each in _stem_jobs(job, steps, separate, memory, tell):
        try:
            delivered = run(each, steps, memory, tell)
        except (BounceSilent, NothingHeard) as error:
            log.info("left out: %s", error)
            tell(Skipped(each.bounce))
            continue
        tell(TakeDelivered(each.bounce, delivered))
        takes.append(delivered)
    if not takes:
        raise NothingHeard(
            "No notes were recognised in any of its stems.",
            where=job.bounce,
            advice="Bounce one instrument by itself, louder, without long reverb or delay.",
        )
    return takes


def _stem_jobs(job: Job, steps: Steps, separate: Separator, memory: Memory, tell: Tell) -> Iterator[Job]:
    """A job for each stem, once all of them lie in the session."""
    steps.listen(job.bounce, steps.engine.rate_hz)  # what is no sound is said before anything is loaded
    tell(Progress(job.bounce, "separate", 0.0))
    with tempfile.TemporaryDirectory(prefix="daw-bridge-") as folder:
        stems = separate(job.bounce, Path(folder), lambda done: tell(Progress(job.bounce, "separate", done)))
        delivered = [
            deliver_file(
                job.deliver_to / job.take / STEMS,
                stem.name,
                ".wav",
                partial(shutil.copyfile, stem.path),
                memory,
            )
            for stem in stems
        ]
    warning = (
        f"Separated from {job.bounce.name}: what leaked in from other instruments may be heard as notes."
    )
    for stem, file in zip(stems, delivered, strict=True):
        yield replace(
            job,
            bounce=file.path,
            mix=job.bounce,
            take=f"{job.take}/{stem.name}",
            profile=stem.profile,
            warnings=(*job.warnings, warning),
        )
