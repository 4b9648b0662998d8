CREATE TABLE `t` (
	`id` integer
);
--> statement-breakpoint
CREATE INDEX i ON t (id);--> statement-breakpoint
insert into t values ('--> statement-breakpoint');
