-- Who is told of changes of which record.
CREATE TABLE "follows" (
    "id" uuid NOT NULL,
    "org" uuid NOT NULL,
    "user_id" uuid NOT NULL,
    "record_type" text COLLATE "C" NOT NULL,
    "record_id" uuid NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "follows_user_id_record_id_key" ON "follows" ("org", "user_id", "record_type", "record_id");
CREATE INDEX "follows_record_id_idx" ON "follows" ("org", "record_type", "record_id", "id");
CREATE INDEX "follows_in_order" ON "follows" ("org", "id");
ALTER TABLE "follows" ADD CONSTRAINT "follows_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "follows" ADD CONSTRAINT "follows_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE DEFERRABLE;

-- The place in the log up to which each consumer has dealt with events, moved in the transaction of what it makes of
-- them. Events behind the place of any consumer are not pruned. What was written before the first start is no news.
CREATE TABLE "event_consumers" (
    "name" text COLLATE "C" NOT NULL,
    "xid" xid8 NOT NULL,
    "sequence" bigint NOT NULL,
    PRIMARY KEY ("name")
);
INSERT INTO "event_consumers" ("name", "xid", "sequence") VALUES ('notifications', pg_snapshot_xmin(pg_current_snapshot()), 0);

-- The moment that each record wants to be reminded of, and whether that has been done.
CREATE TABLE "reminders" (
    "org" uuid NOT NULL,
    "record_type" text COLLATE "C" NOT NULL,
    "record_id" uuid NOT NULL,
    "field" text COLLATE "C" NOT NULL,
    "at" timestamptz NOT NULL,
    "done" boolean NOT NULL DEFAULT false,
    PRIMARY KEY ("org", "record_type", "record_id", "field"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE
);
CREATE INDEX "reminders_at_idx" ON "reminders" ("at") WHERE NOT "done";

-- What a user was told, in order: the list that an application shows.
CREATE INDEX "notifications_of_user" ON "notifications" ("org", "user_id", "id") WHERE "deleted_at" IS NULL;
