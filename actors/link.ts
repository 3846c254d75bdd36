/**
 * The link actor owns the WebSocket: a connection fails and comes back on its own, whatever the rest of the house does.
 *
 * Law: at most one socket; a dead one is noticed and replaced, with back-off, for ever (OCPP-J 1.6 §3, §5.3).
 */
import type { Cancel } from "../hal/clock.ts";
import type { Entropy } from "../hal/entropy.ts";
import type { CloseReason, WebSocketConnection, WebSocketDriver, WebSocketEvent } from "../hal/websocket.ts";
import type { Backoff } from "../protocol/backoff.ts";
import { backoffMs } from "../protocol/backoff.ts";
import type { Settings } from "../protocol/configuration.ts";
import type { LivenessEffect, LivenessEvent } from "../protocol/liveness.ts";
import { justOpened, liveness, probeMs, wordMs } from "../protocol/liveness.ts";
import { redactFrame } from "../protocol/redact.ts";
import type { CredentialsStore } from "../storage/credentials_store.ts";
import type { CertStoreMessage } from "./cert_store_message.ts";
import type { Dialling } from "./dialling.ts";
import { targetOf } from "./dialling.ts";
import { linkEventsOf } from "./link_event.ts";
import type { LinkMessage } from "./link_message.ts";
import type { ActorSpec, Address, Behaviour, Self } from "./otp/actor.ts";
import type { OutboxMessage } from "./outbox_message.ts";
import type { Success } from "./proof_trial.ts";
import { ProofTrial } from "./proof_trial.ts";
import type { SecurityEventRaised } from "./security_log.ts";

export interface LinkParts {
  readonly address: Address<LinkMessage>;
  readonly driver: WebSocketDriver;
  readonly entropy: Entropy;
  /** Read at each dial, so that a change counts from the next on. */
  readonly credentials: CredentialsStore;
  readonly dialling: Dialling;
  readonly backoff: Backoff;
  readonly outbox: Address<OutboxMessage>;
  readonly certStore: Address<CertStoreMessage>;
  readonly securityLog: Address<SecurityEventRaised>;
  readonly settings: () => Promise<Settings>;
}

/** A peer that reads nothing is cut off before its unsent bytes fill the memory. */
const backlogBytesMax = 1_048_576;

export function linkActor(parts: LinkParts): ActorSpec<LinkMessage> {
  // Held outside the incarnation: a crash must not leave a second socket behind, nor a number that was used before, nor forget
  // that a proof was served.
  const held: Held = { socket: null, number: 0, served: null };
  return {
    address: parts.address,
    start: async (self) => {
      const behaviour = new LinkBehaviour(self, parts, held, await parts.settings());
      self.send(parts.address, { kind: "Dial" });
      return behaviour;
    },
    terminate: () => {
      held.socket?.terminate();
      held.socket = null;
    },
  };
}

interface Held extends Success {
  socket: WebSocketConnection | null;
  number: number;
}

class LinkBehaviour implements Behaviour<LinkMessage> {
  readonly #self: Self<LinkMessage>;
  readonly #parts: LinkParts;
  readonly #driver: WebSocketDriver;
  readonly #credentials: CredentialsStore;
  readonly #held: Held;
  /** `closing`: at our own wish; what is said on it no more concerns anybody. */
  #state: "waiting" | "connecting" | "open" | "closing" = "waiting";
  #socket = 0;
  #failures = 0;
  /** Not at our own wish: the last connection was lost, or the last dial has failed. */
  #isCutOff = false;
  #liveness = justOpened;
  #settings: Settings;
  #cancelPing: Cancel = () => {};
  #lastClose: CloseReason | null = null;
  /** Of the last dial. */
  #url = "";
  readonly #trial: ProofTrial;

  constructor(
    self: Self<LinkMessage>,
    parts: LinkParts,
    held: Held,
    settings: Settings,
  ) {
    this.#self = self;
    this.#parts = parts;
    this.#driver = self.fence(parts.driver);
    this.#credentials = self.fence(parts.credentials);
    this.#held = held;
    this.#trial = new ProofTrial(held);
    this.#settings = settings;
  }

