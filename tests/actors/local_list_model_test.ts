/** The local list in the store against a plain map: any updates, power cuts and refusing media, in any order (spec/behaviour.md §11). */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { findListed, openLocalListBook } from "../../actors/local_list_book.ts";
import type { SendLocalListRequest } from "../../protocol/messages/local_auth_list.ts";
import type { AuthorizationStatus } from "../../protocol/messages/types.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";

const limits = { entriesMax: 4, sentMax: 3 };
const idTags = ["A", "B", "C", "D", "E", "F"];
const statuses: readonly AuthorizationStatus[] = ["Accepted", "Blocked"];

type Act = "power cut" | "full disk" | "clear" | SendLocalListRequest;

const entry = fc.record({
  idTag: fc.constantFrom(...idTags, "a"),
  idTagInfo: fc.record({ status: fc.constantFrom(...statuses) }),
}, { requiredKeys: ["idTag"] });
const update: fc.Arbitrary<SendLocalListRequest> = fc.record({
  listVersion: fc.integer({ min: -1, max: 9 }),
  updateType: fc.constantFrom("Full", "Differential"),
  localAuthorizationList: fc.array(entry, { maxLength: 4 }),
}, { requiredKeys: ["listVersion", "updateType"] });
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: update },
  fc.constantFrom("power cut", "full disk", "clear"),
);

/** The list, as simply as it can be said. */
class Model {
  version = 0;
  entries = new Map<string, AuthorizationStatus>();

  apply({ listVersion, updateType, localAuthorizationList: sent = [] }: SendLocalListRequest): string {
    const names = sent.map(({ idTag }) => idTag.toUpperCase());
    if (listVersion < 1 || sent.length > limits.sentMax || new Set(names).size < names.length) {
      return "Failed";
    }
    if (updateType === "Full" && sent.some(({ idTagInfo }) => idTagInfo === undefined)) return "Failed";
    if (updateType === "Differential" && listVersion <= this.version) return "VersionMismatch";
    const next = updateType === "Full" ? new Map<string, AuthorizationStatus>() : new Map(this.entries);
    for (const { idTag, idTagInfo } of sent) {
      if (idTagInfo === undefined) next.delete(idTag.toUpperCase());
      else next.set(idTag.toUpperCase(), idTagInfo.status);
    }
    if (next.size > limits.entriesMax) return "Failed";
    this.entries = next;
    this.version = next.size === 0 ? 0 : listVersion;
    return "Accepted";
  }
}

Deno.test("local list: whatever happens to it, it is one of the lists that were accepted, whole", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 20 }), async (acts) => {
      const model = new Model();
      let memory = createMemoryStore();
      let book = await openLocalListBook(memory.store, fail);
      for (const one of acts) {
        switch (one) {
          case "power cut":
            memory = createMemoryStore({ from: memory.snapshot() });
            book = await openLocalListBook(memory.store, fail);
            break;
          case "full disk": {
            memory.failCommits("full", 1);
            const request = { listVersion: 99, updateType: "Full", localAuthorizationList: [] } as const;
            assertEquals((await book.update(request, limits)).status, "Failed");
            break;
          }
          case "clear":
            await book.clear();
            break;
          default:
            assertEquals((await book.update(one, limits)).status, model.apply(one));
        }
        assertEquals([book.version(), book.entries()], [model.version, model.entries.size]);
        for (const idTag of idTags) {
          const found = await findListed(memory.store, idTag, fail);
          assertEquals(found?.status, model.entries.get(idTag));
        }
      }
      while (await book.clear());
      assertEquals((await memory.store.list(["listed"])).length, model.entries.size);
    }),
    { numRuns: 300 },
  );
});

function fail(error: Error): never {
  throw error;
}
