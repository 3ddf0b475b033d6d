"""How long a check takes to judge an answer, over every right and wrong answer of the course: `make benchmark`."""
import multiprocessing
import statistics
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

import pipeline
import right_and_wrong

pytestmark = pytest.mark.benchmark


def seconds(sources):
    """[(exercise, seconds of CPU)] of the answers to some lessons, in a process of their own."""
    from helpers import exercises
    judged, found = exercises.judging.judged, []

    def timed(judge, answer, say):
        began = time.process_time()
        try:
            return judged(judge, answer, say)
        finally:
            found.append(time.process_time() - began)

    exercises.judging.judged, kept = timed, []
    for source in sources:
        found.clear()
        right_and_wrong.said(source)
        kept += [(source.stem, spent) for spent in found]
    return kept


def test_a_judgement_is_quick():
    kept = []
    for chapter in sorted({pipeline.lesson(source)[:2] for source in pipeline.sources()}):
        alone = [[source] for source in pipeline.sources([chapter])] if chapter == "10" else [pipeline.sources([chapter])]
        for sources in alone:  # chapter 10's lessons set what a framework takes once in a process's life
            with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
                kept += pool.submit(seconds, sources).result()
    median = statistics.median(spent for _, spent in kept)
    print(f"\n{len(kept)} judgements, median {median:.3f} s of CPU; the slowest:")
    for lesson, spent in sorted(kept, key=lambda one: -one[1])[:12]:
        print(f"{spent:6.2f} s  {lesson}")
    assert median < 0.3 and max(spent for _, spent in kept) < 5
