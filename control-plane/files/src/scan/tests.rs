//! Walking and reading real directories.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Reading, Scan, Scanner};

struct Tree {
    dir: TempDir,
    scanner: Scanner,
}

impl Tree {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("temporary directory");
        let scanner = Scanner::new(vec![dir.path().to_owned()]);
        let tree = Self { dir, scanner };
        for (path, text) in files {
            tree.write(path, text);
        }
        tree
    }

    fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("parent")).expect("directories");
        fs::write(path, text).expect("written");
    }

    fn scan(&mut self) -> Scan {
        let walk = self.scanner.walk();
        self.scanner.scan(walk, &BTreeSet::new())
    }

    /// Paths read and their content.
    fn read(&mut self) -> Vec<(String, String)> {
        let scan = self.scan();
        let root = self.dir.path();
        let name = |path: &Path| {
            path.strip_prefix(root)
                .expect("below")
                .display()
                .to_string()
        };
        scan.read
            .iter()
            .map(|(path, reading)| match reading {
                Reading::Content { bytes, .. } => {
                    (name(path), String::from_utf8_lossy(bytes).into_owned())
                }
                Reading::Unreadable(message) => (name(path), format!("unreadable: {message}")),
            })
            .collect()
    }
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
        .collect()
}

#[test]
fn manifests_are_read_in_path_order_and_only_once() {
    let mut tree = Tree::new(&[
        ("b.yml", "2"),
        ("a.yaml", "1"),
        ("sub/deep/c.json", "3"),
        ("readme.md", "no"),
        (".hidden.yaml", "no"),
        (".git/d.yaml", "no"),
        ("backup.yaml~", "no"),
    ]);
    assert_eq!(
        tree.read(),
        pairs(&[("a.yaml", "1"), ("b.yml", "2"), ("sub/deep/c.json", "3")])
    );
    assert_eq!(tree.read(), pairs(&[]));
    tree.write("a.yaml", "4");
    assert_eq!(
        tree.read(),
        pairs(&[("a.yaml", "4")]),
        "same length, same instant"
    );
    fs::remove_file(tree.path("b.yml")).expect("removed");
    let scan = tree.scan();
    assert_eq!(scan.present.len(), 2);
    assert!(scan.read.is_empty());
}

#[test]
fn a_kubernetes_volume_is_read_through_its_links() {
    let mut tree = Tree::new(&[("..1/a.yaml", "1"), ("..1/b.yaml", "1")]);
    symlink("..1", tree.path("..data")).expect("linked");
    symlink("..data/a.yaml", tree.path("a.yaml")).expect("linked");
    symlink("..data/b.yaml", tree.path("b.yaml")).expect("linked");
    assert_eq!(tree.read(), pairs(&[("a.yaml", "1"), ("b.yaml", "1")]));
    tree.write("..2/a.yaml", "2");
    tree.write("..2/b.yaml", "2");
    assert_eq!(tree.read(), pairs(&[]), "not linked yet");
    symlink("..2", tree.path("..data_tmp")).expect("linked");
    fs::rename(tree.path("..data_tmp"), tree.path("..data")).expect("swapped");
    assert_eq!(tree.read(), pairs(&[("a.yaml", "2"), ("b.yaml", "2")]));
}

#[test]
fn loops_and_dangling_links_are_told() {
    let mut tree = Tree::new(&[("a.yaml", "1")]);
    symlink(".", tree.path("loop")).expect("linked");
    symlink("nowhere", tree.path("gone.yaml")).expect("linked");
    let scan = tree.scan();
    assert_eq!(scan.read.len(), 1);
    assert_eq!(scan.unlisted, [tree.path("gone.yaml")]);
    let problems: Vec<String> = scan.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].contains("gone.yaml"), "{problems:?}");
    assert!(problems[1].contains("leads back"), "{problems:?}");
}

#[test]
fn a_missing_root_is_not_an_empty_one() {
    let mut tree = Tree::new(&[("a.yaml", "1")]);
    let root = tree.dir.path().to_owned();
    tree.read();
    let aside = root.with_extension("aside");
    fs::rename(&root, &aside).expect("moved");
    let scan = tree.scan();
    assert_eq!(scan.unlisted, std::slice::from_ref(&root));
    assert_eq!(scan.problems.len(), 1);
    fs::rename(&aside, &root).expect("moved back");
    assert_eq!(tree.scan().unlisted, Vec::<PathBuf>::new());
}

#[test]
fn a_single_file_is_a_root_too() {
    let tree = Tree::new(&[("a.yaml", "1"), ("b.yaml", "2")]);
    let mut scanner = Scanner::new(vec![tree.path("a.yaml")]);
    let walk = scanner.walk();
    let scan = scanner.scan(walk, &BTreeSet::new());
    assert_eq!(
        scan.present.into_iter().collect::<Vec<_>>(),
        [tree.path("a.yaml")]
    );
}

