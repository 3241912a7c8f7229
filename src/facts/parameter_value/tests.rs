use super::*;

#[test]
fn equal_amounts_in_different_units_are_equal() {
    assert_eq!(
        normalize("work_mem", "4096", Some("kB"), false),
        normalize("work_mem", "4096", Some("KB"), false)
    );
    assert_eq!(
        normalize("shared_buffers", "131072", Some("8kB"), false),
        ParameterValue::Number(1_073_741_824.0)
    );
    assert_eq!(
        normalize("x", "1", Some("min"), false),
        normalize("x", "60", Some("seconds"), false)
    );
    assert_eq!(
        normalize("max_wal_size", "3", Some("16MB"), false),
        normalize("max_wal_size", "48", Some("megabytes"), false)
    );
    assert_eq!(
        normalize("x", "-1", Some("8kB"), false),
        normalize("x", "-1", Some("megabytes"), false)
    );
}

#[test]
fn spellings_of_one_value_are_equal() {
    assert_eq!(
        normalize("jit", "off", None, true),
        normalize("jit", "false", None, true)
    );
    assert_eq!(
        normalize("lc_time", "en_US.UTF-8", None, false),
        normalize("lc_time", "en_US.utf8", None, false)
    );
    assert_eq!(
        normalize("TimeZone", "Etc/UTC", None, false),
        normalize("TimeZone", "UTC", None, false)
    );
    assert_ne!(
        normalize("TimeZone", "Europe/Berlin", None, false),
        normalize("TimeZone", "UTC", None, false)
    );
    assert_eq!(
        normalize("search_path", "\"$user\", public", None, false),
        normalize("search_path", "\"$user\",public", None, false)
    );
}

#[test]
fn conversion_keeps_special_values_and_rejects_other_kinds() {
    assert_eq!(
        convert_unit("131072", Some("8kB"), Some("8KB")).as_deref(),
        Some("131072")
    );
    assert_eq!(
        convert_unit("2", Some("min"), Some("milliseconds")).as_deref(),
        Some("120000")
    );
    assert_eq!(
        convert_unit("-1", Some("min"), Some("seconds")).as_deref(),
        Some("-1")
    );
    assert_eq!(convert_unit("5", Some("min"), Some("KB")), None);
    assert_eq!(convert_unit("on", None, None), None);
}

#[test]
fn times_are_parsed_with_and_without_a_unit() {
    assert_eq!(parse_milliseconds("24h", Some("ms")), Some(86_400_000.0));
    assert_eq!(parse_milliseconds("1.5 s", None), Some(1500.0));
    assert_eq!(
        parse_milliseconds("86400000", Some("milliseconds")),
        Some(86_400_000.0)
    );
    assert_eq!(parse_milliseconds("5", Some("s")), Some(5000.0));
    assert_eq!(parse_milliseconds("8kB", Some("ms")), None);
    assert_eq!(parse_milliseconds("soon", None), None);
}

#[test]
fn amounts_are_formatted_with_units() {
    assert_eq!(format_with_unit("131072", Some("8kB")), "1 GB");
    assert_eq!(format_with_unit("90", Some("s")), "90 s");
    assert_eq!(format_with_unit("-1", Some("kB")), "-1");
    assert_eq!(format_with_unit("ISO, MDY", None), "ISO, MDY");
}
