-- what: the extensions whose control files put them into a system schema, which fails where one control file is broken
-- since: 90400
-- privilege: none
-- columns: name, schema
-- names: schema
SELECT DISTINCT v.name, v.schema
FROM pg_available_extension_versions v
WHERE v.schema = ANY ('{pg_catalog,information_schema}')
ORDER BY v.name, v.schema
