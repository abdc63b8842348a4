// AVX-512: 32 registers of 64 bytes.
#define ROSENBLATT_LEVEL v4
#define ROSENBLATT_LEVEL_NAME "x86-64-v4"
#define ROSENBLATT_VECTOR_BYTES 64
#define ROSENBLATT_REGISTERS 32
#include "fma/loop.inl"
