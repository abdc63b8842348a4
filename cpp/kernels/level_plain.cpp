// Scalars: the specification, the fallback, and the reference of the tests.
#define ROSENBLATT_LEVEL plain
#define ROSENBLATT_LEVEL_NAME "plain"
#define ROSENBLATT_VECTOR_BYTES 0
#define ROSENBLATT_REGISTERS 16
#include "kernels/generic/table.inl"
