/** The local list in the store against a plain map: any updates, power cuts and refusing media, in any order (spec/behaviour.md §11). */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { findListed, openLocalListBook } from "../../actors/local_list_book.ts";
import type { SendLocalListRequest } from "../../protocol/messages/local_auth_list.ts";
import type { AuthorizationStatus } from "../../protocol/messages/types.ts";
import { createMemoryStore } from "../../storage/drivers/memory_store.ts";
import { emptyList, updated } from "../sim/list_model.ts";

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

Deno.test("local list: whatever happens to it, it is one of the lists that were accepted, whole", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 20 }), async (acts) => {
      let model = emptyList;
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
          default: {
            const next = updated(model, one, limits);
            const { status } = await book.update(one, limits);
            assertEquals(status, typeof next === "string" ? next : "Accepted");
            if (typeof next !== "string") model = next;
          }
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
