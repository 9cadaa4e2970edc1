CREATE TABLE `policy_reviews` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`note` text
);
--> statement-breakpoint
CREATE TABLE `rule_uses` (
	`rule` text PRIMARY KEY NOT NULL,
	`last_used_at` integer NOT NULL
);
