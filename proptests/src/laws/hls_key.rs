//! `EXT-X-KEY` and the attribute list in it.

use reelseal_core::format::hls::{AttributeList, Key, Method, Value};
use reelseal_spec::ext_x_key as spec;

use super::Law;
use crate::cases::KeyTagCase;

/// The laws of this file.
pub const ALL: &[Law<KeyTagCase>] = &[
    Law { name: "key_agrees_with_spec", holds: |c| key_agrees_with_spec(&c.list) },
    Law {
        name: "key_that_is_accepted_prints_back",
        holds: |c| key_that_is_accepted_prints_back(&c.list),
    },
    Law { name: "attributes_agree_with_spec", holds: |c| attributes_agree_with_spec(&c.list) },
    Law {
        name: "attributes_change_where_they_are_asked_to",
        holds: attributes_change_where_they_are_asked_to,
    },
];

/// Core and model read the same key, or both refuse.
pub fn key_agrees_with_spec(list: &str) {
    assert_eq!(Key::parse(list).ok().map(owned), spec::parse(list));
}

/// What is printed is what the model prints, and it is the same key again.
pub fn key_that_is_accepted_prints_back(list: &str) {
    if let Ok(key) = Key::parse(list) {
        let printed = key.to_string();
        assert_eq!(printed, spec::print(&owned(key)));
        assert_eq!(Key::parse(&printed), Ok(key));
    }
}

// req HLS-LIST-1
/// Core and model find the same attributes, or both refuse the list.
pub fn attributes_agree_with_spec(text: &str) {
    let list = AttributeList::parse(text);
    let expected = spec::attribute_list(text);
    assert_eq!(list.is_ok(), expected.is_some());
    if let (Ok(list), Some(expected)) = (list, expected) {
        assert_eq!(list.iter().count(), expected.len());
        for (name, value) in list.iter() {
            let value = match value {
                Value::Quoted(text) => spec::Value::Quoted(text.to_owned()),
                Value::Bare(text) => spec::Value::Bare(text.to_owned()),
            };
            assert_eq!(expected.get(name), Some(&value));
        }
    }
}

/// Another quoted value changes that value and no other byte.
pub fn attributes_change_where_they_are_asked_to(c: &KeyTagCase) {
    let Ok(list) = AttributeList::parse(&c.list) else { return };
    for (name, value) in list.iter() {
        let same = match value {
            Value::Quoted(text) | Value::Bare(text) => text,
        };
        assert_eq!(list.with_quoted(name, same).to_string(), c.list, "the same value");
        let changed = list.with_quoted(name, &c.value).to_string();
        if let Value::Bare(_) = value {
            assert_eq!(changed, c.list, "a value without quotation marks");
            continue;
        }
        let there = AttributeList::parse(&changed).expect("still a list");
        assert_eq!(there.get(name), Some(Value::Quoted(&c.value)));
        assert_eq!(there.with_quoted(name, same).to_string(), c.list, "and back");
    }
    assert_eq!(list.with_quoted("NOT-THERE", "x").to_string(), c.list);
}

/// As the model would have it.
pub(super) fn owned(key: Key<'_>) -> spec::Key {
    let method = match key.method {
        Method::None => return spec::Key::None,
        method => method.to_string(),
    };
    spec::Key::Some {
        method,
        uri: key.uri.expect("there unless NONE").to_owned(),
        iv: key.iv,
        key_format: key.key_format.to_owned(),
        key_format_versions: key.key_format_versions.map(str::to_owned),
    }
}
