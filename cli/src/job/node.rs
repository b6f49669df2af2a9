//! A JSON document as it was written: its members' names and order, and names given twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// A JSON value (RFC 8259).
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `null`: what SDKs print for a member that is not there.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object. A name may be in it twice: that is for the caller to refuse.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Reads a document: exactly one value, nested less than 128 deep.
    ///
    /// # Errors
    ///
    /// Not JSON: line, column and reason.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }

    /// The name of the kind of value, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
        }
    }

    /// The members of an object; none of anything else.
    pub fn members(&self) -> &[(String, Node)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of an array; none of anything else.
    pub fn items(&self) -> &[Node] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The first member that goes by `name` in any spelling. `null` counts as absent.
    pub fn member(&self, name: &str) -> Option<&Node> {
        let mut members = self.members().iter();
        let found = members.find(|(own, node)| same_name(own, name) && *node != Self::Null);
        found.map(|(_, node)| node)
    }
}

/// Whether two names are one in `UpperCamel`, `lowerCamel` or `snake_case`.
pub(super) fn same_name(one: &str, other: &str) -> bool {
    let folded = |name: &str| {
        let letters = name.bytes().filter(|byte| *byte != b'_');
        letters.map(|byte| byte.to_ascii_lowercase()).collect::<Vec<u8>>()
    };
    one == other || folded(one) == folded(other)
}

/// The path of the member `name` of what is at `path`.
pub(super) fn join(path: &str, name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match !name.is_empty() && name.bytes().all(plain) {
        true => format!("{path}.{name}"),
        false => format!("{path}[\"{}\"]", name.escape_debug()),
    }
}

/// A value and where it stands in its document.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// The value.
    pub node: &'a Node,
    /// Its JSON path.
    pub path: String,
}

impl<'a> Place<'a> {
    /// The member that goes by `name`, where it is there and not `null`.
    pub fn member(&self, name: &str) -> Option<Self> {
        let mut members = self.node.members().iter();
        let (own, node) =
            members.find(|(own, node)| same_name(own, name) && *node != Node::Null)?;
        Some(Self { node, path: join(&self.path, own) })
    }

    /// The items of the member `name`; none where it is not there.
    pub fn list(&self, name: &str) -> Vec<Self> {
        let Some(list) = self.member(name) else { return Vec::new() };
        let items = list.node.items().iter().enumerate();
        items.map(|(n, node)| Self { node, path: format!("{}[{n}]", list.path) }).collect()
    }

    /// The member `name` and then the items of the member `names`: `Input` and `Inputs`.
    pub fn one_and_list(&self, name: &str, names: &str) -> Vec<Self> {
        self.member(name).into_iter().chain(self.list(names)).collect()
    }

    /// The string of the member `name`; an empty one says as much as none.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.node.member(name).and_then(Node::text).filter(|text| !text.is_empty())
    }

    /// The path of the member `name`, in the document's spelling where it is there.
    pub fn at(&self, name: &str) -> String {
        self.member(name).map_or_else(|| join(&self.path, name), |member| member.path)
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

/// Takes whatever comes.
struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Number::from_f64(value).map_or(Node::Null, Node::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Object(members))
    }
}
