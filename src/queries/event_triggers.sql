-- what: event triggers that users made
-- since: 90400
-- privilege: none
-- columns: name, event, function, enabled, tags, total
-- names: name, function (text)
SELECT e.evtname AS name,
       e.evtevent AS event,
       e.evtfoid::regprocedure::text AS function,
       e.evtenabled <> 'D' AS enabled,
       e.evttags AS tags,
       count(*) OVER () AS total
FROM pg_event_trigger e
WHERE is_user_object('pg_event_trigger', e.oid)
ORDER BY e.evtname
LIMIT 200
