-- what: triggers and rules that fire while replicated changes are applied
-- since: 90500
-- privilege: none
-- columns: kind, object, table_name, name, enabled, total
-- names: object (text), table_name (text), name (text)
SELECT f.kind, i.identity || '.' || quote_ident(f.name) AS object, i.identity AS table_name, quote_ident(f.name) AS name,
       CASE f.enabled WHEN 'A' THEN 'ALWAYS' ELSE 'REPLICA' END AS enabled, count(*) OVER () AS total
FROM (SELECT 'trigger' AS kind, t.tgrelid AS relation, t.tgname AS name, t.tgenabled AS enabled
      FROM pg_trigger t
      WHERE NOT t.tgisinternal AND t.tgenabled IN ('A', 'R')
      UNION ALL
      SELECT 'rule', r.ev_class, r.rulename, r.ev_enabled
      FROM pg_rewrite r
      WHERE r.ev_enabled IN ('A', 'R')) f
JOIN pg_class c ON c.oid = f.relation,
     LATERAL pg_identify_object('pg_class'::regclass, c.oid, 0) i
WHERE is_user_object('pg_class', c.oid, c.relnamespace)
ORDER BY i.identity, f.kind, f.name
LIMIT 200
