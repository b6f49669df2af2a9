//! What is proven of compiled code, with a C ABI. A caller passes pointers to bytes that are there.
