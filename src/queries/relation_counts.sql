-- what: how many tables and indexes there are outside the system's schemas, and how many bytes all statistics account for
-- since: 90400
-- privilege: none
-- columns: tables, indexes, known_bytes
SELECT count(CASE WHEN c.relkind IN ('r', 'p') AND s.is_user THEN 1 END) AS tables,
       count(CASE WHEN c.relkind IN ('i', 'I') AND s.is_user THEN 1 END) AS indexes,
       coalesce(sum(c.relpages::bigint), 0)::bigint * current_setting('block_size')::bigint AS known_bytes
FROM pg_class c
JOIN (SELECT oid,
             nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
             AND nspname NOT LIKE 'pg\_temp\_%' AND nspname NOT LIKE 'pg\_toast\_temp\_%' AS is_user
      FROM pg_namespace) s ON s.oid = c.relnamespace
