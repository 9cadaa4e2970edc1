DROP INDEX `point_entries_lead`;--> statement-breakpoint
CREATE INDEX `point_entries_ownership` ON `point_entries` (`ownership_id`);