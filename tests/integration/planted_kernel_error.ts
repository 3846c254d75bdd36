/**
 * Preloaded into the real program by a test: the kernel's own mistake, outside of any turn.
 *
 * Law: it touches nothing else.
 */
import { SupervisorNode } from "../../actors/otp/supervisor_node.ts";

SupervisorNode.prototype.up = () => {
  throw new Error("planted in the kernel");
};
