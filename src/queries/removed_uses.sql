-- what: objects whose definition needs a column, function, operator, type or parameter that a newer major has no more
-- since: 90500
-- privilege: none
-- columns: object_kind, object, part, kind, name, detail, total
-- names: object (text), part (text)
WITH gone(kind, name, detail) AS (removed_names()),
places AS (
  SELECT c.relnamespace AS oid FROM pg_class c WHERE c.oid IN ('pg_class'::regclass, to_regclass('information_schema.tables'))),
relations AS (
  SELECT c.oid, c.relkind, g.kind, g.name, g.detail FROM gone g
  JOIN pg_class c ON c.relname = g.name::name
  WHERE g.kind IN ('column', 'relation')
    AND (c.relnamespace IN (SELECT p.oid FROM places p)
         OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'))
  UNION ALL
  SELECT c.oid, c.relkind, g.kind, g.name, g.detail FROM gone g
  JOIN pg_class c ON c.relkind = 'S'
  WHERE g.name = '(sequence)' AND current_setting('server_version_num')::int < 100000),
attributes AS (
  SELECT r.oid, a.attnum, r.relkind, r.kind, r.name, r.detail FROM relations r
  JOIN pg_attribute a ON a.attrelid = r.oid AND NOT a.attisdropped
  WHERE r.kind = 'relation' OR a.attname = r.detail::name),
functions AS (
  SELECT p.oid, g.kind, g.name, g.detail FROM gone g
  JOIN pg_proc p ON p.proname = g.name::name AND p.pronamespace = 'pg_catalog'::regnamespace
  WHERE g.kind = 'function' AND g.detail IN ('', oidvectortypes(p.proargtypes))),
operators AS (
  SELECT o.oid, g.kind, g.name, g.detail FROM gone g
  JOIN pg_operator o ON o.oprname = g.name::name
  LEFT JOIN pg_type l ON l.oid = o.oprleft
  LEFT JOIN pg_type r ON r.oid = o.oprright
  WHERE g.kind = 'operator' AND g.detail = concat(l.typname, ',', r.typname)
    AND (o.oprnamespace = 'pg_catalog'::regnamespace OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_operator'::regclass AND d.objid = o.oid
                                    AND d.deptype = 'e'))),
types AS (
  SELECT x.oid, g.kind, g.name, g.detail FROM gone g
  JOIN pg_type t ON t.typname = g.name::name AND t.typnamespace = 'pg_catalog'::regnamespace
  CROSS JOIN LATERAL unnest(ARRAY[t.oid, t.typarray]) AS x(oid)
  WHERE g.kind = 'type' AND g.name <> 'unknown' AND x.oid <> 0),
-- Patterns in expression trees. The trees are searched because PostgreSQL records no dependencies on objects that
-- initdb created.
words AS (
  SELECT DISTINCT 'relid ' || a.oid::text AS word FROM attributes a WHERE a.relkind = 'r'
  UNION ALL SELECT 'funcid ' || f.oid::text FROM functions f
  UNION ALL SELECT 'opno ' || o.oid::text FROM operators o
  UNION ALL SELECT '[a-z]*type(id)? ' || t.oid::text FROM types t),
pattern AS (SELECT ':(' || string_agg(w.word, '|') || ') ' AS text FROM words w),
tables AS (
  SELECT 'pg_class'::regclass AS class, c.oid FROM pg_class c
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND is_user_object('pg_class', c.oid, c.relnamespace)),
routines AS (
  SELECT 'pg_proc'::regclass AS class, p.oid, p.proargdefaults, p.proconfig FROM pg_proc p
  WHERE is_user_object('pg_proc', p.oid, p.pronamespace)),
domains AS (
  SELECT 'pg_type'::regclass AS class, t.oid, t.typdefaultbin FROM pg_type t
  WHERE t.typtype = 'd' AND is_user_object('pg_type', t.oid, t.typnamespace)),
signs AS (
  SELECT 'pg_operator'::regclass AS class, o.oid, o.oprname, o.oprleft, o.oprright, o.oprcode FROM pg_operator o
  WHERE is_user_object('pg_operator', o.oid, o.oprnamespace)),
