-- what: parsers, templates, dictionaries and configurations of full-text search that users made
-- since: 90400
-- privilege: none
-- columns: kind, name, base, total
-- names: name (text), base (text)
SELECT o.kind, format('%I.%I', n.nspname, o.name) AS name, o.base, count(*) OVER () AS total
FROM (SELECT 1 AS place, 'text-search-parser' AS kind, p.prsnamespace AS namespace, p.prsname AS name, NULL::text AS base
      FROM pg_ts_parser p
      WHERE is_user_object('pg_ts_parser', p.oid, p.prsnamespace)
      UNION ALL
      SELECT 2, 'text-search-template', t.tmplnamespace, t.tmplname, NULL
      FROM pg_ts_template t
      WHERE is_user_object('pg_ts_template', t.oid, t.tmplnamespace)
      UNION ALL
      SELECT 3, 'text-search-dictionary', d.dictnamespace, d.dictname, t.tmplname::text
      FROM pg_ts_dict d
      JOIN pg_ts_template t ON t.oid = d.dicttemplate
      WHERE is_user_object('pg_ts_dict', d.oid, d.dictnamespace)
      UNION ALL
      SELECT 4, 'text-search-configuration', c.cfgnamespace, c.cfgname, p.prsname::text
      FROM pg_ts_config c
      JOIN pg_ts_parser p ON p.oid = c.cfgparser
      WHERE is_user_object('pg_ts_config', c.oid, c.cfgnamespace)) o
JOIN pg_namespace n ON n.oid = o.namespace
ORDER BY o.place, 2
LIMIT 200
