use super::*;

#[test]
fn equal_amounts_in_different_units_are_equal() {
    assert_eq!(
        value("work_mem", "4096", Some("kB"), false),
        value("work_mem", "4096", Some("KB"), false)
    );
    assert_eq!(
        value("shared_buffers", "131072", Some("8kB"), false),
        Value::Number(1_073_741_824.0)
    );
    assert_eq!(
        value("x", "1", Some("min"), false),
        value("x", "60", Some("seconds"), false)
    );
    assert_eq!(
        value("max_wal_size", "3", Some("16MB"), false),
        value("max_wal_size", "48", Some("megabytes"), false)
    );
    assert_eq!(
        value("x", "-1", Some("8kB"), false),
        value("x", "-1", Some("megabytes"), false)
    );
}

#[test]
fn spellings_of_one_value_are_equal() {
    assert_eq!(
        value("jit", "off", None, true),
        value("jit", "false", None, true)
    );
    assert_eq!(
        value("lc_time", "en_US.UTF-8", None, false),
        value("lc_time", "en_US.utf8", None, false)
    );
    assert_eq!(
        value("TimeZone", "Etc/UTC", None, false),
        value("TimeZone", "UTC", None, false)
    );
    assert_ne!(
        value("TimeZone", "Europe/Berlin", None, false),
        value("TimeZone", "UTC", None, false)
    );
    assert_eq!(
        value("search_path", "\"$user\", public", None, false),
        value("search_path", "\"$user\",public", None, false)
    );
}

#[test]
fn conversion_keeps_special_values_and_rejects_other_kinds() {
    assert_eq!(
        convert("131072", Some("8kB"), Some("8KB")).as_deref(),
        Some("131072")
    );
    assert_eq!(
        convert("2", Some("min"), Some("milliseconds")).as_deref(),
        Some("120000")
    );
    assert_eq!(
        convert("-1", Some("min"), Some("seconds")).as_deref(),
        Some("-1")
    );
    assert_eq!(convert("5", Some("min"), Some("KB")), None);
    assert_eq!(convert("on", None, None), None);
}

#[test]
fn times_are_parsed_with_and_without_a_unit() {
    assert_eq!(milliseconds("24h", Some("ms")), Some(86_400_000.0));
    assert_eq!(milliseconds("1.5 s", None), Some(1500.0));
    assert_eq!(
        milliseconds("86400000", Some("milliseconds")),
        Some(86_400_000.0)
    );
    assert_eq!(milliseconds("5", Some("s")), Some(5000.0));
    assert_eq!(milliseconds("8kB", Some("ms")), None);
    assert_eq!(milliseconds("soon", None), None);
}

#[test]
fn amounts_are_formatted_with_units() {
    assert_eq!(readable("131072", Some("8kB")), "1 GB");
    assert_eq!(readable("90", Some("s")), "90 s");
    assert_eq!(readable("-1", Some("kB")), "-1");
    assert_eq!(readable("ISO, MDY", None), "ISO, MDY");
}
