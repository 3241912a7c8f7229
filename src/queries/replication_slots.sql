-- what: replication slots with the bytes of log that each keeps, most first, and how many there are
-- since: 90400
-- privilege: none
-- columns: name, plugin, kind, database, active, temporary, held_bytes, wal_status, total
-- names: name, database
SELECT slot_name AS name,
       plugin::text AS plugin,
       slot_type AS kind,
       database::text AS database,
       active,
       false AS temporary,
       pg_xlog_location_diff(CASE WHEN pg_is_in_recovery()
                                  THEN coalesce(pg_last_xlog_receive_location(), pg_last_xlog_replay_location())
                                  ELSE pg_current_xlog_location() END, restart_lsn)::bigint AS held_bytes,
       NULL::text AS wal_status,
       count(*) OVER () AS total
FROM pg_replication_slots
ORDER BY held_bytes DESC NULLS LAST, name
LIMIT 200
