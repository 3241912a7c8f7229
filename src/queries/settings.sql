-- what: every server parameter: the value that a new session gets, the built-in one, and where the former comes from
-- since: 90400
-- privilege: membership in pg_read_all_settings (10 and newer), to see those that are hidden from ordinary roles
-- columns: name, reset_val, boot_val, unit, vartype, source, context
-- names: name (setting name), reset_val (setting value), boot_val (setting value)
SELECT name,
       CASE WHEN name NOT LIKE '%\_command' AND name NOT LIKE '%conninfo' THEN reset_val END AS reset_val,
       boot_val, unit, vartype, source, context
FROM pg_settings
ORDER BY name
