ALTER TABLE `offers` ADD `team_pool` text;--> statement-breakpoint
CREATE INDEX `offers_team_pool` ON `offers` (`team_pool`,`opened_at`) WHERE team_pool is not null;