-- what: parameters set for a role, a database, a role in a database, or (both null) for all roles
-- since: 90400
-- privilege: none
-- columns: database, role, name, value, total
-- names: database, role, name (setting name), value (setting value)
-- Custom parameters (with a dot in the name) can hold secrets, so values are only returned for known modules.
SELECT d.datname AS database,
       r.rolname AS role,
       split_part(p.pair, '=', 1) AS name,
       CASE WHEN split_part(p.pair, '=', 1) NOT LIKE '%.%'
              OR split_part(p.pair, '.', 1) IN ('auto_explain', 'pg_hint_plan', 'pg_stat_statements', 'pg_trgm', 'pgaudit', 'plpgsql')
            THEN substr(p.pair, strpos(p.pair, '=') + 1) END AS value,
       count(*) OVER () AS total
FROM pg_db_role_setting s
CROSS JOIN LATERAL unnest(s.setconfig) AS p(pair)
LEFT JOIN pg_database d ON d.oid = s.setdatabase
LEFT JOIN pg_roles r ON r.oid = s.setrole
ORDER BY r.rolname IS NOT DISTINCT FROM current_setting('flexready.migration_user') DESC,
         r.rolname NULLS FIRST, d.datname NULLS FIRST, p.pair
LIMIT 1000
