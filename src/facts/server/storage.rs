//! The target's disk, as its GET tells. Not here: what such a disk can do (`capabilities`).

use super::Body;
use crate::facts::Fact;

/// `properties.storage`. Sizes in GiB.
#[derive(Debug, Clone)]
pub struct Storage {
    pub size_gib: Fact<u32>,
    /// `None`: this api-version or this kind of disk does not say.
    pub auto_grow: Fact<Option<String>>,
    /// `Premium_LRS`, `PremiumV2_LRS`, `UltraSSD_LRS`; empty or absent means the first.
    pub kind: Fact<Option<String>>,
    /// What the disk is provisioned for; `None` where the server does not say.
    pub iops: Fact<Option<u32>>,
}

impl Storage {
    /// Whether it is a Premium SSD v2, whose reads and writes a second are chosen apart from its size.
    pub fn is_premium_ssd_v2(&self) -> Fact<bool> {
        let kind = self.kind.as_ref().map_err(Clone::clone)?.as_deref();
        Ok(kind.is_some_and(|k| k.starts_with("PremiumV2")))
    }

    /// Whether it is a Premium SSD, which grows by itself and is cached by its host: v2 and Ultra are neither.
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
