-- Platform tables on SQLite. Ids are the 16 bytes of a UUID, moments are texts of exactly 27 characters
-- (`2026-11-21T04:19:38.123456Z`), so that they sort, booleans are 0 and 1, JSON is text.
-- Indexes end with the id, in which every order ends, so that pages of equal values come out of them sorted.

-- The tenants. Everything else carries the id of one of them in `org`.
CREATE TABLE "organizations" (
    "id" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "slug" TEXT NOT NULL,
    "logo_url" TEXT,
    "plan" TEXT CHECK ("plan" IN ('starter', 'pro', 'enterprise')),
    "is_active" INTEGER NOT NULL DEFAULT 1 CHECK ("is_active" IN (0, 1)),
    "settings" TEXT,
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    "updated_at" TEXT NOT NULL CHECK ("updated_at" GLOB '????-??-??T??:??:??.??????Z'),
    "created_by_id" BLOB,
    "updated_by_id" BLOB,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TEXT CHECK ("deleted_at" GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY ("id"),
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE SET NULL,
    FOREIGN KEY ("updated_by_id") REFERENCES "users" ("id") ON DELETE SET NULL
) STRICT;
CREATE UNIQUE INDEX "organizations_slug_key" ON "organizations" ("slug") WHERE "deleted_at" IS NULL;
CREATE INDEX "organizations_plan_is_active_idx" ON "organizations" ("plan", "is_active", "id");
CREATE INDEX "organizations_created_by_id_idx" ON "organizations" ("created_by_id", "id");
CREATE INDEX "organizations_updated_by_id_idx" ON "organizations" ("updated_by_id", "id");
CREATE INDEX "organizations_created_at_idx" ON "organizations" ("created_at", "id");

-- People who sign in. The e-mail address is the login name, unique in the whole installation whatever its case.
CREATE TABLE "users" (
    "id" BLOB NOT NULL,
    "org" BLOB NOT NULL,
    "email" TEXT NOT NULL,
    "username" TEXT,
    "password_hash" TEXT,
    "role" TEXT NOT NULL DEFAULT 'readonly'
        CHECK ("role" IN ('super_admin', 'admin', 'manager', 'sales_rep', 'marketing', 'readonly')),
    "is_active" INTEGER NOT NULL DEFAULT 1 CHECK ("is_active" IN (0, 1)),
    "is_staff" INTEGER NOT NULL DEFAULT 0 CHECK ("is_staff" IN (0, 1)),
    "is_superuser" INTEGER NOT NULL DEFAULT 0 CHECK ("is_superuser" IN (0, 1)),
    "mfa_enabled" INTEGER NOT NULL DEFAULT 0 CHECK ("mfa_enabled" IN (0, 1)),
    "mfa_secret" TEXT,
    "last_login_at" TEXT CHECK ("last_login_at" GLOB '????-??-??T??:??:??.??????Z'),
    "first_name" TEXT,
    "last_name" TEXT,
    "phone" TEXT,
    "avatar_url" TEXT,
    "job_title" TEXT,
    "department" TEXT,
    "timezone" TEXT,
    "locale" TEXT,
    "team_id" BLOB,
    "manager_id" BLOB,
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    "updated_at" TEXT NOT NULL CHECK ("updated_at" GLOB '????-??-??T??:??:??.??????Z'),
    "created_by_id" BLOB,
    "updated_by_id" BLOB,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TEXT CHECK ("deleted_at" GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY ("id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("team_id") REFERENCES "teams" ("id") ON DELETE SET NULL,
    FOREIGN KEY ("manager_id") REFERENCES "users" ("id") ON DELETE SET NULL,
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE SET NULL,
    FOREIGN KEY ("updated_by_id") REFERENCES "users" ("id") ON DELETE SET NULL
) STRICT;
CREATE UNIQUE INDEX "users_email_key" ON "users" (lower("email")) WHERE "deleted_at" IS NULL;
CREATE INDEX "users_role_idx" ON "users" ("org", "role", "id");
CREATE INDEX "users_team_id_idx" ON "users" ("org", "team_id", "id");
CREATE INDEX "users_manager_id_idx" ON "users" ("org", "manager_id", "id");
CREATE INDEX "users_created_by_id_idx" ON "users" ("org", "created_by_id", "id");
CREATE INDEX "users_updated_by_id_idx" ON "users" ("org", "updated_by_id", "id");
CREATE INDEX "users_created_at_idx" ON "users" ("org", "created_at", "id");
CREATE INDEX "users_in_order" ON "users" ("org", "id") WHERE "deleted_at" IS NULL;

-- Groups of users.
CREATE TABLE "teams" (
    "id" BLOB NOT NULL,
    "org" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT,
    "lead_id" BLOB,
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    "updated_at" TEXT NOT NULL CHECK ("updated_at" GLOB '????-??-??T??:??:??.??????Z'),
    "created_by_id" BLOB,
    "updated_by_id" BLOB,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TEXT CHECK ("deleted_at" GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY ("id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("lead_id") REFERENCES "users" ("id") ON DELETE SET NULL,
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE SET NULL,
    FOREIGN KEY ("updated_by_id") REFERENCES "users" ("id") ON DELETE SET NULL
) STRICT;
CREATE UNIQUE INDEX "teams_name_key" ON "teams" ("org", "name") WHERE "deleted_at" IS NULL;
CREATE INDEX "teams_lead_id_idx" ON "teams" ("org", "lead_id", "id");
CREATE INDEX "teams_created_by_id_idx" ON "teams" ("org", "created_by_id", "id");
CREATE INDEX "teams_updated_by_id_idx" ON "teams" ("org", "updated_by_id", "id");
CREATE INDEX "teams_created_at_idx" ON "teams" ("org", "created_at", "id");
CREATE INDEX "teams_in_order" ON "teams" ("org", "id") WHERE "deleted_at" IS NULL;

-- Which users are members of which teams.
CREATE TABLE "user_teams" (
    "org" BLOB NOT NULL,
    "user_id" BLOB NOT NULL,
    "team_id" BLOB NOT NULL,
    PRIMARY KEY ("org", "user_id", "team_id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("team_id") REFERENCES "teams" ("id") ON DELETE CASCADE
) WITHOUT ROWID, STRICT;
CREATE INDEX "user_teams_team_id_idx" ON "user_teams" ("org", "team_id", "user_id");

-- Long-lived tokens, kept as hashes. All tokens that descend from one sign-in share a family and fall together.
CREATE TABLE "refresh_tokens" (
    "id" BLOB NOT NULL,
    "org" BLOB NOT NULL,
    "user_id" BLOB NOT NULL,
    "token_hash" TEXT NOT NULL,
    "family" BLOB NOT NULL,
    "expires_at" TEXT NOT NULL CHECK ("expires_at" GLOB '????-??-??T??:??:??.??????Z'),
    "revoked_at" TEXT CHECK ("revoked_at" GLOB '????-??-??T??:??:??.??????Z'),
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY ("id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
) STRICT;
CREATE UNIQUE INDEX "refresh_tokens_token_hash_key" ON "refresh_tokens" ("token_hash");
CREATE INDEX "refresh_tokens_user_id_idx" ON "refresh_tokens" ("org", "user_id");
CREATE INDEX "refresh_tokens_family_idx" ON "refresh_tokens" ("family");
CREATE INDEX "refresh_tokens_expires_at_idx" ON "refresh_tokens" ("expires_at");

-- Keys with which programs sign in, kept as hashes.
CREATE TABLE "api_keys" (
    "id" BLOB NOT NULL,
    "org" BLOB NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "role" TEXT NOT NULL DEFAULT 'readonly'
        CHECK ("role" IN ('super_admin', 'admin', 'manager', 'sales_rep', 'marketing', 'readonly')),
    "expires_at" TEXT CHECK ("expires_at" GLOB '????-??-??T??:??:??.??????Z'),
    "last_used_at" TEXT CHECK ("last_used_at" GLOB '????-??-??T??:??:??.??????Z'),
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    "updated_at" TEXT NOT NULL CHECK ("updated_at" GLOB '????-??-??T??:??:??.??????Z'),
    "created_by_id" BLOB,
    "updated_by_id" BLOB,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TEXT CHECK ("deleted_at" GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY ("id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE SET NULL,
    FOREIGN KEY ("updated_by_id") REFERENCES "users" ("id") ON DELETE SET NULL
) STRICT;
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys" ("hash");
CREATE INDEX "api_keys_created_by_id_idx" ON "api_keys" ("org", "created_by_id", "id");
CREATE INDEX "api_keys_updated_by_id_idx" ON "api_keys" ("org", "updated_by_id", "id");
CREATE INDEX "api_keys_created_at_idx" ON "api_keys" ("org", "created_at", "id");
CREATE INDEX "api_keys_in_order" ON "api_keys" ("org", "id") WHERE "deleted_at" IS NULL;

-- Who did what and when. Rows are only ever added. A record may be gone, so `record_id` is no foreign key.
CREATE TABLE "audit_logs" (
    "id" BLOB NOT NULL,
    "org" BLOB NOT NULL,
    "user_id" BLOB,
    "action" TEXT NOT NULL,
    "record_type" TEXT,
    "record_id" BLOB,
    "changes" TEXT,
    "ip_address" TEXT,
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY ("id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE SET NULL
) STRICT;
CREATE INDEX "audit_logs_user_id_idx" ON "audit_logs" ("org", "user_id", "id");
CREATE INDEX "audit_logs_action_idx" ON "audit_logs" ("org", "action", "id");
CREATE INDEX "audit_logs_record_id_idx" ON "audit_logs" ("org", "record_type", "record_id", "id");
CREATE INDEX "audit_logs_created_at_idx" ON "audit_logs" ("org", "created_at", "id");
CREATE INDEX "audit_logs_in_order" ON "audit_logs" ("org", "id");

-- Messages of the program to one user.
CREATE TABLE "notifications" (
    "id" BLOB NOT NULL,
    "org" BLOB NOT NULL,
    "user_id" BLOB NOT NULL,
    "message" TEXT NOT NULL,
    "link" TEXT,
    "is_read" INTEGER NOT NULL DEFAULT 0 CHECK ("is_read" IN (0, 1)),
    "kind" TEXT,
    "record_type" TEXT,
    "record_id" BLOB,
    "created_at" TEXT NOT NULL CHECK ("created_at" GLOB '????-??-??T??:??:??.??????Z'),
    "updated_at" TEXT NOT NULL CHECK ("updated_at" GLOB '????-??-??T??:??:??.??????Z'),
    "created_by_id" BLOB,
    "updated_by_id" BLOB,
    "version" INTEGER NOT NULL DEFAULT 1,
    "deleted_at" TEXT CHECK ("deleted_at" GLOB '????-??-??T??:??:??.??????Z'),
    PRIMARY KEY ("id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE SET NULL,
    FOREIGN KEY ("updated_by_id") REFERENCES "users" ("id") ON DELETE SET NULL
) STRICT;
CREATE INDEX "notifications_user_id_is_read_idx" ON "notifications" ("org", "user_id", "is_read", "id");
CREATE INDEX "notifications_record_id_idx" ON "notifications" ("org", "record_type", "record_id", "id");
CREATE INDEX "notifications_created_by_id_idx" ON "notifications" ("org", "created_by_id", "id");
CREATE INDEX "notifications_updated_by_id_idx" ON "notifications" ("org", "updated_by_id", "id");
CREATE INDEX "notifications_created_at_idx" ON "notifications" ("org", "created_at", "id");
CREATE INDEX "notifications_in_order" ON "notifications" ("org", "id") WHERE "deleted_at" IS NULL;

-- The log that subscriptions are fed from, written in the transaction of the change. `sequence` is its order.
CREATE TABLE "record_events" (
    "sequence" INTEGER PRIMARY KEY AUTOINCREMENT,
    "id" BLOB NOT NULL,
    "org" BLOB NOT NULL,
    "transaction" TEXT NOT NULL,
    "record_type" TEXT NOT NULL,
    "record_id" BLOB NOT NULL,
    "kind" TEXT NOT NULL,
    "changed_fields" TEXT,
    "before" TEXT,
    "after" TEXT,
    "actor_id" BLOB,
    "occurred_at" TEXT NOT NULL CHECK ("occurred_at" GLOB '????-??-??T??:??:??.??????Z'),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("actor_id") REFERENCES "users" ("id") ON DELETE SET NULL
) STRICT;
CREATE UNIQUE INDEX "record_events_id_key" ON "record_events" ("id");
CREATE INDEX "record_events_sequence_idx" ON "record_events" ("org", "sequence");
CREATE INDEX "record_events_record_id_idx" ON "record_events" ("org", "record_type", "record_id", "id");
CREATE INDEX "record_events_transaction_idx" ON "record_events" ("org", "transaction", "id");
CREATE INDEX "record_events_actor_id_idx" ON "record_events" ("org", "actor_id", "id");
CREATE INDEX "record_events_occurred_at_idx" ON "record_events" ("org", "occurred_at", "id");
CREATE INDEX "record_events_in_order" ON "record_events" ("org", "id");

-- Which tag is on which record of any module. The primary key finds by tag, the index by record.
-- `tag_id` is no foreign key: the table of tags is made later, from the catalog.
CREATE TABLE "taggings" (
    "org" BLOB NOT NULL,
    "tag_id" BLOB NOT NULL,
    "record_type" TEXT NOT NULL,
    "record_id" BLOB NOT NULL,
    PRIMARY KEY ("org", "tag_id", "record_type", "record_id"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE
) WITHOUT ROWID, STRICT;
CREATE INDEX "taggings_record_id_idx" ON "taggings" ("org", "record_type", "record_id", "tag_id");

-- The last number given by each autonumber field, per period (a year, a month, or empty).
CREATE TABLE "counters" (
    "org" BLOB NOT NULL,
    "module" TEXT NOT NULL,
    "field" TEXT NOT NULL,
    "period" TEXT NOT NULL DEFAULT '',
    "value" INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY ("org", "module", "field", "period"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE
) WITHOUT ROWID, STRICT;

-- The ledger: each version of the modules that was applied to this database. `ledger` is JSON, kept byte for byte.
CREATE TABLE "metadata_versions" (
    "version" INTEGER NOT NULL,
    "applied_at" TEXT NOT NULL CHECK ("applied_at" GLOB '????-??-??T??:??:??.??????Z'),
    "hash" TEXT NOT NULL,
    "ledger" TEXT NOT NULL,
    "kontor_version" TEXT NOT NULL,
    PRIMARY KEY ("version")
) STRICT;
