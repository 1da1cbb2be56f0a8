//! Series of usage records that a worker has at hand.
//!
//! Owns the way from what tells records apart to their series: one look-up for a record, where each of its eight or so counts
//! would hash the same names again and take the lock of its family. Must not count. Invariant: a series comes to be with the
//! first count in it, so that none is shown that nothing was counted in.

use std::{
    cell::{OnceCell, RefCell},
    collections::HashMap,
    rc::Rc,
    sync::Arc,
};

use prometheus_client::metrics::{counter::Counter, histogram::Histogram};

use super::{Amount, Labels};
use crate::metrics::attribution::OwnLabels;

/// Records that are told apart before all are forgotten. A look-up finds them again.
const MOST: usize = 4096;

/// What tells records apart: everything that is a label of any of their series.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Of {
    pub(super) labels: Labels,
    pub(super) own: OwnLabels,
    /// Who told the tokens.
    pub(super) source: &'static str,
    /// How the price was found.
    pub(super) status: &'static str,
    pub(super) error: Option<Arc<str>>,
}

/// Where records of one kind are counted.
#[derive(Default)]
pub(super) struct Series {
    pub(super) operation: OnceCell<Histogram>,
    pub(super) request: OnceCell<Histogram>,
    pub(super) first_token: OnceCell<Histogram>,
    pub(super) per_token: OnceCell<Histogram>,
    /// By type, in the order of [`super::UsageMetrics`].
    pub(super) tokens: [OnceCell<Histogram>; 5],
    /// By part, in the order of [`dp_policy::usage_record::parts`].
    pub(super) cost: [OnceCell<Amount>; 8],
    pub(super) source: OnceCell<Counter>,
    pub(super) lookup: OnceCell<Counter>,
}

/// What a worker has counted.
#[derive(Default)]
pub(in crate::metrics) struct Known(RefCell<HashMap<Of, Rc<Series>>>);

// === impl Known ===

impl Known {
    /// The series of records of this kind.
    pub(super) fn series(&self, of: &Of) -> Rc<Series> {
        let mut known = self.0.borrow_mut();
        if let Some(series) = known.get(of) {
            return series.clone();
        }
        if known.len() >= MOST {
            known.clear();
        }
        known.entry(of.clone()).or_default().clone()
    }

    /// Forgets all.
    pub(in crate::metrics) fn clear(&self) {
        self.0.borrow_mut().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(model: &str) -> Of {
        Of {
            labels: Labels {
                route: "r".into(),
                gen_ai_operation_name: "chat",
                gen_ai_provider_name: "p".into(),
                gen_ai_request_model: model.into(),
                gen_ai_response_model: model.into(),
            },
            own: OwnLabels::default(),
            source: "provider",
            status: "exact",
            error: None,
        }
    }

    #[test]
    fn records_of_one_kind_have_one_series() {
        let known = Known::default();
        let first = known.series(&of("a"));
        assert!(Rc::ptr_eq(&first, &known.series(&of("a"))));
        assert!(!Rc::ptr_eq(&first, &known.series(&of("b"))));
        let failed = Of {
            error: Some("500".into()),
            ..of("a")
        };
        assert!(!Rc::ptr_eq(&first, &known.series(&failed)));
        assert!(first.request.get().is_none(), "nothing was counted");
    }

    #[test]
    fn so_many_are_at_hand() {
        let known = Known::default();
        for index in 0..=MOST {
            known.series(&of(&index.to_string()));
        }
        assert_eq!(known.0.borrow().len(), 1);
    }
}
