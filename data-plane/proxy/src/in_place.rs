//! Values that are made where they stay.
//!
//! Owns the one order that spares a copy: memory first, then the value. Must not know what is made. Invariant: a large future
//! or struct is written once; `Box::new` makes it on the stack and copies all of it, also what nothing has been written to.

use std::pin::Pin;

/// A box whose value is made in it.
#[inline]
pub(crate) fn boxed<T>(make: impl FnOnce() -> T) -> Box<T> {
    let place = Box::new_uninit();
    Box::write(place, make())
}

/// A pinned box whose value is made in it.
#[inline]
pub(crate) fn pinned<T>(make: impl FnOnce() -> T) -> Pin<Box<T>> {
    Box::into_pin(boxed(make))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_is_what_was_made() {
        assert_eq!(*boxed(|| [7_u8; 64]), [7; 64]);
        assert_eq!(*pinned(|| "text".to_owned()), "text");
    }
}
