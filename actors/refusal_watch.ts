/**
 * The store as the actors of the tree have it: where it refuses a commit, that is a security event (MemoryExhaustion).
 *
 * Law: it only watches; every outcome reaches the actor that asked, as it is and when it is.
 */
import type { Store } from "../storage/store.ts";
import type { Address } from "./otp/actor.ts";
import type { SecurityEventRaised } from "./security_log.ts";

export function tellingRefusals(store: Store, securityLog: Address<SecurityEventRaised>): Store {
  return {
    get: (key) => store.get(key),
    list: (prefix, options) => store.list(prefix, options),
    nextSequence: () => store.nextSequence(),
    commit: (batch) => {
      const commit = store.commit(batch);
      commit.then((outcome) => {
        if (outcome.kind !== "refused") return;
        securityLog.send({
          kind: "SecurityEventRaised",
          type: "MemoryExhaustion",
          techInfo: `the store refuses: ${outcome.error}`,
        });
      }, () => {});
      return commit;
    },
  };
}
