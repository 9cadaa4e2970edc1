CREATE TABLE `rep_tiers` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`rep_id` text NOT NULL,
	`at` integer NOT NULL,
	`cause` text NOT NULL,
	`week` text,
	`team` text,
	`tier` integer NOT NULL,
	`from_tier` integer NOT NULL,
	`reason` text,
	`actor` text NOT NULL,
	`figures` text
);
--> statement-breakpoint
CREATE INDEX `rep_tiers_rep` ON `rep_tiers` (`rep_id`,`id`);--> statement-breakpoint
CREATE INDEX `rep_tiers_at` ON `rep_tiers` (`at`);--> statement-breakpoint
CREATE UNIQUE INDEX `rep_tiers_one_a_week` ON `rep_tiers` (`rep_id`,`week`) WHERE cause = 'weekly';