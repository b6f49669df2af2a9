//! The encryption context: pairs of strings to which a wrapped key is bound.
//!
//! Not secret. Compared as a set of pairs, case-sensitively; never trimmed or normalised.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

/// Pairs of strings, sorted by the UTF-8 bytes of their keys.
///
/// Written as `k=v[,k=v]`, or as a JSON object where a comma or the like is needed. The empty
/// string is the empty context. The default is the pair that Elastic Transcoder used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EncryptionContext(BTreeMap<String, String>);

impl EncryptionContext {
    // req ET-CTX-1: every use of a key is bound to service=elastictranscoder.amazonaws.com
    /// The context without pairs: the same as no context.
    pub fn empty() -> Self {
        Self(BTreeMap::new())
    }

    /// The pairs, in canonical order.
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Length in bytes when serialised, as the limit of key services counts it.
    pub fn serialized_len(&self) -> usize {
        let count = if self.0.is_empty() { 0 } else { 2 };
        self.pairs().map(|(key, value)| 4 + key.len() + value.len()).sum::<usize>() + count
    }

    /// The context as a JSON object.
    pub fn to_json(&self) -> serde_json::Value {
        self.pairs().map(|(key, value)| (key, serde_json::Value::from(value))).collect()
    }
}

impl Default for EncryptionContext {
    fn default() -> Self {
        Self::from_iter([("service", "elastictranscoder.amazonaws.com")])
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for EncryptionContext {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
    }
}

impl FromStr for EncryptionContext {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self::empty());
        }
        if text.starts_with('{') {
            return serde_json::from_str(text).map_err(|error| error.to_string());
        }
        let mut pairs = BTreeMap::new();
        for pair in text.split(',') {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| format!("{pair:?} is not of the form k=v"))?;
            insert(&mut pairs, key.to_owned(), value.to_owned())?;
        }
        Ok(Self(pairs))
    }
}

impl fmt::Display for EncryptionContext {
    /// The short form where it says the same, else JSON: parsing gives the context back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let short: Vec<String> = self.pairs().map(|(k, v)| format!("{k}={v}")).collect();
        let short = short.join(",");
        match short.parse::<Self>() {
            Ok(same) if same == *self => f.write_str(&short),
            _ => self.to_json().fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for EncryptionContext {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Pairs)
    }
}

/// Reads a JSON object of strings. A repeated key is refused: JSON readers differ in which
/// value they take, and a context must mean one thing.
struct Pairs;

impl<'de> Visitor<'de> for Pairs {
    type Value = EncryptionContext;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object whose values are strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<EncryptionContext, A::Error> {
        let mut pairs = BTreeMap::new();
        while let Some((key, value)) = map.next_entry()? {
            insert(&mut pairs, key, value).map_err(A::Error::custom)?;
        }
        Ok(EncryptionContext(pairs))
    }
}

fn insert(pairs: &mut BTreeMap<String, String>, key: String, value: String) -> Result<(), String> {
    if pairs.contains_key(&key) {
        return Err(format!("the key {key:?} is given twice"));
    }
    pairs.insert(key, value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::EncryptionContext;

    fn parse(text: &str) -> Result<EncryptionContext, String> {
        text.parse()
    }

    #[test]
    fn the_default_is_the_pair_of_elastic_transcoder() {
        let expected = parse("service=elastictranscoder.amazonaws.com");
        assert_eq!(Ok(EncryptionContext::default()), expected);
    }

    #[test]
    fn an_empty_value_is_not_an_empty_context() {
        assert_eq!(parse(""), Ok(EncryptionContext::empty()));
        assert_eq!(parse("{}"), Ok(EncryptionContext::empty()));
        assert_ne!(parse("a="), Ok(EncryptionContext::empty()));
    }

    #[test]
    fn nothing_is_trimmed_or_folded_and_order_is_free() {
        assert_eq!(parse("b=2,a=1"), parse("a=1,b=2"));
        assert_ne!(parse("a= 1"), parse("a=1"));
        assert_ne!(parse("A=1"), parse("a=1"));
        assert_eq!(parse("a=x=y"), parse(r#"{"a":"x=y"}"#));
    }

    #[test]
    fn a_repeated_key_is_refused_in_both_forms() {
        assert!(parse("a=1,a=2").is_err());
        assert!(parse(r#"{"a":"1","a":"1"}"#).is_err());
    }

    #[test]
    fn what_is_not_pairs_of_strings_is_refused() {
        for text in ["a", "a=1,", ",", r#"{"a":1}"#, r#"{"a":{"b":"c"}}"#, "{", r#"{"a":null}"#] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_printed_parses_back() {
        for text in ["", "a=1", "a=", "=", "{\"a\":\"1,2\"}", "{\"{a\":\"b\"}", "{\"a=b\":\"c\"}"] {
            let context = parse(text).unwrap();
            assert_eq!(parse(&context.to_string()), Ok(context), "{text}");
        }
    }
}
