//! Storage of the target, from its GET. Limits of a storage size are in `capabilities`.

use super::Body;
use crate::facts::Fact;

/// `properties.storage`. Sizes are in GiB.
#[derive(Debug, Clone)]
pub struct Storage {
    pub size_gib: Fact<u32>,
    /// `None`: this API version or storage type does not return it.
    pub auto_grow: Fact<Option<String>>,
    /// `Premium_LRS`, `PremiumV2_LRS`, `UltraSSD_LRS`. Empty or absent means `Premium_LRS`.
    pub kind: Fact<Option<String>>,
    /// Provisioned IOPS. `None` if the server does not return it.
    pub iops: Fact<Option<u32>>,
}

impl Storage {
    /// Whether it is Premium SSD v2, whose IOPS are configured separately from its size.
    pub fn is_premium_ssd_v2(&self) -> Fact<bool> {
        let kind = self.kind.as_ref().map_err(Clone::clone)?.as_deref();
        Ok(kind.is_some_and(|k| k.starts_with("PremiumV2")))
    }

    /// Whether it is Premium SSD, which supports autogrow and host caching. Premium SSD v2 and Ultra Disk do not.
    pub fn is_premium_ssd(&self) -> Fact<bool> {
        let kind = self.kind.as_ref().map_err(Clone::clone)?.as_deref();
        Ok(!kind.is_some_and(|k| k.starts_with("PremiumV2") || k.starts_with("Ultra")))
    }
}

pub(super) fn read(shape: &Body) -> Fact<Storage> {
    let path = "properties.storage";
    if !shape.has(path, "")? {
        return Err(shape.absent(path));
    }
    let size = shape.get("properties.storage.storageSizeGB", |s| {
        s.properties
            .as_ref()
            .and_then(|p| p.storage.as_ref())
            .and_then(|s| s.storage_size_gb)
    });
    let size_gib = size.and_then(|size| {
        size.and_then(|s| u32::try_from(s).ok())
            .ok_or_else(|| shape.absent("properties.storage.storageSizeGB"))
    });
    let auto_grow = shape.field("properties.storage.autoGrow", "2023-03-01-preview");
    Ok(Storage {
        size_gib,
        auto_grow,
        kind: shape.field("properties.storage.type", "2023-06-01-preview"),
        iops: shape.number("properties.storage.iops", "2023-03-01-preview"),
    })
}
