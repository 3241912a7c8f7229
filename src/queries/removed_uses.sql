-- what: objects whose definition needs a column, function, operator, type or parameter that a newer major has no more
-- since: 90500
-- privilege: none
-- columns: object_kind, object, part, kind, name, detail, total
WITH gone(kind, name, detail) AS (removed_names()),
places AS (
  SELECT n.oid FROM pg_namespace n WHERE n.nspname IN ('pg_catalog', 'information_schema')),
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
    AND (o.oid < 16384 OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_operator'::regclass AND d.objid = o.oid
                                    AND d.deptype = 'e'))),
types AS (
  SELECT x.oid, g.kind, g.name, g.detail FROM gone g
  JOIN pg_type t ON t.typname = g.name::name AND t.typnamespace = 'pg_catalog'::regnamespace
  CROSS JOIN LATERAL unnest(ARRAY[t.oid, t.typarray]) AS x(oid)
  WHERE g.kind = 'type' AND g.name <> 'unknown' AND x.oid <> 0),
-- What an expression tree says of each: PostgreSQL notes no dependency on what initdb made, so the trees are read.
words AS (
  SELECT DISTINCT 'relid ' || a.oid AS word FROM attributes a WHERE a.relkind = 'r' AND a.oid < 16384
  UNION ALL SELECT 'funcid ' || f.oid FROM functions f
  UNION ALL SELECT 'opno ' || o.oid FROM operators o
  UNION ALL SELECT '[a-z]*type(id)? ' || t.oid FROM types t),
pattern AS (SELECT ':(' || string_agg(w.word, '|') || ') ' AS text FROM words w),
bodies AS (
  SELECT 'pg_class'::regclass AS class, c.oid, c.relnamespace AS namespace,
         CASE WHEN r.rulename <> '_RETURN' THEN 'rule ' || r.rulename END AS part,
         concat(r.ev_action, r.ev_qual) AS tree
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
  WHERE c.oid >= 16384
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, c.relnamespace, 'default of ' || a.attname, d.adbin::text
  FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
  JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, c.relnamespace, 'constraint ' || k.conname, k.conbin::text
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
  WHERE k.conbin IS NOT NULL
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, t.typnamespace, 'constraint ' || k.conname, k.conbin::text
  FROM pg_constraint k JOIN pg_type t ON t.oid = k.contypid
  WHERE k.conbin IS NOT NULL
  UNION ALL
  SELECT 'pg_type'::regclass, t.oid, t.typnamespace, 'default', t.typdefaultbin::text
  FROM pg_type t
  WHERE t.typdefaultbin IS NOT NULL
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, c.relnamespace, 'index ' || x.relname, concat(i.indexprs, i.indpred)
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid
  WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, c.relnamespace, 'trigger ' || t.tgname, t.tgqual::text
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  WHERE t.tgqual IS NOT NULL
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, c.relnamespace, 'policy ' || p.polname, concat(p.polqual, p.polwithcheck)
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, p.pronamespace, 'default of an argument', p.proargdefaults::text
  FROM pg_proc p
  WHERE p.proargdefaults IS NOT NULL AND p.oid >= 16384),
hits AS (
  SELECT b.class, b.oid, b.namespace, b.part, b.tree FROM bodies b, pattern p WHERE b.oid >= 16384 AND b.tree ~ p.text),
tokens AS (
  SELECT h.class, h.oid, h.namespace, h.part, m.match[1] AS field, m.match[2]::oid AS ref
  FROM hits h, LATERAL regexp_matches(h.tree, ':(funcid|opno|[a-z]*type(?:id)?) ([0-9]+)', 'g') AS m(match)),
-- The columns that a query reads of a relation, as bits counted from the lowest system column.
reads AS (
  SELECT h.class, h.oid, h.namespace, h.part, m.match[1]::oid AS relation,
         bit::int - CASE WHEN current_setting('server_version_num')::int < 120000 THEN 8 ELSE 7 END AS attnum
  FROM hits h,
       LATERAL regexp_matches(h.tree, ':relid ([0-9]+) [^{}]*:selectedCols [(]b([ 0-9]*)[)]', 'g') AS m(match),
       LATERAL unnest(string_to_array(btrim(m.match[2]), ' ')) AS bit
  WHERE bit <> ''),
