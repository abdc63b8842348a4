// Ctrl-C during a call that has released the GIL.
#pragma once

namespace rosenblatt::bindings {

// Lets Python handle its signals; true for KeyboardInterrupt. Any other exception of a signal handler is thrown.
[[nodiscard]] bool interrupted();

}  // namespace rosenblatt::bindings
