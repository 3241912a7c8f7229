-- what: functions without a search_path that a restore calls (checks, indexes, generated columns, materialized views), and the names in them that no empty search_path finds
-- since: 90400
-- privilege: none
-- columns: name, extension, used_by, kind, uses, unqualified, schemas, total
-- names: name (text), used_by (text), unqualified (text), schemas
-- Columns of newer versions are read from the row as JSON. In older versions they are null.
WITH called AS (
  SELECT d.refobjid AS function, d.classid, d.objid, d.objsubid,
         CASE WHEN d.classid = 'pg_constraint'::regclass THEN 'check constraint'
              WHEN d.classid = 'pg_attrdef'::regclass OR d.objsubid > 0 THEN 'generated column'
              WHEN d.classid = 'pg_rewrite'::regclass THEN 'materialized view'
              WHEN c.relkind = 'p' THEN 'partition key'
              ELSE 'index' END AS kind
  FROM pg_depend d
  LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
  WHERE d.refclassid = 'pg_proc'::regclass AND d.deptype IN ('n', 'a')
    AND (c.relkind IN ('i', 'I') OR c.relkind = 'p' AND d.objsubid = 0
         OR d.classid = 'pg_constraint'::regclass
            AND EXISTS (SELECT FROM pg_constraint k WHERE k.oid = d.objid AND k.contype = 'c' AND k.convalidated)
         OR d.classid = 'pg_rewrite'::regclass
            AND EXISTS (SELECT FROM pg_rewrite r JOIN pg_class v ON v.oid = r.ev_class
                        WHERE r.oid = d.objid AND v.relkind = 'm')
         -- Up to 14, the column itself depends on the functions in its expression.
         OR d.classid = 'pg_class'::regclass AND d.objsubid > 0
            AND EXISTS (SELECT FROM pg_attribute a
                        WHERE a.attrelid = d.objid AND a.attnum = d.objsubid AND to_json(a)->>'attgenerated' <> '')
         OR d.classid = 'pg_attrdef'::regclass
            AND EXISTS (SELECT FROM pg_attrdef e
                        JOIN pg_attribute a ON a.attrelid = e.adrelid AND a.attnum = e.adnum
                        WHERE e.oid = d.objid AND to_json(a)->>'attgenerated' <> ''))),