uses AS (
  SELECT t.class, t.oid, t.namespace, t.part, f.kind, f.name, f.detail
  FROM tokens t JOIN functions f ON t.field = 'funcid' AND t.ref = f.oid
  UNION ALL
  SELECT t.class, t.oid, t.namespace, t.part, o.kind, o.name, o.detail
  FROM tokens t JOIN operators o ON t.field = 'opno' AND t.ref = o.oid
  UNION ALL
  SELECT t.class, t.oid, t.namespace, t.part, y.kind, y.name, y.detail
  FROM tokens t JOIN types y ON t.field LIKE '%type%' AND t.ref = y.oid
  UNION ALL
  SELECT r.class, r.oid, r.namespace, r.part, a.kind, a.name, a.detail
  FROM reads r JOIN attributes a ON a.oid = r.relation AND a.attnum = r.attnum
  UNION ALL
  -- On system views and on an extension's, dependencies are noted.
  SELECT 'pg_class'::regclass, c.oid, c.relnamespace,
         CASE WHEN r.rulename <> '_RETURN' THEN 'rule ' || r.rulename END, a.kind, a.name, a.detail
  FROM attributes a
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.oid AND d.refobjsubid = a.attnum
                  AND d.classid = 'pg_rewrite'::regclass
  JOIN pg_rewrite r ON r.oid = d.objid
  JOIN pg_class c ON c.oid = r.ev_class
  UNION ALL
  SELECT 'pg_class'::regclass, c.oid, c.relnamespace, 'policy ' || p.polname, a.kind, a.name, a.detail
  FROM attributes a
  JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.oid AND d.refobjsubid = a.attnum
                  AND d.classid = 'pg_policy'::regclass
  JOIN pg_policy p ON p.oid = d.objid
  JOIN pg_class c ON c.oid = p.polrelid
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, p.pronamespace, NULL, f.kind, f.name, f.detail
  FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid
  JOIN functions f ON f.oid IN (a.aggtransfn, a.aggfinalfn, a.aggmtransfn, a.aggminvtransfn, a.aggmfinalfn)
  UNION ALL
  SELECT 'pg_operator'::regclass, o.oid, o.oprnamespace, NULL, f.kind, f.name, f.detail
  FROM functions f JOIN pg_operator o ON o.oprcode = f.oid
  UNION ALL
  SELECT 'pg_opfamily'::regclass, o.oid, o.opfnamespace, NULL, f.kind, f.name, f.detail
  FROM functions f JOIN pg_amproc a ON a.amproc = f.oid JOIN pg_opfamily o ON o.oid = a.amprocfamily
  UNION ALL
  SELECT 'pg_conversion'::regclass, c.oid, c.connamespace, NULL, f.kind, f.name, f.detail
  FROM functions f JOIN pg_conversion c ON c.conproc = f.oid
  UNION ALL
  SELECT 'pg_operator'::regclass, o.oid, o.oprnamespace, NULL, g.kind, g.name, g.detail
  FROM pg_operator o JOIN gone g ON g.kind = 'definition'
   AND CASE g.name WHEN 'a postfix operator' THEN o.oprright = 0
                   WHEN 'an operator named `=>`' THEN o.oprname = '=>'
                   WHEN 'an aggregate or operator of an array function with `anyarray`'
                   THEN o.oprleft IN ('anyarray'::regtype, 'anyelement'::regtype) AND o.oprcode::text = ANY (
                     '{array_append,array_cat,array_prepend,array_remove,array_replace,array_position,array_positions,width_bucket}') END
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, p.pronamespace, NULL, g.kind, g.name, g.detail
  FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid
  JOIN gone g ON g.kind = 'definition' AND g.name = 'an aggregate or operator of an array function with `anyarray`'
  WHERE a.aggtranstype IN ('anyarray'::regtype, 'anyelement'::regtype)
    AND '{array_append,array_cat,array_prepend,array_remove,array_replace,array_position,array_positions,width_bucket}'::text[]
        && ARRAY[a.aggtransfn::text, a.aggfinalfn::text]
  UNION ALL
  SELECT 'pg_conversion'::regclass, c.oid, c.connamespace, NULL, g.kind, g.name, g.detail
  FROM pg_conversion c JOIN gone g ON g.kind = 'definition' AND g.name = 'an encoding conversion with a function of five arguments'
  WHERE c.conproc >= 16384
  UNION ALL
  SELECT 'pg_proc'::regclass, p.oid, p.pronamespace, NULL, g.kind, g.name, g.detail
  FROM pg_proc p, unnest(p.proconfig) AS setting JOIN gone g ON g.kind = 'parameter' AND g.name = lower(split_part(setting, '=', 1))),
owned AS (
  SELECT DISTINCT u.class, u.oid, u.namespace, u.part, u.kind, u.name, u.detail FROM uses u
  WHERE is_user_object(u.class, u.oid, u.namespace))
SELECT replace(i.type, ' ', '-') AS object_kind, replace(i.identity, 'pg_catalog.', '') AS object,
       o.part, o.kind, o.name, o.detail, count(*) OVER () AS total
FROM owned o, LATERAL pg_identify_object(o.class, o.oid, 0) i
ORDER BY i.type, i.identity, o.part, o.kind, o.name, o.detail
LIMIT 200