conversions AS (
  SELECT 'pg_conversion'::regclass AS class, c.oid, c.conproc FROM pg_conversion c
  WHERE is_user_object('pg_conversion', c.oid, c.connamespace)),
bodies AS (
  SELECT t.class, t.oid, CASE WHEN r.rulename <> '_RETURN' THEN 'rule ' || r.rulename END AS part,
         concat(r.ev_action, r.ev_qual) AS tree
  FROM tables t JOIN pg_rewrite r ON r.ev_class = t.oid
  UNION ALL
  SELECT t.class, t.oid, 'default of ' || a.attname, d.adbin::text
  FROM tables t JOIN pg_attrdef d ON d.adrelid = t.oid
  JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  UNION ALL
  SELECT t.class, t.oid, 'constraint ' || k.conname, k.conbin::text
  FROM tables t JOIN pg_constraint k ON k.conrelid = t.oid AND k.conbin IS NOT NULL
  UNION ALL
  SELECT d.class, d.oid, 'constraint ' || k.conname, k.conbin::text
  FROM domains d JOIN pg_constraint k ON k.contypid = d.oid AND k.conbin IS NOT NULL
  UNION ALL
  SELECT d.class, d.oid, 'default', d.typdefaultbin::text
  FROM domains d
  WHERE d.typdefaultbin IS NOT NULL
  UNION ALL
  SELECT t.class, t.oid, 'index ' || x.relname, concat(i.indexprs, i.indpred)
  FROM tables t JOIN pg_index i ON i.indrelid = t.oid AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)
  JOIN pg_class x ON x.oid = i.indexrelid
  UNION ALL
  SELECT t.class, t.oid, 'trigger ' || g.tgname, g.tgqual::text
  FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid AND g.tgqual IS NOT NULL
  UNION ALL
  SELECT t.class, t.oid, 'policy ' || p.polname, concat(p.polqual, p.polwithcheck)
  FROM tables t JOIN pg_policy p ON p.polrelid = t.oid
  UNION ALL
  SELECT r.class, r.oid, 'default of an argument', r.proargdefaults::text
  FROM routines r
  WHERE r.proargdefaults IS NOT NULL),
hits AS (
  SELECT b.class, b.oid, b.part, b.tree FROM bodies b, pattern p WHERE b.tree ~ p.text),
tokens AS (
  SELECT h.class, h.oid, h.part, m.match[1] AS field, m.match[2]::oid AS ref
  FROM hits h, LATERAL regexp_matches(h.tree, ':(funcid|opno|[a-z]*type(?:id)?) ([0-9]+)', 'g') AS m(match)),
-- Columns that a query reads from a relation, as bit numbers counted from the lowest system column.
reads AS (
  SELECT h.class, h.oid, h.part, m.match[1]::oid AS relation,
         bit::int - CASE WHEN current_setting('server_version_num')::int < 120000 THEN 8 ELSE 7 END AS attnum
  FROM hits h,
       LATERAL regexp_matches(h.tree, ':relid ([0-9]+) [^{}]*:selectedCols [(]b([ 0-9]*)[)]', 'g') AS m(match),
       LATERAL unnest(string_to_array(btrim(m.match[2]), ' ')) AS bit
  WHERE bit <> ''),
