-- What an empty file looks like after every migration. Written by `npm run db:dump`; do not edit.

CREATE TABLE `accounts` (
	`key` text PRIMARY KEY NOT NULL,
	`company` text NOT NULL,
	`rep_id` text NOT NULL,
	`since` integer NOT NULL
);

CREATE TABLE `assists` (
	`id` text PRIMARY KEY NOT NULL,
	`helper_id` text NOT NULL,
	`helped_id` text NOT NULL,
	`lead_id` text,
	`at` integer NOT NULL,
	`confirmed_at` integer
);

CREATE TABLE `cell` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);

CREATE TABLE `complaints` (
	`id` text PRIMARY KEY NOT NULL,
	`rep_id` text NOT NULL,
	`category` text NOT NULL,
	`lead_id` text,
	`at` integer NOT NULL,
	`answered_at` integer,
	`answered_by` text
);

CREATE INDEX `complaints_at` ON `complaints` (`at`);

CREATE INDEX `complaints_open` ON `complaints` (`id`) WHERE answered_at is null;

CREATE INDEX `complaints_rep` ON `complaints` (`rep_id`,`id`);

CREATE TABLE `counters` (
	`rep_id` text NOT NULL,
	`name` text NOT NULL,
	`value` integer NOT NULL,
	PRIMARY KEY(`rep_id`, `name`)
);

CREATE TABLE `deadlines` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`due_at` integer NOT NULL,
	`lead_id` text,
	`offer_id` text,
	`lane` integer,
	`subject_id` text
);

CREATE INDEX `deadlines_due` ON `deadlines` (`due_at`);

CREATE INDEX `deadlines_lead` ON `deadlines` (`lead_id`);

CREATE INDEX `deadlines_offer` ON `deadlines` (`offer_id`);

CREATE INDEX `deadlines_subject` ON `deadlines` (`subject_id`);

CREATE TABLE `events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`kind` text NOT NULL,
	`lead_id` text,
	`offer_id` text,
	`rep_id` text,
	`actor` text NOT NULL,
	`data` text DEFAULT '{}' NOT NULL,
	`deadline_id` text
);

CREATE UNIQUE INDEX `events_deadline` ON `events` (`deadline_id`) WHERE deadline_id is not null;

CREATE INDEX `events_lead` ON `events` (`lead_id`);

CREATE TABLE `idempotency` (
	`credential` text NOT NULL,
	`key` text NOT NULL,
	`route` text NOT NULL,
	`body_hash` text NOT NULL,
	`result` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`credential`, `key`)
);

CREATE INDEX `idempotency_at` ON `idempotency` (`at`);

CREATE TABLE `invites` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`role` text NOT NULL,
	`subject_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer
);

CREATE UNIQUE INDEX `invites_hash` ON `invites` (`hash`);

CREATE INDEX `invites_open` ON `invites` (`expires_at`) WHERE used_at is null;

CREATE TABLE `lead_private` (
	`lead_id` text NOT NULL,
	`item` text NOT NULL,
	`json` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`lead_id`, `item`)
);

CREATE TABLE `leads` (
	`id` text PRIMARY KEY NOT NULL,
	`source_id` text NOT NULL,
	`external_id` text,
	`source` text NOT NULL,
	`type` text,
	`company_name` text NOT NULL,
	`company_size` integer,
	`industry` text,
	`country` text,
	`region` text,
	`contact_title` text,
	`deal_value` integer,
	`signals` text DEFAULT '[]' NOT NULL,
	`score` integer NOT NULL,
	`temperature` text NOT NULL,
	`pool` text NOT NULL,
	`status` text NOT NULL,
	`stage` text,
	`accepted_at` integer NOT NULL,
	`forgotten_at` integer
);

CREATE UNIQUE INDEX `leads_external` ON `leads` (`source_id`,`external_id`) WHERE external_id is not null;

CREATE INDEX `leads_newest` ON `leads` (`accepted_at`,`id`);

CREATE INDEX `leads_waiting` ON `leads` (`status`) WHERE status = 'waiting';

CREATE TABLE `managers` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`teams` text NOT NULL,
	`created_at` integer NOT NULL
);

