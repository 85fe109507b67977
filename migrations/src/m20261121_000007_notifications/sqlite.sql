-- Who is told of changes of which record.
CREATE TABLE "follows" (
    "id" BLOB NOT NULL,
    "org" BLOB NOT NULL,
    "user_id" BLOB NOT NULL,
    "record_type" TEXT NOT NULL,
    "record_id" BLOB NOT NULL,
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY ("id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX "follows_user_id_record_id_key" ON "follows" ("org", "user_id", "record_type", "record_id");
CREATE INDEX "follows_record_id_idx" ON "follows" ("org", "record_type", "record_id", "id");
CREATE INDEX "follows_in_order" ON "follows" ("org", "id");

-- The place in the log up to which each consumer has dealt with events, moved in the transaction of what it makes of
-- them. Events behind the place of any consumer are not pruned. What was written before the first start is no news.
CREATE TABLE "event_consumers" (
    "name" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    PRIMARY KEY ("name")
) WITHOUT ROWID, STRICT;
INSERT INTO "event_consumers" ("name", "sequence")
    VALUES ('notifications', COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'record_events'), 0));

-- The moment that each record wants to be reminded of, and whether that has been done.
CREATE TABLE "reminders" (
    "org" BLOB NOT NULL,
    "record_type" TEXT NOT NULL,
    "record_id" BLOB NOT NULL,
    "field" TEXT NOT NULL,
    "at" TEXT NOT NULL CHECK ("at" GLOB '????-??-??T??:??:??.??????Z'),
    "done" INTEGER NOT NULL DEFAULT 0 CHECK ("done" IN (0, 1)),
    PRIMARY KEY ("org", "record_type", "record_id", "field"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE
) WITHOUT ROWID, STRICT;
CREATE INDEX "reminders_at_idx" ON "reminders" ("at") WHERE "done" = 0;

-- What a user was told, in order: the list that an application shows.
CREATE INDEX "notifications_of_user" ON "notifications" ("org", "user_id", "id") WHERE "deleted_at" IS NULL;
