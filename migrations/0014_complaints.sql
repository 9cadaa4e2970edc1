CREATE TABLE `complaints` (
	`id` text PRIMARY KEY NOT NULL,
	`rep_id` text NOT NULL,
	`category` text NOT NULL,
	`lead_id` text,
	`at` integer NOT NULL,
	`answered_at` integer,
	`answered_by` text
);
--> statement-breakpoint
CREATE INDEX `complaints_rep` ON `complaints` (`rep_id`,`id`);--> statement-breakpoint
CREATE INDEX `complaints_at` ON `complaints` (`at`);--> statement-breakpoint
CREATE INDEX `complaints_open` ON `complaints` (`id`) WHERE answered_at is null;