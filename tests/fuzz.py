"""Feed broken files to every reader: only findings and refusals may come back.

    python tests/fuzz.py --own 50000 --gdal 2000 --seed 1

Own code and native libraries run in worker processes, many inputs in each, with a time limit for
each input and an eye on memory.  An exception that is not ours, a hang or a process that dies in
our own code is a failure; its input is kept.  A native library that dies is none, as long as the
answer is a refusal that names the file.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from fuzz_mutations import mutated
from fuzz_seeds import Seed, gdal_seeds, own_seeds, shapefile_seeds

from landquota.errors import LandquotaError
from landquota.findings import Finding
from landquota.formats.isolation import Reader, Worker
from landquota.formats.messages import Answer, Ended

HERE = Path(__file__).resolve().parent
OWN = "fuzz:read_own"
AGAIN = "fuzz:read_again"
ANY = "landquota.formats:read"
OWN_SECONDS = 10.0
GDAL_SECONDS = 30.0
MEMORY = 2 * 1024**3
CRASHES = frozenset({"FILE-CRASHED", "FILE-TIMEOUT", "FILE-MEMORY"})


@dataclass(frozen=True)
class Reading:
    """What reading one input came to; `broke` is the traceback of an exception that is not ours."""

    codes: tuple[str, ...]
    read: bool
    refused: str | None = None
    broke: str | None = None
    rss_mib: int = 0


@dataclass
class Tally:
    """What a run came to."""

    inputs: int = 0
    read: int = 0
    refused: int = 0
    seconds: float = 0.0
    slowest: tuple[float, str] = (0.0, "")
    rss_mib: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    failures: dict[str, Path] = field(default_factory=dict)
    failed: int = 0

    def add(self, other: Tally) -> None:
        for name in ("inputs", "read", "refused", "failed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.slowest = max(self.slowest, other.slowest)
        self.rss_mib = max(self.rss_mib, other.rss_mib)
        self.codes += other.codes
        self.formats += other.formats
        self.failures = {**other.failures, **self.failures}


Share = Callable[[Sequence[Seed], Sequence[int], int, Path], Tally]


def read_own(path: Path) -> Reading:
    """Read a file in the worker, whatever it is, and say all that was found; run by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            findings, read = _findings(path)
            for finding in findings:
                for language in ("zh", "en"):
                    finding.to_json(language)
                    finding.place.render(language)
            codes = tuple(finding.code for finding in findings)
            return Reading(codes, read, rss_mib=_rss_mib())
        except LandquotaError as refusal:
            return Reading((), read=False, refused=refusal.render("zh"), rss_mib=_rss_mib())
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - what the fuzzer looks for
            return Reading((), read=False, broke=traceback.format_exc(), rss_mib=_rss_mib())


def _findings(path: Path) -> tuple[list[Finding], bool]:
    """Return the findings of the reader that a file is for, and whether it gave anything."""
    if path.suffix == ".shp":
        from landquota.formats.vector import shapefile  # noqa: PLC0415

        findings = shapefile.check(path)
        encoding, found = shapefile.text_encoding(path)
        return findings + found, encoding is not None
    if path.name == "catalog.csv":
        from landquota.layers import read_catalogue  # noqa: PLC0415

        _, findings = read_catalogue(path.parent)
        return findings, not findings  # a catalogue may list nothing
    if path.name == "movements.csv":
        from landquota.seeds import read_seeds  # noqa: PLC0415

        seeds, findings = read_seeds(path.parent)
        return findings, seeds is not None
    from landquota import formats  # noqa: PLC0415

    table, findings = formats.read(path)
    return findings, table is not None


def _rss_mib() -> int:
    """Return the most memory that this process has had; 0 where that cannot be told.

    Not what `resource` says: in Linux that begins at the peak of the process that started this one.
    """
    if sys.platform != "linux":
        return 0
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def fuzz_own(count: int, *, seed: int, keep: Path, jobs: int = 1) -> Tally:
    """Feed `count` broken inputs to our own readers."""
    with tempfile.TemporaryDirectory() as folder:
        seeds = [*own_seeds(), *shapefile_seeds(Path(folder))]
        return _divided(_own_share, seeds, count, seed=seed, keep=keep, jobs=jobs)


