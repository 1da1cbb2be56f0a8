//! Findings of the reading: files and documents that cannot be used.
//!
//! Owns the mapping only; the words are those of cp-files. A document that cannot be used is reported here and not
//! a second time as a condition.

use cp_files::Problem;

use super::{Finding, Place};

/// One finding per problem.
pub(crate) fn find(problems: &[Problem]) -> Vec<Finding> {
    let one = |problem: &Problem| Finding {
        place: Place {
            file: problem.file.display().to_string(),
            line: problem.position.line,
            column: problem.position.column,
        },
        severity: problem.severity,
        message: problem.message.clone(),
        remedy: String::new(),
        code: "File".to_owned(),
    };
    problems.iter().map(one).collect()
}
