-- Platform tables on PostgreSQL. Texts are ordered by code point, as on SQLite.
-- Indexes end with the id, in which every order ends, so that pages of equal values come out of them sorted.

-- The tenants. Everything else carries the id of one of them in `org`.
CREATE TABLE "organizations" (
    "id" uuid NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "slug" text COLLATE "C" NOT NULL,
    "logo_url" text COLLATE "C",
    "plan" text COLLATE "C" CHECK ("plan" IN ('starter', 'pro', 'enterprise')),
    "is_active" boolean NOT NULL DEFAULT true,
    "settings" jsonb,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    "created_by_id" uuid,
    "updated_by_id" uuid,
    "version" integer NOT NULL DEFAULT 1,
    "deleted_at" timestamptz,
    PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "organizations_slug_key" ON "organizations" ("slug") WHERE "deleted_at" IS NULL;
CREATE INDEX "organizations_plan_is_active_idx" ON "organizations" ("plan", "is_active", "id");
CREATE INDEX "organizations_created_by_id_idx" ON "organizations" ("created_by_id", "id");
CREATE INDEX "organizations_updated_by_id_idx" ON "organizations" ("updated_by_id", "id");
CREATE INDEX "organizations_created_at_idx" ON "organizations" ("created_at", "id");

-- People who sign in. The e-mail address is the login name, unique in the whole installation whatever its case.
CREATE TABLE "users" (
    "id" uuid NOT NULL,
    "org" uuid NOT NULL,
    "email" text COLLATE "C" NOT NULL,
    "username" text COLLATE "C",
    "password_hash" text COLLATE "C",
    "role" text COLLATE "C" NOT NULL DEFAULT 'readonly'
        CHECK ("role" IN ('super_admin', 'admin', 'manager', 'sales_rep', 'marketing', 'readonly')),
    "is_active" boolean NOT NULL DEFAULT true,
    "is_staff" boolean NOT NULL DEFAULT false,
    "is_superuser" boolean NOT NULL DEFAULT false,
    "mfa_enabled" boolean NOT NULL DEFAULT false,
    "mfa_secret" text COLLATE "C",
    "last_login_at" timestamptz,
    "first_name" text COLLATE "C",
    "last_name" text COLLATE "C",
    "phone" text COLLATE "C",
    "avatar_url" text COLLATE "C",
    "job_title" text COLLATE "C",
    "department" text COLLATE "C",
    "timezone" text COLLATE "C",
    "locale" text COLLATE "C",
    "team_id" uuid,
    "manager_id" uuid,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    "created_by_id" uuid,
    "updated_by_id" uuid,
    "version" integer NOT NULL DEFAULT 1,
    "deleted_at" timestamptz,
    PRIMARY KEY ("id")
);
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
    "id" uuid NOT NULL,
    "org" uuid NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "description" text COLLATE "C",
    "lead_id" uuid,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    "created_by_id" uuid,
    "updated_by_id" uuid,
    "version" integer NOT NULL DEFAULT 1,
    "deleted_at" timestamptz,
    PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "teams_name_key" ON "teams" ("org", "name") WHERE "deleted_at" IS NULL;
CREATE INDEX "teams_lead_id_idx" ON "teams" ("org", "lead_id", "id");
CREATE INDEX "teams_created_by_id_idx" ON "teams" ("org", "created_by_id", "id");
CREATE INDEX "teams_updated_by_id_idx" ON "teams" ("org", "updated_by_id", "id");
CREATE INDEX "teams_created_at_idx" ON "teams" ("org", "created_at", "id");
CREATE INDEX "teams_in_order" ON "teams" ("org", "id") WHERE "deleted_at" IS NULL;

-- Which users are members of which teams.
CREATE TABLE "user_teams" (
    "org" uuid NOT NULL,
    "user_id" uuid NOT NULL,
    "team_id" uuid NOT NULL,
    PRIMARY KEY ("org", "user_id", "team_id")
);
CREATE INDEX "user_teams_team_id_idx" ON "user_teams" ("org", "team_id", "user_id");

-- Long-lived tokens, kept as hashes. All tokens that descend from one sign-in share a family and fall together.
CREATE TABLE "refresh_tokens" (
    "id" uuid NOT NULL,
    "org" uuid NOT NULL,
    "user_id" uuid NOT NULL,
    "token_hash" text COLLATE "C" NOT NULL,
    "family" uuid NOT NULL,
    "expires_at" timestamptz NOT NULL,
    "revoked_at" timestamptz,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "refresh_tokens_token_hash_key" ON "refresh_tokens" ("token_hash");
CREATE INDEX "refresh_tokens_user_id_idx" ON "refresh_tokens" ("org", "user_id");
CREATE INDEX "refresh_tokens_family_idx" ON "refresh_tokens" ("family");
CREATE INDEX "refresh_tokens_expires_at_idx" ON "refresh_tokens" ("expires_at");

-- Keys with which programs sign in, kept as hashes.
CREATE TABLE "api_keys" (
    "id" uuid NOT NULL,
    "org" uuid NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "hash" text COLLATE "C" NOT NULL,
    "role" text COLLATE "C" NOT NULL DEFAULT 'readonly'
        CHECK ("role" IN ('super_admin', 'admin', 'manager', 'sales_rep', 'marketing', 'readonly')),
    "expires_at" timestamptz,
    "last_used_at" timestamptz,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    "created_by_id" uuid,
    "updated_by_id" uuid,
    "version" integer NOT NULL DEFAULT 1,
    "deleted_at" timestamptz,
    PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys" ("hash");
CREATE INDEX "api_keys_created_by_id_idx" ON "api_keys" ("org", "created_by_id", "id");
CREATE INDEX "api_keys_updated_by_id_idx" ON "api_keys" ("org", "updated_by_id", "id");
CREATE INDEX "api_keys_created_at_idx" ON "api_keys" ("org", "created_at", "id");
CREATE INDEX "api_keys_in_order" ON "api_keys" ("org", "id") WHERE "deleted_at" IS NULL;

-- Who did what and when. Rows are only ever added. A record may be gone, so `record_id` is no foreign key.
CREATE TABLE "audit_logs" (
    "id" uuid NOT NULL,
    "org" uuid NOT NULL,
    "user_id" uuid,
    "action" text COLLATE "C" NOT NULL,
    "record_type" text COLLATE "C",
    "record_id" uuid,
    "changes" jsonb,
    "ip_address" text COLLATE "C",
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY ("id")
);
CREATE INDEX "audit_logs_user_id_idx" ON "audit_logs" ("org", "user_id", "id");
CREATE INDEX "audit_logs_action_idx" ON "audit_logs" ("org", "action", "id");
CREATE INDEX "audit_logs_record_id_idx" ON "audit_logs" ("org", "record_type", "record_id", "id");
CREATE INDEX "audit_logs_created_at_idx" ON "audit_logs" ("org", "created_at", "id");
CREATE INDEX "audit_logs_in_order" ON "audit_logs" ("org", "id");

-- Messages of the program to one user.
CREATE TABLE "notifications" (
    "id" uuid NOT NULL,
    "org" uuid NOT NULL,
    "user_id" uuid NOT NULL,
    "message" text COLLATE "C" NOT NULL,
    "link" text COLLATE "C",
    "is_read" boolean NOT NULL DEFAULT false,
    "kind" text COLLATE "C",
    "record_type" text COLLATE "C",
    "record_id" uuid,
    "created_at" timestamptz NOT NULL,
    "updated_at" timestamptz NOT NULL,
    "created_by_id" uuid,
    "updated_by_id" uuid,
    "version" integer NOT NULL DEFAULT 1,
    "deleted_at" timestamptz,
    PRIMARY KEY ("id")
);
CREATE INDEX "notifications_user_id_is_read_idx" ON "notifications" ("org", "user_id", "is_read", "id");
CREATE INDEX "notifications_record_id_idx" ON "notifications" ("org", "record_type", "record_id", "id");
CREATE INDEX "notifications_created_by_id_idx" ON "notifications" ("org", "created_by_id", "id");
CREATE INDEX "notifications_updated_by_id_idx" ON "notifications" ("org", "updated_by_id", "id");
CREATE INDEX "notifications_created_at_idx" ON "notifications" ("org", "created_at", "id");
CREATE INDEX "notifications_in_order" ON "notifications" ("org", "id") WHERE "deleted_at" IS NULL;

-- The log that subscriptions are fed from, written in the transaction of the change. `sequence` is its order.
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
    PRIMARY KEY ("sequence")
);
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
    "org" uuid NOT NULL,
    "tag_id" uuid NOT NULL,
    "record_type" text COLLATE "C" NOT NULL,
    "record_id" uuid NOT NULL,
    PRIMARY KEY ("org", "tag_id", "record_type", "record_id")
);
CREATE INDEX "taggings_record_id_idx" ON "taggings" ("org", "record_type", "record_id", "tag_id");

-- The last number given by each autonumber field, per period (a year, a month, or empty).
CREATE TABLE "counters" (
    "org" uuid NOT NULL,
    "module" text COLLATE "C" NOT NULL,
    "field" text COLLATE "C" NOT NULL,
    "period" text COLLATE "C" NOT NULL DEFAULT '',
    "value" bigint NOT NULL DEFAULT 0,
    PRIMARY KEY ("org", "module", "field", "period")
);

-- The ledger: each version of the modules that was applied to this database. `ledger` is JSON, kept byte for byte.
CREATE TABLE "metadata_versions" (
    "version" integer NOT NULL,
    "applied_at" timestamptz NOT NULL,
    "hash" text COLLATE "C" NOT NULL,
    "ledger" text COLLATE "C" NOT NULL,
    "kontor_version" text COLLATE "C" NOT NULL,
    PRIMARY KEY ("version")
);

-- Foreign keys come last, since users, teams and organizations refer to each other, and can be deferred for bulk loads.
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_created_by_id_fkey"
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_updated_by_id_fkey"
    FOREIGN KEY ("updated_by_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "users" ADD CONSTRAINT "users_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "users" ADD CONSTRAINT "users_team_id_fkey"
    FOREIGN KEY ("team_id") REFERENCES "teams" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "users" ADD CONSTRAINT "users_manager_id_fkey"
    FOREIGN KEY ("manager_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "users" ADD CONSTRAINT "users_created_by_id_fkey"
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "users" ADD CONSTRAINT "users_updated_by_id_fkey"
    FOREIGN KEY ("updated_by_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "teams" ADD CONSTRAINT "teams_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "teams" ADD CONSTRAINT "teams_lead_id_fkey"
    FOREIGN KEY ("lead_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "teams" ADD CONSTRAINT "teams_created_by_id_fkey"
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "teams" ADD CONSTRAINT "teams_updated_by_id_fkey"
    FOREIGN KEY ("updated_by_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "user_teams" ADD CONSTRAINT "user_teams_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "user_teams" ADD CONSTRAINT "user_teams_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "user_teams" ADD CONSTRAINT "user_teams_team_id_fkey"
    FOREIGN KEY ("team_id") REFERENCES "teams" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_created_by_id_fkey"
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_updated_by_id_fkey"
    FOREIGN KEY ("updated_by_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "audit_logs" ADD CONSTRAINT "audit_logs_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "audit_logs" ADD CONSTRAINT "audit_logs_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_created_by_id_fkey"
    FOREIGN KEY ("created_by_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_updated_by_id_fkey"
    FOREIGN KEY ("updated_by_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "record_events" ADD CONSTRAINT "record_events_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "record_events" ADD CONSTRAINT "record_events_actor_id_fkey"
    FOREIGN KEY ("actor_id") REFERENCES "users" ("id") ON DELETE SET NULL DEFERRABLE;
ALTER TABLE "taggings" ADD CONSTRAINT "taggings_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
ALTER TABLE "counters" ADD CONSTRAINT "counters_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
