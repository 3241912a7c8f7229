-- what: who receives this server's log as a physical standby would, logical receivers are connected to a database
-- since: 90500
-- privilege: membership in pg_read_all_stats (10 and newer), or SUPERUSER
-- columns: name, state, slot
-- names: name, slot
SELECT r.application_name AS name,
       r.state,
       s.slot_name AS slot
FROM pg_stat_replication r
JOIN pg_stat_activity a ON a.pid = r.pid AND a.datid IS NULL
LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid
ORDER BY r.application_name, s.slot_name, r.pid
LIMIT 200
