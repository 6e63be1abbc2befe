"""What a sender said beside the words themselves. All of it is sealed: even "on the bus" or the
language of a message can point at one student."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Place(models.TextChoices):
    SCHOOL = "school", _("At school")
    BUS = "bus", _("On the bus")
    ONLINE = "online", _("Online or by text")
    HOME = "home", _("At home")
    ELSEWHERE = "elsewhere", _("Somewhere else")


class When(models.TextChoices):
    NOW = "now", _("Right now or today")
    SOON = "soon", _("It is going to happen")
    THIS_WEEK = "week", _("This week")
    EARLIER = "earlier", _("Before this week")
    UNKNOWN = "unknown", _("I don’t know")


class Adult(models.TextChoices):
    """Whether it is about an adult who works at a school."""

    NO = "no", _("No")
    YES = "yes", _("Yes")
    MAYBE = "maybe", _("Maybe. I’m not sure")


class AdultRole(models.TextChoices):
    """Which adult, as a student would say it."""

    PRINCIPAL = "principal", _("Principal or assistant principal")
    COUNSELOR = "counselor", _("Counselor")
    TEACHER = "teacher", _("Teacher or coach")
    SRO = "sro", _("School police officer")
    OTHER = "other", _("Someone else")


@dataclass(frozen=True)
class Details:
    """Everything that could be skipped. Empty means that nothing was said.

    who: whom it is about, in the sender's words
    place, when: values of Place and When
    adult: a value of Adult; adult_roles: values of AdultRole; adult_name: as written
    language: in which the form was read, so that the answer can be in it
    """

    who: str = ""
    place: str = ""
    when: str = ""
    adult: str = ""
    adult_roles: tuple[str, ...] = ()
    adult_name: str = ""
    language: str = ""

    @classmethod
    def from_json(cls, text: str) -> Details:
        said = json.loads(text or "{}")
        return cls(**{**said, "adult_roles": tuple(said.get("adult_roles", ()))})

    def as_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)
