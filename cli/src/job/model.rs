//! The shapes of the service's model that lead to something encrypted, as tables.
//!
//! Origin: Elastic Transcoder's API, version 2012-09-25. What only answers have is marked; the
//! notification's own members are from the chapter on notifications of the developer guide.

use super::scalar::Scalar::{self, *};
use super::shape::{Field, Shape, answered, field, required};

/// What CreateJob takes, and `Job` of its answers.
pub(super) static JOB: Shape = Shape::Object(&[
    answered("Id", &Shape::Text(Id)),
    answered("Arn", &ANY),
    required("PipelineId", &Shape::Text(Id)),
    field("Input", &INPUT),
    field("Inputs", &Shape::List(&INPUT, 200)),
    field("Output", &OUTPUT),
    field("Outputs", &Shape::List(&OUTPUT, 30)),
    field("OutputKeyPrefix", &Shape::Text(KEY)),
    field("Playlists", &Shape::List(&PLAYLIST, 30)),
    answered("Status", &STATUS),
    field("UserMetadata", &Shape::Map(10, METADATA_KEY, METADATA_VALUE)),
    answered("Timing", &TIMING),
]);

/// The message of a notification.
pub(super) static NOTIFICATION: Shape = Shape::Object(&[
    field("state", &Shape::Text(OneOf(&["PROGRESSING", "COMPLETED", "WARNING", "ERROR"]))),
    field("errorCode", &ANY),
    field("messageDetails", &ANY),
    field("version", &ANY),
    required("jobId", &Shape::Text(Id)),
    required("pipelineId", &Shape::Text(Id)),
    field("input", &INPUT),
    field("inputs", &Shape::List(&INPUT, 200)),
    field("inputCount", &Shape::Whole),
    field("outputKeyPrefix", &Shape::Text(KEY)),
    field("outputs", &Shape::List(&OUTPUT, 30)),
    field("playlists", &Shape::List(&PLAYLIST, 30)),
    field("userMetadata", &Shape::Map(10, METADATA_KEY, METADATA_VALUE)),
]);

/// What CreatePipeline takes, and `Pipeline` of its answers.
pub(super) static PIPELINE: Shape = Shape::Object(&[
    answered("Id", &Shape::Text(Id)),
    answered("Arn", &ANY),
    required("Name", &Shape::Text(Length(1, 40))),
    answered("Status", &Shape::Text(OneOf(&["Active", "Paused"]))),
    required("InputBucket", &Shape::Text(Bucket)),
    field("OutputBucket", &Shape::Text(Bucket)),
    required("Role", &Shape::Text(Role)),
    field("AwsKmsKeyArn", &Shape::Text(Length(0, 255))),
    field("Notifications", &NOTIFICATIONS),
    field("ContentConfig", &OUTPUT_CONFIG),
    field("ThumbnailConfig", &OUTPUT_CONFIG),
]);

static NOTIFICATIONS: Shape = Shape::Object(&[
    field("Progressing", &Shape::Text(Topic)),
    field("Completed", &Shape::Text(Topic)),
    field("Warning", &Shape::Text(Topic)),
    field("Error", &Shape::Text(Topic)),
]);

static OUTPUT_CONFIG: Shape = Shape::Object(&[
    field("Bucket", &Shape::Text(Bucket)),
    field("StorageClass", &Shape::Text(OneOf(&["ReducedRedundancy", "Standard"]))),
    field("Permissions", &Shape::List(&PERMISSION, 30)),
]);

static PERMISSION: Shape = Shape::Object(&[
    field("GranteeType", &Shape::Text(OneOf(&["Canonical", "Email", "Group"]))),
    field("Grantee", &Shape::Text(Length(1, 255))),
    field("Access", &Shape::List(&ACCESS, 30)),
]);

static ACCESS: Shape = Shape::Text(OneOf(&["FullControl", "Read", "ReadAcp", "WriteAcp"]));

static INPUT: Shape = Shape::Object(&[
    field("Key", &Shape::Text(LONG_KEY)),
    field("FrameRate", &ANY),
    field("Resolution", &ANY),
    field("AspectRatio", &ANY),
    field("Interlaced", &ANY),
    field("Container", &ANY),
    field("Encryption", &ENCRYPTION),
    field("TimeSpan", &TIME_SPAN),
    field("InputCaptions", &CAPTIONS),
    field("DetectedProperties", &DETECTED),
]);

static OUTPUT: Shape = Shape::Object(&[
    answered("Id", &ANY),
    field("Key", &Shape::Text(KEY)),
    field("ThumbnailPattern", &Shape::Text(Holding("{count}"))),
    field("ThumbnailEncryption", &ENCRYPTION),
    field("Rotate", &Shape::Text(OneOf(&["auto", "0", "90", "180", "270"]))),
    field("PresetId", &Shape::Text(Id)),
    field("SegmentDuration", &Shape::Text(Float)),
    answered("Status", &STATUS),
    answered("StatusDetail", &ANY),
    answered("ErrorCode", &ANY),
    answered("Duration", &ANY),
    answered("Width", &Shape::Whole),
    answered("Height", &Shape::Whole),
    answered("FrameRate", &ANY),
    answered("FileSize", &Shape::Whole),
    answered("DurationMillis", &Shape::Whole),
    field("Watermarks", &Shape::List(&WATERMARK, usize::MAX)),
    field("AlbumArt", &ALBUM_ART),
    field("Composition", &Shape::List(&CLIP, usize::MAX)),
    field("Captions", &CAPTIONS),
    field("Encryption", &ENCRYPTION),
    answered("AppliedColorSpaceConversion", &ANY),
]);

