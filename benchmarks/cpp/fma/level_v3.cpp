// AVX2 and FMA: 16 registers of 32 bytes.
#define ROSENBLATT_LEVEL v3
#define ROSENBLATT_LEVEL_NAME "x86-64-v3"
#define ROSENBLATT_VECTOR_BYTES 32
#define ROSENBLATT_REGISTERS 16
#include "fma/loop.inl"
