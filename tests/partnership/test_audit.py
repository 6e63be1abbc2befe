"""The audit: one transaction with the deed, only ever growing, and every tampering shows."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from partnership import audit
from partnership.models import AuditEntry, AuditHead, AuditLink, School
from partnership.running.provision import at
from partnership.tenancy import within
from tests.conftest import district
from tests.partnership.raw import check_constraints_now, execute, refused


@pytest.fixture
def three_deeds(mapleton, maple_high, principal_rivera):
    """Three entries about the high school, linked as at a commit."""
    for number in range(3):
        audit.record("school.changed", maple_high, by=principal_rivera.user, step=number)
    check_constraints_now()
    return list(AuditEntry.objects.order_by("id"))


def test_an_entry_says_who_did_what_to_what(maple_high, principal_rivera):
    audit.record("school.changed", maple_high, by=principal_rivera.user, step=2, kind="bell")
    entry = AuditEntry.objects.get()
    assert entry.actor == principal_rivera.user
    assert entry.action == "school.changed"
    assert entry.subject == f"partnership.school:{maple_high.pk}"
    assert entry.facts == {"step": 2, "kind": "bell"}


def test_a_deed_undone_leaves_no_entry(mapleton, maple_high):
    def fail_after_the_deed() -> None:
        with transaction.atomic():
            audit.record("school.changed", maple_high)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_the_deed()
    assert not AuditEntry.objects.exists()
    assert audit.verify() == audit.Verdict(0)


@pytest.mark.parametrize("words", ["Sam Miller", "he said so", "O'Neil", "x" * 65, "Zoë", "a\nb"])
def test_a_fact_with_words_is_refused(maple_high, words):
    with pytest.raises(ValueError, match="neither"):
        audit.record("school.changed", maple_high, reason=words)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("fact", [None, True, 7, "urgent", "2026-09-01", "tips.tip:0199"])
def test_a_fact_is_an_id_a_choice_or_a_number(maple_high, fact):
    audit.record("school.changed", maple_high, fact=fact)
    assert AuditEntry.objects.get().facts == {"fact": fact}


def test_a_whole_chain_is_called_whole(three_deeds):
    assert audit.verify() == audit.Verdict(3)
    assert AuditHead.objects.get().sequence == 3


def test_verification_sees_what_this_transaction_just_wrote(three_deeds, maple_high):
    audit.record("school.changed", maple_high)
    assert audit.verify() == audit.Verdict(4)


def test_each_partnership_has_a_chain_of_its_own(three_deeds, oakridge, oakridge_high):
    with within(oakridge):
        audit.record("school.changed", oakridge_high)
        assert audit.verify() == audit.Verdict(1)
    assert audit.verify() == audit.Verdict(3)


@pytest.mark.parametrize("model", [AuditEntry, AuditLink, AuditHead])
@pytest.mark.parametrize("deed", ["UPDATE {table} SET id = id", "DELETE FROM {table}"])
def test_the_portal_can_not_rewrite_the_audit(three_deeds, model, deed):
    with refused():
        execute(deed, model=model)


def test_an_entry_is_not_changed_by_a_save(three_deeds):
    entry = three_deeds[0]
    entry.action = "school.closed"
    with refused():
        entry.save()


@pytest.mark.parametrize("model", [AuditLink, AuditHead])
def test_the_portal_can_not_write_the_chain_itself(three_deeds, mapleton, model):
    row = model.objects.latest("sequence")
    row.pk, row._state.adding = row._meta.pk.get_default(), True
    with refused():
        row.save(force_insert=True)


def test_the_portal_can_not_take_a_trigger_away(three_deeds):
    with refused():
        execute("ALTER TABLE {table} DISABLE TRIGGER audit_refuse", model=AuditEntry)


def test_the_portal_can_not_become_the_chains_owner(db):
    with refused(), connection.cursor() as cursor:
        cursor.execute("SET ROLE portal_audit")


# From here on the rows are committed: a thief with the owner's rights works on them from outside.


@pytest.fixture
def committed_deeds(transactional_db) -> School:
    """Four committed deeds, and their school. The partnership is not open."""
    partnership = district("Mapleton")
    with within(partnership):
        school = School.objects.create(partnership=partnership, name="Maple High", level="high")
    for number in range(4):
        with within(partnership):
            audit.record("school.changed", school, step=number)
    return school


@pytest.fixture
def as_owner(committed_deeds) -> Iterator[Callable[[str], None]]:
    """Statements of the tables' owner, triggers off and walls down, as no portal ever runs."""
    name = connections["default"].settings_dict["NAME"]
    tables = ("partnership_auditentry", "partnership_auditlink", "partnership_audithead")
    with psycopg.connect(at(os.environ["DATABASE_OWNER_URL"], database=name)) as owner:

        def tamper(statement: str) -> None:
            for table in tables:
                owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
                owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
            owner.execute(statement)
            for table in tables:
                owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
                owner.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            owner.commit()

        yield tamper


