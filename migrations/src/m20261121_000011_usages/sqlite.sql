-- How many records an organization has whose plan allows so many only; none where it has not been counted yet.
CREATE TABLE "usages" (
    "org" BLOB NOT NULL,
    "records" INTEGER NOT NULL,
    PRIMARY KEY ("org"),
    FOREIGN KEY ("org") REFERENCES "organizations" ("id") ON DELETE CASCADE
) WITHOUT ROWID, STRICT;
