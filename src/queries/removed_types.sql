-- what: columns, domains, ranges and functions of types that a newer major has no more
-- since: 90500
-- privilege: none
-- columns: object_kind, object, part, kind, name, detail, total
-- names: object (text), part (text)
WITH gone(kind, name, detail) AS (removed_names()),
types AS (
  SELECT x.oid, t.typname FROM gone g
  JOIN pg_type t ON t.typname = g.name::name AND t.typnamespace = 'pg_catalog'::regnamespace
  CROSS JOIN LATERAL unnest(ARRAY[t.oid, t.typarray]) AS x(oid)
  WHERE g.kind = 'type' AND x.oid <> 0),
found AS (
  -- View columns of type unknown become text during the restore.
  SELECT 'pg_class'::regclass AS class, c.oid, 'column ' || a.attname AS part, t.typname
  FROM (SELECT a.attrelid, a.attname, a.atttypid FROM pg_attribute a
        -- Without such types, pg_attribute is not read.
        WHERE EXISTS (SELECT FROM types) AND a.atttypid = ANY (ARRAY(SELECT y.oid FROM types y))
          AND a.attnum > 0 AND NOT a.attisdropped OFFSET 0) a
  JOIN types t ON t.oid = a.atttypid
  JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
  WHERE is_user_object('pg_class', c.oid, c.relnamespace)
    AND (t.typname <> 'unknown' OR c.relkind NOT IN ('v', 'm'))
  UNION ALL
  SELECT 'pg_type'::regclass, d.oid, NULL, t.typname
  FROM types t
  LEFT JOIN pg_range r ON r.rngsubtype = t.oid
  JOIN pg_type d ON d.typbasetype = t.oid OR d.oid = r.rngtypid
  WHERE is_user_object('pg_type', d.oid, d.typnamespace)
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, NULL, t.typname
  FROM pg_proc p
  JOIN types t ON t.oid = p.prorettype OR t.oid = ANY (p.proargtypes) OR t.oid = ANY (p.proallargtypes)
  WHERE is_user_object('pg_proc', p.oid, p.pronamespace))
SELECT replace(i.type, ' ', '-') AS object_kind, replace(i.identity, 'pg_catalog.', '') AS object,
       f.part, 'type' AS kind, f.typname AS name, '' AS detail, count(*) OVER () AS total
FROM (SELECT DISTINCT * FROM found) f, LATERAL pg_identify_object(f.class, f.oid, 0) i
ORDER BY i.type, i.identity, f.part, f.typname
LIMIT 200
