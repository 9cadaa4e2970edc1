CREATE TABLE `quota_months` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`rep_id` text NOT NULL,
	`month` text NOT NULL,
	`at` integer NOT NULL,
	`revenue` integer NOT NULL,
	`quota` integer,
	`attainment` real,
	`per_week` integer,
	`from_per_week` integer,
	`coaching` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `quota_months_one` ON `quota_months` (`rep_id`,`month`);--> statement-breakpoint
CREATE INDEX `quota_months_month` ON `quota_months` (`month`);--> statement-breakpoint
ALTER TABLE `reps` ADD `attainment` real;--> statement-breakpoint
-- What managers gave each rep so far, by the week of the rep's day.
INSERT INTO counters (rep_id, name, value)
SELECT rep_id, 'manager:week:' || date(day, '-6 days', 'weekday 1'), count(*)
FROM ownerships WHERE via = 'manager' GROUP BY 1, 2;
