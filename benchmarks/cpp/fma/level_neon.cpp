// NEON: 32 registers of 16 bytes.
#define ROSENBLATT_LEVEL neon
#define ROSENBLATT_LEVEL_NAME "neon"
#define ROSENBLATT_VECTOR_BYTES 16
#define ROSENBLATT_REGISTERS 32
#include "fma/loop.inl"
