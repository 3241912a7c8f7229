-- what: tables, materialized views and indexes of users that lie in a tablespace of their own, by tablespace
-- since: 90400
-- privilege: none
-- columns: tablespace, relations, bytes, first_relation
-- names: tablespace, first_relation (text)
SELECT t.spcname AS tablespace,
       count(*) AS relations,
       sum(greatest(c.relpages, 0)::bigint) * current_setting('block_size')::int AS bytes,
       min(c.oid::regclass::text) AS first_relation
FROM pg_class c
JOIN pg_tablespace t ON t.oid = c.reltablespace
WHERE t.spcname NOT IN ('pg_default', 'pg_global')
  AND c.relkind IN ('r', 'm', 'i', 'p', 'I')
  AND is_user_object('pg_class', c.oid, c.relnamespace)
GROUP BY t.spcname
ORDER BY t.spcname
