-- what: foreign servers that users made, their tables and user mappings, never an option of either
-- since: 90400
-- privilege: none
-- columns: name, wrapper, tables, mappings, total
-- names: name
SELECT s.srvname AS name,
       w.fdwname AS wrapper,
       (SELECT count(*) FROM pg_foreign_table t WHERE t.ftserver = s.oid) AS tables,
       (SELECT count(*) FROM pg_user_mappings m WHERE m.srvid = s.oid) AS mappings,
       count(*) OVER () AS total
FROM pg_foreign_server s
JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE is_user_object('pg_foreign_server', s.oid)
ORDER BY s.srvname
LIMIT 200
