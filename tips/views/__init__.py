"""The pages of the tips room: the sender's side and the team's."""

from tips.views.desk import card, tip_list
from tips.views.sender import tip_code, tip_form, tip_start
from tips.views.thread import tip_leave, tip_reply, tip_return
from tips.views.tip import tip_acknowledge, tip_answer, tip_close, tip_detail

__all__ = [
    "card",
    "tip_acknowledge",
    "tip_answer",
    "tip_close",
    "tip_code",
    "tip_detail",
    "tip_form",
    "tip_leave",
    "tip_list",
    "tip_reply",
    "tip_return",
    "tip_start",
]
