"""The database's own guard over the audit log: rows are added, and neither changed nor deleted.

Put up after each `migrate`, because SQLite makes a table anew for many changes, and its triggers go
with the old one. Entries may be deleted that are older than an AuditCut says, which stays itself
and says no day of the last two years.
"""

from datetime import timedelta

ENTRIES, CUTS = "office_auditentry", "office_auditcut"
# Nothing younger goes, whoever asks.
KEPT_AT_LEAST = timedelta(days=2 * 365)

SQLITE = """
CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS {table}_no_delete BEFORE DELETE ON {table} {unless_cut}
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
-- INSERT OR REPLACE deletes without asking the trigger above.
CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
"""
SQLITE_CUT = f"""
CREATE TRIGGER IF NOT EXISTS {CUTS}_not_young BEFORE INSERT ON {CUTS}
WHEN NEW.before > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{KEPT_AT_LEAST.days} days')
BEGIN SELECT RAISE(ABORT, 'the audit log is kept for longer'); END;
"""
SQLITE_UNLESS_CUT = "WHEN NOT EXISTS (SELECT 1 FROM office_auditcut WHERE before > OLD.at)"

POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION office_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF TG_TABLE_NAME = 'office_auditentry' THEN
            IF EXISTS (SELECT 1 FROM office_auditcut WHERE before > OLD.at) THEN
                RETURN OLD;
            END IF;
        END IF;
    ELSIF TG_OP = 'INSERT' THEN
        IF NEW.before <= clock_timestamp() - interval '{KEPT_AT_LEAST.days} days' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""  # noqa: S608  (a number of our own)
POSTGRESQL = """
CREATE OR REPLACE TRIGGER {table}_guard BEFORE {acts} ON {table}
FOR EACH ROW EXECUTE FUNCTION office_audit_guard();
CREATE OR REPLACE TRIGGER {table}_guard_all BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION office_audit_guard();
"""


def guard(connection):
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if not {ENTRIES, CUTS} <= set(tables):
            # Migrated to a state before the log.
            return
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTION)
            for table, acts in (
                (ENTRIES, "UPDATE OR DELETE"),
                (CUTS, "INSERT OR UPDATE OR DELETE"),
            ):
                cursor.execute(POSTGRESQL.format(table=table, acts=acts))
        else:
            for table, unless, more in ((ENTRIES, SQLITE_UNLESS_CUT, ""), (CUTS, "", SQLITE_CUT)):
                script = SQLITE.format(table=table, unless_cut=unless) + more
                for statement in script.split("END;\n"):
                    if statement.strip():
                        cursor.execute(statement + "END;")


def unguard(connection):
    """For tests alone, which empty whole databases."""
    with connection.cursor() as cursor:
        for table in (ENTRIES, CUTS):
            if connection.vendor == "postgresql":
                for name in ("guard", "guard_all"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name} ON {table}")
            else:
                for name in ("no_update", "no_delete", "no_replace", "not_young"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")
