-- The log by the days of its events, so that old ones go with their partition. What there is already stays where it is,
-- as one partition that ends after the youngest of it. Partitions of the days to come are made by the program.
ALTER TABLE "record_events" RENAME TO "record_events_before";
ALTER TABLE "record_events_before" ALTER COLUMN "sequence" DROP IDENTITY;
ALTER TABLE "record_events_before" DROP CONSTRAINT "record_events_pkey";
-- To make and to drop a partition with a foreign key, one has to wait for all who write anything of any organization.
ALTER TABLE "record_events_before" DROP CONSTRAINT "record_events_org_fkey";
DROP INDEX "record_events_id_key";
DROP INDEX "record_events_in_log_order";
ALTER INDEX "record_events_record_id_idx" RENAME TO "record_events_before_record_id_idx";
ALTER INDEX "record_events_in_order" RENAME TO "record_events_before_in_order";

-- The order of the log is its key; `occurred_at` is in it since a partitioned table wants that.
CREATE TABLE "record_events" (
    "sequence" bigint GENERATED ALWAYS AS IDENTITY,
    "id" uuid NOT NULL,
    "org" uuid NOT NULL,
    "transaction" text COLLATE "C" NOT NULL,
    "record_type" text COLLATE "C" NOT NULL,
    "record_id" uuid NOT NULL,
    "kind" text COLLATE "C" NOT NULL,
    "changed_fields" jsonb,
    "before" jsonb,
    "after" jsonb,
    "actor_id" uuid,
    "occurred_at" timestamptz NOT NULL,
    "events" jsonb,
    "xid" xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY ("xid", "sequence", "occurred_at")
) PARTITION BY RANGE ("occurred_at");
CREATE INDEX "record_events_record_id_idx" ON "record_events" ("org", "record_type", "record_id", "id");
CREATE INDEX "record_events_in_order" ON "record_events" ("org", "id");

-- Events of days that have no partition: of a clock that is wrong, or of a program that does not make any.
CREATE TABLE "record_events_default" PARTITION OF "record_events" DEFAULT;

DO $$
DECLARE
    "youngest" timestamptz;
    "last" bigint;
BEGIN
    SELECT max("occurred_at"), max("sequence") INTO "youngest", "last" FROM "record_events_before";
    IF "youngest" IS NULL THEN
        DROP TABLE "record_events_before";
    ELSE
        EXECUTE format('ALTER TABLE "record_events" ATTACH PARTITION "record_events_before" FOR VALUES FROM (MINVALUE) TO (%L)',
            (date_trunc('day', greatest("youngest", now()) AT TIME ZONE 'UTC') + interval '1 day') AT TIME ZONE 'UTC');
        PERFORM setval(pg_get_serial_sequence('record_events', 'sequence'), "last");
    END IF;
END $$;
