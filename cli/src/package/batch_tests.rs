use super::*;
use std::io::Write;

fn path(text: &str) -> PackagePath {
    PackagePath::parse(text).unwrap()
}

fn put(batch: &Batch, name: &str, text: &str) {
    let mut file = batch.create(&path(name)).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file.finish().unwrap();
}

/// Every file below `root`, hidden ones too, and its text.
fn tree(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let at = entry.unwrap().path();
            if at.is_dir() {
                found.push((format!("{}/", at.strip_prefix(root).unwrap().display()), "".into()));
                folders.push(at);
            } else {
                let name = at.strip_prefix(root).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&at).unwrap()));
            }
        }
    }
    found.sort();
    found
}

fn before(root: &Path) -> Vec<(String, String)> {
    fs::create_dir_all(root.join("a")).unwrap();
    fs::write(root.join("a/one"), "old one").unwrap();
    fs::write(root.join("a/obsolete"), "old").unwrap();
    tree(root)
}

fn batch(root: &Path, existing: Existing) -> Batch {
    let mut batch = Batch::new(root, existing).unwrap();
    put(&batch, "a/one", "new one");
    put(&batch, "b/c/two", "new two");
    batch.remove(path("a/obsolete"));
    batch
}

#[test]
fn all_files_appear_and_what_they_replace_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    before(dir.path());
    batch(dir.path(), Existing::Replace).publish().unwrap();
    let names: Vec<String> = tree(dir.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["a/", "a/one", "b/", "b/c/", "b/c/two"]);
    assert_eq!(fs::read_to_string(dir.path().join("a/one")).unwrap(), "new one");
}

#[test]
fn one_name_that_is_taken_keeps_all_of_them_away() {
    let dir = tempfile::tempdir().unwrap();
    let there = before(dir.path());
    let mut batch = Batch::new(dir.path(), Existing::Keep).unwrap();
    put(&batch, "b/c/two", "new two");
    put(&batch, "a/one", "new one");
    batch.remove(path("a/obsolete"));
    let error = batch.publish().unwrap_err();
    assert!(error.message().contains("a/one"), "{error}");
    assert_eq!(tree(dir.path()), there);
}

#[test]
fn a_batch_that_is_dropped_leaves_nothing_not_even_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("x/y");
    drop(batch(&root, Existing::Keep));
    assert_eq!(tree(dir.path()), []);
}

/// A run that is killed after any number of moves: what it leaves, the next one undoes.
#[test]
fn what_a_kill_leaves_half_done_is_undone() {
    for moves in 0..=3 {
        let dir = tempfile::tempdir().unwrap();
        let there = before(dir.path());
        let Batch { new, folder, files, obsolete, hidden, parents, .. } =
            batch(dir.path(), Existing::Replace);
        let files = files.into_inner().unwrap();
        let journal = folder.journal(&new, &files, &obsolete).unwrap();
        journal.write(hidden.path()).unwrap();
        for path in files.iter().take(moves) {
            folder.place(&new, path, Existing::Replace).unwrap();
        }
        if moves == 3 {
            folder.set_aside(&obsolete[0]).unwrap();
        }
        assert!(moves == 0 || tree(dir.path()) != there);
        parents.keep();
        // Killed: the folder stays, and its lock is gone.
        let left = hidden.path().to_owned();
        let saved = left.with_file_name(".job.reelseal-0123456789abcdef");
        fs::rename(&left, &saved).unwrap();
        drop(hidden);

        drop(Batch::new(dir.path(), Existing::Keep).unwrap());
        assert_eq!(tree(dir.path()), there, "after {moves} moves");
    }
}

#[test]
fn what_somebody_else_put_there_after_a_kill_stays() {
    let dir = tempfile::tempdir().unwrap();
    let Batch { new, folder, files, hidden, .. } = batch(dir.path(), Existing::Keep);
    let files = files.into_inner().unwrap();
    folder.journal(&new, &files, &[]).unwrap().write(hidden.path()).unwrap();
    folder.place(&new, &files[0], Existing::Keep).unwrap();
    let saved = hidden.path().with_file_name(".job.reelseal-0123456789abcdef");
    fs::rename(hidden.path(), &saved).unwrap();
    drop(hidden);
    fs::write(dir.path().join("theirs"), "theirs").unwrap();
    fs::rename(dir.path().join("theirs"), dir.path().join("a/one")).unwrap();
    drop(Batch::new(dir.path(), Existing::Keep).unwrap());
    assert_eq!(fs::read_to_string(dir.path().join("a/one")).unwrap(), "theirs");
}
