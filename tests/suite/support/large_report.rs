//! Builds a report with thousands of findings from a small report.

use flexready::report::Report;

/// Gives each check with findings 50 findings, the maximum in a report, and repeats the migration up to 5,000 findings.
pub fn large_report(mut report: Report) -> Report {
    let migration = &mut report.migrations[0];
    let mut findings = 0;
    for check in migration
        .checks
        .iter_mut()
        .filter(|c| !c.findings.is_empty())
    {
        let first = check.findings[0].clone();
        check.findings = (0..50)
            .map(|n| {
                let mut finding = first.clone();
                finding.object = flexready::checks::Object::in_database(
                    "orders",
                    "table",
                    format!("shop.a_table_with_a_long_name_{n:04}"),
                );
                finding
            })
            .collect();
        check.count = 5_000;
        findings += 50;
    }
    let one = report.migrations[0].clone();
    report.migrations = (0..5_000usize.div_ceil(findings))
        .map(|n| {
            let mut migration = one.clone();
            migration.name = format!("shop-{n}");
            migration
        })
        .collect();
    report
}
