//! `filmless usage query`: named queries over the exports; DuckDB answers free ones.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context;
use bytes::Bytes;
use export_usage::layout;
use filmless_domain::ObjectKey;
use filmless_store::{Bucket, ObjectVersion};
use filmless_usage::prices::DEFAULT_PRICES;
use filmless_usage::queries::{NamedQuery, QUERIES, duckdb_tables};
use filmless_usage::{Month, Prices};
use serde_json::json;

use crate::cli::{QueryOptions, SystemOptions};
use crate::print::print;
use crate::system;

/// Largest exported file that is read: exports start a new part at 256 MB.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// Most exported files: enough for decades of days.
const FILES_MAX: usize = 1_000_000;

pub async fn run(system: &SystemOptions, options: &QueryOptions) -> anyhow::Result<ExitCode> {
    if let Some(sql) = &options.sql {
        return ask_duckdb(system, options, sql).await;
    }
    let Some(name) = &options.name else {
        for query in QUERIES {
            print(&format!("{:<10}  {}", query.name, query.about()));
        }
        return Ok(ExitCode::SUCCESS);
    };
    let Some(query) = NamedQuery::find(name) else {
        let known: Vec<_> = QUERIES.iter().map(|query| query.name).collect();
        eprintln!("filmless: there is no query `{name}`; there are {}", known.join(", "));
        return Ok(ExitCode::from(2));
    };
    let month = options.month.unwrap_or_else(|| Month::of(jiff::Timestamp::now()));
    if options.print {
        let script =
            format!("{}{};\n", tables(system, options.from.as_deref()).await?, query.statement(month));
        print(&format!("duckdb <<'SQL'\n{script}SQL"));
        return Ok(ExitCode::SUCCESS);
    }
    let answer = answer(&Exports::open(system, options.from.as_deref()).await?, query, month).await?;
    print(&if system.json {
        json!({ "query": query.name, "month": month, "rows": answer.to_json() }).to_string()
    } else if options.csv {
        answer.to_csv()?.trim_end().to_owned()
    } else {
        answer.to_table()
    });
    Ok(ExitCode::SUCCESS)
}

async fn answer(
    exports: &Exports<'_>,
    query: NamedQuery,
    month: Month,
) -> anyhow::Result<filmless_usage::queries::Answer> {
    let mut asked = query.asked(month).with_context(|| format!("`{}` cannot be answered", query.name))?;
    let files = exports.files().await?;
    anyhow::ensure!(!files.is_empty(), "nothing is exported yet: run `filmless usage export` first");
    for (of, file) in &files {
        if !asked.wants(*of) {
            continue;
        }
        asked.take(*of, exports.read(file).await?).with_context(|| format!("cannot read {file}"))?;
    }
    let prices = exports.read(layout::PRICES).await.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    Ok(asked.answer(&Prices::parse(prices.as_deref().unwrap_or(DEFAULT_PRICES))?))
}

/// Where the exports lie.
enum Exports<'a> {
    Folder(&'a Path),
    Bucket(Bucket),
}

impl<'a> Exports<'a> {
    async fn open(system: &SystemOptions, from: Option<&'a Path>) -> anyhow::Result<Self> {
        Ok(match from {
            Some(folder) => Self::Folder(folder),
            None => Self::Bucket(system::services(system).await?.usage),
        })
    }

    /// The exported files of events and their months, in order.
    async fn files(&self) -> anyhow::Result<Vec<(Month, String)>> {
        let prefix = layout::EVENTS;
        let keys: Vec<String> = match self {
            Self::Folder(folder) => {
                let mut keys = Vec::new();
                list_folder(folder, prefix.trim_end_matches('/'), &mut keys)?;
                keys
            }
            Self::Bucket(usage) => {
                let keys = usage.list(prefix, FILES_MAX).await?;
                keys.iter().map(|key| key.as_str().to_owned()).collect()
            }
        };
        let month =
            |key: &str| key.strip_prefix(prefix)?.strip_prefix("month=")?.split('/').next()?.parse().ok();
        let mut files: Vec<_> = keys
            .into_iter()
            .filter(|key| key.ends_with(".parquet"))
            .filter_map(|k| Some((month(&k)?, k)))
            .collect();
        files.sort();
        Ok(files)
    }

    async fn read(&self, key: &str) -> anyhow::Result<Bytes> {
        Ok(match self {
            Self::Folder(folder) => fs::read(folder.join(key))?.into(),
            Self::Bucket(usage) => {
                let key =
                    ObjectKey::parse(key).map_err(|_| anyhow::anyhow!("not a key of the usage bucket"))?;
                usage.get(ObjectVersion { key: &key, version_id: None }, FILE_BYTES_MAX).await?
            }
        })
    }
}

fn list_folder(root: &Path, key: &str, keys: &mut Vec<String>) -> anyhow::Result<()> {
    let folder = root.join(key);
    if !folder.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let key = format!("{key}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list_folder(root, &key, keys)?;
        } else {
            keys.push(key);
        }
    }
    Ok(())
}

/// The statements DuckDB runs first.
async fn tables(options: &SystemOptions, from: Option<&Path>) -> anyhow::Result<String> {
    Ok(match (from, options.env) {
        (Some(folder), _) => duckdb_tables(&folder.display().to_string()),
        (None, true) => {
            let bucket = system::services(options).await?.usage.name().to_owned();
            let secret =
                "INSTALL httpfs; LOAD httpfs;\nCREATE SECRET (TYPE s3, PROVIDER credential_chain);\n";
            format!("{secret}{}", duckdb_tables(&format!("s3://{bucket}")))
        }
        (None, false) => {
            let data = crate::instance::Running::find(&options.target)?.data;
            let bucket = data.join("buckets").join(crate::instance::USAGE_BUCKET);
            duckdb_tables(&bucket.display().to_string())
        }
    })
}

async fn ask_duckdb(system: &SystemOptions, options: &QueryOptions, sql: &str) -> anyhow::Result<ExitCode> {
    let script = format!(
        "{}{};\n",
        tables(system, options.from.as_deref()).await?,
        sql.trim_end().trim_end_matches(';')
    );
    if options.print {
        print(&format!("duckdb <<'SQL'\n{script}SQL"));
        return Ok(ExitCode::SUCCESS);
    }
    let mut command = Command::new("duckdb");
    if system.json {
        command.arg("-json");
    }
    let Ok(mut duckdb) = command.stdin(Stdio::piped()).spawn() else {
        eprintln!(
            "filmless: free questions are answered by DuckDB, which is not here: pip install duckdb-cli"
        );
        return Ok(ExitCode::FAILURE);
    };
    if let Some(mut input) = duckdb.stdin.take() {
        input.write_all(script.as_bytes()).context("duckdb does not take its statements")?;
    }
    Ok(if duckdb.wait()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
