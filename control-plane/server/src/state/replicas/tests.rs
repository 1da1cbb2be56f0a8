//! What replicas conclude from each other.
