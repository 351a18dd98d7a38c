"""Many people on one server: `python -m benchmarks.load [--visitors 50] [--minutes 3] ...`.

Visitors use Streamlit's own protocol from a separate process. They share the machine with the
server and the trainings, so the figures are worse than without measurement.
"""

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import partial
from itertools import count, takewhile
from pathlib import Path

import numpy as np
import psutil
from websockets.exceptions import WebSocketException

from benchmarks import journeys
from benchmarks.figures import Figure, table, to_json
from benchmarks.journeys import JOURNEYS
from benchmarks.populated import fill_with_private, populate
from benchmarks.server import APP, serving
from benchmarks.visitor import PATIENCE_SECONDS, Interaction, Visitor, visiting
from gpar_core.errors import NotFoundError
from gpar_core.jobs.events import read_events
from gpar_core.jobs.job import Job, State
from gpar_core.jobs.store import JobStore
from gpar_core.server.identity import SECRET_HEADER
from gpar_core.storage.cache import Cache

GOAL_MS = 300.0
GOAL_MB = 1.0
"""Per 100 sessions: an hour has 600, a day 14,400 at most."""

TRAINERS = 2
CROWD = 5
"""Visitors who ask for the same training at the same moment."""

WARM_UP = 1 / 3
"""Of the sessions, before memory is to stay as it is."""

USER_HEADER = "X-Forwarded-User"
PROXY_SAYS = "a secret of the proxy"

SAMPLE_SECONDS = 1.0
POLL = "poll:"

Walk = Callable[[Visitor], Awaitable[None]]


@dataclass(frozen=True)
class Sample:
    """The server's process. sessions: closed so far. cpu: seconds it has used."""

    at: float
    sessions: int
    mb: float
    cpu: float


@dataclass
class Seen:
    """What all visitors together have seen so far.

    asked: ids of trainings. answered: the same, of those whose model was then seen.
    """

    log: list[Interaction] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    sessions: int = 0


@dataclass(frozen=True)
class Plan:
    """How many, how long, how fast.

    visitors: at once. minutes: of the first part, with trainings, thinking `think` seconds on
    average. sessions: opened and closed in the second part, thinking `hurried` seconds.
    people: whether each visitor is another person, signed in by a proxy. private: models that these
    keep to themselves.
    """

    visitors: int = 50
    minutes: float = 3.0
    think: float = 10.0
    sessions: int = 600
    hurried: float = 1.0
    people: bool = False
    private: int = 300

    @property
    def environment(self) -> dict[str, str]:
        """Settings of the server."""
        limits = {"GPAR_MAX_JOBS": str(TRAINERS), "GPAR_MAX_JOBS_PER_OWNER": str(TRAINERS)}
        sign_in = {
            "GPAR_SIGN_IN": "proxy",
            "GPAR_USER_HEADER": USER_HEADER,
            "GPAR_PROXY_SECRET": PROXY_SAYS,
        }
        return limits | sign_in if self.people else limits

    @property
    def names(self) -> list[str]:
        """Of the visitors."""
        return [f"visitor{number}@lab.org" for number in range(self.visitors)]

    def headers(self, number: int) -> dict[str, str]:
        """What a proxy says of a visitor."""
        name = self.names[number % self.visitors]
        return {USER_HEADER: name, SECRET_HEADER: PROXY_SAYS} if self.people else {}


def run(rounds: int) -> list[Figure]:
    """A minute and 100 sessions a round, on a cache made for it."""
    with tempfile.TemporaryDirectory(prefix="gpar-load-") as folder:
        cache = Cache(Path(folder) / "cache")
        populate(cache)
        return measure(cache, Plan(minutes=rounds, sessions=100 * rounds))


def measure(cache: Cache, plan: Plan) -> list[Figure]:
    """Latency with trainings under way, what became of the jobs, and memory over sessions."""
    if plan.people:
        fill_with_private(cache, plan.names, plan.private)
    with serving(APP, cache.root, environment=plan.environment) as server:
        server.wait_until_healthy()
        for page in ("", "drug_prediction"):  # the first brings what pages import
            server.open(page, headers=plan.headers(0))
        busy, many = Seen(), Seen()
        started = resource.getrusage(resource.RUSAGE_SELF).ru_utime
        asyncio.run(_sampled(server.pid, busy, _busy(server.port, plan, busy)))
        client = resource.getrusage(resource.RUSAGE_SELF).ru_utime - started
        jobs = job_figures(cache, busy)
        asyncio.run(_sampled(server.pid, many, _turnover(server.port, plan, many)))
    return [
        *_latency(busy, plan, client),
        *jobs,
        memory_figure(many),
        *_failures(busy, many),
    ]


