//! Which names an expression may use at a place in it.
//!
//! Owns the variables of macros and what is offered and used of the attributes. Invariant: what is used is offered.

use crate::attribute::{Attribute, AttributeSet, Root};
use crate::error::{CompileError, Position};
use crate::node::Kind;

/// Names at a place.
pub(crate) struct Scope {
    offered: AttributeSet,
    used: AttributeSet,
    variables: Vec<String>,
}

// === impl Scope ===

impl Scope {
    pub(crate) fn new(offered: AttributeSet) -> Scope {
        Scope {
            offered,
            used: AttributeSet::default(),
            variables: Vec::new(),
        }
    }

    pub(crate) fn used(&self) -> AttributeSet {
        self.used
    }

    /// Takes a variable up; returns its slot.
    pub(crate) fn open(&mut self, variable: String) -> usize {
        self.variables.push(variable);
        self.variables.len() - 1
    }

    /// The last variable that was taken up is gone.
    pub(crate) fn close(&mut self) {
        self.variables.pop();
    }

    pub(crate) fn variable(&self, name: &str) -> Option<usize> {
        self.variables.iter().rposition(|own| own == name)
    }

    /// A root as a whole.
    pub(crate) fn root(&mut self, root: Root, at: Position) -> Result<Kind, CompileError> {
        if let Some(whole) = root.whole() {
            return self.attribute(whole, at);
        }
        let offered = self.offered;
        let mut any = false;
        for attribute in root.attributes().filter(|own| offered.has(*own)) {
            self.used.insert(attribute);
            any = true;
        }
        match any {
            true => Ok(Kind::Root(root)),
            false => Err(at.error(format!("{} is not known here", root.name()))),
        }
    }

    /// A member of a root that is no attribute itself.
    pub(crate) fn member(
        &mut self,
        root: Root,
        name: &str,
        at: Position,
    ) -> Result<Kind, CompileError> {
        if let Some(attribute) = root.attributes().find(|own| own.name().1 == name) {
            return self.attribute(attribute, at);
        }
        let offered = self.offered;
        let known: Vec<_> = root
            .attributes()
            .filter(|own| offered.has(*own))
            .map(|own| own.name().1)
            .collect();
        let root = root.name();
        Err(at.error(match known.is_empty() {
            true => format!("{root} is not known here"),
            false => format!("{root} has no {name}; it has {}", known.join(", ")),
        }))
    }

    fn attribute(&mut self, attribute: Attribute, at: Position) -> Result<Kind, CompileError> {
        if !self.offered.has(attribute) {
            let (root, name) = attribute.name();
            let point = if name.is_empty() { "" } else { "." };
            let root = root.name();
            return Err(at.error(format!("{root}{point}{name} is not known here")));
        }
        self.used.insert(attribute);
        Ok(Kind::Attribute(attribute))
    }
}
