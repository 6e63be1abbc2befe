"""The pages of the outbox, re-exported so that urls keep one place to name them."""

from outbox.views.mailbox import demo_mailbox
from outbox.views.notices import bell, card, notice_list, notice_open, notices_seen

__all__ = ["bell", "card", "demo_mailbox", "notice_list", "notice_open", "notices_seen"]