async def _busy(port: int, plan: Plan, seen: Seen) -> None:
    """All visitors at once, until the time is over and all trainings are seen through."""
    deadline = time.perf_counter() + 60 * plan.minutes
    unused = int(time.time())  # a seed that no training of this cache has had
    crowd = asyncio.Barrier(min(CROWD, plan.visitors - TRAINERS))

    async def visit(rng: random.Random, number: int, walk: Walk) -> None:
        await _visit(port, rng, plan.think, seen, plan.headers(number), walk)

    async def train(rng: random.Random, number: int) -> None:
        for seed in takewhile(lambda _: time.perf_counter() < deadline, count(unused)):

            async def alone(visitor: Visitor, seed: int = seed) -> None:
                await journeys.fill_in_training(visitor, number, seed)
                await journeys.start_and_watch(visitor, seen.asked, seen.answered)

            await visit(rng, number, alone)

    async def together(visitor: Visitor) -> None:
        await journeys.fill_in_training(visitor, TRAINERS, unused)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await crowd.wait()
        await journeys.start_and_watch(visitor, seen.asked, seen.answered)

    async def browse(rng: random.Random, number: int) -> None:
        while time.perf_counter() < deadline:
            await visit(rng, number, partial(rng.choice(JOURNEYS), rng=rng))

    async def one(number: int) -> None:
        rng = random.Random(number)  # noqa: S311 - no secret
        await asyncio.sleep(rng.uniform(0, plan.think))
        if number < TRAINERS:
            await train(rng, number)
            return
        if number < TRAINERS + crowd.parties:
            await visit(rng, number, together)
        await browse(rng, number)

    await asyncio.gather(*(one(number) for number in range(plan.visitors)))


async def _turnover(port: int, plan: Plan, seen: Seen) -> None:
    """Sessions one after the other at each of the visitors' places."""
    numbers = iter(range(plan.sessions))

    async def place() -> None:
        for number in numbers:
            rng = random.Random(number)  # noqa: S311 - no secret
            walk = partial(JOURNEYS[number % len(JOURNEYS)], rng=rng)
            await _visit(port, rng, plan.hurried, seen, plan.headers(number), walk)

    await asyncio.gather(*(place() for _ in range(plan.visitors)))


async def _visit(
    port: int, rng: random.Random, think: float, seen: Seen, headers: Mapping[str, str], walk: Walk
) -> None:
    """One session; what it found is kept even if it ends early."""

    def pause() -> float:
        return min(rng.expovariate(1 / think), 6 * think) if think else 0.0

    try:
        async with visiting(port, pause, headers) as visitor:
            try:
                await walk(visitor)
            finally:
                seen.log += visitor.log
                seen.broken += visitor.broken
                seen.errors += visitor.errors
    except (LookupError, TimeoutError, WebSocketException, OSError) as error:
        seen.broken.append(f"{type(error).__name__}: {error}")
    finally:
        seen.sessions += 1


async def _sampled(pid: int, seen: Seen, work: Coroutine[None, None, None]) -> None:
    """Do the work, and look at the server's process every second meanwhile."""
    server = psutil.Process(pid)

    def look() -> None:
        memory, cpu = server.memory_info().rss, server.cpu_times()
        used = cpu.user + cpu.system
        seen.samples.append(Sample(time.perf_counter(), seen.sessions, memory / 1e6, used))

    async def look_often() -> None:
        while True:
            look()
            await asyncio.sleep(SAMPLE_SECONDS)

    looking = asyncio.create_task(look_often())
    try:
        await work
    finally:
        looking.cancel()
        look()


def _latency(seen: Seen, plan: Plan, client: float) -> list[Figure]:
    """Of all interactions but polls, of polls, of each kind; and what all that took."""
    by_kind: dict[str, list[Interaction]] = defaultdict(list)
    for each in seen.log:
        by_kind[each.kind].append(each)
    polls = [each for each in seen.log if each.kind.startswith(POLL)]
    others = [each for each in seen.log if not each.kind.startswith(POLL)]
    seconds = seen.samples[-1].at - seen.samples[0].at
    used = seen.samples[-1].cpu - seen.samples[0].cpu
    return [
        _spread(
            "load: interactions",
            others,
            f"all but polls, {plan.visitors} {'people' if plan.people else 'visitors'} thinking "
            f"{plan.think:.0f} s on average, {TRAINERS} trainings under way",
            at_most=GOAL_MS,
        ),
        _spread("load: polls", polls, "of the fragment that follows a job", at_most=GOAL_MS),
        Figure(
            "load: server, CPU of an interaction",
            (1000 * used / max(len(seen.log), 1),),
            "ms",
            f"of its process, polls included; {len(seen.log) / seconds:.1f} interactions a second "
            f"took {used / seconds:.0%} of a processor, the visitors {client / seconds:.0%}",
        ),
        *(
            _spread(f"load: {kind}", of_it, f"kB: {_kilobytes(of_it):,.0f}")
            for kind, of_it in sorted(by_kind.items())
        ),
    ]


