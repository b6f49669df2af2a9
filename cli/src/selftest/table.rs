//! The known answers, by whoever else computed them.

use reelseal_core::hash;

use super::compute::*;

/// A computation and its answer.
#[derive(Clone, Copy)]
pub struct Answer {
    /// What is computed.
    pub name: &'static str,
    /// Who says what comes out.
    pub origin: &'static str,
    /// That, in hexadecimal.
    pub(super) expected: &'static str,
    /// Computes it, and back where there is a way back. `None`: the way back leads elsewhere.
    pub(super) compute: fn() -> Option<Vec<u8>>,
}

/// Every mode and key length, short texts and long ones: these take the wide vectors.
pub(super) const ANSWERS: &[Answer] = &[
    Answer {
        name: "AES-128-CBC",
        origin: "SP 800-38A F.2 (CBC-AES128)",
        expected: "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2\
             73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7",
        compute: || cbc(&SP_800_38A_128),
    },
    Answer {
        name: "AES-192-CBC",
        origin: "SP 800-38A F.2 (CBC-AES192)",
        expected: "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a\
             571b242012fb7ae07fa9baac3df102e008b0e27988598881d920a9e64f5615cd",
        compute: || cbc(&SP_800_38A_192),
    },
    Answer {
        name: "AES-256-CBC",
        origin: "SP 800-38A F.2 (CBC-AES256)",
        expected: "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d\
             39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b",
        compute: || cbc(&SP_800_38A_256),
    },
    Answer {
        name: "AES-128-CTR",
        origin: "SP 800-38A F.5 (CTR-AES128)",
        expected: "874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff\
             5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee",
        compute: || ctr(&SP_800_38A_128),
    },
    Answer {
        name: "AES-192-CTR",
        origin: "SP 800-38A F.5 (CTR-AES192)",
        expected: "1abc932417521ca24f2b0459fe7e6e0b090339ec0aa6faefd5ccc2c6f4ce8e94\
             1e36b26bd1ebc670d1bd1d665620abf74f78a7f6d29809585a97daec58c6b050",
        compute: || ctr(&SP_800_38A_192),
    },
    Answer {
        name: "AES-256-CTR",
        origin: "SP 800-38A F.5 (CTR-AES256)",
        expected: "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5\
             2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
        compute: || ctr(&SP_800_38A_256),
    },
    Answer {
        name: "AES-128-GCM, IV of 12 bytes",
        origin: "McGrew and Viega, test case 4",
        expected: "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e\
             21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc\
             3221a5db94fae95ae7121a47",
        compute: || gcm_12(16),
    },
    Answer {
        name: "AES-192-GCM, IV of 12 bytes",
        origin: "McGrew and Viega, test case 10",
        expected: "3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c\
             7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda27102519498e\
             80f1478f37ba55bd6d27618c",
        compute: || gcm_12(24),
    },
    Answer {
        name: "AES-256-GCM, IV of 12 bytes",
        origin: "McGrew and Viega, test case 16",
        expected: "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa\
             8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece\
             0f4e1768cddf8853bb2d551b",
        compute: || gcm_12(32),
    },
    Answer {
        name: "AES-128-GCM, IV of 16 bytes",
        origin: "the values of Elastic Transcoder's tutorial, by PyCA 48",
        expected: "2fceb4b304d80aaa5634ca7aa3be8710a4e2725949843cfe21714d3a08622e804ce5",
        compute: gcm_16,
    },
    Answer {
        name: "AES-128-CBC, 100,000 bytes",
        origin: "SHA-256 of what OpenSSL makes, by PyCA 48",
        expected: "3b649e3d47703c0179c3ba4b42c47ac63245d705da0e20ff88a4b364a65a6902",
        compute: || long_cbc(16),
    },
    Answer {
        name: "AES-128-CTR, 100,000 bytes over a counter that wraps",
        origin: "SHA-256 of what OpenSSL makes, by PyCA 48",
        expected: "904cd2d6a826560d3572c7e388c680de9b6fb71526a30718519305073c8c884d",
        compute: || long_ctr(16),
    },
    Answer {
        name: "AES-128-GCM, 100,000 bytes",
        origin: "SHA-256 of what OpenSSL makes, by PyCA 48",
        expected: "76b52920a6a80e49c0246ca92618b9156d9e20b95fcc28445fc2c7ed104b478e",
        compute: || long_gcm(16),
    },
    Answer {
        name: "AES-256-CBC, 100,000 bytes",
        origin: "SHA-256 of what OpenSSL makes, by PyCA 48",
        expected: "5602cbaaca0e9bb7706e95e1d92f04b87a5efb5e2b5a00e7c91a2a3b118ceb88",
        compute: || long_cbc(32),
    },
    Answer {
        name: "AES-256-CTR, 100,000 bytes over a counter that wraps",
        origin: "SHA-256 of what OpenSSL makes, by PyCA 48",
        expected: "df143804980162ccdda0fb8a6b610b4f078c8cdef6d8bf48bb2953a2d7584963",
        compute: || long_ctr(32),
    },
    Answer {
        name: "AES-256-GCM, 100,000 bytes",
        origin: "SHA-256 of what OpenSSL makes, by PyCA 48",
        expected: "3cb6163d840b9d04e0285ef9b11cc044db7b9ebe38803d96aff94b6af47f5070",
        compute: || long_gcm(32),
    },
    Answer {
        name: "KW under AES-128",
        origin: "RFC 3394 §4.1",
        expected: "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5",
        compute: || kw(16, 16),
    },
    Answer {
        name: "KW under AES-192",
        origin: "RFC 3394 §4.2",
        expected: "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d",
        compute: || kw(24, 16),
    },
    Answer {
        name: "KW under AES-256",
        origin: "RFC 3394 §4.3",
        expected: "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7",
        compute: || kw(32, 16),
    },
    Answer {
        name: "KW of 256 bits under AES-256",
        origin: "RFC 3394 §4.6",
        expected: "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21",
        compute: || kw(32, 32),
    },
    Answer {
        name: "KWP of 20 bytes",
        origin: "RFC 5649 §6",
        expected: "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a",
        compute: || kwp(KWP_20),
    },
    Answer {
        name: "KWP of 7 bytes",
        origin: "RFC 5649 §6",
        expected: "afbeb0f07dfbf5419200f2ccb50bb24f",
        compute: || kwp(KWP_7),
    },
    Answer {
        name: "HMAC-SHA-256",
        origin: "RFC 4231 §4.2",
        expected: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        compute: || Some(hash::hmac_sha256(&[0x0B; 20], &[b"Hi There"]).to_vec()),
    },
    Answer {
        name: "HMAC-SHA-512",
        origin: "RFC 4231 §4.2",
        expected: "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde\
             daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
        compute: || Some(hash::hmac_sha512(&[0x0B; 20], &[b"Hi There"]).to_vec()),
    },
    Answer {
        name: "HKDF-SHA-256",
        origin: "RFC 5869 A.1",
        expected: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        compute: hkdf_256,
    },
    Answer {
        name: "HKDF-SHA-512",
        origin: "a content key of the S3 Encryption Client, by PyCA 48",
        expected: "08b9e427142f34dcdb3360db13f3d10e5499b1d89313d88adcdb8cb9c55188f4",
        compute: hkdf_512,
    },
    Answer {
        name: "KBKDF-HMAC-SHA-256",
        origin: "SP 800-108 in counter mode, by PyCA 48",
        expected: "b71a289f070b1a5acbcf2a9294c300f8ffdf5b758ab97ed694e71e05543176d3",
        compute: kbkdf,
    },
    Answer {
        name: "HLS segment, Media Sequence Number 7",
        origin: "RFC 8216 §5.2, by OpenSSL 3.0",
        expected: "a33a813302d0625e58e29d0043ab93313208755f7b277df34a5c6fc8b58c7b24",
        compute: segment,
    },
    Answer {
        name: "ciphertext blob of the local key service",
        origin: "vectors/own/kms/data_key_16, by the reference model",
        expected: "10491a5ff28ff542bf90c7e11d6491736529f0b6fcd6342a56e506047882a03b",
        compute: kms_blob,
    },
    Answer {
        name: "seal of a package's record",
        origin: "vectors/own/record/json, by the reference model",
        expected: "e51a4a560628a6002361498fa6d92236c65e31c9d7f4d1238790252b456b7441",
        compute: record,
    },
];
