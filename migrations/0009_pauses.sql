CREATE TABLE `team_pauses` (
	`id` text PRIMARY KEY NOT NULL,
	`team` text NOT NULL,
	`started_at` integer NOT NULL,
	`until_at` integer NOT NULL,
	`reason` text NOT NULL,
	`actor` text NOT NULL,
	`ended_at` integer,
	`ended_by` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `team_pauses_one` ON `team_pauses` (`team`) WHERE ended_at is null;--> statement-breakpoint
ALTER TABLE `policies` ADD `reason` text;