def _spread(
    name: str, done: Sequence[Interaction], how: str, *, at_most: float | None = None
) -> Figure:
    """95th percentile, the others beside it."""
    if not done:
        return Figure(name, (np.nan,), "ms", f"n 0; {how}", at_most=at_most)
    p50, p95, p99 = np.percentile([1000 * each.seconds for each in done], (50, 95, 99))
    shown = f"p95; p50 {p50:.0f}, p99 {p99:.0f}, n {len(done):,}; {how}"
    return Figure(name, (float(p95),), "ms", shown, at_most=at_most)


def _kilobytes(done: Sequence[Interaction]) -> float:
    return float(np.median([each.n_bytes for each in done])) / 1000


def job_figures(cache: Cache, seen: Seen) -> list[Figure]:
    """What became of the jobs that visitors asked for, from the database and the workers' logs."""
    store, asked, found = JobStore(cache), seen.asked, []
    for job_id in sorted(set(asked)):
        with suppress(NotFoundError):
            found.append(store.get(job_id))
    done = [job for job in found if job.state is State.DONE and job.id in cache.model_ids()]
    failed = sum(job.state is State.FAILED for job in found)
    again = [job for job in found if job.attempt > 1 or _repeats(cache, job)]
    return [
        Figure(
            "load: jobs lost",
            (float(len(set(asked)) - len(done) - failed),),
            "",
            f"{len(asked)} asked for, {len(set(asked))} different, {len(done)} done with a model",
            at_most=0,
        ),
        Figure("load: jobs failed", (float(failed),), "", "of those", at_most=0),
        Figure(
            "load: jobs run twice",
            (float(len(again)),),
            "",
            "more than one try, or a fold that was reported twice",
            at_most=0,
        ),
        Figure(
            "load: jobs asked for in vain",
            (float(len(asked) - len(seen.answered)),),
            "",
            f"of {len(asked)}: whoever asked did not get to see the model",
            at_most=0,
        ),
    ]


def _repeats(cache: Cache, job: Job) -> bool:
    """Whether two workers were at the same try: each tells every fold of a training once."""
    told = [event.progress for event in read_events(cache.job(job.id))]
    folds = Counter((each.stage, each.values["fold"]) for each in told if "auroc" in each.values)
    return max(folds.values(), default=0) > 1


def memory_figure(seen: Seen) -> Figure:
    """Of the server's process over sessions."""
    warm = [each for each in seen.samples if each.sessions >= WARM_UP * seen.sessions]
    first, last = warm[0], warm[-1]
    sessions, mb = ([getattr(each, name) for each in warm] for name in ("sessions", "mb"))
    slope = 100 * float(np.polyfit(sessions, mb, 1)[0]) if last.sessions > first.sessions else 0.0
    return Figure(
        "load: server, memory for 100 sessions more",
        (slope,),
        "MB",
        f"RSS, a line through {len(warm)} looks from session {first.sessions} on "
        f"({first.mb:.0f} MB) to session {last.sessions} ({last.mb:.0f} MB); "
        f"{seen.samples[0].mb:.0f} MB at first",
        at_most=GOAL_MB,
    )


def _failures(*seen: Seen) -> list[Figure]:
    broken = Counter(each for part in seen for each in part.broken)
    errors = Counter(each for part in seen for each in part.errors)
    return [
        Figure("load: pages broken", (float(broken.total()),), "", _most(broken), at_most=0),
        Figure("load: errors told to the user", (float(errors.total()),), "", _most(errors)),
    ]


def _most(found: Counter[str]) -> str:
    return "; ".join(f"{n} x {what[:300]}" for what, n in found.most_common(8)) or "none"


def main() -> None:
    default = Plan()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load")
    parser.add_argument("--visitors", type=int, default=default.visitors)
    parser.add_argument("--minutes", type=float, default=default.minutes, help="with trainings")
    parser.add_argument("--think", type=float, default=default.think, help="seconds, on average")
    parser.add_argument("--sessions", type=int, default=default.sessions, help="for memory")
    parser.add_argument("--hurried", type=float, default=default.hurried, help="seconds, in these")
    parser.add_argument("--people", action="store_true", help="who sign in, each as another")
    parser.add_argument("--private", type=int, default=default.private, help="models, of people")
    parser.add_argument("--cache", type=Path, help="to keep what pages show for the next time")
    parser.add_argument("--json", type=Path, default=Path("build/load.json"))
    options = parser.parse_args()
    if options.visitors <= TRAINERS:
        parser.error(f"--visitors is {options.visitors}; at least {TRAINERS + 1} are needed")
    plan = Plan(**{each.name: getattr(options, each.name) for each in fields(Plan)})
    with tempfile.TemporaryDirectory(prefix="gpar-load-") as folder:
        cache = Cache(options.cache or Path(folder) / "cache")
        populate(cache)
        figures = measure(cache, plan)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(to_json(figures), "utf-8")
    print(table(figures))


if __name__ == "__main__":
    main()
