// Without options for a newer processor. Vectors here too, unlike the kernels: the compiler makes vectors of 16 bytes
// out of their scalars wherever it can, so that is the peak of their loops.
#define ROSENBLATT_LEVEL plain
#define ROSENBLATT_LEVEL_NAME "plain"
#define ROSENBLATT_VECTOR_BYTES 16
#define ROSENBLATT_REGISTERS 16
#include "fma/loop.inl"
