-- What each rep has counted so far, where the rows on file say it: leads held, leads given by rotation, and what was given back.
INSERT INTO counters (rep_id, name, value)
SELECT o.rep_id, 'leads:open', sum(o.ended_at IS NULL AND l.status <> 'finished')
FROM ownerships o JOIN leads l ON l.id = o.lead_id GROUP BY o.rep_id;--> statement-breakpoint
INSERT INTO counters (rep_id, name, value)
SELECT rep_id, 'auto:week:' || date(day, '-6 days', 'weekday 1'), count(*)
FROM ownerships WHERE via = 'rotation' GROUP BY 1, 2;--> statement-breakpoint
INSERT INTO counters (rep_id, name, value)
SELECT o.rep_id, iif(o.via = 'claim', l.temperature, 'auto') || 'Returned:week:' || date(o.day, '-6 days', 'weekday 1'), count(*)
FROM ownerships o JOIN leads l ON l.id = o.lead_id
WHERE o.end_reason = 'released' AND (o.via = 'rotation' OR (o.via = 'claim' AND l.temperature <> 'hot')) GROUP BY 1, 2;--> statement-breakpoint
-- Offers that are open now count the lead for whoever wins it.
UPDATE offers SET increments = json_insert(increments, '$[#]', json('{"counter":"leads:open","by":1}')) WHERE state = 'open';
