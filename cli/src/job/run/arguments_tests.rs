use super::*;
use crate::job::run::plan::Thumbnails;
use crate::job::run::preset::Presets;
use crate::job::run::probe::{Pictures, Sound};

fn input(path: &str, size: Size) -> Clear {
    let video = Pictures { size, frame_rate: 25.0, ..Pictures::default() };
    let audio = Some(Sound::default());
    let probe = Probe { duration: 10.0, video: Some(video), audio, ..Probe::default() };
    Clear { path: path.into(), clip: Clip::default(), probe }
}

fn plan(preset: &str, form: Form) -> Output {
    let presets = Presets::read(None).unwrap();
    let encoding = presets.get(preset).unwrap().unwrap().clone();
    Output {
        path: "$.Outputs[0]".to_owned(),
        key: "k".to_owned(),
        name: "k".to_owned(),
        recipe: Recipe::Encode(Box::new(encoding)),
        form,
        rotate: Rotate::Auto,
        clip: None,
        cipher: None,
        thumbnails: None,
        watermarks: Vec::new(),
        art: None,
        captions: None,
        caption_formats: Vec::new(),
    }
}

fn words(output: &Output, inputs: &[Clear]) -> String {
    super::output(output, inputs, &Extras::default()).join(" ")
}

#[track_caller]
fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

#[test]
fn every_input_is_read_from_its_file_and_from_no_other() {
    let output = plan("1351620000001-000040", Form::File);
    let text = words(&output, &[input("/t/a", (1280, 720)), input("/t/b", (1280, 720))]);
    let reading = READING.join(" ");
    assert_eq!(text.matches(&format!("{reading} -i /t/")).count(), 2, "{text}");
    assert_eq!(text.matches(" -i ").count(), 2, "{text}");
    let formats = READING[3].split(',').chain(TEXTS[3].split(','));
    for format in formats {
        assert!(!["hls", "concat", "dash", "sdp", "rtsp", "image2", "lavfi"].contains(&format));
    }
}

#[test]
fn segments_are_cut_where_they_shall_be() {
    let mut output = plan("1351620000001-200050", Form::HlsV3(6.0));
    let one = [input("/t/a", (1280, 720))];
    let cut = [
        "-force_key_frames expr:gte(t,n_forced*6)",
        "-hls_time 6",
        "-f hls",
        "-hls_segment_filename %05d.ts list.m3u8",
        "scale=400:224,setsar=1",
    ];
    assert_has(&words(&output, &one), &cut);
    output.form = Form::HlsV4(2.5);
    let single = ["-hls_flags single_file", "-hls_time 2.5", "-hls_segment_filename all.ts"];
    assert_has(&words(&output, &one), &single);
}

#[test]
fn clips_turns_and_rates_are_asked_for() {
    let mut output = plan("1351620000001-100070", Form::File);
    let mut from = input("/t/a", (1920, 1080));
    from.clip = Clip { start: Some(1.5), duration: Some(3.0) };
    output.rotate = Rotate::By90;
    if let Some(video) = &mut from.probe.video {
        video.frame_rate = 50.0;
        video.is_interlaced = true;
    }
    let text = words(&output, &[from.clone()]);
    let parts = [
        "-ss 1.500 -t 3.000 -protocol_whitelist",
        "[0:v:0]yadif=deint=interlaced,",
        "transpose=clock,scale=404:720",
        "fps=30[v0]",
        "-f mp4 -movflags +faststart file",
    ];
    assert_has(&text, &parts);
    output.rotate = Rotate::None;
    assert_has(&words(&output, &[from]), &["-noautorotate"]);
}

#[test]
fn joined_inputs_have_one_rate_and_one_layout() {
    let output = plan("1351620000001-200060", Form::File);
    let inputs = [input("/t/a", (640, 360)), input("/t/b", (640, 360))];
    assert_has(&words(&output, &inputs), &["[a0][a1]concat=n=2:v=0:a=1,anull[a]", "-map [a]"]);
    let output = plan("1351620000001-200050", Form::File);
    let text = words(&output, &inputs);
    assert_has(&text, &["fps=25.000[v0]", "[v0][v1]concat=n=2:v=1:a=0,null[v]"]);
    assert!(!sizes_differ(&output, &inputs));
    assert!(sizes_differ(&output, &[input("/t/a", (640, 360)), input("/t/b", (360, 360))]));
}

#[test]
fn captions_and_covers_come_behind_the_inputs() {
    let output = plan("1351620000001-000040", Form::File);
    let track = |from| Track { language: "en".to_owned(), from };
    let extras = Extras {
        covers: vec![Cover::Stream(7)],
        tracks: vec![track(From::File("/t/c".into(), -1.5)), track(From::Stream(4))],
        ..Extras::default()
    };
    let text = super::output(&output, &[input("/t/a", (640, 360))], &extras).join(" ");
    let texts = TEXTS.join(" ");
    assert_has(
        &text,
        &[
            &format!("-itsoffset -1.500 {texts} -i /t/c"),
            "-map 1:s:0 -c:s:0 mov_text -metadata:s:s:0 language=eng",
            "-map 0:4 -c:s:1 mov_text",
            "-map 0:7 -c:v:0 copy -disposition:v:0 attached_pic",
        ],
    );
    assert!(!text.contains("-sn"));
}

#[test]
fn thumbnails_are_the_first_picture_and_one_each_interval() {
    let output = plan("1351620000001-000040", Form::File);
    let own = Thumbnails {
        pattern: "{count}.png".to_owned(),
        cipher: None,
        encoding: crate::job::run::encoding::ThumbnailEncoding::default(),
    };
    let text = thumbnails(&output, &own, &[input("/t/a", (1280, 720))]).join(" ");
    assert_has(&text, &["gte(t-prev_selected_t,60)", "scale=192:108", "-start_number 1 %05d.png"]);
    assert_eq!(thumbnail_size(&output, &own, &[input("/t/a", (1280, 720))]), (192, 108));
}