def fuzz_gdal(count: int, *, seed: int, keep: Path, jobs: int = 1) -> Tally:
    """Feed `count` broken inputs to GDAL and Arrow, as the program does for a batch of files."""
    with tempfile.TemporaryDirectory() as folder:
        return _divided(_gdal_share, gdal_seeds(Path(folder)), count, seed=seed, keep=keep, jobs=jobs)


def _divided(share: Share, seeds: Sequence[Seed], count: int, *, seed: int, keep: Path, jobs: int) -> Tally:
    start = time.perf_counter()
    whole = Tally()
    with _targets(), ThreadPoolExecutor(jobs) as pool:
        parts = [pool.submit(share, seeds, range(job, count, jobs), seed, keep) for job in range(jobs)]
        for part in parts:
            whole.add(part.result())
    whole.seconds = time.perf_counter() - start
    return whole


def _own_share(seeds: Sequence[Seed], numbers: Sequence[int], seed: int, keep: Path) -> Tally:
    tally = Tally()
    worker = Worker(OWN, memory_bytes=MEMORY)
    try:
        for number, path in _inputs(seeds, numbers, f"own-{seed}"):
            start = time.perf_counter()
            reply = worker.call(path, timeout_s=OWN_SECONDS)
            took = time.perf_counter() - start
            tally.inputs += 1
            if isinstance(reply, Answer):
                _count(tally, reply.value, path, took, number, keep)
                continue
            worker.end()
            how = f"{reply.cause}: {reply.how}" if isinstance(reply, Ended) else str(reply.error())
            _fail(tally, how, path, number, keep)
            worker = Worker(OWN, memory_bytes=MEMORY)
    finally:
        worker.end()
    return tally


def _gdal_share(seeds: Sequence[Seed], numbers: Sequence[int], seed: int, keep: Path) -> Tally:
    tally = Tally()
    read = Reader(ANY, GDAL_SECONDS, MEMORY)
    try:
        for number, path in _inputs(seeds, numbers, f"gdal-{seed}"):
            start = time.perf_counter()
            try:
                table, findings = read(path)
                reading = Reading(tuple(finding.code for finding in findings), table is not None)
                broke = _unforeseen(findings, path)
            except LandquotaError as refusal:
                reading, broke = Reading((), read=False, refused=str(refusal)), None
            took = time.perf_counter() - start
            tally.inputs += 1
            _count(tally, Reading(reading.codes, reading.read, reading.refused, broke), path, took, number, keep)
    finally:
        read.end()
    return tally


def _unforeseen(findings: Sequence[Finding], path: Path) -> str | None:
    """Return what is ours to mend: the traceback of an exception that ended a worker, or a file that is misnamed."""
    for finding in findings:
        if finding.code in CRASHES and finding.place.file != path.name:
            return f"{finding.code} names {finding.place.file}"
        if finding.code == "FILE-CRASHED" and "exit code" in finding.message("en"):
            worker = Worker(AGAIN, memory_bytes=MEMORY)
            reply = worker.call(path, timeout_s=GDAL_SECONDS)
            worker.end()
            again = reply.value.broke if isinstance(reply, Answer) else None
            return again or finding.message("en")
    return None


def read_again(path: Path) -> Reading:
    """Read a file once more in a worker, to have the traceback; run by name."""
    from landquota import formats  # noqa: PLC0415

    try:
        table, findings = formats.read(path)
    except Exception:  # noqa: BLE001 - what is looked for
        return Reading((), read=False, broke=traceback.format_exc())
    return Reading(tuple(finding.code for finding in findings), table is not None)


