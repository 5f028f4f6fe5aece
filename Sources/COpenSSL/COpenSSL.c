// The compiler wants one source file; the shims are in include/COpenSSL.h.