CREATE UNIQUE INDEX `managers_email_unique` ON `managers` (`email`);

CREATE TABLE `offer_admissions` (
	`offer_id` text NOT NULL,
	`rep_id` text NOT NULL,
	`lane` integer NOT NULL,
	`opens_at` integer NOT NULL,
	`sent_at` integer,
	PRIMARY KEY(`offer_id`, `rep_id`)
);

CREATE TABLE `offer_lanes` (
	`offer_id` text NOT NULL,
	`lane` integer NOT NULL,
	`opens_at` integer NOT NULL,
	`sent_at` integer,
	`tiers` text DEFAULT '[]' NOT NULL,
	`reps` text NOT NULL,
	PRIMARY KEY(`offer_id`, `lane`)
);

CREATE TABLE `offers` (
	`id` text PRIMARY KEY NOT NULL,
	`lead_id` text NOT NULL,
	`state` text NOT NULL,
	`pool` text NOT NULL,
	`policy_version` integer NOT NULL,
	`opened_at` integer NOT NULL,
	`closes_at` integer NOT NULL,
	`clear_ms` integer NOT NULL,
	`limits` text DEFAULT '[]' NOT NULL,
	`increments` text DEFAULT '[]' NOT NULL,
	`attempt_rate` text,
	`close_reason` text,
	`ended_at` integer
, `rule` text, `rule_step` integer DEFAULT 0 NOT NULL, `method` text DEFAULT 'race' NOT NULL, `blind` text, `mix` text, `team_pool` text);

CREATE INDEX `offers_lead` ON `offers` (`lead_id`);

CREATE INDEX `offers_mixed` ON `offers` (`opened_at`) WHERE mix is not null;

CREATE UNIQUE INDEX `offers_one_open` ON `offers` (`lead_id`) WHERE state = 'open';

CREATE INDEX `offers_team_pool` ON `offers` (`team_pool`,`opened_at`) WHERE team_pool is not null;

CREATE TABLE `ownerships` (
	`id` text PRIMARY KEY NOT NULL,
	`lead_id` text NOT NULL,
	`rep_id` text NOT NULL,
	`via` text NOT NULL,
	`offer_id` text,
	`request_id` text,
	`started_at` integer NOT NULL,
	`day` text NOT NULL,
	`claim_speed_ms` integer,
	`first_contact_due_at` integer NOT NULL,
	`first_contact_at` integer,
	`first_contact_day` text,
	`opportunity_day` text,
	`won_day` text,
	`opportunity_at` integer,
	`won_at` integer,
	`revenue` integer,
	`ended_at` integer,
	`end_reason` text
, `method` text, `rule` text);

CREATE INDEX `ownerships_lead` ON `ownerships` (`lead_id`);

CREATE UNIQUE INDEX `ownerships_one_claim` ON `ownerships` (`offer_id`) WHERE offer_id is not null;

CREATE UNIQUE INDEX `ownerships_one_live` ON `ownerships` (`lead_id`) WHERE ended_at is null;

CREATE INDEX `ownerships_rep` ON `ownerships` (`rep_id`,`started_at`);

CREATE INDEX `ownerships_uncontacted` ON `ownerships` (`first_contact_due_at`,`id`) WHERE ended_at is null and first_contact_at is null;

CREATE TABLE `point_entries` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`event_seq` integer NOT NULL,
	`rule` text NOT NULL,
	`rep_id` text NOT NULL,
	`lead_id` text,
	`ownership_id` text,
	`points` integer NOT NULL,
	`at` integer NOT NULL,
	`day` text NOT NULL,
	`reverses` integer
);

CREATE UNIQUE INDEX `point_entries_once` ON `point_entries` (`event_seq`,`rule`,`rep_id`);

CREATE INDEX `point_entries_ownership` ON `point_entries` (`ownership_id`);

CREATE INDEX `point_entries_rep` ON `point_entries` (`rep_id`);

CREATE UNIQUE INDEX `point_entries_reversed_once` ON `point_entries` (`reverses`) WHERE reverses is not null;

