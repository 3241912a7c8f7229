-- what: replication slots with the bytes of log that each keeps, most first, and how many there are
-- since: 100000
-- privilege: none
-- columns: name, plugin, kind, database, active, temporary, held_bytes, wal_status, total
-- names: name, database
SELECT slot_name AS name,
       plugin::text AS plugin,
       slot_type AS kind,
       database::text AS database,
       active,
       temporary,
       pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery()
                                  THEN coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                                  ELSE pg_current_wal_lsn() END, restart_lsn)::bigint AS held_bytes,
       NULL::text AS wal_status,
       count(*) OVER () AS total
FROM pg_replication_slots
ORDER BY held_bytes DESC NULLS LAST, name
LIMIT 200
