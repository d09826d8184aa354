// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the libcxdialer authors

//! Enough of JSON to look into what the library wrote: the standard library of Rust has none.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

static NOTHING: Value = Value::Null;

impl Value {
    pub fn get(&self, name: &str) -> &Value {
        match self {
            Value::Object(members) => members.iter().find(|(n, _)| n == name).map_or(&NOTHING, |(_, v)| v),
            _ => &NOTHING,
        }
    }

    pub fn at(&self, i: usize) -> &Value {
        match self {
            Value::List(items) => items.get(i).unwrap_or(&NOTHING),
            _ => &NOTHING,
        }
    }

    pub fn text(&self) -> &str {
        match self {
            Value::Text(text) => text,
            _ => "",
        }
    }

    pub fn number(&self) -> f64 {
        match self {
            Value::Number(number) => *number,
            _ => f64::NAN,
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

pub fn parse(text: &str) -> Value {
    let mut reader = Reader { rest: text };
    let value = reader.value();
    assert_eq!(reader.rest.trim(), "", "text behind the JSON");
    value
}

impl<'a> Reader<'a> {
    fn next_is(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn value(&mut self) -> Value {
        if self.next_is("{") {
            return Value::Object(self.series("}", |r| (r.key(), r.value())));
        }
        if self.next_is("[") {
            return Value::List(self.series("]", Reader::value));
        }
        if self.next_is("\"") {
            return Value::Text(self.string());
        }
        for (token, value) in [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))] {
            if self.next_is(token) {
                return value;
            }
        }
        self.number()
    }

    fn series<T>(&mut self, end: &str, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        while !self.next_is(end) {
            assert!(items.is_empty() || self.next_is(","), "no comma before {:.20}", self.rest);
            items.push(item(self));
        }
        items
    }

    fn key(&mut self) -> String {
        assert!(self.next_is("\""), "no name at {:.20}", self.rest);
        let name = self.string();
        assert!(self.next_is(":"), "no colon behind {}", name);
        name
    }

    fn string(&mut self) -> String {
        let mut text = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, c)) = characters.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return text;
                }
                '\\' => text.push(escaped(&mut characters)),
                other => text.push(other),
            }
        }
        panic!("a string without end")
    }

    fn number(&mut self) -> Value {
        let end = self.rest.find(|c: char| !(c.is_ascii_digit() || "+-.eE".contains(c))).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        Value::Number(number.parse().unwrap_or_else(|_| panic!("no value: {:.20}", number)))
    }
}

fn escaped(characters: &mut std::str::CharIndices) -> char {
    let kind = characters.next().map_or('?', |(_, c)| c);
    match kind {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let digits: String = characters.take(4).map(|(_, c)| c).collect();
            char::from_u32(u32::from_str_radix(&digits, 16).unwrap_or(0xfffd)).unwrap_or('\u{fffd}')
        }
        other => other,
    }
}