TAMPERING = {
    "a fact changed": "UPDATE partnership_auditentry SET facts = '{\"step\": 9}' "
    "WHERE facts ->> 'step' = '1'",
    "an actor taken away": "UPDATE partnership_auditentry SET actor_id = NULL, action = 'x' "
    "WHERE facts ->> 'step' = '2'",
    "an hour moved": "UPDATE partnership_auditentry SET at = at - interval '1 day' "
    "WHERE facts ->> 'step' = '0'",
    "the newest dropped": "DELETE FROM partnership_auditlink WHERE sequence = 4",
    "one from the middle dropped": "DELETE FROM partnership_auditlink WHERE sequence = 2",
    "two swapped": "UPDATE partnership_auditlink SET sequence = 99 WHERE sequence = 1;"
    "UPDATE partnership_auditlink SET sequence = 1 WHERE sequence = 2;"
    "UPDATE partnership_auditlink SET sequence = 2 WHERE sequence = 99",
    "a digest rewritten": "UPDATE partnership_auditlink SET digest = sha256('x') "
    "WHERE sequence = 2",
    "every link dropped": "DELETE FROM partnership_auditlink",
    "everything dropped but the head": "DELETE FROM partnership_auditlink;"
    "DELETE FROM partnership_auditentry",
    "the head wound back": "UPDATE partnership_audithead SET sequence = 3",
    "an entry slipped in": "INSERT INTO partnership_auditentry SELECT uuidv7(), action, subject, "
    "facts, at, actor_id, partnership_id FROM partnership_auditentry LIMIT 1",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_tampering_by_the_owner_is_found(committed_deeds, as_owner, statement):
    with within(committed_deeds.partnership):
        assert audit.verify() == audit.Verdict(4)
    as_owner(statement)
    with within(committed_deeds.partnership):
        assert audit.verify().fault


def test_verify_audit_says_that_all_is_whole(committed_deeds):
    said = StringIO()
    call_command("verify_audit", stdout=said)
    assert said.getvalue() == "mapleton: 4 entries, whole\n"


def test_verify_audit_fails_where_one_chain_is_broken(committed_deeds, as_owner):
    district("Oakridge")
    as_owner(TAMPERING["two swapped"])
    said = StringIO()
    with pytest.raises(CommandError, match="mapleton") as failure:
        call_command("verify_audit", stdout=said)
    assert failure.value.returncode == 1
    assert "oakridge: 0 entries, whole" in said.getvalue()


def test_verify_audit_checks_one_partnership_alone(committed_deeds, as_owner):
    district("Oakridge")
    as_owner(TAMPERING["a digest rewritten"])
    call_command("verify_audit", partnership="oakridge", stdout=StringIO())
    with pytest.raises(CommandError, match="no partnership") as failure:
        call_command("verify_audit", partnership="nowhere", stdout=StringIO())
    assert failure.value.returncode == 2


def test_two_deeds_at_once_are_both_chained(committed_deeds):
    both_wrote = threading.Barrier(2)

    def deed(number: int) -> None:
        with within(committed_deeds.partnership):
            audit.record("school.changed", committed_deeds, step=number)
            both_wrote.wait(timeout=30)  # neither has committed yet
        connection.close()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(deed, range(2)))
    with within(committed_deeds.partnership):
        assert audit.verify() == audit.Verdict(6)


def test_the_auditor_reads_the_entries(sign_in, auditor_silva, three_deeds, mapleton):
    page = sign_in(auditor_silva).get("/mapleton/audit/")
    assert page.status_code == 200
    assert page.text.count("school.changed") == 3
    assert "Rivera" in page.text


def test_the_auditor_checks_the_chain(sign_in, auditor_silva, three_deeds):
    page = sign_in(auditor_silva).get("/mapleton/audit/?verify=1")
    assert "The chain is whole: 3 entries." in " ".join(page.text.split())


def test_the_entries_hold_no_words(three_deeds):
    text = json.dumps([[entry.action, entry.subject, entry.facts] for entry in three_deeds])
    assert "Rivera" not in text
    assert "Maple" not in text
