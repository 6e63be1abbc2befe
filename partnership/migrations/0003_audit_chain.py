"""The audit can only grow, and each entry is chained to the one before it.

Three roles keep one another in check: portal_app may add entries and read; portal_owner runs
these migrations; portal_audit, under which nobody signs in, owns the functions and is the only
one that may write the chain. The chain is linked when the transaction commits (a deferred
trigger), so that two deeds at once wait for each other for a moment and not for a page.
"""

from django.db import migrations

FORWARD = r"""
GRANT USAGE, CREATE ON SCHEMA public TO portal_audit;

CREATE FUNCTION audit_text(entry partnership_auditentry) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
    SELECT concat_ws('|', entry.id, entry.partnership_id, coalesce(entry.actor_id::text, ''),
        entry.action, entry.subject, entry.facts::text,
        to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'))
$$;

CREATE FUNCTION audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head partnership_audithead;
    new_digest bytea;
BEGIN
    INSERT INTO partnership_audithead (id, partnership_id, sequence, digest)
        VALUES (gen_random_uuid(), NEW.partnership_id, 0, decode(repeat('00', 32), 'hex'))
        ON CONFLICT (partnership_id) DO NOTHING;
    SELECT * INTO head FROM partnership_audithead
        WHERE partnership_id = NEW.partnership_id FOR UPDATE;
    new_digest := sha256(head.digest || convert_to(audit_text(NEW), 'UTF8'));
    INSERT INTO partnership_auditlink
        (id, partnership_id, entry_id, sequence, previous, digest)
        VALUES (gen_random_uuid(), NEW.partnership_id, NEW.id,
                head.sequence + 1, head.digest, new_digest);
    UPDATE partnership_audithead SET sequence = head.sequence + 1, digest = new_digest
        WHERE id = head.id;
    RETURN NULL;
END
$$;

CREATE FUNCTION audit_refuse() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION 'The audit can only grow.' USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE CONSTRAINT TRIGGER audit_chain AFTER INSERT ON partnership_auditentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_chain();
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON partnership_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON partnership_auditlink
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();

CREATE POLICY chain ON partnership_auditlink TO portal_audit USING (true) WITH CHECK (true);
CREATE POLICY chain ON partnership_audithead TO portal_audit USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON partnership_auditlink TO portal_audit;
GRANT SELECT, INSERT, UPDATE ON partnership_audithead TO portal_audit;
REVOKE UPDATE, DELETE, TRUNCATE ON partnership_auditentry FROM portal_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON partnership_auditlink FROM portal_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON partnership_audithead FROM portal_app;

ALTER FUNCTION audit_chain() OWNER TO portal_audit;
ALTER FUNCTION audit_refuse() OWNER TO portal_audit;
"""

BACKWARD = r"""
DROP TRIGGER audit_refuse ON partnership_auditlink;
DROP TRIGGER audit_refuse ON partnership_auditentry;
DROP TRIGGER audit_chain ON partnership_auditentry;
DROP POLICY chain ON partnership_audithead;
DROP POLICY chain ON partnership_auditlink;
SET ROLE portal_audit;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_chain();
RESET ROLE;
DROP FUNCTION audit_text(partnership_auditentry);
"""


class Migration(migrations.Migration):
    dependencies = [("partnership", "0002_walls")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
