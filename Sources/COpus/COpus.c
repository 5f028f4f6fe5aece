// The compiler wants one source file; the shims are in include/COpus.h.