uses AS (
  SELECT t.class, t.oid, t.part, f.kind, f.name, f.detail
  FROM tokens t JOIN functions f ON t.field = 'funcid' AND t.ref = f.oid
  UNION ALL
  SELECT t.class, t.oid, t.part, o.kind, o.name, o.detail
  FROM tokens t JOIN operators o ON t.field = 'opno' AND t.ref = o.oid
  UNION ALL
  SELECT t.class, t.oid, t.part, y.kind, y.name, y.detail
  FROM tokens t JOIN types y ON t.field LIKE '%type%' AND t.ref = y.oid
  UNION ALL
  SELECT r.class, r.oid, r.part, a.kind, a.name, a.detail
  FROM reads r JOIN attributes a ON a.oid = r.relation AND a.attnum = r.attnum
  UNION ALL
  -- Dependencies on system views and on views of extensions are recorded.
  SELECT t.class, t.oid, CASE WHEN r.rulename <> '_RETURN' THEN 'rule ' || r.rulename END, a.kind, a.name, a.detail
  FROM attributes a
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.oid AND d.refobjsubid = a.attnum
                  AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_rewrite r ON r.oid = d.objid
  JOIN tables t ON t.oid = r.ev_class
  UNION ALL
  SELECT t.class, t.oid, 'policy ' || p.polname, a.kind, a.name, a.detail
  FROM attributes a
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.oid AND d.refobjsubid = a.attnum
                  AND d.classid = 'pg_policy'::regclass
  JOIN pg_policy p ON p.oid = d.objid
  JOIN tables t ON t.oid = p.polrelid
  UNION ALL
  SELECT r.class, r.oid, NULL, f.kind, f.name, f.detail
  FROM routines r JOIN pg_aggregate a ON a.aggfnoid = r.oid
  JOIN functions f ON f.oid IN (a.aggtransfn, a.aggfinalfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
  UNION ALL
  SELECT s.class, s.oid, NULL, f.kind, f.name, f.detail
  FROM functions f JOIN signs s ON s.oprcode = f.oid
  UNION ALL
  SELECT 'pg_opfamily'::regclass, o.oid, NULL, f.kind, f.name, f.detail
  FROM functions f JOIN pg_amproc a ON a.amproc = f.oid JOIN pg_opfamily o ON o.oid = a.amprocfamily
  WHERE is_user_object('pg_opfamily', o.oid, o.opfnamespace)
  UNION ALL
  SELECT c.class, c.oid, NULL, f.kind, f.name, f.detail
  FROM functions f JOIN conversions c ON c.conproc = f.oid
  UNION ALL
  SELECT s.class, s.oid, NULL, g.kind, g.name, g.detail
  FROM signs s JOIN gone g ON g.kind = 'definition'
   AND CASE g.name WHEN 'a postfix operator' THEN s.oprright = 0
                   WHEN 'an operator named `=>`' THEN s.oprname = '=>'
                   WHEN 'an aggregate or operator of an array function with `anyarray`'
                   THEN s.oprleft IN ('anyarray'::regtype, 'anyelement'::regtype) AND s.oprcode::text = ANY (
                     '{array_append,array_cat,array_prepend,array_remove,array_replace,array_position,array_positions,width_bucket}') END
  UNION ALL
  SELECT r.class, r.oid, NULL, g.kind, g.name, g.detail
  FROM routines r JOIN pg_aggregate a ON a.aggfnoid = r.oid
  JOIN gone g ON g.kind = 'definition' AND g.name = 'an aggregate or operator of an array function with `anyarray`'
  WHERE a.aggtranstype IN ('anyarray'::regtype, 'anyelement'::regtype)
    AND '{array_append,array_cat,array_prepend,array_remove,array_replace,array_position,array_positions,width_bucket}'::text[]
        && ARRAY[a.aggtransfn::text, a.aggfinalfn::text]
  UNION ALL
  SELECT c.class, c.oid, NULL, g.kind, g.name, g.detail
  FROM conversions c JOIN gone g ON g.kind = 'definition' AND g.name = 'an encoding conversion with a function of five arguments'
  WHERE NOT EXISTS (SELECT FROM pg_proc p WHERE p.oid = c.conproc AND p.pronamespace = 'pg_catalog'::regnamespace)
  UNION ALL
  SELECT r.class, r.oid, NULL, g.kind, g.name, g.detail
  FROM routines r, unnest(r.proconfig) AS setting
  JOIN gone g ON g.kind = 'parameter' AND g.name = lower(split_part(setting, '=', 1)))
SELECT replace(i.type, ' ', '-') AS object_kind, replace(i.identity, 'pg_catalog.', '') AS object,
       o.part, o.kind, o.name, o.detail, count(*) OVER () AS total
FROM (SELECT DISTINCT u.class, u.oid, u.part, u.kind, u.name, u.detail FROM uses u) o,
     LATERAL pg_identify_object(o.class, o.oid, 0) i
ORDER BY i.type, i.identity, o.part, o.kind, o.name, o.detail
LIMIT 200
