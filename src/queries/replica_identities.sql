-- what: logged user tables whose updates and deletes carry no replica identity, those that were changed first
-- since: 90400
-- privilege: none
-- columns: schema, name, identity, key, updates, deletes, stats_reset, total, total_changed
-- names: schema, name
SELECT t.schema, t.name, t.identity, t.key, t.updates, t.deletes,
       (SELECT to_char(stats_reset AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS')
        FROM pg_stat_database WHERE datname = current_database()) AS stats_reset,
       count(*) OVER () AS total,
       count(*) FILTER (WHERE t.updates + t.deletes > 0) OVER () AS total_changed
FROM (SELECT n.nspname AS schema, c.relname AS name, c.relreplident AS identity,
             CASE WHEN NOT k.indisvalid THEN 'invalid' WHEN NOT k.indimmediate THEN 'deferrable'
                  WHEN k.indisvalid THEN 'usable' END AS key,
             EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisreplident AND i.indisvalid
                     AND i.indimmediate) AS has_index,
             coalesce(pg_stat_get_tuples_updated(c.oid), 0) AS updates,
             coalesce(pg_stat_get_tuples_deleted(c.oid), 0) AS deletes
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary
      WHERE c.relkind = 'r'
        AND c.relpersistence = 'p'
        AND is_user_object('pg_class', c.oid, c.relnamespace)) t
WHERE t.identity = 'n'
   OR t.identity = 'd' AND t.key IS DISTINCT FROM 'usable'
   OR t.identity = 'i' AND NOT t.has_index
ORDER BY (t.updates + t.deletes > 0) DESC, t.updates + t.deletes DESC, t.schema, t.name
LIMIT 200
