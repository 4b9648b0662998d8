ALTER TABLE "Audit Log" ALTER COLUMN "order" TYPE varchar(40);
CREATE INDEX "Audit Log Index" ON "Audit Log" ("userId", "order");
