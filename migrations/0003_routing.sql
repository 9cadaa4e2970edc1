CREATE TABLE `accounts` (
	`key` text PRIMARY KEY NOT NULL,
	`company` text NOT NULL,
	`rep_id` text NOT NULL,
	`since` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `time_off` (
	`id` text PRIMARY KEY NOT NULL,
	`rep_id` text NOT NULL,
	`from_at` integer NOT NULL,
	`until_at` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `time_off_until` ON `time_off` (`until_at`);--> statement-breakpoint
CREATE INDEX `time_off_rep` ON `time_off` (`rep_id`);--> statement-breakpoint
ALTER TABLE `ownerships` ADD `method` text;--> statement-breakpoint
ALTER TABLE `ownerships` ADD `rule` text;--> statement-breakpoint
ALTER TABLE `offers` ADD `rule` text;--> statement-breakpoint
ALTER TABLE `offers` ADD `rule_step` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `offers` ADD `method` text DEFAULT 'race' NOT NULL;--> statement-breakpoint
ALTER TABLE `reps` ADD `territories` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `reps` ADD `verticals` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `reps` ADD `products` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `reps` ADD `job_function` text;--> statement-breakpoint
ALTER TABLE `reps` ADD `seniority` text;