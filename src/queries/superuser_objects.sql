-- what: objects of users that only a superuser may create, of the rarer kinds
-- since: 90400
-- privilege: none
-- columns: kind, name, detail, total
-- names: name (text)
SELECT o.kind, o.name, o.detail, count(*) OVER () AS total
FROM (SELECT 'access-method' AS kind, format('%I', a.amname) AS name, NULL::text AS detail
      FROM pg_am a
      WHERE is_user_object('pg_am', a.oid)
      UNION ALL
      SELECT 'aggregate', p.oid::regprocedure::text, 'its transition type is internal'
      FROM pg_aggregate a
      JOIN pg_proc p ON p.oid = a.aggfnoid
      WHERE 'internal'::regtype IN (a.aggtranstype, a.aggmtranstype)
        AND is_user_object('pg_proc', p.oid, p.pronamespace)
      UNION ALL
      SELECT 'conversion', format('%I.%I', n.nspname, c.conname), 'it calls ' || c.conproc::regprocedure
      FROM pg_conversion c
      JOIN pg_namespace n ON n.oid = c.connamespace
      JOIN pg_proc p ON p.oid = c.conproc
      WHERE is_user_object('pg_conversion', c.oid, c.connamespace)
        AND is_user_object('pg_proc', p.oid, p.pronamespace)
      UNION ALL
      SELECT 'foreign-data-wrapper', format('%I', w.fdwname), NULL
      FROM pg_foreign_data_wrapper w
      WHERE is_user_object('pg_foreign_data_wrapper', w.oid)
      UNION ALL
      SELECT 'operator-class', format('%I.%I', n.nspname, c.opcname), 'for the index method ' || a.amname
      FROM pg_opclass c
      JOIN pg_namespace n ON n.oid = c.opcnamespace
      JOIN pg_am a ON a.oid = c.opcmethod
      WHERE is_user_object('pg_opclass', c.oid, c.opcnamespace)
      UNION ALL
      SELECT 'operator-family', format('%I.%I', n.nspname, f.opfname), 'for the index method ' || a.amname
      FROM pg_opfamily f
      JOIN pg_namespace n ON n.oid = f.opfnamespace
      JOIN pg_am a ON a.oid = f.opfmethod
      WHERE is_user_object('pg_opfamily', f.oid, f.opfnamespace)
        -- CREATE OPERATOR CLASS creates a family of the same name.
        AND NOT EXISTS (SELECT FROM pg_opclass c
                        WHERE c.opcfamily = f.oid AND c.opcname = f.opfname AND c.opcnamespace = f.opfnamespace)) o
ORDER BY 1, 2
LIMIT 200
