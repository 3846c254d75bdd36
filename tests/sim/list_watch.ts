/**
 * Watches the local authorization list in the store: it is always exactly one of those that the central system's updates lead to,
 * and what was Accepted is in it (invariant I12).
 *
 * Law: an update that was not answered may have been taken or not; one that was Accepted has been. Judged at each commit of the
 * list, and at each boot.
 */
import type { TraceEvent } from "../../actors/otp/trace.ts";
import { parseFrame } from "../../protocol/frame.ts";
import { SendLocalListRequest } from "../../protocol/messages/local_auth_list.ts";
import type { IdTagInfo } from "../../protocol/messages/types.ts";
import type { LocalListRecord } from "../../storage/records.ts";
import type { Fail } from "./invariants.ts";
import { recordsOf } from "./medium_records.ts";
import { emptyList, type ModelList, textOf, updated } from "./list_model.ts";
import type { World } from "./world.ts";

interface Sent {
  readonly id: string;
  readonly request: SendLocalListRequest;
}

/** Called after each event. */
export function watchList(world: World, fail: Fail): () => void {
  const { LocalAuthListMaxLength: entriesMax, SendLocalListMaxLength: sentMax } =
    world.station.profile.limits;
  const limits = { entriesMax, sentMax };
  /** What it may have been when everything before the open updates was answered. */
  let settled: readonly ModelList[] = [emptyList];
  let sent: readonly Sent[] = [];
  let boots = 0;

  function received(text: string): void {
    const parsed = parseFrame(text);
    if (parsed.kind !== "frame" || parsed.frame.kind !== "Call") return;
    const { id, action, payload } = parsed.frame;
    // What breaks the schema is refused at the edge, and changes nothing.
    if (action === "SendLocalList" && isRequest(payload)) sent = [...sent, { id, request: payload }];
  }

  function answered(text: string): void {
    const parsed = parseFrame(text);
    if (parsed.kind !== "frame" || parsed.frame.kind !== "CallResult") return;
    const { id, payload } = parsed.frame;
    const at = sent.findIndex((one) => one.id === id);
    const answeredUpdate = sent[at];
    if (answeredUpdate === undefined) return;
    const before = possible(sent.slice(0, at));
    sent = sent.slice(at + 1);
    const { status } = payload as { readonly status: string };
    world.reached.add(`local list ${status}`);
    settled = status === "Accepted"
      ? before.flatMap((list) => asList(updated(list, answeredUpdate.request, limits)))
      : before;
    if (settled.length === 0 && !isDamaged()) {
      fail("I12", `SendLocalList ${id} was Accepted, and no list could take it`);
    }
  }

  /** Each of the open updates may have been taken or not. */
  function possible(updates: readonly Sent[]): readonly ModelList[] {
    let lists = settled;
    for (const { request } of updates) {
      lists = [...lists, ...lists.flatMap((list) => asList(updated(list, request, limits)))];
      lists = [...new Map(lists.map((list) => [textOf(list), list])).values()];
    }
    return lists;
  }

  function look(): void {
    if (isDamaged()) return;
    const found = textOf(listIn(world));
    const known = possible(sent).map(textOf);
    if (!known.includes(found)) {
      fail("I12", `the local list is ${found}, and was sent as ${known.join(" or ")}`);
    }
  }

  /** What a damaged store has of a list is anybody's guess. */
  function isDamaged(): boolean {
    return world.reached.has("store corrupt") || world.reached.has("store emptied");
  }

  world.onTrace((event: TraceEvent) => {
    if (event.kind !== "effect") return;
    if (event.effect === "FrameReceived" && String(event.detail).includes('"SendLocalList"')) {
      received(String(event.detail));
    }
    if (event.effect === "FrameSent" && sent.length > 0) answered(String(event.detail));
  });
  let isMoved = false;
  world.onCommitted((batch) => {
    isMoved ||= batch.sets?.some(({ key }) => key[0] === "localList") === true;
  });
  return () => {
    if (!isMoved && world.boots() === boots) return;
    isMoved = false;
    boots = world.boots();
    if (!world.isDark()) look();
  };
}

/** As whoever looks an idTag up would find it. */
function listIn(world: World): ModelList {
  const records = recordsOf(world.store().snapshot()).whole;
  const head = records.find(({ key }) => key[0] === "localList")?.value as LocalListRecord | undefined;
  if (head === undefined) return emptyList;
  const entries = records.filter(({ key }) => key[0] === "listed" && key[1] === head.generation);
  return {
    version: head.version,
    entries: new Map(entries.map(({ key, value }) => [String(key[2]), (value as IdTagInfo).status])),
  };
}

function asList(outcome: ModelList | string): readonly ModelList[] {
  return typeof outcome === "string" ? [] : [outcome];
}

function isRequest(payload: unknown): payload is SendLocalListRequest {
  return SendLocalListRequest.safeParse(payload).success;
}
