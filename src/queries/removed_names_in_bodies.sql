-- what: names in the bodies of functions that a newer major has no more, comments left out, never the bodies themselves
-- since: 90500
-- privilege: none
-- columns: object_kind, object, part, kind, name, detail, total
-- names: object (text), part (text)
WITH gone(kind, name, detail) AS (removed_names()),
pattern AS (
  SELECT '[[:<:]](' || string_agg(DISTINCT g.name, '|') || ')[[:>:]]' AS text FROM gone g
  WHERE g.kind IN ('column', 'relation', 'function', 'call', 'parameter') AND g.name <> '(sequence)'
     OR g.name IN ('abstime', 'reltime', 'tinterval')),
-- A body in standard SQL is stored as a tree, so its text is generated.
functions AS (
  SELECT p.oid, CASE WHEN p.prosrc = '' AND l.lanname = 'sql' THEN pg_get_functiondef(p.oid) ELSE p.prosrc END AS body
  FROM pg_proc p
  JOIN pg_language l ON l.oid = p.prolang
  WHERE l.lanname NOT IN ('internal', 'c') AND is_user_object('pg_proc', p.oid, p.pronamespace)),
-- Remove comments but keep strings.
hits AS (
  SELECT f.oid, regexp_replace(f.body, '(''(?:[^'']|'''')*'')|--[^' || chr(10) || ']*|/[*](?:[^*]|[*]+[^*/])*[*]+/', E'\\1', 'g') AS body
  FROM functions f, pattern p
  WHERE f.body ~* p.text),
words AS (
  SELECT h.oid, array_agg(DISTINCT lower(m.match[1])) AS words,
         array_agg(DISTINCT lower(m.match[1])) FILTER (WHERE m.match[2] IS NOT NULL) AS calls
  FROM hits h, LATERAL regexp_matches(h.body, '([[:alpha:]_][[:alnum:]_]*)([[:space:]]*[(])?', 'g') AS m(match)
  GROUP BY h.oid),
settings AS (
  SELECT h.oid, lower(coalesce(m.match[1], m.match[2])) AS setting
  FROM hits h, LATERAL regexp_matches(h.body,
    '(?:current_setting|set_config)[[:space:]]*[(][[:space:]]*''+([[:alpha:]_]+)|[[:<:]](?:show|set|set[[:space:]]+local|set[[:space:]]+session)[[:space:]]+([[:alpha:]_]+)',
    'gi') AS m(match)),
uses AS (
  SELECT w.oid, g.kind, g.name, g.detail
  FROM words w JOIN gone g ON
       CASE g.kind WHEN 'column' THEN ARRAY[g.name, g.detail] <@ w.words
                   WHEN 'relation' THEN g.name = ANY (w.words)
                   WHEN 'function' THEN g.detail = '' AND g.name = ANY (w.calls)
                   WHEN 'call' THEN g.name = ANY (w.calls)
                   WHEN 'type' THEN g.name NOT IN ('unknown', 'opaque') AND g.name = ANY (w.words) END
  UNION
  SELECT s.oid, g.kind, g.name, g.detail FROM settings s JOIN gone g ON g.kind = 'parameter' AND g.name = s.setting)
SELECT replace(i.type, ' ', '-') AS object_kind, replace(i.identity, 'pg_catalog.', '') AS object, NULL::text AS part,
       u.kind, u.name, u.detail, count(*) OVER () AS total
FROM uses u, LATERAL pg_identify_object('pg_proc'::regclass, u.oid, 0) i
ORDER BY i.type, i.identity, u.kind, u.name, u.detail
LIMIT 200
