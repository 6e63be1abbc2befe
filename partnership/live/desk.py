"""Puts questions to the database many at a time: after a restart all pages come back at once, and
each question alone would cost a connection."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import Error, connections

ANSWERED_AT_ONCE = 200


class Desk[Question, Answer]:
    """One kind of question, answered in one thread, in the order in which they came. Its connection
    is closed as soon as nobody waits."""

    def __init__(self, answer_all: Callable[[Sequence[Question]], Sequence[Answer]]) -> None:
        self.answer_all = answer_all
        self.waiting: deque[tuple[Question, asyncio.Future[Answer]]] = deque()
        self.clerk = ThreadPoolExecutor(1, thread_name_prefix="live-desk")
        self.at_work: asyncio.Task[None] | None = None

    async def ask(self, question: Question) -> Answer:
        """The answer, once its turn has come. Raises what the database raised."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.waiting.append((question, answer))
        if self.at_work is None or self.at_work.done():
            self.at_work = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self.waiting:
            number = min(len(self.waiting), ANSWERED_AT_ONCE)
            some = [self.waiting.popleft() for _ in range(number)]
            answers = await loop.run_in_executor(self.clerk, self._try, [one for one, _ in some])
            for (_, waits), answer in zip(some, answers, strict=True):
                if waits.done():  # whoever asked has left
                    continue
                if isinstance(answer, Error):
                    waits.set_exception(answer)
                else:
                    waits.set_result(answer)
            if not self.waiting:
                await loop.run_in_executor(self.clerk, connections.close_all)

    def _try(self, questions: Sequence[Question]) -> Sequence[Answer | Error]:
        try:
            return self.answer_all(questions)
        except Error as problem:
            connections.close_all()
            return [problem] * len(questions)
