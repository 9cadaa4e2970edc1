ALTER TABLE `reps` ADD `ready_on` text;--> statement-breakpoint
ALTER TABLE `reps` ADD `onboarding_extensions` text DEFAULT '[]' NOT NULL;