def _inputs(seeds: Sequence[Seed], numbers: Sequence[int], salt: str) -> Iterator[tuple[int, Path]]:
    """Write one broken input after the other and give its path; number by number always the same."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as temporary:
        for number in numbers:
            chance = random.Random(f"{salt}-{number}")  # noqa: S311 - to be the same again
            broken = mutated(seeds[number % len(seeds)], seeds, chance)
            folder = Path(temporary) / str(number)
            for name, data in broken.files.items():
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            yield number, folder / broken.main
            shutil.rmtree(folder)


def _count(tally: Tally, reading: Reading, path: Path, took: float, number: int, keep: Path) -> None:  # noqa: PLR0917
    tally.read += reading.read
    tally.refused += reading.refused is not None
    tally.codes.update(dict.fromkeys(reading.codes, 1))
    tally.formats[path.suffix] += 1
    tally.slowest = max(tally.slowest, (took, f"{path.name} ({number})"))
    tally.rss_mib = max(tally.rss_mib, reading.rss_mib)
    if reading.broke is not None:
        _fail(tally, reading.broke, path, number, keep)
    elif not reading.read and not reading.codes and reading.refused is None:
        _fail(tally, f"nothing was read and nothing said ({path.suffix})", path, number, keep)


def _fail(tally: Tally, what: str, path: Path, number: int, keep: Path) -> None:
    """Note a failure, and keep the input of the first of its kind."""
    tally.failed += 1
    kind = _kind(what)
    if kind in tally.failures:
        return
    kept = keep / f"{number}-{path.name}"
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "failure.txt").write_text(what, "utf-8")
    if path.parent.is_dir():
        shutil.copytree(path.parent, kept, dirs_exist_ok=True)
    tally.failures[kind] = kept


def _kind(what: str) -> str:
    """Return what tells a failure from others: the exception, and the last lines of ours and of all it went through."""
    lines = what.strip().splitlines()
    frames = [line.strip() for line in lines if line.lstrip().startswith("File ")]
    ours = [frame for frame in frames if "landquota" in frame]
    if not frames:
        return lines[0]
    error = next((line for line in reversed(lines) if line and not line.startswith(" ")), "")
    return "\n".join([*dict.fromkeys([*ours[-1:], frames[-1]]), error.split(":")[0]])


@contextmanager
def _targets() -> Iterator[None]:
    """Let workers import this module."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(HERE), before)))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def report(name: str, tally: Tally) -> str:
    """Return a run's figures."""
    per_second = tally.inputs / tally.seconds if tally.seconds else 0.0
    endings = {code: tally.codes[code] for code in sorted(CRASHES) if tally.codes[code]}
    lines = [
        f"{name}: {tally.inputs} inputs in {tally.seconds:.0f} s ({per_second:.0f} a second)",
        f"  by format: {dict(sorted(tally.formats.items()))}",
        f"  read in spite of it: {tally.read}, refused by an error: {tally.refused}",
        f"  worst ends turned into findings: {endings or 'none'}",
        f"  slowest: {tally.slowest[0]:.2f} s, {tally.slowest[1]}; peak memory {tally.rss_mib or '-'} MiB",
        f"  {len(tally.codes)} codes: {', '.join(f'{code} {count}' for code, count in tally.codes.most_common())}",
        f"  FAILURES: {tally.failed} of {len(tally.failures)} kinds",
    ]
    lines += [f"--- {kept}\n{kind}" for kind, kept in tally.failures.items()]
    return "\n".join(lines)


def main() -> int:
    """Run from the command line; the exit code says whether anything failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--own", type=int, default=50_000, help="inputs for our own readers")
    parser.add_argument("--gdal", type=int, default=2_000, help="inputs for GDAL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, help="folder for the inputs that failed (default: a temporary one)")
    asked = parser.parse_args()
    keep = asked.keep or Path(tempfile.mkdtemp(prefix="fuzz-failures-"))
    failed = 0
    for name, run, count in (("own readers", fuzz_own, asked.own), ("GDAL", fuzz_gdal, asked.gdal)):
        if count:
            tally = run(count, seed=asked.seed, keep=keep, jobs=asked.jobs)
            print(report(name, tally), flush=True)  # noqa: T201
            failed += tally.failed
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
