-- what: who asks which server: user, its rights, version, whether it is a standby
-- since: 90400
-- privilege: none
-- columns: version, version_num, session_user, migration_user_exists, is_superuser, in_recovery, server_address, server_port
-- names: session_user
SELECT version() AS version,
       current_setting('server_version_num')::int AS version_num,
       session_user::text AS session_user,
       EXISTS (SELECT FROM pg_roles WHERE rolname = current_setting('flexready.migration_user')) AS migration_user_exists,
       (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) AS is_superuser,
       pg_is_in_recovery() AS in_recovery,
       host(inet_server_addr()) AS server_address,
       inet_server_port() AS server_port
