-- How many records an organization has whose plan allows so many only; none where it has not been counted yet.
CREATE TABLE "usages" (
    "org" uuid NOT NULL,
    "records" bigint NOT NULL,
    PRIMARY KEY ("org")
);
ALTER TABLE "usages" ADD CONSTRAINT "usages_org_fkey"
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE DEFERRABLE;
