import type { Socket } from 'node:net';
import type { Language } from '../../contract/languages.ts';
import type { Isolation } from '../protocol/job.ts';
import type { Channels } from './rendezvous.ts';
import type { Ended } from './zygote.ts';

/** What slots have to be prepared for: one that waits can be used for jobs of its kind only. */
export type Kind = {
  readonly language: Language;
  /** Directory of the packages that the program finds, null where there are none. */
  readonly packages: string | null;
};

/** A forked child at the floor that waits for its one job. */
export type Slot = {
  readonly name: string;
  readonly pid: number;
  readonly uid: number | null;
  readonly directory: string;
  readonly zygotePid: number;
  readonly isolation: Isolation;
  readonly channels: Channels;
  /** Resolves when something is there to collect what the run left, before `ended` does. */
  readonly collector: Promise<Socket>;
  /** Resolves when no process of the run is left. Rejects with SandboxLost where the zygote died first. */
  readonly ended: Promise<Ended>;
  /** Ends it and everything that it started. */
  kill(): void;
  /** Replaces the zygote, where that no longer does as it is told. The runs of all its slots are lost. */
  abandon(): void;
};
