//! The readable reference model: each standard in another formulation than the core's.