static PLAYLIST: Shape = Shape::Object(&[
    field("Name", &Shape::Text(Length(1, 255))),
    field("Format", &Shape::Text(OneOf(&["HLSv3", "HLSv4", "Smooth", "MPEG-DASH"]))),
    field("OutputKeys", &Shape::List(&Shape::Text(KEY), 30)),
    field("HlsContentProtection", &HLS),
    field("PlayReadyDrm", &PLAY_READY),
    answered("Status", &STATUS),
    answered("StatusDetail", &ANY),
]);

static ENCRYPTION: Shape = Shape::Object(&[
    field("Mode", &Shape::Text(OneOf(&MODES))),
    field("Key", &Shape::Text(Base64)),
    field("KeyMd5", &Shape::Text(Base64)),
    field("InitializationVector", &Shape::Text(Length(0, 255))),
]);

static HLS: Shape = Shape::Object(&[
    field("Method", &Shape::Text(OneOf(&["aes-128"]))),
    field("Key", &Shape::Text(Base64)),
    field("KeyMd5", &Shape::Text(Base64)),
    field("InitializationVector", &Shape::Text(Length(0, 255))),
    field("LicenseAcquisitionUrl", &Shape::Text(Length(0, 512))),
    field("KeyStoragePolicy", &Shape::Text(OneOf(&["NoStore", "WithVariantPlaylists"]))),
]);

static PLAY_READY: Shape = Shape::Object(&[
    field("Format", &Shape::Text(OneOf(&["microsoft", "discretix-3.0"]))),
    field("Key", &Shape::Text(Base64)),
    field("KeyMd5", &Shape::Text(Base64)),
    field("KeyId", &Shape::Text(KeyGuid)),
    field("InitializationVector", &Shape::Text(Length(0, 255))),
    field("LicenseAcquisitionUrl", &Shape::Text(Length(1, 512))),
]);

static CAPTIONS: Shape = Shape::Object(&[
    field("MergePolicy", &Shape::Text(OneOf(&["MergeOverride", "MergeRetain", "Override"]))),
    field("CaptionSources", &Shape::List(&CAPTION_SOURCE, 20)),
    field("CaptionFormats", &Shape::List(&CAPTION_FORMAT, 4)),
]);

static CAPTION_SOURCE: Shape = Shape::Object(&[
    field("Key", &Shape::Text(LONG_KEY)),
    field("Language", &Shape::Text(KEY)),
    field("TimeOffset", &ANY),
    field("Label", &Shape::Text(Length(1, 40))),
    field("Encryption", &ENCRYPTION),
]);

static CAPTION_FORMAT: Shape = Shape::Object(&[
    field("Format", &Shape::Text(OneOf(&CAPTION_FORMATS))),
    field("Pattern", &Shape::Text(Holding("{language}"))),
    field("Encryption", &ENCRYPTION),
]);

static WATERMARK: Shape = Shape::Object(&[
    field("PresetWatermarkId", &Shape::Text(Length(1, 40))),
    field("InputKey", &Shape::Text(Image)),
    field("Encryption", &ENCRYPTION),
]);

static ALBUM_ART: Shape = Shape::Object(&[
    field("MergePolicy", &Shape::Text(OneOf(&["Replace", "Prepend", "Append", "Fallback"]))),
    field("Artwork", &Shape::List(&ARTWORK, usize::MAX)),
]);

static ARTWORK: Shape = Shape::Object(&[
    field("InputKey", &Shape::Text(Image)),
    field("MaxWidth", &ANY),
    field("MaxHeight", &ANY),
    field("SizingPolicy", &ANY),
    field("PaddingPolicy", &ANY),
    field("AlbumArtFormat", &Shape::Text(OneOf(&["jpg", "png"]))),
    field("Encryption", &ENCRYPTION),
]);

static CLIP: Shape = Shape::Object(&[field("TimeSpan", &TIME_SPAN)]);
static TIME_SPAN: Shape = Shape::Object(&[field("StartTime", &ANY), field("Duration", &ANY)]);
static TIMING: Shape = Shape::Object(&[
    field("SubmitTimeMillis", &Shape::Whole),
    field("StartTimeMillis", &Shape::Whole),
    field("FinishTimeMillis", &Shape::Whole),
]);
static DETECTED: Shape = Shape::Object(DETECTED_FIELDS);
const DETECTED_FIELDS: &[Field] = &[
    field("Width", &Shape::Whole),
    field("Height", &Shape::Whole),
    field("FrameRate", &ANY),
    field("FileSize", &Shape::Whole),
    field("DurationMillis", &Shape::Whole),
];

static ANY: Shape = Shape::Text(Any);
static STATUS: Shape = Shape::Text(OneOf(&STATUSES));

const MODES: [&str; 5] = ["s3", "s3-aws-kms", "aes-cbc-pkcs7", "aes-ctr", "aes-gcm"];
const CAPTION_FORMATS: [&str; 6] = ["mov-text", "srt", "scc", "webvtt", "dfxp", "cea-708"];
/// `Completed` and `Warning` are what notifications say of an output.
const STATUSES: [&str; 7] =
    ["Submitted", "Progressing", "Complete", "Canceled", "Error", "Completed", "Warning"];

const KEY: Scalar = Length(1, 255);
const LONG_KEY: Scalar = Length(1, 1024);
const METADATA_KEY: Scalar = Length(1, 128);
const METADATA_VALUE: Scalar = Length(0, 256);
