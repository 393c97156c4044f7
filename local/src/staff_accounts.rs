//! The staff accounts of a system on this machine, in a file in its data folder that only its owner can read. The
//! identity provider of `up` reads it at every sign-in, so changes apply at once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use filmless_delivery::staff::StaffEntrance;
use filmless_domain::Secret;
use filmless_domain::staff::Role;
use filmless_identity::provider::{AccountName, StaffAccounts, new_password};
use serde_json::json;

use crate::cli::{AccountAct, AccountOptions, SystemOptions, TargetOptions};
use crate::instance::{Running, write_private};
use crate::print::print;
use crate::system;

const FILE: &str = "staff.json";
/// Where the password of the first account is written.
const FIRST_PASSWORD_FILE: &str = "staff-admin-password.txt";
/// The first account.
const FIRST_ACCOUNT: &str = "admin";

/// Reads the accounts in this data folder.
pub fn load(data: &Path) -> anyhow::Result<StaffAccounts> {
    let file = data.join(FILE);
    match std::fs::read(&file) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| format!("{} is damaged", file.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(StaffAccounts::default()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
    }
}

fn save(data: &Path, accounts: &StaffAccounts) -> anyhow::Result<()> {
    write_private(&data.join(FILE), &serde_json::to_string_pretty(accounts)?)
}

/// Creates the first account if there is no file of accounts yet; returns the file with its password.
pub fn make_first(data: &Path) -> anyhow::Result<Option<PathBuf>> {
    if data.join(FILE).exists() {
        return Ok(None);
    }
    let password = new_password()?;
    let file = data.join(FIRST_PASSWORD_FILE);
    // The password first: an account without a known password would not be created again.
    write_private(&file, &format!("{}\n", password.expose()))?;
    let mut accounts = StaffAccounts::default();
    accounts.set(AccountName::parse(FIRST_ACCOUNT)?, [Role::Admin].into(), &password)?;
    save(data, &accounts)?;
    Ok(Some(file))
}

/// `filmless staff-account`
pub async fn run(options: AccountOptions) -> anyhow::Result<ExitCode> {
    let data = folder(&options.target)?;
    let mut accounts = load(&data)?;
    match options.act {
        AccountAct::Add { name, role } => {
            let (name, password) = (AccountName::parse(&name)?, new_password()?);
            let roles: BTreeSet<Role> = role.into_iter().map(Role::from).collect();
            accounts.set(name.clone(), roles.clone(), &password)?;
            save(&data, &accounts)?;
            // Sign out a previous holder of that name.
            let is_ended = end_sessions(&options.target, &name).await;
            print(&added(&name, &roles, &password, options.json));
            tell(is_ended, options.json);
        }
        AccountAct::List => print(&listed(&accounts, options.json)),
        AccountAct::Remove { name } => {
            let name = AccountName::parse(&name)?;
            if !accounts.remove(&name) {
                bail!("there is no account {}", name.as_str());
            }
            save(&data, &accounts)?;
            let is_ended = end_sessions(&options.target, &name).await;
            print(&if options.json {
                json!({ "removed": name.as_str(), "sessions_ended": is_ended }).to_string()
            } else {
                format!("The account {} is removed.", name.as_str())
            });
            tell(is_ended, options.json);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The named data folder, else that of the system from the other options or the last `up`.
fn folder(target: &TargetOptions) -> anyhow::Result<PathBuf> {
    match &target.data {
        Some(data) if data.is_dir() => Ok(data.clone()),
        Some(data) => bail!("{} is not a folder", data.display()),
        None => Ok(Running::find(target)?.data),
    }
}

/// Ends this account's sessions; `false` if the system is not running.
async fn end_sessions(target: &TargetOptions, name: &AccountName) -> bool {
    let options = SystemOptions { target: target.clone(), env: false, json: false };
    let Ok(services) = system::services(&options).await else { return false };
    StaffEntrance::new(services).end_sessions_of(name.as_str()).await.is_ok()
}

fn tell(is_ended: bool, json: bool) {
    if !is_ended && !json {
        print(
            "The system is not running: a session that this account has open ends after 30 minutes unused, or 10 hours.",
        );
    }
}

fn added(name: &AccountName, roles: &BTreeSet<Role>, password: &Secret, json: bool) -> String {
    if json {
        return json!({ "name": name.as_str(), "roles": roles, "password": password.expose() }).to_string();
    }
    let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
    let (name, roles) = (name.as_str(), roles.join(", "));
    format!("Account {name} ({roles})\nPassword {}\nIt is shown only now.", password.expose())
}

fn listed(accounts: &StaffAccounts, json: bool) -> String {
    let accounts = accounts.accounts.iter();
    if json {
        let list: Vec<_> = accounts.map(|a| json!({ "name": a.name.as_str(), "roles": a.roles })).collect();
        return json!({ "accounts": list }).to_string();
    }
    let line = |account: &filmless_identity::provider::StaffAccount| {
        let roles: Vec<&str> = account.roles.iter().map(|role| role.as_str()).collect();
        format!("{}  {}", account.name.as_str(), roles.join(", "))
    };
    let lines: Vec<String> = accounts.map(line).collect();
    if lines.is_empty() { "none".to_owned() } else { lines.join("\n") }
}
