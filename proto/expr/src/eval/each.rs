//! Macros over lists and the keys of maps.
//!
//! Invariant: an item costs a step beside those of its body.

use super::{Evaluated, Evaluator};
use crate::error::{EvalError, Position, Problem};
use crate::node::{Each, Macro};
use crate::value::Value;

/// What came of the items so far.
#[derive(Default)]
struct Sum<'e> {
    /// Of `exists_one`.
    count: usize,
    items: Vec<Value<'e>>,
    /// Of `all` and `exists`: it matters only if no item decides.
    failed: Option<EvalError>,
}

// === impl Evaluator ===

impl<'e> Evaluator<'e, '_> {
    pub(super) fn each(&mut self, at: Position, each: &'e Each) -> Evaluated<'e> {
        let range = self.value(&each.range)?;
        let mut sum = Sum::default();
        let outcome = match (&range, range.as_list()) {
            (_, Ok(list)) => self.over(at, each, &mut list.iter(), &mut sum),
            (Value::Map(map), _) => {
                self.over(at, each, &mut map.iter().map(|(key, _)| key), &mut sum)
            }
            (_, Err(problem)) => Err(at.problem(problem)),
        };
        self.variables.truncate(each.slot);
        if let Some(decided) = outcome? {
            return Ok(Value::Bool(decided));
        }
        match (each.what, sum.failed) {
            (Macro::All | Macro::Exists, Some(error)) => Err(error),
            (Macro::All, None) => Ok(Value::Bool(true)),
            (Macro::Exists, None) => Ok(Value::Bool(false)),
            (Macro::ExistsOne, _) => Ok(Value::Bool(sum.count == 1)),
            (Macro::Map | Macro::Filter, _) => Ok(Value::list(sum.items)),
        }
    }

    /// Goes through `items`; some as soon as one of them decides.
    fn over(
        &mut self,
        at: Position,
        each: &'e Each,
        items: &mut dyn Iterator<Item = Value<'e>>,
        sum: &mut Sum<'e>,
    ) -> Result<Option<bool>, EvalError> {
        for item in items {
            self.steps.take(1).map_err(|problem| at.problem(problem))?;
            self.bind(each.slot, item);
            match each.what {
                Macro::All | Macro::Exists => {
                    let deciding = each.what == Macro::Exists;
                    match self.bool(&each.body) {
                        Ok(value) if value == deciding => return Ok(Some(deciding)),
                        Ok(_) => (),
                        Err(error) if error.problem == Problem::Steps => return Err(error),
                        Err(error) => sum.failed = sum.failed.take().or(Some(error)),
                    }
                }
                Macro::ExistsOne => sum.count += usize::from(self.bool(&each.body)?),
                Macro::Filter => {
                    if self.bool(&each.body)? {
                        sum.items.extend(self.variables.get(each.slot).cloned());
                    }
                }
                Macro::Map => {
                    let is_in = match &each.condition {
                        Some(condition) => self.bool(condition)?,
                        None => true,
                    };
                    if is_in {
                        let value = self.value(&each.body)?;
                        sum.items.push(value);
                    }
                }
            }
        }
        Ok(None)
    }
}