texts AS (
  SELECT p.oid, p.proargtypes, p.proallargtypes, p.proargnames,
         regexp_replace(p.prosrc, '/[*]([^*]|[*]+[^*/])*[*]+/|--[^\n]*', ' ', 'g') AS body
  FROM pg_proc p
  JOIN pg_language l ON l.oid = p.prolang
  WHERE l.lanname IN ('sql', 'plpgsql') AND to_json(p)->>'prosqlbody' IS NULL
    AND p.oid IN (SELECT function FROM called)
    AND NOT EXISTS (SELECT FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%')),
-- Bodies without string contents.
bare AS (
  SELECT t.oid, regexp_replace(t.body, '''[^'']*''', '''''', 'g') AS body FROM texts t),
words AS (
  SELECT t.oid, 'function' AS what, lower(m[3]) AS word
  FROM texts t, regexp_matches(t.body, '(^|[^.\w"$])("?)([a-z_]\w*)\2\s*\(', 'gi') m
  UNION
  SELECT t.oid, 'relation', lower(m[2])
  FROM texts t, regexp_matches(t.body, '\m(?:from|join|insert\s+into|update)\s+(?:only\s+)?("?)([a-z_]\w*)\1(?![\w"]|\s*[.(])', 'gi') m
  UNION
  SELECT t.oid, 'type', lower(m[2])
  FROM texts t, regexp_matches(t.body, '::\s*("?)([a-z_]\w*)\1(?![\w"]|\s*[.])', 'gi') m
  UNION
  -- The type of a cast(), a constant or a variable.
  SELECT t.oid, 'type', lower(m[2])
  FROM texts t, regexp_matches(t.body, '\mas\s+("?)([a-z_]\w*)\1\s*(?:[(][\d\s,]*[)]\s*)?(?:\[\d*\]\s*)*[)]', 'gi') m
  UNION
  SELECT b.oid, 'type', lower(m[3])
  FROM bare b, regexp_matches(b.body, '(^|[^.\w"$])("?)([a-z_]\w*)\2\s*''', 'gi') m
  UNION
  SELECT b.oid, 'type', lower(m[2])
  FROM bare b, regexp_matches(b.body, '\mdeclare\M(.*?)\mbegin\M', 'gi') d,
       regexp_matches(d[1], '(?:^|\u003b)\s*\w+\s+(?:constant\s+)?("?)([a-z_]\w*)\1(?![\w"]|\s*[.%])', 'gi') m
  UNION
  SELECT t.oid, 'relation', lower(m[2])
  FROM texts t, regexp_matches(t.body, '(^|[^.\w"$])([a-z_]\w*)(?:[.]\w+\s*%\s*type|\s*%\s*rowtype)\M', 'gi') m),
found AS (
  SELECT w.oid, w.word, n.nspname
  FROM words w JOIN pg_proc p ON p.proname = w.word::name JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE w.what = 'function'
  UNION
  SELECT w.oid, w.word, n.nspname
  FROM words w JOIN pg_class c ON c.relname = w.word::name JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE w.what = 'relation'
  UNION
  SELECT w.oid, w.word, n.nspname
  FROM words w JOIN pg_type t ON t.typname = w.word::name JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE w.what = 'type'),
-- Operators next to a function argument.
arguments AS (
  SELECT t.oid, '$' || a.number::text AS word, a.type
  FROM texts t, unnest(t.proargtypes) WITH ORDINALITY a(type, number)
  UNION
  SELECT t.oid, lower(a.name), a.type
  FROM texts t, unnest(coalesce(t.proallargtypes, t.proargtypes::oid[]), t.proargnames) a(type, name)
  WHERE a.name <> ''),
signs AS (
  SELECT b.oid, lower(m[1]) AS word, m[2] AS sign, true AS is_left
  FROM bare b, regexp_matches(b.body, '(\$?\w+)\s*([-+*/<>=~!@#%^&|`?]+)', 'g') m
  UNION
  SELECT b.oid, lower(m[2]), m[1], false
  FROM bare b, regexp_matches(b.body, '(?:^|[^-+*/<>=~!@#%^&|`?:])([-+*/<>=~!@#%^&|`?]+)\s*(\$?\w+)', 'g') m),
operators AS (
  SELECT s.oid, s.sign AS word, o.oprnamespace
  FROM signs s
  JOIN arguments a ON a.oid = s.oid AND a.word = s.word
  JOIN pg_operator o ON o.oprname = s.sign::name AND a.type = CASE WHEN s.is_left THEN o.oprleft ELSE o.oprright END
  -- If a built-in operator accepts the type too, the built-in one is used.
  WHERE NOT EXISTS (SELECT FROM pg_operator own
                    WHERE own.oprname = s.sign::name AND own.oprnamespace = 11
                      AND a.type = CASE WHEN s.is_left THEN own.oprleft ELSE own.oprright END)),
unqualified AS (
  SELECT f.oid, f.word, f.nspname
  FROM found f
  WHERE f.nspname !~ '^(pg_|information_)'
    AND NOT EXISTS (SELECT FROM found s WHERE s.oid = f.oid AND s.word = f.word AND s.nspname = 'pg_catalog')
  UNION
  SELECT o.oid, o.word, n.nspname
  FROM operators o JOIN pg_namespace n ON n.oid = o.oprnamespace)
SELECT t.oid::regprocedure::text AS name,
       (SELECT e.extname FROM pg_depend m
        JOIN pg_extension e ON e.oid = m.refobjid
        WHERE m.classid = 'pg_proc'::regclass AND m.objid = t.oid
          AND m.refclassid = 'pg_extension'::regclass AND m.deptype = 'e') AS extension,
       (SELECT regexp_replace((pg_identify_object(u.classid, u.objid, u.objsubid)).identity, '^("_RETURN" on|for) ', '') FROM called u
        WHERE u.function = t.oid ORDER BY u.kind, u.objid, u.objsubid LIMIT 1) AS used_by,
       (SELECT min(u.kind) FROM called u WHERE u.function = t.oid) AS kind,
       (SELECT count(*) FROM called u WHERE u.function = t.oid) AS uses,
       ARRAY(SELECT DISTINCT w.word FROM unqualified w WHERE w.oid = t.oid ORDER BY 1 LIMIT 10) AS unqualified,
       ARRAY(SELECT DISTINCT w.nspname::text FROM unqualified w WHERE w.oid = t.oid ORDER BY 1 LIMIT 10) AS schemas,
       count(*) OVER () AS total
FROM texts t
WHERE t.oid IN (SELECT w.oid FROM unqualified w)
ORDER BY 1
LIMIT 200
