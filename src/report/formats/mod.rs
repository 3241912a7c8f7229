pub mod azure_pipelines;
pub mod csv;
pub mod html;
pub mod junit;
pub mod markdown;
pub mod plain;
pub mod sarif;
