// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

//! The stripped header read as text: what api.rs declares, spelled as Rust would spell what C says.
use crate::api;

const BASIC: &[(&str, &str)] = &[
    ("char", "c_char"), ("void", "c_void"), ("size_t", "usize"), ("double", "f64"), ("int32_t", "i32"), ("int64_t", "i64"), ("uint32_t", "u32"),
];

fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// "const char *const *" -> "*const*constc_char"
fn rust_type(c: &str) -> String {
    let c = c.trim();
    if let Some(pointee) = c.strip_suffix('*') {
        let pointee = pointee.trim();
        let inner = pointee.strip_suffix("const").filter(|rest| rest.ends_with('*'));
        let constant = inner.is_some() || (pointee.starts_with("const ") && !pointee.contains('*'));
        return format!("*{}{}", if constant { "const" } else { "mut" }, rust_type(inner.unwrap_or(pointee)));
    }
    let name = c.strip_prefix("const ").unwrap_or(c).trim();
    BASIC.iter().find(|(from, _)| *from == name).map_or(name, |(_, to)| *to).to_string()
}

fn without_name(parameter: &str) -> &str {
    parameter.trim().trim_end_matches(|c: char| c.is_alphanumeric() || c == '_')
}

fn parameters(list: &str) -> Vec<String> {
    match list.trim() {
        "void" | "" => Vec::new(),
        some => some.split(',').map(|p| rust_type(without_name(p))).collect(),
    }
}

/// (parameters, result) of a function of the header; the result of void is "".
fn prototype(header: &str, name: &str) -> Option<(Vec<String>, String)> {
    let at = header.match_indices(&format!("{}(", name)).map(|(at, _)| at).find(|at| header[..*at].ends_with(&[' ', '*'][..]))?;
    let start = header[..at].rfind(&[';', '}', '{'][..]).map_or(0, |i| i + 1);
    let open = at + name.len() + 1;
    let close = open + header[open..].find(')')?;
    let result = match header[start..at].trim() {
        "void" => String::new(),
        some => rust_type(some),
    };
    Some((parameters(&header[open..close]), result))
}

/// (name, type) of each member of a table of the header.
fn members(header: &str, name: &str) -> Option<Vec<(String, String)>> {
    let open = header.find(&format!("struct {} {{", name))? + name.len() + 9;
    let body = &header[open..open + header[open..].find('}')?];
    Some(body.split(';').map(str::trim).filter(|m| !m.is_empty()).map(member).collect())
}

fn member(text: &str) -> (String, String) {
    match text.find("(*") {
        Some(at) => method(text, at),
        None => {
            let kind = without_name(text);
            (text[kind.len()..].to_string(), rust_type(kind))
        }
    }
}

fn method(text: &str, at: usize) -> (String, String) {
    let end = at + text[at..].find(')').unwrap_or(0);
    let arguments = parameters(text[end + 2..].trim_end_matches(')')).join(",");
    let result = match text[..at].trim() {
        "void" => String::new(),
        some => format!("->{}", rust_type(some)),
    };
    (text[at + 2..end].to_string(), format!("Option<extern\"C\"fn({}){}>", arguments, result))
}

fn function_faults(header: &str, function: &api::Function, faults: &mut Vec<String>) {
    let declared = (function.arguments.iter().map(|a| squeezed(a)).collect::<Vec<_>>(), squeezed(function.result));
    match prototype(header, function.name) {
        Some(expected) if expected == declared => (),
        other => faults.push(format!("{}: declared {:?}, header {:?}", function.name, declared, other)),
    }
}

fn table_faults(header: &str, table: &api::Table, faults: &mut Vec<String>) {
    let declared: Vec<_> = table.members.iter().map(|m| (m.name.to_string(), squeezed(m.kind))).collect();
    if members(header, table.name).as_ref() != Some(&declared) {
        faults.push(format!("{}: declared {:?}, header {:?}", table.name, declared, members(header, table.name)));
    }
    let word = std::mem::size_of::<usize>();
    let offsets_right = table.members.iter().enumerate().all(|(i, m)| m.offset == i * word);
    if !offsets_right || table.size != declared.len() * word {
        faults.push(format!("{}: {} bytes, or a member that is not where it should be", table.name, table.size));
    }
}

fn constant(header: &str, name: &str) -> Option<i32> {
    let marker = format!(" {} = ", name);
    let value = &header[header.find(&marker)? + marker.len()..];
    let value = &value[..value.find(|c: char| !c.is_alphanumeric())?];
    match value.strip_prefix("0x") {
        Some(digits) => i32::from_str_radix(digits, 16).ok(),
        None => value.parse().ok(),
    }
}

/// What is declared otherwise than the header has it.
pub fn faults(header: &str) -> Vec<String> {
    let mut faults = Vec::new();
    api::FUNCTIONS.iter().for_each(|f| function_faults(header, f, &mut faults));
    api::tables().iter().for_each(|t| table_faults(header, t, &mut faults));
    for (name, value) in api::CONSTANTS {
        if constant(header, name) != Some(*value) {
            faults.push(format!("{} is not {} in the header", name, value));
        }
    }
    faults
}
