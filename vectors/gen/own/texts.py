"""Texts: base64, and the attribute lists of EXT-X-KEY."""

import base64

from scenario import stream, write


def base64s():
    origin = "RFC 4648 §3.3, §3.5, §4"
    for n in [0, 1, 2, 3, 16, 24, 32, 100]:
        plain = stream("base64", n)
        write(
            f"base64/bytes_{n}",
            "base64",
            origin,
            "success",
            plain,
            ("text-hex", base64.b64encode(plain)),
        )
    every = bytes(range(256))
    write(
        "base64/every_byte",
        "base64",
        origin,
        "success",
        every,
        ("text-hex", base64.b64encode(every)),
    )
    for name, text in [
        ("trailing_bits_1", b"Zh=="),
        ("trailing_bits_2", b"Zm9="),
        ("no_padding", b"Zg"),
        ("half_padding", b"Zg="),
        ("only_padding", b"===="),
        ("padding_inside", b"Zg==Zg=="),
        ("padding_3", b"Z==="),
        ("newline", b"Zm9v\n"),
        ("newline_inside", b"Zm9v\nZm9v"),
        ("blank", b" Zm9"),
        ("url_alphabet", b"-_-_"),
        ("one_character", b"Z"),
        ("not_ascii", "Zmé".encode()),
        ("nul", b"Zm9\0"),
        ("more_padding", b"Zm9v===="),
    ]:
        write(f"base64/{name}", "base64", origin, "malformed", b"", ("text-hex", text))


def ext_x_keys():
    iv = "000102030405060708090a0b0c0d0e0f"
    ok = 'METHOD=AES-128,URI="k.key"'
    with_iv = f"{ok},IV=0x{iv}"
    # `released` is the attribute list as we print it, KEYFORMAT only where it is not identity.
    for name, text, printed in [
        ("none", "METHOD=NONE", "METHOD=NONE"),
        ("no_iv", ok, ok),
        ("iv", with_iv, with_iv),
        ("iv_in_capitals", f"{ok},IV=0X{iv.upper()}", with_iv),
        ("order", f'IV=0x{iv},URI="k.key",METHOD=AES-128', with_iv),
        ("comma_in_uri", 'METHOD=AES-128,URI="a,b=c.key"', 'METHOD=AES-128,URI="a,b=c.key"'),
        ("empty_uri", 'METHOD=AES-128,URI=""', 'METHOD=AES-128,URI=""'),
        ("unknown_attribute", f'X-COLOUR="red",{ok},X-N=1', ok),
        (
            "identity",
            f'{ok},KEYFORMAT="identity",KEYFORMATVERSIONS="1"',
            f'{ok},KEYFORMATVERSIONS="1"',
        ),
        ("method_in_small_letters", 'METHOD=aes-128,URI="k.key"', ok),
        ("blank_after_comma", 'METHOD=AES-128, URI="k.key"', ok),
        (
            "sample_aes",
            'METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery",'
            'KEYFORMATVERSIONS="1/2"',
            'METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery",'
            'KEYFORMATVERSIONS="1/2"',
        ),
    ]:
        write(
            f"ext_x_key/{name}",
            "ext-x-key",
            "RFC 8216 §4.2, §4.3.2.4",
            "success",
            printed.encode(),
            ("list", text),
        )
    for name, text in [
        ("nothing", ""),
        ("no_method", 'URI="k.key"'),
        ("no_uri", "METHOD=AES-128"),
        ("none_with_uri", 'METHOD=NONE,URI="k.key"'),
        ("none_with_iv", f"METHOD=NONE,IV=0x{iv}"),
        ("iv_of_15_bytes", f"{ok},IV=0x{iv[2:]}"),
        ("iv_of_17_bytes", f"{ok},IV=0x{iv}10"),
        ("iv_of_31_digits", f"{ok},IV=0x{iv[1:]}"),
        ("iv_without_0x", f"{ok},IV={iv}"),
        ("iv_quoted", f'{ok},IV="0x{iv}"'),
        ("iv_not_hexadecimal", f"{ok},IV=0x{iv[:-1]}g"),
        ("iv_with_a_sign", f"{ok},IV=0x+{iv[1:]}"),
        ("iv_empty", f"{ok},IV="),
        ("uri_not_quoted", "METHOD=AES-128,URI=k.key"),
        ("uri_not_closed", 'METHOD=AES-128,URI="k.key'),
        ("method_quoted", 'METHOD="AES-128",URI="k.key"'),
        ("method_empty", 'METHOD=,URI="k.key"'),
        ("uri_twice", f'{ok},URI="l.key"'),
        ("unknown_twice", f"{ok},X=1,X=1"),
        ("trailing_comma", f"{ok},"),
        ("leading_comma", f",{ok}"),
        ("two_commas", 'METHOD=AES-128,,URI="k"'),
        ("name_in_small_letters", f'method=AES-128,{ok}'),
        ("name_empty", f"{ok},=1"),
        ("no_value", f"{ok},X"),
        ("after_the_quote", f'{ok}x'),
        ("after_the_quote_not_ascii", f'{ok}é'),
        ("keyformat_not_quoted", f"{ok},KEYFORMAT=identity"),
        ("blank_before_equals", 'METHOD =AES-128,URI="k.key"'),
    ]:
        write(
            f"ext_x_key/{name}",
            "ext-x-key",
            "RFC 8216 §4.2, §4.3.2.4",
            "malformed",
            b"",
            ("list", text),
        )
