// SSE4.2: 16 registers of 16 bytes, no fused multiply-add.
#define ROSENBLATT_LEVEL v2
#define ROSENBLATT_LEVEL_NAME "x86-64-v2"
#define ROSENBLATT_VECTOR_BYTES 16
#define ROSENBLATT_REGISTERS 16
#include "fma/loop.inl"