#[test]
fn equal_places_have_equal_paths() {
    // Tests run in the directory of their package.
    for root in [".", "./", "./."] {
        let walk = Scanner::new(vec![PathBuf::from(root)]).walk();
        assert!(
            walk.listed.contains_key(Path::new("src")),
            "{:?}",
            walk.listed
        );
        assert!(walk.concerns(Path::new("src")) && walk.concerns(Path::new("new.yaml")));
    }
    let walk = Scanner::new(vec![PathBuf::from("./src/")]).walk();
    assert!(
        walk.listed.contains_key(Path::new("src/scan")),
        "{:?}",
        walk.listed
    );
    assert!(walk.targets.contains(Path::new("src")));
}

#[test]
fn a_file_that_is_being_written_waits() {
    let mut tree = Tree::new(&[("a.yaml", "1"), ("b.yaml", "1")]);
    let writing = BTreeSet::from([tree.path("a.yaml")]);
    let walk = tree.scanner.walk();
    let scan = tree.scanner.scan(walk, &writing);
    assert_eq!(
        scan.read.into_keys().collect::<Vec<_>>(),
        [tree.path("b.yaml")]
    );
    assert!(
        scan.present.contains(&tree.path("a.yaml")),
        "it is not gone either"
    );
    assert_eq!(tree.read(), pairs(&[("a.yaml", "1")]));
}

/// Two complete contents are swapped in by renames as fast as possible: a torn read would mix them.
#[test]
fn a_file_that_is_replaced_while_it_is_read_is_not_torn() {
    let mut tree = Tree::new(&[]);
    let contents = ["a".repeat(100_000), "b".repeat(100_001)];
    tree.write("x.yaml", &contents[0]);
    let stop = std::sync::atomic::AtomicBool::new(false);
    let (target, temporary) = (tree.path("x.yaml"), tree.path(".x.tmp"));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in (0..2).cycle() {
                if stop.load(std::sync::atomic::Ordering::Relaxed) {
                    return;
                }
                fs::write(&temporary, &contents[round]).expect("written");
                fs::rename(&temporary, &target).expect("renamed");
            }
        });
        let mut seen = 0;
        for _ in 0..40 {
            for (_, text) in tree.read() {
                seen += 1;
                assert!(contents.contains(&text), "torn: {} bytes", text.len());
            }
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(seen > 0);
    });
}

/// The same with writes in place, which tear for anybody who reads in between.
#[test]
fn a_file_that_is_rewritten_while_it_is_read_is_read_again() {
    let mut tree = Tree::new(&[]);
    let contents = ["a".repeat(100_000), "b".repeat(100_000)];
    tree.write("x.yaml", &contents[0]);
    let target = tree.path("x.yaml");
    let mut latest = Vec::new();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            use std::os::unix::fs::FileExt;
            let file = fs::OpenOptions::new()
                .write(true)
                .open(&target)
                .expect("opened");
            for round in (0..2).cycle() {
                if stop.load(std::sync::atomic::Ordering::Relaxed) {
                    return;
                }
                file.write_all_at(contents[round].as_bytes(), 0)
                    .expect("written");
            }
        });
        for _ in 0..40 {
            latest.extend(tree.read());
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    // File clocks are too coarse to see every tear, so whatever changed lately is read again: the last word is
    // whole.
    tree.write("x.yaml", &contents[1]);
    latest.extend(tree.read());
    assert_eq!(latest.last().map(|(_, text)| text), Some(&contents[1]));
}

#[test]
fn a_file_that_is_emptied_to_be_written_keeps_its_content() {
    let mut tree = Tree::new(&[("a.yaml", "kind: A")]);
    assert_eq!(tree.scan().read.len(), 1);
    tree.write("a.yaml", "");
    let emptied = tree.scan();
    assert!(
        emptied.read.is_empty() && emptied.is_half_saved,
        "{emptied:?}"
    );
    // What stays empty is believed in the end.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while tree.scan().read.is_empty() {
        assert!(std::time::Instant::now() < deadline, "never believed");
    }
}

#[test]
fn a_file_that_is_saved_all_the_time_is_never_missing_and_never_empty() {
    let mut tree = Tree::new(&[("a.yaml", "kind: A")]);
    tree.scan();
    let (path, scratch) = (tree.path("a.yaml"), tree.path(".a.new"));
    let writer = std::thread::spawn(move || {
        for number in 0..300 {
            // As a careless editor saves, in place, and as a careful one, by renaming.
            fs::write(&path, format!("kind: A{number}")).expect("written");
            fs::write(&scratch, format!("kind: B{number}")).expect("written");
            fs::rename(&scratch, &path).expect("renamed");
        }
    });
    while !writer.is_finished() {
        let scan = tree.scan();
        assert!(scan.present.contains(&tree.path("a.yaml")), "{scan:?}");
        for reading in scan.read.values() {
            assert!(
                matches!(reading, Reading::Content { bytes, .. } if bytes.starts_with(b"kind: ")),
                "{reading:?}"
            );
        }
    }
    writer.join().expect("the writer ended");
}
