ALTER TABLE `offers` ADD `mix` text;--> statement-breakpoint
CREATE INDEX `offers_mixed` ON `offers` (`opened_at`) WHERE mix is not null;