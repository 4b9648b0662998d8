INSERT INTO "Audit Log" ("Id", "userId", "order", "select") VALUES (1, 1, 'first', 'it''s; "quoted" \ and `ticked`');
ALTER TABLE "Audit Log" RENAME COLUMN "select" TO "Größe";
