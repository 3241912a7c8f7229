-- what: processors and memory of the host, from the files of Linux
-- since: 110000
-- privilege: membership in pg_read_server_files, or SUPERUSER
-- columns: cpus_online, meminfo
-- names: none
SELECT pg_read_file('/sys/devices/system/cpu/online', 0, 4096, true) AS cpus_online,
       pg_read_file('/proc/meminfo', 0, 4096, true) AS meminfo
