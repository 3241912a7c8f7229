-- what: user tables of 1 GiB and more by the statistics: their rows, and whether one whole-number key could split the copy
-- since: 90400
-- privilege: none
-- columns: schema, name, bytes, live_rows, dead_rows, can_be_split, total
-- names: schema, name
SELECT n.nspname AS schema,
       c.relname AS name,
       c.relpages::bigint * current_setting('block_size')::bigint AS bytes,
       pg_stat_get_live_tuples(c.oid) AS live_rows,
       pg_stat_get_dead_tuples(c.oid) AS dead_rows,
       EXISTS (SELECT FROM pg_index i
               JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
               WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indnatts = 1
                 AND i.indpred IS NULL AND i.indexprs IS NULL
                 AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)) AS can_be_split,
       count(*) OVER () AS total
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't'
  AND c.relpages::bigint * current_setting('block_size')::bigint >= 1073741824
  AND is_user_object('pg_class', c.oid, c.relnamespace)
ORDER BY c.relpages DESC, n.nspname, c.relname
LIMIT 200