  receive(message: LinkMessage): void | Promise<void> {
    switch (message.kind) {
      case "Dial":
        return this.#dial();
      case "SocketChanged":
        // What an earlier socket still says is of no interest.
        return message.socket === this.#socket ? this.#changed(message.event) : undefined;
      case "SendFrame":
        return message.socket === this.#socket ? this.#send(message.text) : undefined;
      case "Reconnect":
        return this.#reconnect(message.why);
      case "TellConnection":
        return message.reply(this.#state === "open" ? this.#trial.connection() : null);
      case "TellServed":
        return message.reply(this.#held.served);
      case "AnswerOverdue":
      case "SignOverdue":
      case "WordOverdue":
        return this.#judge(message);
      case "PingDue":
        return message.socket === this.#socket ? this.#judge(message) : undefined;
      case "SettingsChanged": {
        const before = this.#settings;
        this.#settings = message.settings;
        if (message.settings.WebSocketPingInterval !== before.WebSocketPingInterval) this.#armPing();
        return;
      }
    }
  }

  inspect(): unknown {
    return {
      state: this.#state,
      url: this.#url,
      securityProfile: this.#trial.proof()?.securityProfile ?? null,
      failures: this.#failures,
      lastClose: this.#lastClose,
    };
  }

  async #dial(): Promise<void> {
    if (this.#state !== "waiting") return;
    const credentials = await this.#credentials.read();
    const proof = this.#trial.next(credentials.proofs);
    const wildcards = this.#settings.AllowCSMSTLSWildcards;
    const target = targetOf(credentials, proof, { ...this.#parts.dialling, wildcards });
    this.#url = target.url;
    const socket = ++this.#held.number;
    this.#socket = socket;
    this.#state = "connecting";
    const { address, send } = this.#self;
    this.#held.socket = this.#driver.connect(
      target,
      (event) => send(address, { kind: "SocketChanged", socket, event }),
    );
  }

  #changed(event: WebSocketEvent): void {
    switch (event.kind) {
      case "Opened":
        this.#state = "open";
        this.#isCutOff = false;
        this.#liveness = justOpened;
        this.#trial.opened(this.#socket, event.tls?.peerChain ?? []);
        this.#armPing();
        this.#self.send(this.#parts.outbox, {
          kind: "LinkUp",
          socket: this.#socket,
          securityProfile: this.#trial.proof()?.securityProfile ?? 0,
        });
        return;
      case "Received":
        if (this.#state !== "open") return;
        this.#spoken();
        this.#judge({ kind: "FrameReceived", text: event.text });
        this.#self.trace("FrameReceived", redactFrame(event.text));
        this.#self.send(this.#parts.outbox, { kind: "FrameReceived", text: event.text });
        return;
      case "PongReceived":
        return this.#judge(event);
      case "Closed":
        return this.#closed(event.why);
    }
  }

  /** A connection that is not open yet has nothing in flight: it is as fresh as another would be. What is known already is told again. */
  #reconnect(why: string): void {
    if (this.#isCutOff) this.#self.send(this.#parts.outbox, { kind: "LinkDown", atOwnWish: false });
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#held.socket?.close(1000, why);
  }

  #spoken(): void {
    this.#failures = 0;
    if (this.#trial.spoken()) this.#self.send(this.#parts.certStore, { kind: "ProofServed" });
  }

  #closed(why: CloseReason): void {
    const wasClosing = this.#state === "closing";
    this.#state = "waiting";
    this.#held.socket = null;
    this.#cancelPing();
    this.#lastClose = why;
    this.#failures += 1;
    this.#trial.ended({ atOwnWish: wasClosing });
    const waitMs = backoffMs(this.#parts.backoff, this.#failures, this.#parts.entropy.fraction("link"));
    this.#self.trace("LinkClosed", { why, retryInMs: waitMs });
    for (const event of linkEventsOf(why)) {
      this.#self.send(this.#parts.securityLog, { kind: "SecurityEventRaised", ...event });
    }
    if (!this.#isCutOff) this.#self.send(this.#parts.outbox, { kind: "LinkDown", atOwnWish: wasClosing });
    this.#isCutOff = !wasClosing;
    this.#self.after(waitMs, { kind: "Dial" });
  }

  #send(text: string): void {
    const socket = this.#held.socket;
    if (this.#state !== "open" || socket === null) return;
    this.#self.trace("FrameSent", redactFrame(text));
    // What waited before it: one frame alone is no backlog, however long. It has no fewer bytes than characters.
    if (socket.send(text) - text.length > backlogBytesMax) {
      this.#self.trace("CutSlowPeer", { backlogBytesMax });
      this.#cut();
    }
  }

  #judge(event: LivenessEvent): void {
    if (this.#state !== "open") return;
    const { next, effect } = liveness(this.#liveness, event);
    this.#liveness = next;
    if (effect !== null) this.#perform(effect);
  }

  #perform(effect: LivenessEffect): void {
    switch (effect.kind) {
      case "SendPing":
        this.#held.socket?.ping();
        return this.#armPing();
      case "Probe":
        this.#held.socket?.ping();
        return void this.#self.after(probeMs, { kind: "SignOverdue", id: effect.id });
      case "TimeOutCall":
        this.#self.send(this.#parts.outbox, { kind: "CallTimedOut", id: effect.id });
        if (effect.isFirst) this.#self.after(wordMs, { kind: "WordOverdue", id: effect.id });
        return;
      case "CutDeadPeer":
        this.#self.trace("CutDeadPeer", { why: effect.why });
        return this.#cut();
    }
  }

  #cut(): void {
    this.#held.socket?.terminate();
  }

  #armPing(): void {
    this.#cancelPing();
    const intervalS = this.#settings.WebSocketPingInterval;
    if (intervalS === 0 || this.#state !== "open") return;
    this.#cancelPing = this.#self.after(intervalS * 1_000, {
      kind: "PingDue",
      socket: this.#socket,
    });
  }
}