CREATE TABLE `policies` (
	`version` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`document` text NOT NULL,
	`effective_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`actor` text NOT NULL
, `reason` text);

CREATE TABLE `policy_reviews` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`note` text
);

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
, `spiral` text);

CREATE INDEX `quota_months_month` ON `quota_months` (`month`);

CREATE UNIQUE INDEX `quota_months_one` ON `quota_months` (`rep_id`,`month`);

CREATE TABLE `race_notes` (
	`offer_id` text NOT NULL,
	`part` integer NOT NULL,
	`notes` text NOT NULL,
	PRIMARY KEY(`offer_id`, `part`)
);

CREATE TABLE `rep_days` (
	`rep_id` text NOT NULL,
	`day` text NOT NULL,
	`points` integer DEFAULT 0 NOT NULL,
	`points_at` integer DEFAULT 0 NOT NULL,
	`claims` integer DEFAULT 0 NOT NULL,
	`claims_at` integer DEFAULT 0 NOT NULL,
	`speed_ms` integer DEFAULT 0 NOT NULL,
	`speed_count` integer DEFAULT 0 NOT NULL,
	`speed_at` integer DEFAULT 0 NOT NULL,
	`converted` integer DEFAULT 0 NOT NULL,
	`converted_at` integer DEFAULT 0 NOT NULL,
	`opportunities` integer DEFAULT 0 NOT NULL,
	`opportunities_at` integer DEFAULT 0 NOT NULL,
	`revenue` integer DEFAULT 0 NOT NULL,
	`revenue_at` integer DEFAULT 0 NOT NULL,
	`response_ms` integer DEFAULT 0 NOT NULL,
	`response_count` integer DEFAULT 0 NOT NULL,
	`response_at` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`rep_id`, `day`)
);

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

CREATE INDEX `rep_tiers_at` ON `rep_tiers` (`at`);

CREATE UNIQUE INDEX `rep_tiers_one_a_week` ON `rep_tiers` (`rep_id`,`week`) WHERE cause = 'weekly';

CREATE INDEX `rep_tiers_rep` ON `rep_tiers` (`rep_id`,`id`);

CREATE TABLE `reps` (
	`num` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`email` text NOT NULL,
	`team` text,
	`tier` integer NOT NULL,
	`hired_on` text,
	`time_zone` text,
	`languages` text DEFAULT '["id"]' NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`status` text DEFAULT 'ready' NOT NULL,
	`quota` integer,
	`created_at` integer NOT NULL,
	`last_assigned_at` integer DEFAULT 0 NOT NULL
, `territories` text DEFAULT '[]' NOT NULL, `verticals` text DEFAULT '[]' NOT NULL, `products` text DEFAULT '[]' NOT NULL, `job_function` text, `seniority` text, `ready_on` text, `onboarding_extensions` text DEFAULT '[]' NOT NULL, `attainment` real, `protected_allocations` text DEFAULT '[]' NOT NULL, `onboarding_ticks` text DEFAULT '[]' NOT NULL);

CREATE UNIQUE INDEX `reps_email_unique` ON `reps` (`email`);

CREATE UNIQUE INDEX `reps_id_unique` ON `reps` (`id`);

CREATE TABLE `rule_uses` (
	`rule` text PRIMARY KEY NOT NULL,
	`last_used_at` integer NOT NULL
);

CREATE TABLE `screens` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);

CREATE TABLE `sources` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`created_at` integer NOT NULL
);

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

CREATE UNIQUE INDEX `team_pauses_one` ON `team_pauses` (`team`) WHERE ended_at is null;

CREATE TABLE `time_off` (
	`id` text PRIMARY KEY NOT NULL,
	`rep_id` text NOT NULL,
	`from_at` integer NOT NULL,
	`until_at` integer NOT NULL,
	`created_at` integer NOT NULL
);

CREATE INDEX `time_off_rep` ON `time_off` (`rep_id`);

CREATE INDEX `time_off_until` ON `time_off` (`until_at`);

CREATE TABLE `tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`role` text NOT NULL,
	`subject_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`renews_for_ms` integer,
	`revoked_at` integer
);

CREATE UNIQUE INDEX `tokens_hash_unique` ON `tokens` (`hash`);

CREATE INDEX `tokens_subject` ON `tokens` (`subject_id`);
